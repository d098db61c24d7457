//! Log lines as JSON objects, one a line, with the columns' names: how AWS's newer delivery writes the same logs.
//!
//! Source: AWS, "Logs sent to Amazon S3" and the lists of fields there. Nobody has published a genuine line yet.

use super::columns::{Columns, Field};
use super::error::{ErrorKind, ParseError, Span};
use super::{
    AlbAccess, AlbConnection, AlbHealthCheck, Classic, Format, Hint, NlbTls, Record, alb_access, alb_connection,
    alb_health_check, classic, nlb_tls,
};
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// Room for the values of one JSON line, which cannot be borrowed from it as they stand.
#[derive(Debug, Default)]
pub struct Scratch {
    bytes: Vec<u8>,
    extra: Vec<Span>,
}

impl Scratch {
    fn keep(&mut self, value: &str) -> Span {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(value.as_bytes());
        Span::new(start, self.bytes.len())
    }
}

/// Reads a line that begins with a brace.
#[cold]
pub(super) fn read<'a>(line: &'a [u8], hint: Hint, scratch: &'a mut Scratch) -> Result<Record<'a>, ParseError> {
    let members = Members::of(line)?;
    Ok(match members.format(hint) {
        Format::AlbAccess => Record::AlbAccess(members.record(&alb_access::FIELDS, scratch, AlbAccess::of)?),
        Format::AlbConnection => {
            Record::AlbConnection(members.record(&alb_connection::FIELDS, scratch, AlbConnection::of)?)
        }
        Format::AlbHealthCheck => {
            Record::AlbHealthCheck(members.record(&alb_health_check::FIELDS, scratch, AlbHealthCheck::of)?)
        }
        Format::NlbTls => Record::NlbTls(members.record(&nlb_tls::FIELDS, scratch, NlbTls::of)?),
        Format::Classic => Record::Classic(members.record(&classic::FIELDS, scratch, Classic::of)?),
    })
}

/// The members of a line's object.
struct Members<'l> {
    line: &'l [u8],
    list: Vec<Member>,
}

struct Member {
    name: String,
    value: String,
    /// Where the value stands in the line, without its quotes.
    place: Span,
}

impl<'l> Members<'l> {
    fn of(line: &'l [u8]) -> Result<Self, ParseError> {
        let bad = |span| ParseError { kind: ErrorKind::BadJson, field: None, span };
        let raw: BTreeMap<String, &RawValue> = serde_json::from_slice(line).map_err(|error| {
            // The column is that of the last byte that was looked at, from 1.
            let at = if error.is_eof() { line.len() } else { error.column().saturating_sub(1).min(line.len()) };
            bad(Span::new(at, (at + 1).min(line.len())))
        })?;
        let member = |(name, value): (String, &'l RawValue)| {
            let value = value.get();
            // A raw value is a part of the line.
            let start = value.as_ptr().addr().saturating_sub(line.as_ptr().addr());
            let place = Span::new(start, start + value.len());
            match value.as_bytes().first() {
                Some(b'"') => {
                    let value = serde_json::from_str(value).map_err(|_| bad(place))?;
                    Ok(Member { name, value, place: Span { start: place.start + 1, end: place.end - 1 } })
                }
                Some(b'{' | b'[') => Err(bad(place)),
                Some(b'n') => Ok(Member { name, value: "-".to_owned(), place }),
                _ => Ok(Member { name, value: decimal(value), place }),
            }
        };
        Ok(Self { line, list: raw.into_iter().map(member).collect::<Result<_, _>>()? })
    }

