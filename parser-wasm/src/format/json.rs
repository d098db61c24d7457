//! Log lines as JSON objects, one a line, with the columns' names: how AWS's newer delivery writes the same logs.
//!
//! Source: AWS, "Logs sent to Amazon S3" and the lists of fields there. Nobody has published a genuine line yet.

mod document;
mod names;
mod value;

pub(super) use self::document::Document;
use self::names::Joined;
pub(super) use self::names::is_known;
use self::value::Value;
use super::cells::{self, Cell, Values};
use super::columns::{Columns, Field};
use super::error::{ErrorKind, ParseError, Span};
use super::{
    AlbAccess, AlbConnection, AlbHealthCheck, Classic, Format, Hint, NlbTls, Record, alb_access, alb_connection,
    alb_health_check, classic, inside, nlb_tls,
};
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// Reads a line that begins with a brace.
#[cold]
pub(super) fn read<'a>(line: &[u8], hint: Hint, values: &'a mut Values) -> Result<Record<'a>, ParseError> {
    let members = Members::of(line)?;
    if members.is_around(line, hint) {
        return Err(ParseError { kind: ErrorKind::BadJson, field: None, span: Span::new(0, line.len()) });
    }
    let format = members.format(hint);
    if !members.tell(format) {
        let found = u16::try_from(members.known(format)).unwrap_or(u16::MAX);
        let kind = ErrorKind::TooFewFields { found, expected: found.saturating_add(1) };
        return Err(ParseError { kind, field: None, span: Span::new(line.len(), line.len()) });
    }
    Ok(match format {
        Format::AlbAccess => Record::AlbAccess(members.record(&alb_access::FIELDS, values, AlbAccess::of)?),
        Format::AlbConnection => {
            Record::AlbConnection(members.record(&alb_connection::FIELDS, values, AlbConnection::of)?)
        }
        Format::AlbHealthCheck => {
            Record::AlbHealthCheck(members.record(&alb_health_check::FIELDS, values, AlbHealthCheck::of)?)
        }
        Format::NlbTls => Record::NlbTls(members.record(&nlb_tls::FIELDS, values, NlbTls::of)?),
        Format::Classic => Record::Classic(members.record(&classic::FIELDS, values, Classic::of)?),
    })
}

/// Fewer members of a format's names are no line if there is another one inside.
const ENOUGH: usize = 4;

/// The members of a line's object.
struct Members<'l> {
    line: &'l [u8],
    list: Vec<Member>,
}

struct Member {
    name: String,
    value: Value,
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
        let member = |(name, raw): (String, &'l RawValue)| {
            // A raw value is a part of the line.
            let start = raw.get().as_ptr().addr().saturating_sub(line.as_ptr().addr());
            let quotes = usize::from(raw.get().starts_with('"'));
            let place = Span::new(start + quotes, (start + raw.get().len()).saturating_sub(quotes));
            let value = Value::of(raw).ok_or_else(|| bad(place))?;
            Ok(Member { name, value, place })
        };
        Ok(Self { line, list: raw.into_iter().map(member).collect::<Result<_, _>>()? })
    }

    /// Whether the line is another, with a few members around it that happen to have our names.
    fn is_around(&self, line: &[u8], hint: Hint) -> bool {
        let is_line = |text: &[u8]| match text.first() {
            Some(b'{') => Members::of(text).is_ok_and(|members| members.most_known() >= ENOUGH),
            _ => inside::is_good(text, hint),
        };
        self.most_known() < ENOUGH && Document::of(line).is_some_and(|document| is_line(document.text.as_bytes()))
    }

    /// Whether the object tells of a load balancer: a time and a type are in many programs' logs, and alone tell nothing.
    fn tell(&self, format: Format) -> bool {
        let told = |member: &&Member| !["time", "timestamp", "type"].contains(&member.name.as_str());
        self.list.iter().filter(told).any(|member| names::is_known(format.fields(), &member.name))
    }

    fn most_known(&self) -> usize {
        Format::ALL.into_iter().map(|format| self.known(format)).max().unwrap_or_default()
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
        let value = self.list.iter().find(|member| member.name == "type").map(|member| member.value.plain());
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
        self.list.iter().filter(|member| names::is_known(format.fields(), &member.name)).count()
    }

    /// The record of these values.
    fn record<'a, const N: usize, R>(
        &self,
        fields: &'static [Field; N],
        values: &'a mut Values,
        record: impl Fn(&Columns<'a, N>) -> Result<R, ParseError>,
    ) -> Result<R, ParseError> {
        let (mut cells, mut rest): (Vec<Cell>, Vec<&Member>) = (Vec::new(), self.list.iter().collect());
        for (column, joined) in names::joined(fields) {
            cells.extend(join(column, joined, &mut rest));
        }
        let mut extra = Vec::new();
        for Member { name, value, place } in rest {
            // What a column cannot hold, and the second value of a column, are kept beside the columns.
            let free = |column: &usize| cells.iter().all(|cell| cell.column != *column);
            let column = names::position(fields, name).filter(free);
            let text = column.and_then(|column| value.for_column(fields.get(column)?));
            match (column, text) {
                (Some(column), Some(text)) => cells.push(Cell { column, text, place: *place }),
                _ => extra.push(format!("{name}={}", value.plain())),
            }
        }
        cells::record(self.line, &cells, &extra, fields, values, record)
    }
}

