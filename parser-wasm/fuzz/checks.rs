//! What must hold for any input. The fuzz targets look for an exception, and `tests/fuzz_seeds.rs` holds the saved inputs
//! to it under plain `cargo test`.

#![allow(dead_code, reason = "each target uses one of them")]

use parser_wasm::{
    EngineKind, Filter, Format, GeoDatabases, ItemWriter, Knowledge, Limits, Line, LineOutcome, LogReader, Matcher,
    Schema, Settings, Source,
};
use serde_json::Value;
use std::sync::LazyLock;

const DOCUMENT: &[u8] = br#"{"@timestamp":"2026-09-23T07:15:47.805298Z","source":{"address":"192.0.2.26","ip":"192.0.2.26","port":5815},"http":{"request":{"method":"GET"},"response":{"status_code":200}},"url":{"original":"https://a.example:443/x","port":443},"aws":{"elb":{"request_processing_time":{"sec":0.001},"action_executed":["waf","forward"]}}}"#;

/// Rules are read once, not for every input.
static KNOWLEDGE: LazyLock<Knowledge> = LazyLock::new(|| Knowledge::of_uap_core(GeoDatabases::default()));

/// A line, read by its shape and in every format: an item of valid JSON, or a rejection that can be told.
pub fn line(bytes: &[u8]) {
    let settings = Settings { keep_original: true, ..Settings::default() };
    let source = Source::s3("b", "k.log");
    check(&ItemWriter::new(&settings, &source, &KNOWLEDGE), bytes);
    for format in Format::ALL {
        check(&ItemWriter::new(&settings, &source, &KNOWLEDGE).only(format), bytes);
    }
}

/// The same for AWS's delivery as JSON: any bytes as a value, and any bytes as the line.
pub fn json_line(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let line = serde_json::json!({
        "type": "https", "time": "2026-09-23T07:15:47.805298Z", "elb": "app/a/1", "client_ip": "192.0.2.1",
        "client_port": 1, "request_line": text, "user_agent": text, "trace_id": text,
    });
    self::line(line.to_string().as_bytes());
    self::line(bytes);
}

fn check(writer: &ItemWriter, bytes: &[u8]) {
    let line = Line { number: 1, offset: 0, bytes, length: bytes.len() as u64 };
    let mut out = Vec::new();
    match writer.write(&line, &mut out) {
        LineOutcome::Item(item) => {
            for part in [&item.action, &item.document] {
                let value: Value = serde_json::from_slice(&out[part.clone()]).expect("JSON");
                assert!(value.is_object());
            }
            assert_eq!(out.iter().filter(|byte| **byte == b'\n').count(), 2, "an item is two lines");
            assert_eq!(item.document.end + 1, out.len());
        }
        LineOutcome::Rejected(rejection) => {
            assert!(out.is_empty());
            assert!(rejection.error.span.start <= rejection.error.span.end);
            assert!(rejection.error.span.end as usize <= bytes.len().max(1));
            let mut json = Vec::new();
            rejection.write_json("k.log", &mut json);
            let _: Value = serde_json::from_slice(&json).expect("JSON");
            assert!(!rejection.to_string().is_empty());
        }
        LineOutcome::Filtered | LineOutcome::Skipped(_) => assert!(out.is_empty()),
    }
}

/// Any bytes around a secret: where redaction promises to take it out, neither document nor id tells it.
pub fn redaction(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (secret, other) = ("7Tr0ub4dor7", "7c0rrect7");
    let urls = |secret: &str| {
        [
            format!("{text}?q={secret}"),
            format!("/{text}#{secret}"),
            format!("https://u:{secret}@{text}"),
            format!("/{text}/{secret}@x"),
            format!("/{text}%3f{secret}"),
        ]
    };
    if text.contains(secret) {
        return;
    }
    for (url, guess) in urls(secret).iter().zip(urls(other)) {
        let written = redacted(url);
        assert!(!String::from_utf8_lossy(&written).contains(secret), "{url}");
        let action = |item: &[u8]| item.split(|byte| *byte == b'\n').next().map(<[u8]>::to_vec);
        assert_eq!(action(&written), action(&redacted(&guess)), "{url}");
    }
}

/// The item of a line that holds a URL, redacted.
fn redacted(url: &str) -> Vec<u8> {
    static WRITER: LazyLock<ItemWriter> = LazyLock::new(|| {
        let settings = Settings::from_json(r#"{"redact":{"query":"mask","addresses":"truncate"}}"#).expect("settings");
        ItemWriter::new(&settings, &Source::s3("b", "k.log"), &KNOWLEDGE)
    });
    let line = serde_json::json!({
        "type": "https", "time": "2026-09-23T07:15:47.805298Z", "elb": "app/a/1", "client_port": "192.0.2.1:1",
        "request_line": format!("GET {url} HTTP/1.1"), "redirect_url": url,
    })
    .to_string();
    let line = Line { number: 1, offset: 0, bytes: line.as_bytes(), length: line.len() as u64 };
    let mut out = Vec::new();
    let _ = WRITER.write(&line, &mut out);
    out
}

/// A stream, whole and in pieces: the same lines, the same end.
pub fn reader(bytes: &[u8]) {
    let (step, bytes) = bytes.split_first().map_or((1, bytes), |(step, rest)| (usize::from(*step).max(1), rest));
    let whole = read(bytes, bytes.len().max(1));
    assert_eq!(read(bytes, step), whole);
    assert_eq!(read(bytes, 1), whole);
}

/// The lines, by number, offset and bytes, and what was wrong with the stream in the end.
#[derive(Debug, PartialEq)]
struct Read {
    lines: Vec<(u64, u64, Vec<u8>)>,
    damage: Option<String>,
}

fn read(bytes: &[u8], step: usize) -> Read {
    let mut reader = LogReader::of_archives(Limits { line_bytes: 300 });
    let mut lines = Vec::new();
    for piece in bytes.chunks(step) {
        let pushed = reader.push(piece);
        loop {
            while let Some(Line { number, offset, bytes, .. }) = reader.next_line() {
                lines.push((number, offset, bytes.to_vec()));
            }
            match reader.next_file() {
                Some(file) => lines.push((0, 0, format!("{file:?}").into_bytes())),
                None => break,
            }
        }
        if pushed.is_err() {
            break;
        }
    }
    let damage = loop {
        match reader.finish() {
            Ok(Some(Line { number, offset, bytes, .. })) => lines.push((number, offset, bytes.to_vec())),
            Ok(None) => match reader.next_file() {
                Some(file) => lines.push((0, 0, format!("{file:?}").into_bytes())),
                None => break None,
            },
            Err(damage) => break Some(damage.to_string()),
        }
    };
    Read { lines, damage }
}

/// A filter: a problem that can be shown, or one that is the same when it is spelt out, and can be asked.
pub fn filter(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let read = |text: &str| Filter::parse_at(Schema::Ecs, text, 1_795_598_102_482);
    match read(text) {
        Ok(filter) => {
            let again = read(&filter.to_string()).expect("what is printed can be read");
            assert_eq!(again.to_string(), filter.to_string());
            for engine in [EngineKind::Current, EngineKind::Elasticsearch6] {
                let holds = Matcher::new(&filter, engine).matches(DOCUMENT);
                assert_eq!(Matcher::new(&again, engine).matches(DOCUMENT), holds);
                assert!(filter.to_search_body(engine).is_object());
                let _ = Matcher::new(&filter, engine).matches(bytes);
            }
        }
        Err(error) => {
            assert!(error.offset + error.length <= text.len());
            assert!(!error.in_text(text).to_string().is_empty());
        }
    }
}
