//! `--geo`, the same for every command that makes documents.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use parser_wasm::GeoDatabases;

use super::misconfigured;
use crate::config::ConfigError;
use crate::config::geo;

#[derive(Debug, Args)]
pub(super) struct Geo {
    /// MMDB file of places or autonomous systems, to tell where clients are and whose network they use; several may be
    /// given, of which the first that knows an address counts. In place of ALBATROSS_GEO_FILES
    #[arg(long, value_name = "FILE")]
    geo: Vec<PathBuf>,
}

impl Geo {
    /// The files' databases, or every problem of them on a line of its own.
    pub(super) fn read(&self) -> Result<GeoDatabases, ExitCode> {
        geo::read(&self.geo).map_err(|problems| {
            let problems = problems.iter().map(|problem| format!("--geo {problem}")).collect();
            misconfigured(&ConfigError { problems })
        })
    }
}
