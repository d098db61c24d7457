//! `albatross setup`: index template and retention.

use std::process::ExitCode;

use clap::Args;

use super::{FAILED, fail, ingest};

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
        let ingest = match ingest().await {
            Ok(ingest) => ingest,
            Err(status) => return status,
        };
        match ingest.setup().await {
            Ok(report) => {
                println!("{report}");
                ExitCode::SUCCESS
            }
            Err(error) => fail(FAILED, &error),
        }
    }
}
