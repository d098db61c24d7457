//! What holds for any input: nothing panics, chunking changes nothing, documents are JSON that says what was logged.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used)]

use flate2::{Compression, write::GzEncoder};
use parser_wasm::{AlbAccess, ItemWriter, Knowledge, Limits, Line, LineOutcome, LogReader, Settings, Source, Text};
use proptest::prelude::*;
use std::io::Write;

#[path = "../fuzz/checks.rs"]
mod checks;

/// What URLs are made of, and what hides it.
const PIECES: [&str; 24] = [
    "/",
    "//",
    "?",
    "#",
    "@",
    ":",
    "&",
    "=",
    "%",
    "%3F",
    "%253a",
    "%40",
    "%2f",
    r"\x40",
    r"\x3F",
    r"\x5C",
    "https://",
    "a",
    "b.example",
    "443",
    "[2001:db8::1]",
    " ",
    " HTTP/1.1",
    "é",
];

const LIMITS: Limits = Limits { line_bytes: 2000 };

/// Bulk body and number of rejected lines, and whether the stream was sound.
fn run(bytes: &[u8], chunk: usize) -> (Vec<u8>, usize, bool) {
    let writer = ItemWriter::new(&Settings::default(), &Source::s3("b", "k.log"), &Knowledge::default());
    let (mut bulk, mut rejected) = (Vec::new(), 0);
    let mut take = |line: &Line<'_>| {
        if let LineOutcome::Rejected(rejection) = writer.write(line, &mut bulk) {
            rejected += 1;
            let mut json = Vec::new();
            rejection.write_json("k.log", &mut json);
            let _: serde_json::Value = serde_json::from_slice(&json).unwrap();
        }
    };
    let mut reader = LogReader::new(LIMITS);
    let mut sound = true;
    for piece in bytes.chunks(chunk.max(1)) {
        sound = reader.push(piece).is_ok();
        while let Some(line) = reader.next_line() {
            take(&line);
        }
    }
    loop {
        match reader.finish() {
            Ok(Some(line)) => take(&line),
            Ok(None) => break,
            Err(_) => {
                sound = false;
                break;
            }
        }
    }
    (bulk, rejected, sound)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// What may stand between quotes: no quote, no line ending.
fn quoted() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>().prop_filter("ends the field", |b| !b"\"\n\r".contains(b)), 0..40)
}

/// Lines that are nearly right: a good line with a few bytes changed, inserted or cut.
fn nearly_a_line() -> impl Strategy<Value = Vec<u8>> {
    let good = br#"https 2026-09-23T07:15:47.805298Z app/web/98e3a879de9d6b42 192.0.2.26:5815 10.20.20.37:80 0.001 0.003 0.000 200 200 153 3860 "GET https://a.example:443/x HTTP/1.1" "curl/8" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:tg "Root=1-2-3" "a.example" "arn:aws:cert" 2 2026-09-23T07:15:47.801000Z "waf,forward" "-" "-" "10.20.20.37:80" "200" "-" "-" TID_1 "-" "-" "-" 198.51.100.60 "-" "new""#;
    proptest::collection::vec((0..good.len(), any::<u8>(), 0..3_u8), 0..4).prop_map(move |edits| {
        let mut line = good.to_vec();
        for (at, byte, how) in edits {
            let at = at.min(line.len().saturating_sub(1));
            match how {
                0 => line[at] = byte,
                1 => line.insert(at, byte),
                _ => line.truncate(at.max(1)),
            }
        }
        line
    })
}

