//! Why a line is not a record: what, which field, where.

use super::Format;
use std::fmt;

/// A range of bytes in a line, half open, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The span from `start` to `end`; lines are bounded far below 4 GiB, so an offset beyond saturates.
    pub(crate) fn new(start: usize, end: usize) -> Self {
        let clamp = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self { start: clamp(start), end: clamp(end) }
    }

    /// The bytes of `line` that the span covers; empty when it lies outside.
    pub fn of(self, line: &[u8]) -> &[u8] {
        line.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

/// What is wrong with a line. [`ErrorKind::code`] is the stable name; new kinds may be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The line ended before the fields every version of its format has.
    TooFewFields {
        /// Fields found.
        found: u16,
        /// Fewest fields the format ever had.
        expected: u16,
    },
    /// Two separators in a row, or one at the line's start or end.
    EmptyField,
    /// A quoted field whose closing quote is missing.
    UnclosedQuote,
    /// A closing quote that is followed by something other than a space or the line's end.
    TextAfterQuote,
    /// A quoted field where the format has a bare one.
    UnexpectedQuote,
    /// A bare field where the format has a quoted one.
    MissingQuote,
    /// A quoted field in quotes that a word processor or a blog has made curly.
    CurlyQuote,
    /// Values that may hold the delimiter stand without quotes, so that nobody can tell where one ends.
    Delimiter,
    /// `-` where a value is always present.
    MissingValue,
    /// A line that names its columns, without the one that nothing can stand for: the time.
    MissingColumn,
    /// Not the name of a protocol: an open set, but a short word of letters and digits.
    BadType,
    /// Not a time as AWS writes it (RFC 3339, UTC); the line's own also where no engine holds it, before 1970 or after
    /// April 2262.
    BadTime,
    /// Not a whole number.
    BadNumber,
    /// Not an HTTP status (one to three digits).
    BadStatus,
    /// Not the two times between which a certificate is valid.
    BadValidity,
    /// Not a duration: decimal seconds, or -1.
    BadDuration,
    /// Not an IP address and a port, joined by the last colon.
    BadEndpoint,
    /// Not an IP address.
    BadAddress,
    /// Not a port (0 to 65535).
    BadPort,
    /// The line is longer than the limit; only its beginning was kept.
    LineTooLong {
        /// The limit, in bytes.
        limit: u32,
    },
    /// A line of something else, which is recognised.
    ForeignLine(Foreign),
    /// A line of a format that the schema has no documents for.
    OtherFormat(Format),
    /// A line of a time for which the schema has no index.
    OtherCentury,
    /// A line that begins as a JSON object does, and is none.
    BadJson,
}

/// What a line is that is no load balancer's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Foreign {
    /// Amazon S3, "Server access log format".
    #[error("an S3 server access log line")]
    S3Access,
    /// Amazon CloudFront, "Standard log file format".
    #[error("a CloudFront log line")]
    CloudFront,
    /// The lines at the head of a log in the W3C format.
    #[error("the header of a W3C log that is no load balancer's, such as CloudFront's")]
    W3cHeader,
    /// Amazon VPC, "Flow log records".
    #[error("a VPC flow log line")]
    VpcFlow,
    /// AWS WAF, "Log fields".
    #[error("an AWS WAF log line")]
    Waf,
    /// AWS CloudTrail, "Record contents".
    #[error("a CloudTrail record")]
    CloudTrail,
    /// Something that AWS never wrote.
    #[error("a Classic Load Balancer line with a target group, which only other load balancers have")]
    MixedClassic,
}

