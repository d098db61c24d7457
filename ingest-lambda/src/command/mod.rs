//! `albatross`: the operator's command, one file for each subcommand.

mod ingest;
mod parse;
mod setup;

use std::io;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::Shell;

use crate::config::{Config, ConfigError};

/// A read failed or was damaged, a run stopped, an engine refused.
const FAILED: u8 = 1;
/// Bad usage; also what `clap` exits with.
const USAGE: u8 = 2;

const ENVIRONMENT: &str = "\
Environment of `ingest` and `setup`, the same as the Lambda's:
  ALBATROSS_BUCKET     the bucket with the logs (required)
  ALBATROSS_PREFIX     only keys that begin with this
  ALBATROSS_ENDPOINT   URL of Elasticsearch or OpenSearch (required)
  ALBATROSS_USERNAME, ALBATROSS_PASSWORD
                       basic authentication
  ALBATROSS_SETTINGS   what documents look like, as JSON (the page exports it)
  AWS_REGION, AWS_PROFILE, AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL_S3, ...
                       as every AWS tool reads them";

/// Turns load-balancer access logs into documents for Elasticsearch and OpenSearch.
///
/// The same code as in the Lambda and behind the page: what `parse --bulk` prints is, byte for
/// byte, what the Lambda sends.
#[derive(Debug, Parser)]
#[command(name = "albatross", bin_name = "albatross", version, after_help = ENVIRONMENT, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Parse(parse::Parse),
    Ingest(ingest::Ingest),
    Setup(setup::Setup),
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
    match Cli::parse().command {
        Command::Parse(parse) => parse.run(),
        Command::Ingest(ingest) => block_on(ingest.run()),
        Command::Setup(setup) => block_on(setup.run()),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "albatross", &mut io::stdout());
            ExitCode::SUCCESS
        }
    }
}

fn block_on(future: impl Future<Output = ExitCode>) -> ExitCode {
    match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime.block_on(future),
        Err(error) => fail(FAILED, &error),
    }
}

/// Says on standard error why the command ends, and gives its exit status.
fn fail(status: u8, error: &dyn std::fmt::Display) -> ExitCode {
    eprintln!("albatross: {error}");
    status.into()
}

/// The environment's configuration, or every problem of it on a line of its own.
fn config() -> Result<Config, ExitCode> {
    Config::from_env().map_err(|ConfigError { problems }| {
        for problem in &problems {
            eprintln!("albatross: {problem}");
        }
        USAGE.into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
