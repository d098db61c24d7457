//! Plain lines whose columns, in AWS's order, stand between tabs, commas or the like: what AWS's newer delivery writes when
//! it is told to.
//!
//! Source: AWS, CloudWatch Logs, `CreateDelivery`, `fieldDelimiter`. Nobody has published a genuine line yet. Whether
//! values stand in quotes is not documented, so both ways are read, as far as no value can hold the delimiter.

use super::cells::{self, Cell, Values};
use super::columns::{Field, Quoting};
use super::error::{ErrorKind, ParseError, Span};
use super::{
    AlbAccess, AlbConnection, AlbHealthCheck, Classic, Format, Hint, NlbTls, Record, alb_access, alb_connection,
    alb_health_check, classic, detect, foreign, nlb_tls,
};
use crate::text::Text;

/// Delimiters that stand in no value of the first columns. A blank is one where all values are in quotes.
const DELIMITERS: [u8; 5] = *b"\t,;| ";

/// Reads a line whose columns stand between another delimiter than AWS's one blank; none where it has none.
#[cold]
pub(super) fn read<'a>(line: &[u8], hint: Hint, values: &'a mut Values) -> Option<Result<Record<'a>, ParseError>> {
    let row = Row::of(line)?;
    let format = row.format(hint)?;
    Some(match format {
        Format::AlbAccess => {
            row.record(&alb_access::FIELDS, alb_access::REQUIRED, values, AlbAccess::of).map(Record::AlbAccess)
        }
        Format::AlbConnection => row
            .record(&alb_connection::FIELDS, alb_connection::REQUIRED, values, AlbConnection::of)
            .map(Record::AlbConnection),
        Format::AlbHealthCheck => row
            .record(&alb_health_check::FIELDS, alb_health_check::REQUIRED, values, AlbHealthCheck::of)
            .map(Record::AlbHealthCheck),
        Format::NlbTls => row.record(&nlb_tls::FIELDS, nlb_tls::REQUIRED, values, NlbTls::of).map(Record::NlbTls),
        Format::Classic => row.record(&classic::FIELDS, classic::REQUIRED, values, Classic::of).map(Record::Classic),
    })
}

/// The values of a table's row. A list of quoted items is one value.
pub(crate) fn cut(line: &[u8], delimiter: u8, names: &[String]) -> Vec<String> {
    let mut row = Row::cut(line, delimiter);
    row.join_items(names.iter().position(|name| name == "alpn_client_preference_list"), names.len());
    row.values.iter().map(|value| row.text(*value)).collect()
}

/// A line cut at its delimiter.
struct Row<'l> {
    line: &'l [u8],
    delimiter: u8,
    values: Vec<Value>,
}

/// One value, quotes and all.
#[derive(Clone, Copy)]
struct Value {
    place: Span,
    quoted: bool,
}

impl<'l> Row<'l> {
    fn of(line: &'l [u8]) -> Option<Self> {
        let first = match line.first()? {
            b'"' => memchr::memchr(b'"', line.get(1..)?)? + 2,
            _ => line.iter().position(|byte| DELIMITERS.contains(byte))?,
        };
        let delimiter = *line.get(first).filter(|byte| DELIMITERS.contains(byte))?;
        if delimiter == b' ' && line.first() != Some(&b'"') {
            return None;
        }
        Some(Self::cut(line, delimiter))
    }

    fn cut(line: &'l [u8], delimiter: u8) -> Self {
        let (mut values, mut at) = (Vec::new(), 0);
        while at <= line.len() {
            let rest = line.get(at..).unwrap_or_default();
            let length = quoted(rest, delimiter);
            let quoted = length.is_some();
            let length = length.or_else(|| memchr::memchr(delimiter, rest)).unwrap_or(rest.len());
            values.push(Value { place: Span::new(at, at + length), quoted });
            at += length + 1;
        }
        Self { line, delimiter, values }
    }

