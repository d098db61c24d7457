//! `albatross ingest`: one sweep from the shell.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use tokio::signal;

use super::{FAILED, USAGE, config, fail};
use crate::error::StartError;
use crate::stop::{Stop, StopReason};
use crate::sweep;

/// Sweep the bucket once: index every log and delete what is wholly indexed
///
/// Does what the Lambda does at a tick of its schedule, with the same configuration, and prints
/// the run's report as JSON. Running it again, or next to the Lambda, is harmless: documents have
/// ids that depend only on their lines.
///
/// An object stays in the bucket when a line of it was rejected, when it is damaged, or when the
/// engine has not acknowledged every document; the report names it and says why. Ctrl-C ends the
/// run: what was not settled by then is left for the next.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  export ALBATROSS_BUCKET=my-alb-logs ALBATROSS_ENDPOINT=https://search.example:9200
  albatross setup
  albatross ingest | jq .left

Exit status:
  0  every object had its turn (see the report for those that were left)
  1  the run was stopped, or could not start
  2  bad usage or configuration")]
pub(super) struct Ingest {}

impl Ingest {
    pub(super) async fn run(self) -> ExitCode {
        let config = match config() {
            Ok(config) => config,
            Err(status) => return status,
        };
        let ingest = match sweep::Ingest::new(config).await {
            Ok(ingest) => Arc::new(ingest),
            Err(error @ StartError::Config(_)) => return fail(USAGE, &error),
            Err(error @ StartError::Engine(_)) => return fail(FAILED, &error),
        };
        let stop = Stop::default();
        tokio::spawn(stop_on_signal(stop.clone()));

        let bar = progress_bar();
        let report = ingest
            .sweep(&stop, |done, total| {
                bar.set_length(total as u64);
                bar.set_position(done as u64);
            })
            .await;
        bar.finish_and_clear();
        let report = match report {
            Ok(report) => report,
            Err(error) => return fail(FAILED, &error),
        };
        let written =
            serde_json::to_string(&report).map_err(io::Error::from).and_then(|json| writeln!(io::stdout(), "{json}"));
        match (written, &report.stopped) {
            (Err(error), _) => fail(FAILED, &error),
            (Ok(()), Some(reason)) => fail(FAILED, reason),
            (Ok(()), None) => ExitCode::SUCCESS,
        }
    }
}

/// Ctrl-C, and the signal by which service managers end a process.
async fn stop_on_signal(stop: Stop) {
    #[cfg(unix)]
    if let Ok(mut terminate) = signal::unix::signal(signal::unix::SignalKind::terminate()) {
        tokio::select! {
            _ = signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        return stop.pull(StopReason::Interrupted);
    }
    if signal::ctrl_c().await.is_ok() {
        stop.pull(StopReason::Interrupted);
    }
}

/// Counts objects, on a terminal only.
fn progress_bar() -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = "{spinner} {pos}/{len} objects {wide_bar} {elapsed}, {eta} left";
    let style = ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new(0).with_style(style);
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
