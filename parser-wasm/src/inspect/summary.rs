//! What the page is told: small structures, numbers as JavaScript has them.

use super::columns::{Cells, Columns};
use super::histogram::CLASSES;
use super::shown::Shown;
use crate::enrich::{Decider, Latency, Reason};
use crate::format::{Message, ParseError, Record};
use crate::record::{Endpoint, HealthTarget};
use crate::text::Text;
use serde::Serialize;

/// How far reading has come.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Progress {
    /// Rows so far.
    pub rows: f64,
    /// Rejected lines so far.
    pub rejected: f64,
    /// Blank and control lines so far.
    pub skipped: f64,
    /// Bytes of log so far.
    pub inflated_bytes: f64,
}

/// One file's part in the data set.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FileSummary {
    /// The file's name.
    pub name: String,
    /// `s3://bucket/key`, if one was given.
    pub source: Option<String>,
    /// Rows.
    pub rows: f64,
    /// Rejected lines.
    pub rejected: f64,
    /// Blank lines.
    pub blank: f64,
    /// Control lines of AWS's test files.
    pub control: f64,
    /// Bytes of log.
    pub inflated_bytes: f64,
    /// What was found around lines and taken off, in sentences.
    pub told: Vec<String>,
    /// What is wrong with the file as a whole.
    pub damage: Option<String>,
}

/// How often a verdict was given.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VerdictCount {
    /// Who decided; absent where the line does not tell.
    pub by: Option<&'static str>,
    /// Why.
    pub reason: &'static str,
    /// Rows.
    pub count: f64,
}

/// Counts over the whole data set.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// Rows.
    pub rows: f64,
    /// Rejected lines.
    pub rejected: f64,
    /// Blank lines.
    pub blank: f64,
    /// Control lines.
    pub control: f64,
    /// Bytes of log.
    pub inflated_bytes: f64,
    /// The earliest row's time in milliseconds since 1970.
    pub first_ms: Option<f64>,
    /// The latest row's time.
    pub last_ms: Option<f64>,
    /// Rows without status, and of 1xx to 5xx.
    pub status_classes: [f64; CLASSES],
    /// Verdicts, the commonest first.
    pub verdicts: Vec<VerdictCount>,
    /// The files, in the order they were opened.
    pub files: Vec<FileSummary>,
    /// The settings' digest.
    pub settings_digest: String,
}

pub(crate) fn summarize(columns: &Columns, files: Vec<FileSummary>, settings_digest: String) -> Summary {
    let mut status_classes = [0.0; CLASSES];
    let mut span: Option<(i64, i64)> = None;
    for (time, class) in columns.times_and_classes() {
        span = Some(span.map_or((time, time), |(first, last)| (first.min(time), last.max(time))));
        if let Some(count) = status_classes.get_mut(class) {
            *count += 1.0;
        }
    }
    let mut counts = vec![0_u64; Reason::ALL.len()];
    for reason in columns.reasons() {
        if let Some(count) = counts.get_mut(reason as usize) {
            *count += 1;
        }
    }
    let mut verdicts: Vec<_> = Reason::ALL
        .iter()
        .zip(counts)
        .filter(|(_, count)| *count > 0)
        .map(|(reason, count)| VerdictCount {
            by: reason.by().map(Decider::code),
            reason: reason.code(),
            count: count as f64,
        })
        .collect();
    verdicts.sort_by(|a, b| b.count.total_cmp(&a.count));
    let sum = |of: fn(&FileSummary) -> f64| files.iter().map(of).sum();
    Summary {
        rows: columns.len() as f64,
        rejected: sum(|file| file.rejected),
        blank: sum(|file| file.blank),
        control: sum(|file| file.control),
        inflated_bytes: sum(|file| file.inflated_bytes),
        first_ms: span.map(|(first, _)| first as f64 / 1000.0),
        last_ms: span.map(|(_, last)| last as f64 / 1000.0),
        status_classes,
        verdicts,
        files,
        settings_digest,
    }
}

/// One row of the table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// Its number in the data set, from 0.
    pub row: f64,
    /// Its file's number, from 0.
    pub file: f64,
    /// Its line number in the file, from 1.
    pub line: f64,
    /// Its format's name.
    pub format: &'static str,
    /// `time`, in UTC.
    pub time: String,
    /// `client:port`; empty for health checks.
    pub client: String,
    /// The request's method; empty when there is none.
    pub method: String,
    /// The request's URL; empty when there is none.
    pub url: String,
    /// `elb_status_code`.
    pub status: Option<u16>,
    /// `target_status_code`; of a health check its status.
    pub target_status: Option<u16>,
    /// `target:port`; empty when there is none.
    pub target: String,
    /// How long a request or a TLS connection took; of other connections the handshake.
    pub duration_ms: Option<f64>,
    /// `received_bytes`.
    pub received_bytes: Option<f64>,
    /// `sent_bytes`.
    pub sent_bytes: Option<f64>,
    /// Who decided the outcome; absent where the line does not tell.
    pub verdict_by: Option<&'static str>,
    /// Why.
    pub verdict_reason: &'static str,
    /// The client's name for itself; empty when there is none.
    pub user_agent: String,
}

impl Row {
    pub(crate) fn of(row: usize, file: usize, cells: &Cells, record: &Record<'_>) -> Self {
        let text = |text: Option<Text<'_>>| text.map(|text| text.decode().into_owned()).unwrap_or_default();
        let shown = Shown::of(record, Latency::of_request(record));
        Self {
            row: row as f64,
            file: file as f64,
            line: cells.line as f64,
            format: record.format().code(),
            time: format!("{}Z", record.time().text),
            client: shown.client.map(endpoint).unwrap_or_default(),
            method: text(shown.request.method),
            url: text(shown.request.url),
            status: cells.status,
            target_status: cells.target_status,
            target: match shown.target {
                Some(HealthTarget::Endpoint(target)) => endpoint(target),
                Some(HealthTarget::Arn(arn)) => text(Some(arn)),
                None => String::new(),
            },
            duration_ms: shown.duration_nanos.map(|nanos| nanos as f64 / 1e6),
            received_bytes: shown.received_bytes.map(|bytes| bytes as f64),
            sent_bytes: shown.sent_bytes.map(|bytes| bytes as f64),
            verdict_by: cells.reason.by().map(Decider::code),
            verdict_reason: cells.reason.code(),
            user_agent: text(shown.user_agent),
        }
    }
}

fn endpoint(endpoint: Endpoint<'_>) -> String {
    let Endpoint { address, port, .. } = endpoint;
    port.map_or_else(|| address.to_owned(), |port| format!("{address}:{port}"))
}

/// A line that could not be read.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RejectedLine {
    /// Its file's number, from 0.
    pub file: f64,
    /// Its line number in the file, from 1.
    pub line: f64,
    /// Where it begins in the inflated log.
    pub offset: f64,
    /// The error's stable code.
    pub code: &'static str,
    /// AWS's name of the field.
    pub field: Option<&'static str>,
    /// Where in the line, in bytes.
    pub span: [u32; 2],
    /// The error for a person.
    pub message: String,
    /// The line as logged.
    pub raw: String,
}

impl RejectedLine {
    pub(crate) fn of(file: usize, line: u64, offset: u64, error: ParseError, raw: &[u8]) -> Self {
        Self {
            file: file as f64,
            line: line as f64,
            offset: offset as f64,
            code: error.kind.code(),
            field: error.field,
            span: [error.span.start, error.span.end],
            message: Message { error, line: raw }.to_string(),
            raw: Text(raw).as_logged().into_owned(),
        }
    }
}
