//! `albatross plan`: a dry run.

use std::process::ExitCode;

use clap::Args;

use super::geo::Geo;
use super::progress::Progress;
use super::{FAILED, fail, ingest_with, print};
use crate::jobs::plan::plan;

/// Show what a sweep would do, without changing anything but a probe
///
/// Lists the bucket, reads the oldest logs and prints as JSON what would be sent, by index and by day, what
/// would be quarantined, and the first documents and bad lines. Sends nothing to the engine. Tries every permission
/// that a run needs in S3, for which it puts a probe below ALBATROSS_OWN_PREFIX and deletes it.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  albatross plan --objects 20 | jq '.by_index, .sample_documents[0]'

Exit status:
  0  done
  1  the bucket cannot be listed
  2  bad usage or configuration")]
pub(super) struct Plan {
    /// How many logs to read
    #[arg(long, default_value_t = 100)]
    objects: usize,

    #[command(flatten)]
    geo: Geo,
}

impl Plan {
    pub(super) async fn run(self) -> ExitCode {
        let ingest = match ingest_with(&self.geo).await {
            Ok(ingest) => ingest,
            Err(status) => return status,
        };
        let progress = Progress::of("objects");
        let plan = plan(&ingest, self.objects, |done, total| progress.show(done, total)).await;
        drop(progress);
        match plan {
            Ok(plan) => print(&plan, None, false),
            Err(error) => fail(FAILED, &error),
        }
    }
}
