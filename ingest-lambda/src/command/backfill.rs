//! `albatross backfill`: years of old logs, by the fan-out queue.

use std::process::ExitCode;

use chrono::NaiveDate;
use clap::Args;

use super::progress::Progress;
use super::{FAILED, USAGE, cancel_on_signals, fail, ingest, print};
use crate::jobs::backfill::{BackfillError, backfill};

/// Feed the fan-out queue with the logs of a range of days
///
/// Finds the date folders that AWS writes below the prefix, and hands their logs over day by day;
/// the Lambda works them off at the concurrency that its queue sets. Stopped, it goes on where it
/// was when it is called again with the same days.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  albatross backfill --from 2024-01-01 --to 2024-12-31

Exit status:
  0  every day is in the queue
  1  the backfill was stopped, or could not start
  2  bad usage or configuration")]
pub(super) struct Backfill {
    /// The first day, YYYY-MM-DD
    #[arg(long)]
    from: NaiveDate,

    /// The last day
    #[arg(long)]
    to: NaiveDate,
}

impl Backfill {
    pub(super) async fn run(self) -> ExitCode {
        let ingest = match ingest().await {
            Ok(ingest) => ingest,
            Err(status) => return status,
        };
        let progress = Progress::of("folders");
        let show = |done, total| progress.show(done, total);
        let fed = backfill(&ingest, (self.from, self.to), &cancel_on_signals(), show).await;
        drop(progress);
        match fed {
            Ok(report) => print(&report, report.stopped.as_ref(), report.is_unfinished()),
            Err(error @ (BackfillError::NoQueue | BackfillError::Order { .. })) => fail(USAGE, &error),
            Err(error) => fail(FAILED, &error),
        }
    }
}