    fn text(&self, value: Value) -> String {
        let bytes = value.place.of(self.line);
        // Escapes stay; bytes that are no UTF-8 are written as escapes are.
        let text = Text(bytes).as_logged();
        match text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
            Some(inside) if value.quoted => inside.replace("\"\"", "\""),
            _ => text.into_owned(),
        }
    }

    /// The format that the first values tell, as they do between blanks; none where no log begins so.
    fn format(&self, hint: Hint) -> Option<Format> {
        let first: Vec<String> = self.values.iter().take(3).map(|value| self.text(*value)).collect();
        let is_time = |text: &String| crate::record::Timestamp::parse(text.as_bytes()).is_some();
        first.iter().any(is_time).then(|| detect::format(format!("{} ", first.join(" ")).as_bytes(), hint))
    }

    fn record<'a, const N: usize, R>(
        mut self,
        fields: &'static [Field; N],
        required: usize,
        values: &'a mut Values,
        record: impl Fn(&super::columns::Columns<'a, N>) -> Result<R, ParseError>,
    ) -> Result<R, ParseError> {
        self.join_items(fields.iter().position(|field| field.quoting == Quoting::Items), N);
        let found = self.values.len();
        if found < required {
            let count = |count: usize| u16::try_from(count).unwrap_or(u16::MAX);
            let kind = ErrorKind::TooFewFields { found: count(found), expected: count(required) };
            let span = Span::new(self.line.len(), self.line.len());
            return Err(ParseError { kind, field: fields.get(found).map(|field| field.name), span });
        }
        if let Some(value) = self.ambiguous(fields) {
            return Err(ParseError { kind: ErrorKind::Delimiter, field: None, span: value.place });
        }
        let cell = |(column, value): (usize, &Value)| Cell { column, text: self.text(*value), place: value.place };
        let cells: Vec<Cell> = self.values.iter().enumerate().take(N).map(cell).collect();
        let extra: Vec<String> = self.values.iter().skip(N).map(|value| self.text(*value)).collect();
        cells::record(self.line, &cells, &extra, fields, values, record)
    }

    /// Quoted items with commas between them are one value, also where a comma is the delimiter.
    fn join_items(&mut self, first: Option<usize>, columns: usize) {
        let Some(first) = first else { return };
        let items = self.values.iter().skip(first).take_while(|value| value.quoted).count();
        let surplus = self.values.len().saturating_sub(columns).min(items.saturating_sub(1));
        if self.delimiter != b',' || surplus == 0 {
            return;
        }
        let last = self.values.drain(first + 1..=first + surplus).next_back();
        if let (Some(item), Some(last)) = (self.values.get_mut(first), last) {
            *item = Value { place: Span { start: item.place.start, end: last.place.end }, quoted: false };
        }
    }

    /// A value that may hold the delimiter and stands without quotes, in a line with more or fewer values than columns:
    /// nobody can tell then where a value ends. No value holds a tab, which load balancers escape.
    fn ambiguous<const N: usize>(&self, fields: &[Field; N]) -> Option<Value> {
        if self.delimiter == b'\t' || self.values.len() == N {
            return None;
        }
        let is_open = |field: &Field| OPEN.contains(&field.name);
        let mut open = self.values.iter().zip(fields).filter(|(_, field)| is_open(field)).map(|(value, _)| *value);
        open.find(|value| !value.quoted && value.place.of(self.line) != b"-")
    }
}

/// Columns whose values come from clients or are lists.
const OPEN: [&str; 8] = [
    "request",
    "user_agent",
    "trace_id",
    "domain_name",
    "actions_executed",
    "redirect_url",
    "leaf_client_cert_subject",
    "transformed_uri",
];

/// The length of a value in quotes that the delimiter or the end follows; a doubled quote stands for one.
fn quoted(rest: &[u8], delimiter: u8) -> Option<usize> {
    let inside = rest.strip_prefix(b"\"")?;
    let mut at = 0;
    loop {
        at += memchr::memchr(b'"', inside.get(at..)?)?;
        match inside.get(at + 1) {
            None => return Some(at + 2),
            Some(byte) if *byte == delimiter => return Some(at + 2),
            Some(b'"') => at += 2,
            Some(_) => return None,
        }
    }
}

