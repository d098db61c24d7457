//! `albatross status`: what waits, since when, why, and what was tried.

use std::process::ExitCode;

use clap::Args;

use super::{FAILED, fail, ingest, print};
use crate::jobs::status::status;

/// Show what waits and why, as JSON
///
/// Reads the work list of this deployment: objects that failed, are only to be settled, are in the queue's hands or in
/// an archive, each with its reason, how often and when it was tried; how far the listing came; other deployments
/// below the same own prefix; and how many bad lines lie in quarantine, by code and day. Changes nothing, and asks nothing of the engine.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  albatross status | jq .by_code
  albatross status --objects 1000 | jq -r '.objects[] | [.code, .attempts, .key] | @tsv'
  albatross status --quarantine | jq .quarantine

Exit status:
  0  done; nothing waits for a person
  1  something waits for a person, or the state cannot be read
  2  bad usage or configuration")]
pub(super) struct Status {
    /// How many objects to list, those that have waited longest first
    #[arg(long, default_value_t = 100)]
    objects: usize,

    /// Read the quarantine, too, and count its lines by code
    #[arg(long)]
    quarantine: bool,
}

impl Status {
    pub(super) async fn run(self) -> ExitCode {
        let ingest = match ingest().await {
            Ok(ingest) => ingest,
            Err(status) => return status,
        };
        match status(&ingest, self.objects, self.quarantine).await {
            Ok(status) => {
                let waits = status.waits_for_somebody();
                let printed = print(&status, None, false);
                if waits && printed == ExitCode::SUCCESS { FAILED.into() } else { printed }
            }
            Err(error) => fail(FAILED, &error),
        }
    }
}
