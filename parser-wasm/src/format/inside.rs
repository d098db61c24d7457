//! A good line with something around it: what another tool put before it, blanks, or a document that holds it as text.
//! Only asked of lines that could not be read as they stand.

use super::cells::Values;
use super::error::{ErrorKind, ParseError, Span};
use super::json::Document;
use super::{AwsName, Hint, Record, delimited};
use crate::address;
use memchr::memmem;
use std::borrow::Cow;

/// Room for a line that stood inside another, and for its values.
#[derive(Debug, Default)]
pub(super) struct Room {
    text: Vec<u8>,
    values: Values,
}

/// What stood around a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Around {
    /// The name of a file, as grep puts it before what it finds in several.
    FileName,
    /// The number of the line, as `grep -n` and `cat -n` put it before.
    LineNumber,
    /// Anything else before it.
    Text,
    /// A JSON document of another tool that has the line as text, such as Filebeat's `message`.
    Document,
}

impl Around {
    /// In words, behind "N lines had".
    pub fn words(self) -> &'static str {
        match self {
            Self::FileName => "a file's name in front, as grep writes it",
            Self::LineNumber => "a line number in front",
            Self::Text => "other text in front",
            Self::Document => "another tool's JSON document around it",
        }
    }
}

/// A record, and what stood around its line.
#[derive(Debug)]
pub(crate) struct Found<'a> {
    pub record: Record<'a>,
    pub around: Option<Around>,
    /// The file that the line is from, by what stood around it.
    pub file: Option<String>,
}

/// How much may stand before a line.
const LONGEST_PREFIX: usize = 1024;

/// Documents in documents in documents.
const DEEPEST: usize = 3;

/// The record of a good line in `line`; else the error, told of what is most likely the line.
#[cold]
#[inline(never)]
pub(super) fn read<'a>(
    line: &'a [u8],
    hint: Hint,
    room: &'a mut Room,
    error: ParseError,
) -> Result<Found<'a>, ParseError> {
    let Room { text, values } = room;
    let Some(Inner { line: inner, around, file }) = inner(Cow::Borrowed(line), hint, 0, true) else {
        return Err(near(line, hint, error));
    };
    let inner: &'a [u8] = match inner {
        Cow::Borrowed(inner) => inner,
        Cow::Owned(inner) => {
            *text = inner;
            text
        }
    };
    let hint = named(file.as_deref(), hint);
    match bare(inner, hint, values) {
        Ok(record) => Ok(Found { record, around, file }),
        Err(_) => Err(error),
    }
}

/// A line that can be read, and what is around it.
struct Inner<'l> {
    line: Cow<'l, [u8]>,
    around: Option<Around>,
    file: Option<String>,
}

