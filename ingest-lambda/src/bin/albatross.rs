//! The operator's command; see `albatross --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    ingest_lambda::command::main()
}