/// How files begin that are unwrapped.
const HEADS: &[&[u8]] = &[
    b"",
    b"{\n",
    b"[{",
    b"{\"logEvents\":[{\"message\":\"",
    b"#Fields: type time elb\n",
    b"type,time,elb\n",
    b"@timestamp,@message\n",
    b"\xFF\xFE",
    b"\xFE\xFF",
    b"<Error>",
    b"\x1F\x8B",
    b"a.log\0\0\0",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn what_is_redacted_is_in_no_document_and_no_id(pieces in proptest::collection::vec(prop::sample::select(&PIECES[..]), 0..9)) {
        checks::redaction(pieces.concat().as_bytes());
    }

    #[test]
    fn any_bytes_are_read_the_same_in_any_chunks(bytes in proptest::collection::vec(any::<u8>(), 0..3000), chunk in 1_usize..400) {
        prop_assert_eq!(run(&bytes, chunk), run(&bytes, bytes.len()));
    }

    #[test]
    fn nearly_good_logs_are_read_the_same_plain_and_gzipped(
        lines in proptest::collection::vec(nearly_a_line(), 1..8), cut in any::<prop::sample::Index>(), chunk in 1_usize..400,
    ) {
        let log = lines.join(&b'\n');
        let plain = run(&log, log.len());
        prop_assert_eq!(&run(&log, chunk), &plain);
        let at = cut.index(log.len());
        let members = [gzip(&log[..at]), gzip(&log[at..])].concat();
        // A log that happens to begin with gzip's magic bytes is none.
        prop_assume!(!log.starts_with(&[0x1F, 0x8B]));
        prop_assert_eq!(&run(&members, chunk), &plain);
    }

    #[test]
    fn damaged_gzip_never_gives_another_document(lines in proptest::collection::vec(nearly_a_line(), 1..8), at in any::<prop::sample::Index>()) {
        let log = [lines.join(&b'\n'), b"\n".to_vec()].concat();
        prop_assume!(!log.starts_with(&[0x1F, 0x8B]));
        let (whole, _, _) = run(&log, log.len());
        let mut stream = gzip(&log);
        stream.truncate(at.index(stream.len() - 2) + 2);
        let (cut, _, sound) = run(&stream, stream.len());
        prop_assert!(whole.starts_with(&cut));
        prop_assert!(!sound);
    }

    #[test]
    fn corrupt_gzip_is_read_the_same_in_any_chunks(
        lines in proptest::collection::vec(nearly_a_line(), 1..8), at in any::<prop::sample::Index>(), flip in 1..=255_u8, chunk in 1_usize..400,
    ) {
        let mut stream = gzip(&lines.join(&b'\n'));
        let at = at.index(stream.len() - 2) + 2;
        stream[at] ^= flip;
        prop_assert_eq!(run(&stream, chunk), run(&stream, stream.len()));
    }

    #[test]
    fn whatever_a_file_begins_as_it_is_read_the_same_in_any_chunks(
        head in proptest::sample::select(HEADS), bytes in proptest::collection::vec(any::<u8>(), 0..2000),
        lines in proptest::collection::vec(nearly_a_line(), 0..3), packed in any::<bool>(), chunk in 1_usize..700,
    ) {
        let mut stream = [head, &bytes[..], &lines.join(&b'\n')].concat();
        if packed {
            stream = gzip(&stream);
        }
        prop_assert_eq!(run(&stream, chunk), run(&stream, stream.len()));
    }

    #[test]
    fn packed_twice_or_in_other_characters_a_log_is_the_same(
        lines in proptest::collection::vec(nearly_a_line(), 1..6), chunk in 1_usize..400,
    ) {
        let log = String::from_utf8_lossy(&lines.join(&b'\n')).into_owned();
        prop_assume!(log.starts_with("https 2026"));
        let plain = run(log.as_bytes(), log.len());
        prop_assert_eq!(&run(&gzip(&gzip(log.as_bytes())), chunk), &plain);
        let marked = [0xFEFF].into_iter().chain(log.encode_utf16());
        prop_assert_eq!(&run(&marked.clone().flat_map(u16::to_le_bytes).collect::<Vec<_>>(), chunk), &plain);
        prop_assert_eq!(&run(&marked.flat_map(u16::to_be_bytes).collect::<Vec<_>>(), chunk), &plain);
    }

    #[test]
    fn what_stands_in_front_of_a_line_changes_nothing_but_its_place(
        line in nearly_a_line(), front in proptest::sample::select(&["a/b.log:", "17:", "  ", "> ", "web_1 | "][..]),
    ) {
        let documents = |line: &[u8]| {
            let (bulk, rejected, _) = run(line, line.len());
            let document = bulk.split(|&byte| byte == b'\n').nth(1).unwrap_or_default();
            let mut document: serde_json::Value = serde_json::from_slice(document).unwrap_or_default();
            if let Some(document) = document.as_object_mut() {
                document.remove("log");
            }
            (document, rejected)
        };
        prop_assume!(!line.contains(&b'\n') && line.starts_with(b"https 2026-09-23T07:15:47.805298Z "));
        prop_assert_eq!(documents(&[front.as_bytes(), &line].concat()), documents(&line));
    }

    #[test]
    fn documents_say_what_was_logged(user_agent in quoted(), path in "[ -!#-\\[\\]-~]{0,40}") {
        let mut line = format!(r#"http 2026-11-23T00:00:00.000001Z app/a/1 192.0.2.1:1 - -1 -1 -1 404 - 1 2 "GET http://a.example:80/{path} HTTP/1.1" ""#).into_bytes();
        line.extend_from_slice(&user_agent);
        line.extend_from_slice(br#"" - - -"#);
        let record = AlbAccess::parse(&line).unwrap();
        let url = record.request.value().unwrap().url.unwrap().decode();
        let (bulk, rejected, _) = run(&line, line.len());
        prop_assert_eq!(rejected, 0);
        let document = bulk.split(|&byte| byte == b'\n').nth(1).unwrap();
        let document: serde_json::Value = serde_json::from_slice(document).unwrap();
        prop_assert_eq!(document["url"]["original"].as_str(), Some(&*url));
        let meant = Text(&user_agent).present().map(|text| text.decode());
        prop_assert_eq!(document["user_agent"]["original"].as_str(), meant.as_deref());
    }
}
