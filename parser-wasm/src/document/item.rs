//! From a line to a bulk item: the one function that page, command and Lambda call.

use super::ecs::{self, Context};
use super::id::{object_id, write_id};
use super::json::write_string;
use super::settings::Settings;
use super::source::Source;
use crate::error::{ErrorKind, ParseError, Span};
use crate::format::AlbAccess;
use crate::lines::Line;
use crate::text::Text;
use std::ops::Range;

/// Turns the lines of one source into bulk items.
#[derive(Debug)]
pub struct ItemWriter {
    index: String,
    object: [u8; 16],
    context: Context,
}

/// What became of a line.
#[derive(Debug, Clone, PartialEq)]
pub enum LineOutcome<'a> {
    /// It is a document, appended to the output.
    Item(Item),
    /// It holds no event, by design.
    Skipped(Skip),
    /// It could not be read.
    Rejected(Rejection<'a>),
}

/// Where in the output an item stands: `action LF document LF`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The action line, without LF.
    pub action: Range<usize>,
    /// The document line, without LF.
    pub document: Range<usize>,
}

/// A line that is not meant to be a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skip {
    /// Nothing but white space.
    Blank,
    /// The line that AWS writes into a test file when logging is switched on.
    Control,
}

/// A line that could not be read, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rejection<'a> {
    /// The line.
    pub line: Line<'a>,
    /// The first thing that is wrong with it.
    pub error: ParseError,
}

impl ItemWriter {
    /// A writer for the lines of `source`.
    pub fn new(settings: &Settings, source: &Source) -> Self {
        Self {
            index: settings.index.clone(),
            object: object_id(source.base_name()),
            context: Context::new(settings, source),
        }
    }

    /// Appends the line's action and document to `out`, or appends nothing and says why.
    pub fn write<'a>(&self, line: &Line<'a>, out: &mut Vec<u8>) -> LineOutcome<'a> {
        match read(line) {
            Ok(record) => LineOutcome::Item(self.item(line, &record, out)),
            Err(Unread::Skipped(skip)) => LineOutcome::Skipped(skip),
            Err(Unread::Rejected(error)) => LineOutcome::Rejected(Rejection { line: *line, error }),
        }
    }

    fn item(&self, line: &Line<'_>, record: &AlbAccess<'_>, out: &mut Vec<u8>) -> Item {
        let start = out.len();
        out.extend_from_slice(br#"{"create":{"_index":""#);
        out.extend_from_slice(self.index.as_bytes());
        let [year, month, day] = record.time.date();
        for (separator, part) in [(b'-', year), (b'.', month), (b'.', day)] {
            out.push(separator);
            out.extend_from_slice(part.as_bytes());
        }
        out.extend_from_slice(br#"","_id":""#);
        write_id(&self.object, line.number, line.bytes, out);
        out.extend_from_slice(br#""}}"#);
        let action = start..out.len();
        out.push(b'\n');
        let start = out.len();
        ecs::write(record, line, &self.context, out);
        let document = start..out.len();
        out.push(b'\n');
        Item { action, document }
    }
}

/// Why a line gave no record.
pub(crate) enum Unread {
    Skipped(Skip),
    Rejected(ParseError),
}

/// The record in a line.
pub(crate) fn read<'a>(line: &Line<'a>) -> Result<AlbAccess<'a>, Unread> {
    if line.bytes.trim_ascii().is_empty() && !line.is_cut() {
        return Err(Unread::Skipped(Skip::Blank));
    }
    // `Enable AccessLog for ELB: app/NAME/ID at 2025-05-30T16:47:00.781Z`
    if line.bytes.starts_with(b"Enable ") && memchr::memmem::find(line.bytes, b" for ELB: ").is_some() {
        return Err(Unread::Skipped(Skip::Control));
    }
    if line.is_cut() {
        let span = Span::new(0, line.bytes.len());
        let kind = ErrorKind::LineTooLong { limit: span.end };
        return Err(Unread::Rejected(ParseError { kind, field: None, span }));
    }
    AlbAccess::parse(line.bytes).map_err(Unread::Rejected)
}

impl Rejection<'_> {
    /// Appends the rejection as one JSON object, without line ending:
    /// `{"file","line","offset","code","field","span","message","raw"}`.
    pub fn write_json(&self, file: &str, out: &mut Vec<u8>) {
        let Self { line, error } = self;
        let mut number = itoa::Buffer::new();
        out.extend_from_slice(b"{\"file\":");
        write_string(file, out);
        out.extend_from_slice(b",\"line\":");
        out.extend_from_slice(number.format(line.number).as_bytes());
        out.extend_from_slice(b",\"offset\":");
        out.extend_from_slice(number.format(line.offset).as_bytes());
        out.extend_from_slice(b",\"code\":");
        write_string(error.kind.code(), out);
        out.extend_from_slice(b",\"field\":");
        match error.field {
            Some(field) => write_string(field, out),
            None => out.extend_from_slice(b"null"),
        }
        out.extend_from_slice(format!(",\"span\":[{},{}],\"message\":", error.span.start, error.span.end).as_bytes());
        write_string(&error.to_string(), out);
        out.extend_from_slice(b",\"raw\":");
        write_string(&Text(line.bytes).as_logged(), out);
        out.push(b'}');
    }
}