    /// The format, of those that the type leaves, that has most of the names; among equals the one that is hinted at,
    /// then the first.
    fn format(&self, hint: Hint) -> Format {
        let hinted = match hint {
            Hint::Only(format) => return format,
            Hint::Named(format) => Some(format),
            Hint::None => None,
        };
        let score = |format: &Format| (self.known(*format), hinted == Some(*format));
        let best = |best: Format, format: Format| if score(&format) > score(&best) { format } else { best };
        let value = self.list.iter().find(|member| member.name == "type").map(|member| member.value.as_str());
        let fits = |format: &Format| match value {
            None | Some("" | "-") => true,
            Some("tls") => *format == Format::NlbTls,
            Some("ws" | "wss" | "grpcs") => *format == Format::AlbAccess,
            Some("lambda") => *format == Format::AlbHealthCheck,
            Some(_) => matches!(format, Format::AlbAccess | Format::AlbHealthCheck),
        };
        Format::ALL.into_iter().filter(fits).reduce(best).unwrap_or(Format::AlbAccess)
    }

    /// How many of the members the format has.
    fn known(&self, format: Format) -> usize {
        self.list.iter().filter(|member| position(format.fields(), &member.name).is_some()).count()
    }

    /// The record of these values. Errors are told in the line's own places.
    fn record<'a, const N: usize, R>(
        &self,
        fields: &'static [Field; N],
        scratch: &'a mut Scratch,
        record: impl Fn(&Columns<'a, N>) -> Result<R, ParseError>,
    ) -> Result<R, ParseError> {
        let mut spans = [None; N];
        for member in &self.list {
            match position(fields, &member.name).and_then(|column| spans.get_mut(column)) {
                Some(span) => *span = Some(scratch.keep(&member.value)),
                None => {
                    let span = scratch.keep(&format!("{}={}", member.name, member.value));
                    scratch.extra.push(span);
                }
            }
        }
        let scratch: &'a Scratch = scratch;
        record(&Columns::by_name(&scratch.bytes, fields, spans, &scratch.extra)).map_err(|error| {
            let is_meant = |member: &&Member| {
                position(fields, &member.name).and_then(|column| fields.get(column)).map(|field| field.name)
                    == error.field
            };
            let end = Span::new(self.line.len(), self.line.len());
            ParseError { span: self.list.iter().rfind(is_meant).map_or(end, |member| member.place), ..error }
        })
    }
}

/// A number as columns have it: JSON's writers like exponents for small ones, and `-1.0` for `-1`.
fn decimal(value: &str) -> String {
    match value.parse::<f64>() {
        Ok(number) if value.starts_with('-') || value.contains(['e', 'E']) => number.to_string(),
        _ => value.to_owned(),
    }
}