/// `may_have_prefix`: what stands behind a prefix has no other one.
fn inner(line: Cow<'_, [u8]>, hint: Hint, depth: usize, may_have_prefix: bool) -> Option<Inner<'_>> {
    if is_good(&line, hint) {
        return Some(Inner { line, around: None, file: None });
    }
    if depth == DEEPEST {
        return None;
    }
    let line = match line {
        Cow::Borrowed(line) => Cow::Borrowed(line.trim_ascii()),
        Cow::Owned(line) => Cow::Owned(line.trim_ascii().to_vec()),
    };
    if is_good(&line, hint) {
        return Some(Inner { line, around: None, file: None });
    }
    if line.starts_with(b"{") {
        let Document { text, file } = Document::of(&line)?;
        let found = inner(Cow::Owned(text.into_bytes()), named(file.as_deref(), hint), depth + 1, true)?;
        let line = Cow::Owned(found.line.into_owned());
        return Some(Inner { line, around: Some(Around::Document), file: found.file.or(file) });
    }
    if !may_have_prefix {
        return None;
    }
    candidates(&line).into_iter().find_map(|start| {
        let (before, rest) = line.split_at_checked(start)?;
        let Prefix { around, file } = Prefix::of(before)?;
        let found = inner(Cow::Borrowed(rest), named(file.as_deref(), hint), depth + 1, false)?;
        let (file, inner) = (found.file.or(file), found.line);
        let line = match (&line, inner) {
            // A part of what is borrowed stays so.
            (Cow::Borrowed(line), Cow::Borrowed(inner)) => {
                let begin = inner.as_ptr().addr().saturating_sub(line.as_ptr().addr());
                Cow::Borrowed(line.get(begin..begin + inner.len())?)
            }
            (_, inner) => Cow::Owned(inner.into_owned()),
        };
        Some(Inner { line, around: Some(around), file })
    })
}

/// What a file's name says of the format, if it says something.
fn named(file: Option<&str>, hint: Hint) -> Hint {
    let name = file.map(|file| file.rsplit(['/', '\\']).next().unwrap_or(file));
    match (hint, name.and_then(AwsName::parse)) {
        (Hint::Only(_), _) | (_, None) => hint,
        (_, Some(name)) => Hint::Named(name.format),
    }
}

/// The record of a line as it stands, between whichever delimiters.
fn bare<'a>(line: &'a [u8], hint: Hint, values: &'a mut Values) -> Result<Record<'a>, ParseError> {
    if line.starts_with(b"{") || Record::plain(line, hint, &mut Values::default()).is_ok() {
        return Record::plain(line, hint, values);
    }
    delimited::read(line, hint, values).unwrap_or(Err(ParseError {
        kind: ErrorKind::BadType,
        field: None,
        span: Span::new(0, line.len()),
    }))
}

/// Whether it is a line, with nothing around it.
pub(super) fn is_good(line: &[u8], hint: Hint) -> bool {
    bare(line, hint, &mut Values::default()).is_ok()
}

/// What stands before a line.
struct Prefix {
    around: Around,
    file: Option<String>,
}

impl Prefix {
    /// None where it looks like the beginning of a log line: what is glued together is two lines, one of them cut.
    fn of(before: &[u8]) -> Option<Self> {
        if before.len() > LONGEST_PREFIX {
            return None;
        }
        let text = before.trim_ascii();
        let mut words = text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        // Only a type stands before a line's time, and a version.
        let is_type = |byte: &u8| byte.is_ascii_alphanumeric() || b" .".contains(byte);
        if times(text).next().is_some_and(|at| text.get(..at).is_some_and(|before| before.iter().all(is_type))) {
            let second = words.nth(1);
            if second.is_some_and(|word| address::parse(word).is_some()) || words.nth(1).is_some() {
                return None;
            }
        }
        // `17:` and `  17<TAB>`, and what grep writes: `path:`, `path:17:`.
        let digits = |bytes: &[u8]| !bytes.is_empty() && bytes.iter().all(u8::is_ascii_digit);
        if digits(text.strip_suffix(b":").unwrap_or(text)) {
            return Some(Self { around: Around::LineNumber, file: None });
        }
        let mut path = text.strip_suffix(b":").filter(|_| text.len() == before.len()).unwrap_or_default();
        while let Some(at) = memchr::memrchr(b':', path).filter(|at| digits(path.get(at + 1..).unwrap_or_default())) {
            path = path.get(..at).unwrap_or_default();
        }
        let is_path = path.iter().all(|&byte| byte > b' ') && memchr::memchr3(b'/', b'\\', b'.', path).is_some();
        let file = is_path.then(|| String::from_utf8_lossy(path).into_owned());
        Some(Self { around: if file.is_some() { Around::FileName } else { Around::Text }, file })
    }
}

/// Types that AWS has today. A line without its type is another line.
const PROTOCOLS: [&[u8]; 9] = [b"http", b"https", b"h2", b"grpc", b"grpcs", b"ws", b"wss", b"tls", b"lambda"];

/// Where a line may begin, from the left: at a time, at the word or two before it, at a brace.
fn candidates(line: &[u8]) -> Vec<usize> {
    let near = line.get(..LONGEST_PREFIX + 64).unwrap_or(line);
    let mut starts: Vec<usize> = Vec::new();
    for time in times(near).take(8) {
        let type_at = word_before(near, time, u8::is_ascii_alphanumeric);
        let version_at = word_before(near, time, |byte| byte.is_ascii_digit() || *byte == b'.');
        let tls_at = version_at.and_then(|at| word_before(near, at, u8::is_ascii_alphanumeric));
        // Behind a time, formats that begin with it have an address or a name without slashes.
        let behind = near.get(time..).and_then(|rest| rest.split(|&byte| byte == b' ').nth(1)).unwrap_or_default();
        let is_typed = type_at.and_then(|at| near.get(at..time - 1)).is_some_and(|word| PROTOCOLS.contains(&word));
        let time = (!is_typed && memchr::memchr(b'/', behind).is_none()).then_some(time);
        starts.extend([tls_at, type_at, time].into_iter().flatten());
    }
    starts.extend(memchr::memchr(b'{', near));
    starts.retain(|start| *start > 0);
    starts.sort_unstable();
    starts.dedup();
    starts
}

/// Where times stand, as AWS writes them: `2026-09-23T07:`.
fn times(line: &[u8]) -> impl Iterator<Item = usize> {
    memmem::find_iter(line, b"T").filter_map(move |at| {
        let start = at.checked_sub(10)?;
        let is_time = |shape: &[u8]| {
            shape.iter().enumerate().all(|(at, byte)| match at {
                4 | 7 => *byte == b'-',
                10 => *byte == b'T',
                13 => *byte == b':',
                _ => byte.is_ascii_digit(),
            })
        };
        let before = start.checked_sub(1).and_then(|at| line.get(at));
        let is_free = before.is_none_or(|byte| !byte.is_ascii_alphanumeric());
        (is_free && line.get(start..start + 14).is_some_and(is_time)).then_some(start)
    })
}

/// Where the word begins that ends one delimiter before `at`.
fn word_before(line: &[u8], at: usize, is_of_it: fn(&u8) -> bool) -> Option<usize> {
    let end = at.checked_sub(1)?;
    let word = line.get(..end)?.iter().rev().take_while(|byte| is_of_it(byte)).count();
    (word > 0).then_some(end - word)
}

/// The error, told of the line that stands behind a prefix, where the line shows one.
fn near(line: &[u8], hint: Hint, error: ParseError) -> ParseError {
    if let Some(Err(error)) = delimited::read(line, hint, &mut Values::default()) {
        return error;
    }
    if times(line).next().is_some_and(|at| at == 0) || line.first().is_none_or(|byte| *byte == b'{') {
        return error;
    }
    let trimmed = line.len() - line.trim_ascii_start().len();
    let begins = |start: usize| {
        let rest = line.get(start..)?;
        let prefix = Prefix::of(line.get(..start)?)?;
        let inner = Record::plain(rest, named(prefix.file.as_deref(), hint), &mut Values::default()).err()?;
        let is_told = (prefix.file.is_some() || prefix.around == Around::LineNumber || start == trimmed)
            && !rest.starts_with(b"{");
        is_told.then(|| {
            let moved = |at: u32| at.saturating_add(u32::try_from(start).unwrap_or(u32::MAX));
            ParseError { span: Span { start: moved(inner.span.start), end: moved(inner.span.end) }, ..inner }
        })
    };
    candidates(line).into_iter().find_map(begins).unwrap_or(error)
}

#[cfg(test)]
mod tests {
    use super::super::Scratch;
    use super::*;
    use crate::format::Format;
    use base64::{Engine, engine::general_purpose::STANDARD};

    const LINE: &str = r#"https 2026-09-23T07:15:47.805298Z app/web/1 192.0.2.26:5815 10.20.20.37:80 0.001 0.003 0.000 200 200 153 3860 "GET https://a.example:443/x HTTP/1.1" "curl/8" - - arn:aws:tg"#;
    const NLB: &str = r#"tls 2.0 2020-04-01T08:51:42 net/web/c6 g3d4 192.0.2.154:51341 10.0.1.85:443 5 2 98 246 - - - - tlsv12 - a.example h2 h2 "h2" 2020-04-01T08:51:20"#;
    const CLASSIC: &str = r#"2015-11-07T18:45:33.559871Z web 192.0.2.92:4586 10.0.0.215:80 0.00099 0.0003 -1 200 200 0 42355 "GET http://a.example:80/ HTTP/1.1""#;
    const HEALTH: &str = "http 2025-10-31T12:44:59.875678Z 0.019584011 10.0.0.97:80 web PASS 200 -";
    const CONNECTION: &str = r#"2026-09-23T07:11:27.691358Z 2001:db8::71 64326 443 - - - "-" - - -"#;
    const JSON: &str =
        r#"{"type":"https","time":"2026-09-23T07:15:47Z","elb":"app/web/1","client_port":"192.0.2.26:5815"}"#;

    fn found(line: &str) -> Option<(Option<Around>, Option<String>)> {
        let mut scratch = Scratch::default();
        let found = Record::find(line.as_bytes(), Hint::None, &mut scratch).ok()?;
        Some((found.around, found.file))
    }

    #[test]
    fn whatever_stands_in_front_of_a_line_of_any_format_is_taken_off() {
        let name = "logs/123456789012_elasticloadbalancing_eu-west-1_app.a.1_20261123T0005Z_192.0.2.1_x.log.gz";
        for line in [LINE, NLB, CLASSIC, HEALTH, CONNECTION, JSON] {
            for (front, around, file) in [
                ("", None, None),
                ("  \t", None, None),
                ("a.log:", Some(Around::FileName), Some("a.log")),
                ("./b/c:", Some(Around::FileName), Some("./b/c")),
                ("a.log:17:", Some(Around::FileName), Some("a.log")),
                ("a.log:17:1:", Some(Around::FileName), Some("a.log")),
                (&format!("{name}:"), Some(Around::FileName), Some(name)),
                ("17:", Some(Around::LineNumber), None),
                ("    17\t", Some(Around::LineNumber), None),
                ("[a] ", Some(Around::Text), None),
                ("> ", Some(Around::Text), None),
                ("web_1  | ", Some(Around::Text), None),
                ("Nov 24 09:15:02 host app[17]: ", Some(Around::Text), None),
                ("2026-11-24T09:15:02.482113Z stdout F ", Some(Around::Text), None),
                ("<14>1 2026-11-24T09:15:02.482Z host app 17 - - ", Some(Around::Text), None),
                ("2026-11-24T09:15:02+01:00 host: ", Some(Around::Text), None),
            ] {
                for behind in ["", " ", "\t "] {
                    let expected = Some((around, file.map(str::to_owned)));
                    assert_eq!(found(&format!("{front}{line}{behind}")), expected, "{front}{line}");
                }
            }
        }
    }

    #[test]
    fn a_cut_line_in_front_of_another_is_no_prefix() {
        for (line, length) in [(LINE, 70), (LINE, 120), (CLASSIC, 60), (CONNECTION, 45), (NLB, 60)] {
            let cut = line.split_at(length).0;
            assert_eq!(found(&format!("{cut}{LINE}")), None, "{cut}");
            assert_eq!(found(&format!("{cut} {LINE}")), None, "{cut}");
        }
        assert_eq!(found(&format!("{}:{LINE}", "x/".repeat(600))), None, "no tool writes so much");
    }

    #[test]
    fn documents_of_other_tools() {
        let text = serde_json::to_string(&format!("{LINE}\n")).expect("JSON");
        for (document, file) in [
            (format!(r#"{{"message":{text}}}"#), None),
            (
                format!(
                    r#"{{"@timestamp":"2026-11-24T09:15:02Z","message":{text},"log":{{"offset":3,"file":{{"path":"a/x.log"}}}}}}"#
                ),
                Some("a/x.log"),
            ),
            (
                format!(r#"{{"_index":"x","_source":{{"event":{{"original":{text}}},"log.file.path":"b.log"}}}}"#),
                Some("b.log"),
            ),
            (format!(r#"{{"@timestamp":"2026-11-24 09:15:02.482","@message":{text}}}"#), None),
            (format!(r#"{{"timestamp":1795598102482,"type":"x","message":{text}}}"#), None),
            (format!(r#"{{"log":{text},"stream":"stdout","time":"2026-11-24T09:15:02Z"}}"#), None),
            (format!(r#"{{"result":{{"_raw":{text}}}}}"#), None),
            (format!(r#"{{"recordId":"1","data":"{}"}}"#, STANDARD.encode(format!("{LINE}\n"))), None),
            (format!(r#"{{"integration":"aws","aws":{JSON}}}"#), None),
            (format!(r#"{{"message":{}}}"#, serde_json::to_string(JSON).expect("JSON")), None),
        ] {
            assert_eq!(found(&document), Some((Some(Around::Document), file.map(str::to_owned))), "{document}");
        }
        assert_eq!(found(r#"{"message":"hello, world"}"#), None);
        // A member of that name beside a record is one more member.
        let with = JSON.replace("\"elb\"", "\"message\":\"a b\",\"elb\"");
        assert_eq!(found(&with), Some((None, None)));
    }

    #[test]
    fn the_message_is_about_the_line_behind_the_prefix() {
        let told = |line: &str| {
            let mut scratch = Scratch::default();
            let error = Record::find(line.as_bytes(), Hint::None, &mut scratch).expect_err("an error");
            (error.kind, error.field, String::from_utf8_lossy(error.span.of(line.as_bytes())).into_owned())
        };
        let bad = LINE.replace(":5815", ":70000");
        let expected = (ErrorKind::BadPort, Some("client:port"), "192.0.2.26:70000".to_owned());
        for front in ["", "a.log:", "a.log:17:", "17:", "   "] {
            assert_eq!(told(&format!("{front}{bad}")), expected, "{front}");
        }
    }

    #[test]
    fn the_files_name_decides_where_the_line_does_not() {
        let name = "x/1_elasticloadbalancing_eu-west-1_net.n.1_20261123T2105Z_3tq5ezpk.log.gz";
        assert_eq!(named(Some(name), Hint::None), Hint::Named(Format::NlbTls));
        assert_eq!(named(Some(name), Hint::Only(Format::Classic)), Hint::Only(Format::Classic));
        assert_eq!(named(Some("a.log"), Hint::None), Hint::None);
    }
}
