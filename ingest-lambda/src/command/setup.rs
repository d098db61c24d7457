//! `albatross setup`: index template and retention.

use std::process::ExitCode;

use clap::Args;

use super::{FAILED, USAGE, fail, start};
use crate::engine::Engine;
use crate::settings::settings;
use crate::setup::setup;

/// Put index template and retention policy into the engine; needed once, and after an upgrade
///
/// Ingest refuses to run without the template: the engine would guess field types, and some
/// engines would make a data stream of the first index.
///
/// With ALBATROSS_RETENTION_DAYS, a policy deletes an index once all its documents are older: by
/// ILM in Elasticsearch, by ISM in OpenSearch.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit status:
  0  all is in place
  1  the engine cannot be reached or refuses it
  2  bad usage or configuration")]
pub(super) struct Setup {}

impl Setup {
    pub(super) async fn run(self) -> ExitCode {
        let (config, sdk) = match start().await {
            Ok(started) => started,
            Err(status) => return status,
        };
        let engine = match Engine::new(&config, &sdk) {
            Ok(engine) => engine,
            Err(error) => return fail(USAGE, &error),
        };
        let settings = match settings(&config.settings, &sdk).await {
            Ok(settings) => settings,
            Err(error) => return fail(FAILED, &error),
        };
        match setup(&engine, &settings, config.retention_days).await {
            Ok(report) => {
                println!("{report}");
                ExitCode::SUCCESS
            }
            Err(error) => fail(FAILED, &error),
        }
    }
}
