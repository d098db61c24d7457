//! `albatross setup`: the index template.

use std::process::ExitCode;

use clap::Args;
use parser_wasm::TEMPLATE_VERSION;

use super::{FAILED, config, fail};
use crate::engine::Engine;
use crate::template;

/// Put the index template into the engine; needed once, and after an upgrade
///
/// Ingest refuses to run without it: the engine would guess field types, and some engines would
/// make a data stream of the first index.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit status:
  0  the template is in place
  1  the engine cannot be reached or refuses it
  2  bad usage or configuration")]
pub(super) struct Setup {}

impl Setup {
    pub(super) async fn run(self) -> ExitCode {
        let config = match config() {
            Ok(config) => config,
            Err(status) => return status,
        };
        let engine = match Engine::new(&config) {
            Ok(engine) => engine,
            Err(error) => return fail(FAILED, &error),
        };
        let crate::config::SettingsSource::Inline(settings) = config.settings else { return FAILED.into() };
        match template::put(&engine, &settings).await {
            Ok(()) => {
                let (name, endpoint) = (&settings.index, engine.endpoint());
                println!("index template {name} version {TEMPLATE_VERSION} is in place at {endpoint}");
                ExitCode::SUCCESS
            }
            Err(error) => fail(FAILED, &error),
        }
    }
}
