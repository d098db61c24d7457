//! The one door to standard output and standard error. What comes from outside goes through it as [`plain`] text.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this is the door")]

use std::fmt::Display;
use std::io::{self, Write};

use serde::Serialize;
use tracing_subscriber::fmt::MakeWriter;

use crate::plain::{self, Plain};

/// Says something to a person, on one line of standard error.
pub(crate) fn say(message: &dyn Display) {
    eprintln!("albatross: {}", Plain(message));
}

/// Says something of our own making on several lines of standard error.
pub(crate) fn note(text: &dyn Display) {
    text.to_string().lines().for_each(|line| eprintln!("{}", Plain(line)));
}

/// Prints something of our own making on several lines of standard output.
///
/// # Errors
/// When nobody reads it.
pub(crate) fn text(text: &dyn Display) -> io::Result<()> {
    text.to_string().lines().try_for_each(|line| writeln!(io::stdout(), "{}", Plain(line)))
}

/// Prints a file on standard output as it is.
///
/// # Errors
/// When nobody reads it.
pub(crate) fn file(file: &[u8]) -> io::Result<()> {
    io::stdout().write_all(file)
}

/// Prints a report as one line of JSON on standard output.
///
/// # Errors
/// When nobody reads it.
pub(crate) fn report(report: &impl Serialize) -> io::Result<()> {
    let json = serde_json::to_string(report)?;
    writeln!(io::stdout(), "{}", plain::json(&json))
}

/// Writes metrics, one line of JSON, where Lambda's log reads them.
pub(crate) fn metrics(metrics: &serde_json::Value) {
    println!("{}", plain::json(&metrics.to_string()));
}

/// Standard error for lines of JSON.
pub(crate) struct JsonLines;

impl Write for JsonLines {
    fn write(&mut self, lines: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(lines);
        io::stderr().write_all(plain::json(&text).as_bytes())?;
        Ok(lines.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

impl<'a> MakeWriter<'a> for JsonLines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        Self
    }
}
