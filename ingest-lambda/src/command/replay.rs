//! `albatross replay`: the quarantine, once more.

use std::process::ExitCode;

use clap::Args;

use super::geo::Geo;
use super::progress::Progress;
use super::{FAILED, USAGE, cancel_on_signals, fail, ingest_with, print};
use crate::jobs::replay::{What, replay};

/// Send quarantined lines again, after a fix
///
/// What the engine takes now leaves the quarantine; lines that are still bad stay there. Documents
/// get the ids and indices that they would have had in the first place. With --objects it is damaged objects that are
/// read again: overwrite one where it lies with what mends it.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  albatross replay --prefix AWSLogs/123456789012/
  albatross replay --objects

Exit status:
  0  every file had its turn (see the report for lines that stay)
  1  the replay was stopped, or could not start
  2  bad usage or configuration")]
pub(super) struct Replay {
    /// Only lines of objects whose keys begin with this
    #[arg(long, default_value = "")]
    prefix: String,

    /// Damaged objects instead of lines
    #[arg(long)]
    objects: bool,

    /// Write documents that are there anew
    #[arg(long)]
    overwrite: bool,

    #[command(flatten)]
    geo: Geo,
}

impl Replay {
    pub(super) async fn run(self) -> ExitCode {
        let ingest = match ingest_with(&self.geo).await {
            Ok(ingest) => ingest,
            Err(status) => return status,
        };
        if self.overwrite && !ingest.can_overwrite() {
            return fail(USAGE, &"--overwrite: a data stream, or an engine without ids, takes no document twice");
        }
        if self.objects && !ingest.can_overwrite() {
            let why =
                "--objects: a data stream, or an engine without ids, would have the good lines of these objects twice";
            return fail(USAGE, &why);
        }
        let progress = Progress::of(if self.objects { "objects" } else { "files" });
        let show = |done, total| progress.show(done, total);
        let what = What { prefix: self.prefix, objects: self.objects, overwrite: self.overwrite };
        let replayed = replay(&ingest, &what, &cancel_on_signals(), show).await;
        drop(progress);
        match replayed {
            Ok(report) => print(&report, report.stopped.as_ref(), report.is_unfinished()),
            Err(error) => fail(FAILED, &error),
        }
    }
}
