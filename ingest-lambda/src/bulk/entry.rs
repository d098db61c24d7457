//! An entry of the quarantine: one JSON object a line, from which the line can be sent again.

use parser_wasm::{KeptLine, Line, Rejection};
use serde::Serialize;
use serde_json::value::RawValue;

/// Where a line comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Origin {
    bucket: String,
    key: String,
    etag: String,
}

/// What the engine had against a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// The item's HTTP status, or the request's; 0 where no answer came.
    pub status: u16,
    /// `error.type`.
    #[serde(rename = "type")]
    pub kind: String,
    /// `error.reason`.
    pub reason: String,
}

#[derive(Serialize)]
struct RefusedDocument<'a> {
    #[serde(flatten)]
    origin: &'a Origin,
    #[serde(flatten)]
    line: KeptLine,
    code: &'static str,
    message: String,
    engine: &'a Refusal,
    document: Option<&'a RawValue>,
}

impl Origin {
    /// An object in S3, as it was read.
    #[must_use]
    pub fn new(bucket: &str, key: &str, etag: &str) -> Self {
        let etag = etag.trim_matches('"');
        Self { bucket: bucket.to_owned(), key: key.to_owned(), etag: etag.to_owned() }
    }

    /// The object's key.
    pub(super) fn key(&self) -> &str {
        &self.key
    }

    /// Appends the entry of a line that could not be parsed.
    pub(super) fn write_rejection(&self, rejection: &Rejection<'_>, out: &mut Vec<u8>) {
        // Of types that are always JSON: `{"bucket":…,"key":…,"etag":…}`, left open.
        let origin = serde_json::to_vec(self).unwrap_or_default();
        out.extend_from_slice(origin.strip_suffix(b"}").unwrap_or_default());
        out.push(b',');
        rejection.write_members(out);
        out.extend_from_slice(b"}\n");
    }

    /// Appends the entry of a line whose document the engine refused.
    pub(super) fn write_refusal(&self, line: &Line<'_>, refusal: &Refusal, document: &[u8], out: &mut Vec<u8>) {
        let code = if refusal.is_too_big() { "too_large_for_engine" } else { "rejected_by_engine" };
        let entry = RefusedDocument {
            origin: self,
            line: KeptLine::of(line),
            code,
            message: refusal.to_string(),
            engine: refusal,
            document: serde_json::from_slice(document).ok(),
        };
        if serde_json::to_writer(&mut *out, &entry).is_ok() {
            out.push(b'\n');
        }
    }
}

impl Refusal {
    /// No answer came to a request with it.
    pub(super) fn without_answer(why: String) -> Self {
        Self { status: 0, kind: String::new(), reason: why }
    }

    /// Whether waiting is no remedy: it says no, and means it.
    pub(super) fn is_final(&self) -> bool {
        matches!(self.status, 400..500) && !matches!(self.status, 408 | 429)
    }

    /// Whether its size is what was wrong.
    pub(super) fn is_too_big(&self) -> bool {
        self.status == 413
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.kind.as_str(), self.reason.as_str()) {
            ("", "") => write!(f, "item status {}", self.status),
            ("", reason) => f.write_str(reason),
            (kind, "") => f.write_str(kind),
            (kind, reason) => write!(f, "{kind}: {reason}"),
        }
    }
}