/// The column that members hold part by part; they are taken out of `rest`.
fn join(column: usize, joined: &Joined, rest: &mut Vec<&Member>) -> Option<Cell> {
    let find = |names: &&[&str]| rest.iter().position(|member| names.contains(&member.name.as_str()));
    let found: Vec<Option<usize>> = joined.parts.iter().map(find).collect();
    let part = |at: &Option<usize>| match rest.get((*at)?)?.value {
        Value::Text(ref text) => Some(text.as_str()),
        Value::List(..) | Value::Other(_) => None,
    };
    let parts: Vec<Option<&str>> = found.iter().map(part).collect();
    let text = match &parts[..] {
        // The port may be in the other part already, which has the column's own name then.
        [Some(address), Some(port)] => match (*address, value::port(port)) {
            ("-" | "", _) => "-".to_owned(),
            (address, Some(port)) => format!("{address}{}{port}", joined.separator),
            (_, None) => return None,
        },
        [_, Some(_), _] if joined.may_lack => {
            parts.iter().map(|part| part.unwrap_or("-")).collect::<Vec<_>>().join(joined.separator)
        }
        _ => return None,
    };
    let mut taken: Vec<usize> = found.into_iter().flatten().collect();
    let place = taken.first().and_then(|at| rest.get(*at)).map(|member| member.place).unwrap_or_default();
    taken.sort_unstable();
    for at in taken.into_iter().rev() {
        rest.remove(at);
    }
    Some(Cell { column, text, place })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logged::Logged;
    use crate::text::Text;

    const ACCESS: &str = r#"{"type":"https","time":"2026-09-23T07:15:47.805298Z","elb":"app/web/1","client_port":"192.0.2.26:5815","target_port":null,"target_processing_time":0.003,"response_processing_time":-1,"elb_status_code":200,"target_status_code":"200","request_line":"GET https://a.example:443/\u00e9 HTTP/1.1","user_agent":"say \"hi\"","target_port_list":"10.0.0.1:80","new_one":7}"#;

    fn access(line: &str, check: impl Fn(&AlbAccess<'_>)) {
        let mut values = Values::default();
        match read(line.as_bytes(), Hint::None, &mut values) {
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
    fn lists_are_those_of_the_column_and_new_shapes_are_kept() {
        let line = ACCESS.replace("\"10.0.0.1:80\"", "[\"10.0.0.1:80\",\"10.0.0.2:80\"]").replace("null", "[1]");
        let line = line.replace("\"new_one\":7", "\"actions_executed\":[],\"new_one\":{\"a\":[1]},\"b\":[{}]");
        access(&line, |record| {
            assert!(record.target_port_list.value().is_some_and(|list| list.has("10.0.0.2:80")));
            assert!(record.target.is_missing());
            assert_eq!(
                record.extra.clone().map(|text| text.as_logged().into_owned()).collect::<Vec<_>>(),
                ["b=[{}]", "new_one={\"a\":[1]}", "target_port=[1]"]
            );
        });
    }

    #[test]
    fn columns_in_parts_are_joined() {
        let line = ACCESS
            .replace("\"client_port\":\"192.0.2.26:5815\"", "\"client_ip\":\"2001:db8::1\",\"client_port\":5815.0");
        let line = line.replace("\"target_port\":null", "\"target_ip\":\"-\",\"target_port\":null");
        let request = "\"http_method\":\"GET\",\"request_url\":\"http://a.example/\"";
        let line = line.replace("\"request_line\":\"GET https://a.example:443/\\u00e9 HTTP/1.1\"", request);
        access(&line, |record| {
            let client = record.client.value().expect("a client");
            assert_eq!((client.address, client.port), ("2001:db8::1", Some(5815)));
            assert!(record.target.is_dash());
            let request = record.request.value().expect("a request");
            assert_eq!(request.method, Some(Text(b"GET")));
            assert_eq!(request.url, Some(Text(b"http://a.example/")));
            assert_eq!(request.version, None);
            assert_eq!(record.extra.clone().collect::<Vec<_>>(), [Text(b"new_one=7")]);
        });
        let alone = ACCESS.replace("\"client_port\":\"192", "\"target_ip\":\"10.0.0.1\",\"client_port\":\"192");
        access(&alone.replace("\"target_port\":null,", ""), |record| {
            assert!(record.extra.clone().any(|text| text == Text(b"target_ip=10.0.0.1")), "half an endpoint is none");
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
            let mut values = Values::default();
            let record = read(line.as_bytes(), Hint::None, &mut values).expect("a record");
            assert_eq!(record.format(), expected, "{line}");
        }
    }

    #[test]
    fn errors_are_told_in_places_of_the_line() {
        let error = |from: &str, to: &str| {
            let (line, mut values) = (ACCESS.replacen(from, to, 1), Values::default());
            let error = read(line.as_bytes(), Hint::None, &mut values).expect_err("an error");
            (error.kind, error.field, String::from_utf8_lossy(error.span.of(line.as_bytes())).into_owned())
        };
        assert_eq!(error(":5815", ":70000"), (ErrorKind::BadPort, Some("client:port"), "192.0.2.26:70000".into()));
        assert_eq!(error("0.003", "1e10"), (ErrorKind::BadDuration, Some("target_processing_time"), "1e10".into()));
        assert_eq!(
            error(r#""time":"2026-09-23T07:15:47.805298Z","#, ""),
            (ErrorKind::MissingColumn, Some("time"), String::new())
        );
        assert_eq!(error(",\"elb\"", ";\"elb\""), (ErrorKind::BadJson, None, ";".into()));
        assert_eq!(error("7}", "7} x"), (ErrorKind::BadJson, None, "x".into()));
        assert_eq!(error("7}", "7"), (ErrorKind::BadJson, None, String::new()));
    }
}
