//! A scripted S3 and a scripted engine behind real sockets, and the built command to run against
//! them.

#![allow(dead_code, unused_imports, reason = "each test file uses its part of this")]

mod bucket;
mod gzip;
mod http;
mod index;
mod runtime;
mod signal;
mod uploads;

pub use bucket::{Bucket, NOON_EPOCH_S, etag};
pub use gzip::{gunzip_lines, gzip};
pub use http::{Reply, Request, Server};
pub use index::{Index, error, items, lasting_error};
pub use runtime::{Invocation, Lambda};
pub use signal::Signal;

use std::process::{Command, Output};

use serde_json::Value;

/// The line of AWS's documentation, with a number in its URL to tell one from another.
pub fn line(number: usize) -> String {
    format!(
        "http 2018-07-02T22:23:00.186641Z app/my-loadbalancer/50dc6c495c0c9188 192.168.131.39:2817 10.0.0.1:80 \
         0.000 0.001 0.000 200 200 34 366 \"GET http://www.example.com:80/{number} HTTP/1.1\" \"curl/7.46.0\" - - \
         arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/my-targets/73e2d6bc24d8a067 \
         \"Root=1-58337262-36d228ad5d99923122bbe354\" \"-\" \"-\" 0 2018-07-02T22:22:48.364000Z \"forward\" \"-\" \
         \"-\" \"10.0.0.1:80\" \"200\" \"-\" \"-\"\n"
    )
}

/// A log of `count` lines.
pub fn log(count: usize) -> String {
    (1..=count).map(line).collect()
}

/// A gzip member of one stored block without its trailer, as a download cut short leaves it.
pub fn cut_gzip(text: &str) -> Vec<u8> {
    let length = u16::try_from(text.len()).expect("a short text");
    let mut gzip = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff, 1];
    gzip.extend(length.to_le_bytes());
    gzip.extend((!length).to_le_bytes());
    gzip.extend(text.as_bytes());
    gzip
}

/// The built command.
pub fn albatross() -> Command {
    Command::new(env!("CARGO_BIN_EXE_albatross"))
}

/// How `albatross ingest` ended.
pub struct Run {
    pub status: Option<i32>,
    pub report: Value,
    pub stderr: String,
}

/// Runs a subcommand with the two servers as its bucket `logs` and its engine.
pub fn run(subcommand: &str, s3: &Server, engine: &Server) -> Output {
    command(subcommand, s3, engine).output().expect("the command starts")
}

/// A subcommand with the two servers as its bucket `logs` and its engine.
pub fn command(subcommand: &str, s3: &Server, engine: &Server) -> Command {
    let mut command = albatross();
    configure(command.arg(subcommand), s3, engine);
    command
}

/// The two servers as bucket `logs` and engine, and nothing inherited.
pub fn configure(command: &mut Command, s3: &Server, engine: &Server) {
    command
        .env_clear()
        .env("ALBATROSS_BUCKET", "logs")
        .env("ALBATROSS_SETTLE", "delete")
        .env("ALBATROSS_ENDPOINT", engine.url())
        .env("ALBATROSS_USERNAME", "elastic")
        .env("ALBATROSS_PASSWORD", "hunter2")
        .env("AWS_ENDPOINT_URL_S3", s3.url())
        .env("AWS_REGION", "eu-west-1")
        .env("AWS_ACCESS_KEY_ID", "key")
        .env("AWS_SECRET_ACCESS_KEY", "secret");
}

/// Runs one sweep.
pub fn ingest(s3: &Server, engine: &Server) -> Run {
    ingest_with(s3, engine, &[])
}

/// The same, with more variables.
pub fn ingest_with(s3: &Server, engine: &Server, variables: &[(&str, &str)]) -> Run {
    report_of(command("ingest", s3, engine).envs(variables.iter().copied()))
}

/// The name of the folder of a deployment.
pub fn deployment(s3: &Server, engine: &Server, variables: &[(&str, &str)]) -> String {
    let status = report_of(command("status", s3, engine).envs(variables.iter().copied()));
    let folder = status.report["folder"].as_str().expect("a folder").to_owned();
    folder.trim_end_matches('/').rsplit('/').next().expect("a name").to_owned()
}

/// Runs a command that prints a report.
pub fn report_of(command: &mut Command) -> Run {
    run_of(command.output().expect("the command starts"))
}

/// What a command that prints a report came to.
fn run_of(output: Output) -> Run {
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    let (stdout, stderr) = (text(output.stdout), text(output.stderr));
    for shown in [&stdout, &stderr] {
        assert!(!shown.contains("hunter2"), "a secret came to light: {shown}");
    }
    Run { status: output.status.code(), report: serde_json::from_str(&stdout).unwrap_or_default(), stderr }
}
