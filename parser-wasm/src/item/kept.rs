//! A line that is kept outside its log, to be read again later: exactly, whatever its bytes are.

use crate::document::write_string;
use crate::lines::Line;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

/// A line with its place, as members of a JSON object: `line`, `offset`, `length`, and its bytes as `raw` (text) or,
/// where they are not UTF-8, `raw_base64` (RFC 4648, section 4, padded). Other members are left to others, such as
/// those of a [`Rejection`](super::Rejection).
///
/// ```
/// use parser_wasm::KeptLine;
/// let kept: KeptLine = serde_json::from_str(r#"{"line":7,"offset":90,"length":2,"raw":"hi","code":"bad_time"}"#)?;
/// assert_eq!(kept.line().bytes, b"hi");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Members", into = "Members")]
pub struct KeptLine {
    number: u64,
    offset: u64,
    length: u64,
    bytes: Vec<u8>,
}

/// Why members are not those of a line.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeptLineError {
    /// The bytes are missing, or there twice.
    #[error("a kept line has either \"raw\" or \"raw_base64\"")]
    Raw,
    /// The bytes cannot be decoded.
    #[error("\"raw_base64\" is not base64: {0}")]
    Base64(#[from] base64::DecodeError),
    /// The whole line is shorter than what was kept of it.
    #[error("\"length\" is {length}, but {kept} bytes of the line were kept")]
    Length {
        /// What `length` says, in bytes.
        length: u64,
        /// Bytes that are there.
        kept: u64,
    },
}

#[derive(Serialize, Deserialize)]
struct Members {
    line: u64,
    offset: u64,
    length: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    raw: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    raw_base64: Option<String>,
}

impl KeptLine {
    /// Keeps a line.
    pub fn of(line: &Line<'_>) -> Self {
        let Line { number, offset, bytes, length } = *line;
        Self { number, offset, length, bytes: bytes.to_vec() }
    }

    /// The line, as it was read from its log.
    pub fn line(&self) -> Line<'_> {
        Line { number: self.number, offset: self.offset, bytes: &self.bytes, length: self.length }
    }
}

impl From<KeptLine> for Members {
    fn from(kept: KeptLine) -> Self {
        let KeptLine { number: line, offset, length, bytes } = kept;
        let (raw, raw_base64) = match String::from_utf8(bytes) {
            Ok(text) => (Some(text), None),
            Err(error) => (None, Some(STANDARD.encode(error.as_bytes()))),
        };
        Self { line, offset, length, raw, raw_base64 }
    }
}

impl TryFrom<Members> for KeptLine {
    type Error = KeptLineError;

    fn try_from(members: Members) -> Result<Self, KeptLineError> {
        let Members { line: number, offset, length, raw, raw_base64 } = members;
        let bytes = match (raw, raw_base64) {
            (Some(text), None) => text.into_bytes(),
            (None, Some(base64)) => STANDARD.decode(base64)?,
            (None, None) | (Some(_), Some(_)) => return Err(KeptLineError::Raw),
        };
        let kept = bytes.len() as u64;
        if length < kept {
            return Err(KeptLineError::Length { length, kept });
        }
        Ok(Self { number, offset, length, bytes })
    }
}

/// Appends the member that holds a line's bytes, `raw` or `raw_base64`.
pub(super) fn write_raw(bytes: &[u8], out: &mut Vec<u8>) {
    match std::str::from_utf8(bytes) {
        Ok(text) => {
            out.extend_from_slice(b"\"raw\":");
            write_string(text, out);
        }
        Err(_) => {
            out.extend_from_slice(b"\"raw_base64\":");
            write_string(&STANDARD.encode(bytes), out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{ErrorKind, ParseError, Span};
    use crate::{ItemWriter, LineOutcome, Rejection, Settings, Source};

    const LINES: [&[u8]; 5] = [b"", b"plain", b"quote \" nul \0 cr \r esc \x1B", "é 😀".as_bytes(), b"\xFF \xC3"];

    #[test]
    fn a_kept_line_is_the_same_line() {
        for bytes in LINES {
            let line = Line { number: 3, offset: 70, bytes, length: 300_000 };
            let json = serde_json::to_string(&KeptLine::of(&line)).expect("JSON");
            assert_eq!(serde_json::from_str::<KeptLine>(&json).expect("a kept line").line(), line, "{json}");

            let error = ParseError { kind: ErrorKind::BadTime, field: Some("time"), span: Span { start: 5, end: 9 } };
            let mut json = b"{\"bucket\":\"b\",\"key\":\"k\",".to_vec();
            Rejection { line, error }.write_members(&mut json);
            json.push(b'}');
            assert_eq!(serde_json::from_slice::<KeptLine>(&json).expect("a kept line").line(), line);
        }
    }

    #[test]
    fn a_replayed_line_has_its_item() {
        let bytes = br#"http 2026-11-23T00:00:00.000001Z app/a/1 192.0.2.1:1 - -1 -1 -1 404 - 1 2 "GET http://a.example:80/ HTTP/1.1" "-" - - -"#;
        let line = Line { number: 3, offset: 70, bytes, length: bytes.len() as u64 };
        let writer = ItemWriter::new(&Settings::default(), &Source::s3("b", "k.log"), &crate::Knowledge::default());
        let (mut first, mut again) = (Vec::new(), Vec::new());
        assert!(matches!(writer.write(&line, &mut first), LineOutcome::Item(_)));
        let kept = KeptLine::of(&line);
        assert!(matches!(writer.write(&kept.line(), &mut again), LineOutcome::Item(_)));
        assert_eq!(first, again);
    }

    #[test]
    fn the_members_of_a_rejection() {
        let line = Line { number: 3, offset: 70, bytes: b"a\xFF", length: 2 };
        let error = ParseError { kind: ErrorKind::EmptyField, field: None, span: Span { start: 0, end: 1 } };
        let mut out = Vec::new();
        Rejection { line, error }.write_members(&mut out);
        assert_eq!(
            String::from_utf8_lossy(&out),
            r#""line":3,"offset":70,"length":2,"code":"empty_field","field":null,"span":[0,1],"message":"empty field: fields are separated by exactly one space","raw_base64":"Yf8=""#
        );
    }

    #[test]
    fn what_is_no_line_is_refused() {
        for (members, why) in [
            (r#""length":1"#, "either"),
            (r#""length":1,"raw":"a","raw_base64":"YQ==""#, "either"),
            (r#""length":1,"raw_base64":"?""#, "not base64"),
            (r#""length":1,"raw":"ab""#, "2 bytes"),
        ] {
            let json = format!(r#"{{"line":1,"offset":0,{members}}}"#);
            let error = serde_json::from_str::<KeptLine>(&json).expect_err("no line").to_string();
            assert!(error.contains(why), "{error}");
        }
    }
}
