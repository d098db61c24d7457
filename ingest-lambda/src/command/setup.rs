//! `albatross setup`: index template and retention.

use std::process::ExitCode;

use clap::Args;

use super::{FAILED, fail, ingest};
use crate::grant::BackendRole;
use crate::setup::SetupExtras;

/// Put index template and retention policy into the engine; needed once, and after an upgrade
///
/// Ingest refuses to run without the template: the engine would guess field types, and some
/// engines would make a data stream of the first index.
///
/// With ALBATROSS_RETENTION_DAYS, a policy deletes an index once all its documents are older: by
/// ILM in Elasticsearch, by ISM in OpenSearch.
///
/// With --grant, a role in OpenSearch's security plugin holds exactly the rights that an ingest
/// needs. An administrator of that plugin has to run it; others that have the role keep it.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit status:
  0  all is in place
  1  the engine cannot be reached or refuses it
  2  bad usage or configuration")]
pub(super) struct Setup {
    /// Whom to grant the rights of an ingest in OpenSearch: an IAM role's ARN, or another backend role
    #[arg(long, value_name = "BACKEND_ROLE")]
    grant: Option<BackendRole>,
}

impl Setup {
    pub(super) async fn run(self) -> ExitCode {
        let ingest = match ingest().await {
            Ok(ingest) => ingest,
            Err(status) => return status,
        };
        match ingest.setup(&SetupExtras { grant: self.grant }).await {
            Ok(report) => {
                println!("{report}");
                ExitCode::SUCCESS
            }
            Err(error) => fail(FAILED, &error),
        }
    }
}
