//! `albatross ingest`: one sweep from the shell.

use std::process::ExitCode;

use clap::Args;

use super::geo::Geo;
use super::progress::Progress;
use super::{FAILED, USAGE, cancel_on_signals, fail, ingest_with, print};
use crate::event::ObjectRef;
use crate::jobs::named::{Named, work_on};
use crate::jobs::rederive::{RederiveError, rederive};
use crate::jobs::sweep::sweep;

/// Sweep the bucket once: index every log, and delete, archive or keep what is accounted for
///
/// Does what the Lambda does at a tick of its schedule, with the same configuration, and prints
/// the run's report as JSON. Running it again, or next to the Lambda, is harmless: documents have
/// ids that depend only on their lines.
///
/// Bad lines, and documents that the engine refuses, go to quarantine, and so do damaged objects,
/// whole. An object stays in the bucket when the engine has not acknowledged every document; the
/// report names it and says why. Ctrl-C ends the run: what was not settled by then is left for the
/// next.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  export ALBATROSS_BUCKET=my-alb-logs ALBATROSS_ENDPOINT=https://search.example:9200
  export ALBATROSS_SETTLE=keep
  albatross setup
  albatross plan | jq .by_index
  albatross ingest | jq .left
  albatross ingest --key AWSLogs/123456789012/elasticloadbalancing/eu-west-1/2026/11/23/x.log.gz
  albatross ingest --overwrite --prefix AWSLogs/123456789012/

Exit status:
  0  every object had its turn (see the report for those that were left)
  1  the run was stopped, could not start, or could settle nothing for a reason
  2  bad usage or configuration")]
pub(super) struct Ingest {
    /// Overwrite existing documents, for example after an upgrade
    ///
    /// Where objects are kept (`keep`, `archive`), all of them are read again, done or not, and stay
    /// where they are; where they are deleted, those that are there are swept.
    #[arg(long)]
    overwrite: bool,

    /// With --overwrite, of kept objects: only those whose keys began with this
    #[arg(long, requires = "overwrite")]
    prefix: Option<String>,

    /// Only this object, whatever waits before it (may be given several times)
    #[arg(long = "key", value_name = "KEY", conflicts_with = "prefix")]
    keys: Vec<String>,

    #[command(flatten)]
    geo: Geo,
}

impl Ingest {
    pub(super) async fn run(self) -> ExitCode {
        let ingest = match ingest_with(&self.geo).await {
            Ok(ingest) => ingest,
            Err(status) => return status,
        };
        if self.overwrite && !ingest.can_overwrite() {
            return fail(USAGE, &"--overwrite: a data stream, or an engine without ids, takes no document twice");
        }
        let (progress, cancel) = (Progress::of("objects"), cancel_on_signals());
        let show = |done, total| progress.show(done, total);
        let swept = if !self.keys.is_empty() {
            let object = |key| ObjectRef { bucket: ingest.bucket().to_owned(), key };
            let named = self.keys.into_iter().map(|key| Named { object: object(key), again: false }).collect();
            work_on(&ingest, named, self.overwrite, &cancel).await.map(|(report, _)| report).map_err(RederiveError::Run)
        } else if self.overwrite && (ingest.keeps_objects() || self.prefix.is_some()) {
            rederive(&ingest, self.prefix.as_deref().unwrap_or_default(), &cancel, show).await
        } else {
            sweep(&ingest, self.overwrite, &cancel, show).await.map_err(RederiveError::Run)
        };
        drop(progress);
        match swept {
            Ok(report) => print(&report, report.stopped.as_ref(), report.is_failure()),
            Err(RederiveError::Run(error)) => fail(FAILED, &error),
            Err(error) => fail(USAGE, &error),
        }
    }
}