/// The column of a name. Where the columns' names have a colon, JSON's have an underscore.
fn position(fields: &[Field], name: &str) -> Option<usize> {
    let is = |known: &str| known.bytes().map(|byte| if byte == b':' { b'_' } else { byte }).eq(name.bytes());
    fields.iter().position(|field| field.name == name || is(field.name) || field.aliases.iter().any(|alias| is(alias)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logged::Logged;
    use crate::text::Text;

    const ACCESS: &str = r#"{"type":"https","time":"2026-09-23T07:15:47.805298Z","elb":"app/web/1","client_port":"192.0.2.26:5815","target_port":null,"target_processing_time":0.003,"response_processing_time":-1,"elb_status_code":200,"target_status_code":"200","request_line":"GET https://a.example:443/\u00e9 HTTP/1.1","user_agent":"say \"hi\"","target_port_list":"10.0.0.1:80","new_one":7}"#;

    fn access(line: &str, check: impl Fn(&AlbAccess<'_>)) {
        let mut scratch = Scratch::default();
        match read(line.as_bytes(), Hint::None, &mut scratch) {
            Ok(Record::AlbAccess(record)) => check(&record),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn values_are_found_by_name() {
        access(ACCESS, |record| {
            assert_eq!(record.client.map(|client| client.address), Logged::Value("192.0.2.26"));
            assert_eq!((record.target, record.sent_bytes), (Logged::Dash, Logged::Missing));
            assert_eq!(record.target_processing_time.map(|time| time.text), Logged::Value("0.003"));
            assert_eq!((record.response_processing_time, record.elb_status_code), (Logged::Dash, Logged::Value(200)));
            let url = record.request.value().and_then(|request| request.url);
            assert_eq!(url.map(|url| url.decode()).as_deref(), Some("https://a.example:443/é"));
            assert_eq!(record.user_agent, Logged::Value(Text(br#"say "hi""#)));
            assert!(record.target_port_list.value().is_some_and(|list| list.has("10.0.0.1:80")));
            assert_eq!(record.extra.clone().collect::<Vec<_>>(), [Text(b"new_one=7")]);
        });
    }

    #[test]
    fn numbers_as_json_may_write_them() {
        for (json, columns) in
            [("5.84E-4", Some("0.000584")), ("0.0", Some("0.0")), ("-1.0", None), ("1e1", Some("10"))]
        {
            access(&ACCESS.replacen("0.003", json, 1), |record| {
                assert_eq!(record.target_processing_time.value().map(|time| time.text), columns, "{json}");
            });
        }
    }

    #[test]
    fn the_names_tell_the_format() {
        for (line, expected) in [
            (ACCESS, Format::AlbAccess),
            (
                r#"{"timestamp":"2026-09-23T07:15:47Z","client_ip":"192.0.2.1","client_port":1,"listener_port":443}"#,
                Format::AlbConnection,
            ),
            (
                r#"{"type":"http","time":"2026-09-23T07:15:47Z","latency":0.1,"target_addr":"10.0.0.1:80","status":"PASS"}"#,
                Format::AlbHealthCheck,
            ),
            (
                r#"{"type":"tls","time":"2026-09-23T07:15:47","elb":"net/a/1","client_port":"192.0.2.1:1","destination_port":"10.0.0.1:80"}"#,
                Format::NlbTls,
            ),
            (
                r#"{"type":"tls","time":"2026-09-23T07:15:47","elb":"net/a/1","client_port":"192.0.2.1:1","domain_name":"a.example"}"#,
                Format::NlbTls,
            ),
            (r#"{"type":"lambda","time":"2026-09-23T07:15:47Z","elb":"app/a/1"}"#, Format::AlbHealthCheck),
            (r#"{"type":"grpcs","time":"2026-09-23T07:15:47Z","ip_address":"192.0.2.1"}"#, Format::AlbAccess),
            (
                r#"{"time":"2026-09-23T07:15:47Z","elb":"a","client_port":"192.0.2.1:1","backend_port":"10.0.0.1:80"}"#,
                Format::Classic,
            ),
        ] {
            let mut scratch = Scratch::default();
            let record = read(line.as_bytes(), Hint::None, &mut scratch).expect("a record");
            assert_eq!(record.format(), expected, "{line}");
        }
    }

    #[test]
    fn errors_are_told_in_places_of_the_line() {
        let error = |from: &str, to: &str| {
            let (line, mut scratch) = (ACCESS.replacen(from, to, 1), Scratch::default());
            let error = read(line.as_bytes(), Hint::None, &mut scratch).expect_err("an error");
            (error.kind, error.field, String::from_utf8_lossy(error.span.of(line.as_bytes())).into_owned())
        };
        assert_eq!(error(":5815", ":70000"), (ErrorKind::BadPort, Some("client:port"), "192.0.2.26:70000".into()));
        assert_eq!(error("0.003", "1e10"), (ErrorKind::BadDuration, Some("target_processing_time"), "1e10".into()));
        assert_eq!(
            error(r#""time":"2026-09-23T07:15:47.805298Z","#, ""),
            (ErrorKind::MissingColumn, Some("time"), String::new())
        );
        assert_eq!(error("null", "[1]"), (ErrorKind::BadJson, None, "[1]".into()));
        assert_eq!(error(",\"elb\"", ";\"elb\""), (ErrorKind::BadJson, None, ";".into()));
        assert_eq!(error("7}", "7} x"), (ErrorKind::BadJson, None, "x".into()));
        assert_eq!(error("7}", "7"), (ErrorKind::BadJson, None, String::new()));
    }
}