impl ErrorKind {
    /// The stable name of this kind, for machines.
    pub fn code(self) -> &'static str {
        match self {
            Self::TooFewFields { .. } => "too_few_fields",
            Self::EmptyField => "empty_field",
            Self::UnclosedQuote => "unclosed_quote",
            Self::TextAfterQuote => "text_after_quote",
            Self::UnexpectedQuote => "unexpected_quote",
            Self::MissingQuote => "missing_quote",
            Self::CurlyQuote => "curly_quote",
            Self::Delimiter => "delimiter",
            Self::MissingValue => "missing_value",
            Self::MissingColumn => "missing_column",
            Self::BadType => "bad_type",
            Self::BadTime => "bad_time",
            Self::BadNumber => "bad_number",
            Self::BadStatus => "bad_status",
            Self::BadValidity => "bad_validity",
            Self::BadDuration => "bad_duration",
            Self::BadEndpoint => "bad_endpoint",
            Self::BadAddress => "bad_address",
            Self::BadPort => "bad_port",
            Self::LineTooLong { .. } => "line_too_long",
            Self::ForeignLine(_) => "foreign_line",
            Self::OtherFormat(_) => "other_format",
            Self::OtherCentury => "other_century",
            Self::BadJson => "bad_json",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooFewFields { found, expected } => {
                write!(f, "the line has {found} fields, expected at least {expected}")
            }
            Self::EmptyField => f.write_str("empty field: fields are separated by exactly one space"),
            Self::UnclosedQuote => f.write_str("the closing quote is missing: the line is cut"),
            Self::TextAfterQuote => f.write_str("expected a space after the closing quote"),
            Self::UnexpectedQuote => f.write_str("expected a value without quotes"),
            Self::MissingQuote => f.write_str("expected a value in quotes"),
            Self::CurlyQuote => f.write_str(
                "expected a value in straight quotes: curly quotes come from a blog or a word processor, take the line from the log",
            ),
            Self::Delimiter => f.write_str(
                "values that may hold the delimiter stand without quotes: let AWS deliver with tabs between the \
                 fields, or as JSON",
            ),
            Self::MissingValue => f.write_str("expected a value, found \"-\""),
            Self::MissingColumn => f.write_str("the column is missing, and without it a line is no event"),
            Self::BadType => f.write_str("expected a protocol such as https"),
            Self::BadTime => f.write_str("expected a UTC time such as 2026-09-23T07:15:26.379899Z, from 1970 to 2262"),
            Self::BadNumber => f.write_str("expected a whole number"),
            Self::BadStatus => f.write_str("expected a status of one to three digits, or \"-\""),
            Self::BadValidity => f.write_str("expected NotBefore=TIME;NotAfter=TIME in UTC"),
            Self::BadDuration => f.write_str("expected decimal seconds such as 0.042, or -1"),
            Self::BadEndpoint => f.write_str("expected ip:port"),
            Self::BadAddress => f.write_str("expected an IPv4 or IPv6 address"),
            Self::BadPort => f.write_str("expected a port from 0 to 65535"),
            Self::LineTooLong { limit } => write!(f, "the line is longer than {limit} bytes"),
            Self::ForeignLine(foreign) => write!(f, "this is {foreign}"),
            Self::OtherFormat(format) => write!(
                f,
                "this is a line of the format {}, and the schema network-log takes alb_access only: use the schema ecs",
                format.code()
            ),
            Self::OtherCentury => {
                f.write_str("the schema network-log has indices for the years 2000 to 2099 only: use the schema ecs")
            }
            Self::BadJson => f.write_str("expected a JSON object"),
        }
    }
}