/// Whether the line has all its columns between blanks and no quotes: with raw blanks in requests and user agents, nobody
/// can tell where a value ends.
pub(super) fn is_bare(line: &[u8], error: &ParseError) -> bool {
    let words = line.iter().filter(|&&byte| byte == b' ').count();
    let is_told_otherwise = error.kind != ErrorKind::MissingQuote || foreign::is_curly(error.span.of(line));
    !is_told_otherwise && memchr::memchr(b'"', line).is_none() && words >= alb_connection::REQUIRED
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCESS: &str = r#"https 2026-09-23T07:15:47.805298Z app/web/1 192.0.2.26:5815 10.20.20.37:80 0.001 0.003 0.000 200 200 153 3860 "GET https://a.example:443/x?a=1,2 HTTP/1.1" "Mozilla/5.0 (X, like Y)" - - arn:aws:tg "Root=1-2-3" "a.example" "-" 2 2026-09-23T07:15:47.801000Z "waf,forward" "-" "-" "10.20.20.37:80" "200" "-" "-" TID_1 "-" "-" "-" 198.51.100.60"#;
    const NLB: &str = r#"tls 2.0 2020-04-01T08:51:42 net/web/c6 g3d4 192.0.2.154:51341 10.0.1.85:443 5 2 98 246 - arn:aws:acm:cert - ECDHE-RSA-AES128-SHA tlsv12 - a.example h2 h2 "h2","http/1.1" 2020-04-01T08:51:20"#;
    const HEALTH: &str =
        "http 2025-10-31T12:44:59.875678Z 0.019584011 10.0.0.97:80 web PASS 200 - app/web/1 198.51.100.60";
    const CONNECTION: &str = r#"2026-09-23T07:11:27.691358Z 2001:db8::71 64326 443 TLSv1.2 ECDHE 0.337 "CN=a b,O=c" - - Success TID_9f39 secp256r1 app/web/98 198.51.100.60"#;

    /// The line's values, the quoted ones without their quotes.
    fn values(line: &str) -> Vec<String> {
        let (mut values, mut rest) = (Vec::new(), line);
        while !rest.is_empty() {
            let end = match rest.strip_prefix('"').filter(|_| !rest.contains("\"h2\"")) {
                Some(inside) => inside.find('"').expect("a quote") + 2,
                None => rest.find(' ').unwrap_or(rest.len()),
            };
            let (value, behind) = rest.split_at(end);
            values.push(value.to_owned());
            rest = behind.strip_prefix(' ').unwrap_or_default();
        }
        values
    }

    fn shown(line: &str) -> Result<String, ErrorKind> {
        let mut room = Values::default();
        match read(line.as_bytes(), Hint::None, &mut room) {
            Some(record) => record.map(|record| format!("{record:?}")).map_err(|error| error.kind),
            None => panic!("no delimiter in {line}"),
        }
    }

    fn told(record: &str) -> String {
        // Where the extra columns stand differs.
        record.split(", extra:").next().unwrap_or_default().to_owned()
    }

    #[test]
    fn tabs_with_and_without_quotes_give_the_record_of_blanks() {
        for line in [ACCESS, NLB, HEALTH, CONNECTION] {
            let mut room = super::super::Scratch::default();
            let expected = told(&format!("{:?}", Record::parse(line.as_bytes(), Hint::None, &mut room).expect(line)));
            let values = values(line);
            let quotes = |value: &String| value.trim_matches('"').to_owned();
            let bare: Vec<String> = values
                .iter()
                .map(|value| if value.contains("\",\"") { value.clone() } else { quotes(value) })
                .collect();
            for delimiter in ["\t", ";", "|"] {
                assert_eq!(shown(&values.join(delimiter)).map(|record| told(&record)).as_ref(), Ok(&expected));
            }
            assert_eq!(shown(&bare.join("\t")).map(|record| told(&record)).as_ref(), Ok(&expected));
            // All in quotes, as tables are written.
            let all: Vec<String> = bare.iter().map(|value| format!("\"{}\"", value.replace('"', "\"\""))).collect();
            for delimiter in ["\t", ",", " "] {
                assert_eq!(
                    shown(&all.join(delimiter)).map(|record| told(&record)).as_ref(),
                    Ok(&expected),
                    "{delimiter:?}"
                );
            }
            // Only what AWS has in quotes.
            assert_eq!(shown(&values.join(",")).map(|record| told(&record)).as_ref(), Ok(&expected));
        }
    }

    #[test]
    fn a_comma_that_may_be_one_of_a_value_is_no_delimiter() {
        let bare = |line: &str| {
            values(line).iter().map(|value| value.trim_matches('"').to_owned()).collect::<Vec<_>>().join(",")
        };
        assert_eq!(shown(&bare(ACCESS)), Err(ErrorKind::Delimiter));
        assert_eq!(shown(&bare(CONNECTION)), Err(ErrorKind::Delimiter));
        let plain = ACCESS.replace("?a=1,2", "").replace("X, like Y", "X").replace("waf,forward", "forward");
        assert!(shown(&bare(&plain)).is_ok(), "as many values as columns");
        assert!(shown(&bare(HEALTH)).is_ok());
    }

    #[test]
    fn errors_are_told_in_places_of_the_line() {
        let line = values(ACCESS).join("\t").replace(":5815", ":70000");
        let mut room = Values::default();
        let error = read(line.as_bytes(), Hint::None, &mut room).expect("a delimiter").expect_err("an error");
        assert_eq!((error.kind, error.span.of(line.as_bytes())), (ErrorKind::BadPort, &b"192.0.2.26:70000"[..]));
        let cut: String = line.chars().take(90).collect();
        let error = shown(&cut).expect_err("an error");
        assert!(matches!(error, ErrorKind::TooFewFields { expected: 17, .. }), "{error:?}");
    }
}
