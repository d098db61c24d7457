//! A line that could not be read, and how it is told.

use super::kept::write_raw;
use crate::document::write_string;
use crate::format::{Excerpt, Message, ParseError};
use crate::lines::Line;
use std::fmt;

/// A line that could not be read, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rejection<'a> {
    /// The line.
    pub line: Line<'a>,
    /// The first thing that is wrong with it.
    pub error: ParseError,
}

impl Rejection<'_> {
    /// Field, what was expected and what was found, in one sentence.
    pub fn message(&self) -> String {
        Message { error: self.error, line: self.line.bytes }.to_string()
    }

    /// Appends the rejection as one JSON object, without line ending: `file`, then the
    /// [members](Self::write_members).
    pub fn write_json(&self, file: &str, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"file\":");
        write_string(file, out);
        out.push(b',');
        self.write_members(out);
        out.push(b'}');
    }

    /// Appends the members of a JSON object, without braces:
    /// `"line","offset","length","code","field","span","message"`, and last the line's bytes, exactly, as `"raw"` or
    /// `"raw_base64"`. A [`KeptLine`](super::KeptLine) reads the line back.
    pub fn write_members(&self, out: &mut Vec<u8>) {
        let Self { line, error } = self;
        let mut number = itoa::Buffer::new();
        for (key, value) in
            [(&b"\"line\":"[..], line.number), (b",\"offset\":", line.offset), (b",\"length\":", line.length)]
        {
            out.extend_from_slice(key);
            out.extend_from_slice(number.format(value).as_bytes());
        }
        out.extend_from_slice(b",\"code\":");
        write_string(error.kind.code(), out);
        out.extend_from_slice(b",\"field\":");
        match error.field {
            Some(field) => write_string(field, out),
            None => out.extend_from_slice(b"null"),
        }
        out.extend_from_slice(format!(",\"span\":[{},{}],\"message\":", error.span.start, error.span.end).as_bytes());
        write_string(&self.message(), out);
        out.push(b',');
        write_raw(line.bytes, out);
    }
}

/// Three lines for a terminal, the last without its end: place and message, the piece of the line, a caret under what is
/// wrong.
impl fmt::Display for Rejection<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, error } = self;
        writeln!(
            f,
            "line {} (byte {} of the log): {} [{}]",
            line.number,
            line.offset,
            self.message(),
            error.kind.code()
        )?;
        Excerpt { line: line.bytes, span: error.span }.fmt(f)
    }
}
