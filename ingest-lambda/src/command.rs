//! `albatross`: the operator's command, one file for each subcommand.

mod backfill;
mod filter;
mod geo;
mod ingest;
mod parse;
mod plan;
mod progress;
mod replay;
mod setup;
mod status;

use std::io::{self, IsTerminal};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use clap_complete::Shell;
use parser_wasm::{Schema, Settings};
use serde::Serialize;
use tokio::signal;

use crate::cancel::{Cancel, StopReason};
use crate::config::{ConfigError, VARIABLES};
use crate::console::{self, say};
use crate::ingest::Ingest;
use crate::log::{self, log_as_json};

/// A read failed or was damaged, a run stopped, an engine refused.
const FAILED: u8 = 1;
/// Bad usage; also what `clap` exits with.
const USAGE: u8 = 2;
/// As shells have it for a process that SIGINT ended.
const INTERRUPTED: i32 = 130;

/// Turns load-balancer access logs into documents for Elasticsearch and OpenSearch.
///
/// The same code as in the Lambda and behind the page: what `parse --bulk` prints is, byte for
/// byte, what the Lambda sends.
#[derive(Debug, Parser)]
#[command(name = "albatross", bin_name = "albatross", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Parse(parse::Parse),
    Filter(filter::Filter),
    Setup(setup::Setup),
    Plan(plan::Plan),
    Ingest(ingest::Ingest),
    Backfill(backfill::Backfill),
    Replay(replay::Replay),
    Status(status::Status),
    /// Print a completion script for a shell
    #[command(after_help = "Example:\n  albatross completions bash > /etc/bash_completion.d/albatross")]
    Completions {
        /// The shell to complete in
        shell: Shell,
    },
}

/// Runs the command that the process's arguments ask for.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::from_arg_matches(&application().get_matches()).unwrap_or_else(|error| error.exit());
    match cli.command {
        Command::Parse(parse) => parse.run(),
        Command::Filter(filter) => filter.run(),
        Command::Setup(setup) => block_on(setup.run()),
        Command::Plan(plan) => block_on(plan.run()),
        Command::Ingest(ingest) => block_on(ingest.run()),
        Command::Backfill(backfill) => block_on(backfill.run()),
        Command::Replay(replay) => block_on(replay.run()),
        Command::Status(status) => block_on(status.run()),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut application(), "albatross", &mut io::stdout());
            ExitCode::SUCCESS
        }
    }
}

fn application() -> clap::Command {
    Cli::command().after_help(environment())
}

/// The variables, as help shows them.
fn environment() -> String {
    let mut text = "Environment of all but `parse` and `filter`, the same as the Lambda's:\n".to_owned();
    for variable in VARIABLES {
        let default = variable.default.map_or_else(|| "required".to_owned(), |default| format!("default: {default}"));
        text += &format!("  {}\n      {} ({default})\n", variable.name, variable.about);
    }
    text + "  AWS_REGION, AWS_PROFILE, AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL_S3, ...\n      as every AWS tool reads them"
}

fn block_on(future: impl Future<Output = ExitCode>) -> ExitCode {
    match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime.block_on(future),
        Err(error) => fail(FAILED, &error),
    }
}

/// Says on standard error why the command ends, and gives its exit status.
fn fail(status: u8, error: &dyn std::fmt::Display) -> ExitCode {
    say(error);
    status.into()
}

/// The same for what has several lines, of our own making.
fn fail_with_text(status: u8, text: &str) -> ExitCode {
    console::note(&format!("albatross: {text}"));
    status.into()
}

/// A filter over such documents, or what is wrong with it and where. It is asked in this call alone, so it may say
/// `now`.
fn read_filter(schema: Schema, text: &str) -> Result<parser_wasm::Filter, String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let now = i64::try_from(now).unwrap_or(i64::MAX);
    parser_wasm::Filter::parse_at(schema, text, now).map_err(|error| error.in_text(text))
}

/// The settings in a file, as the page exports them.
fn read_settings(path: &str) -> Result<Settings, String> {
    let json = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    Settings::from_json(&json).map_err(|error| error.to_string())
}

/// Everything a run needs, from the environment, or every problem of it on a line of its own.
///
/// On a terminal the progress bar is there to see; into a file or a pipe goes the log.
async fn ingest() -> Result<Arc<Ingest>, ExitCode> {
    started().await.map(Arc::new)
}

/// The same, with the databases of `--geo` where any are given.
async fn ingest_with(geo: &geo::Geo) -> Result<Arc<Ingest>, ExitCode> {
    let databases = geo.read()?;
    let ingest = started().await?;
    Ok(Arc::new(if databases.is_empty() { ingest } else { ingest.with_geo(databases) }))
}

fn misconfigured(ConfigError { problems }: &ConfigError) -> ExitCode {
    for problem in problems {
        console::note(&format!("albatross: {problem}"));
    }
    USAGE.into()
}

async fn started() -> Result<Ingest, ExitCode> {
    if !io::stderr().is_terminal() || log::level().is_some() {
        log_as_json();
    }
    Ingest::start().await.map_err(|error| misconfigured(&error))
}

/// Cancelled by Ctrl-C, and by the signal with which service managers end a process.
fn cancel_on_signals() -> Cancel {
    let cancel = Cancel::default();
    tokio::spawn(wait_for_signal(cancel.clone()));
    cancel
}

/// The first signal ends the run, the second one the process: what is settled is settled, and the rest is done again.
async fn wait_for_signal(cancel: Cancel) {
    signalled().await;
    cancel.cancel(StopReason::Interrupted);
    signalled().await;
    say(&"interrupted again");
    std::process::exit(INTERRUPTED);
}

async fn signalled() {
    #[cfg(unix)]
    if let Ok(mut terminate) = signal::unix::signal(signal::unix::SignalKind::terminate()) {
        tokio::select! {
            _ = signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        return;
    }
    if signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}

/// Prints a report as one line of JSON; a run that was stopped is a failure, and so is one that left work for a
/// person.
fn print(report: &impl Serialize, stopped: Option<&StopReason>, is_failure: bool) -> ExitCode {
    match (console::report(report), stopped) {
        (Err(error), _) => fail(FAILED, &error),
        (Ok(()), Some(reason)) => fail(FAILED, reason),
        (Ok(()), None) if is_failure => fail(FAILED, &"not everything could be done; the report says what and why"),
        (Ok(()), None) => ExitCode::SUCCESS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        application().debug_assert();
    }
}