/// Why a line could not be read, small enough to return by value.
///
/// `Display` is the message alone; the position is in [`field`](Self::field) and [`span`](Self::span).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub struct ParseError {
    /// What is wrong.
    pub kind: ErrorKind,
    /// AWS's name of the field, where one is meant.
    pub field: Option<&'static str>,
    /// Where in the line.
    pub span: Span,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(field) = self.field {
            write!(f, "{field}: ")?;
        }
        self.kind.fmt(f)
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};
    use std::fmt::Write;
    use std::fs;
    use std::path::{Path, PathBuf};

    /// The kind after another one, and so all of them: the compiler asks for a new one here.
    fn after(kind: ErrorKind) -> Option<ErrorKind> {
        Some(match kind {
            ErrorKind::TooFewFields { .. } => ErrorKind::EmptyField,
            ErrorKind::EmptyField => ErrorKind::UnclosedQuote,
            ErrorKind::UnclosedQuote => ErrorKind::TextAfterQuote,
            ErrorKind::TextAfterQuote => ErrorKind::UnexpectedQuote,
            ErrorKind::UnexpectedQuote => ErrorKind::MissingQuote,
            ErrorKind::MissingQuote => ErrorKind::CurlyQuote,
            ErrorKind::CurlyQuote => ErrorKind::Delimiter,
            ErrorKind::Delimiter => ErrorKind::MissingValue,
            ErrorKind::MissingValue => ErrorKind::MissingColumn,
            ErrorKind::MissingColumn => ErrorKind::BadType,
            ErrorKind::BadType => ErrorKind::BadTime,
            ErrorKind::BadTime => ErrorKind::BadNumber,
            ErrorKind::BadNumber => ErrorKind::BadStatus,
            ErrorKind::BadStatus => ErrorKind::BadValidity,
            ErrorKind::BadValidity => ErrorKind::BadDuration,
            ErrorKind::BadDuration => ErrorKind::BadEndpoint,
            ErrorKind::BadEndpoint => ErrorKind::BadAddress,
            ErrorKind::BadAddress => ErrorKind::BadPort,
            ErrorKind::BadPort => ErrorKind::LineTooLong { limit: 0 },
            ErrorKind::LineTooLong { .. } => ErrorKind::ForeignLine(Foreign::S3Access),
            ErrorKind::ForeignLine(foreign) => ErrorKind::ForeignLine(match foreign {
                Foreign::S3Access => Foreign::CloudFront,
                Foreign::CloudFront => Foreign::W3cHeader,
                Foreign::W3cHeader => Foreign::VpcFlow,
                Foreign::VpcFlow => Foreign::Waf,
                Foreign::Waf => Foreign::CloudTrail,
                Foreign::CloudTrail => Foreign::MixedClassic,
                Foreign::MixedClassic => return Some(ErrorKind::OtherFormat(Format::AlbConnection)),
            }),
            ErrorKind::OtherFormat(_) => ErrorKind::OtherCentury,
            ErrorKind::OtherCentury => ErrorKind::BadJson,
            ErrorKind::BadJson => return None,
        })
    }

    /// The code, and of lines of something else what they are.
    fn name(kind: ErrorKind) -> String {
        match kind {
            ErrorKind::ForeignLine(_) => format!("{}: {kind}", kind.code()),
            _ => kind.code().to_owned(),
        }
    }

    /// The fixtures that have each kind of rejection.
    fn in_fixtures(folder: &Path, prefix: &str, found: &mut BTreeMap<String, BTreeSet<String>>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let Some(fixture) = file.strip_suffix(".rejected.ndjson") else { continue };
            for line in fs::read_to_string(&path).expect("a golden file").lines() {
                let told: serde_json::Value = serde_json::from_str(line).expect("JSON");
                let (code, message) = (told["code"].as_str().expect("a code"), told["message"].as_str());
                let kind = match code {
                    "foreign_line" => format!("{code}: {}", message.expect("a message")),
                    _ => code.to_owned(),
                };
                found.entry(kind).or_default().insert(format!("{prefix}{fixture}"));
            }
        }
    }

    /// `rejections.txt` says where. `UPDATE_GOLDEN=1` writes it anew.
    #[test]
    fn every_kind_of_rejection_is_in_a_fixture() {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures");
        let mut found = BTreeMap::new();
        in_fixtures(&folder, "", &mut found);
        in_fixtures(&folder.join("network-log"), "network-log/", &mut found);
        let mut table = String::new();
        let mut next = Some(ErrorKind::TooFewFields { found: 0, expected: 0 });
        while let Some(kind) = next {
            next = after(kind);
            let kind = name(kind);
            let fixtures = found.remove(&kind).unwrap_or_else(|| panic!("no fixture has {kind}"));
            let fixtures = fixtures.into_iter().collect::<Vec<_>>().join(", ");
            writeln!(table, "{kind} — {fixtures}").expect("a string takes everything");
        }
        assert!(found.is_empty(), "unknown kinds in fixtures: {found:?}");
        let path = folder.join("rejections.txt");
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(&path, &table).expect("a file");
        }
        assert_eq!(table, fs::read_to_string(path).unwrap_or_default());
    }
}
