//! Every fixture gives its golden documents and rejections, however its bytes arrive.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used)]

use flate2::{Compression, write::GzEncoder};
use parser_wasm::{GeoDatabases, ItemWriter, Knowledge, Limits, Line, LineOutcome, LogReader, Settings, Source};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

#[derive(Debug, PartialEq)]
struct Outcome {
    bulk: String,
    rejected: String,
    /// The rejected lines as a terminal shows them.
    told: String,
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures")
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn run<'a>(name: &str, settings: &Settings, knowledge: &Knowledge, pieces: impl Iterator<Item = &'a [u8]>) -> Outcome {
    let source = fs::read_to_string(fixtures().join("source.txt")).unwrap();
    let source = Source::parse(source.trim().replace("{name}", name).as_str()).unwrap();
    let writer = ItemWriter::new(settings, &source, knowledge);
    let (mut bulk, mut rejected, mut told) = (Vec::new(), Vec::new(), String::new());
    let mut take = |line: &Line<'_>| {
        if let LineOutcome::Rejected(rejection) = writer.write(line, &mut bulk) {
            rejection.write_json(&format!("{name}.log"), &mut rejected);
            rejected.push(b'\n');
            told += &format!("{rejection}\n");
        }
    };
    let mut reader = LogReader::new(Limits::default());
    for piece in pieces {
        reader.push(piece).unwrap();
        while let Some(line) = reader.next_line() {
            take(&line);
        }
    }
    while let Some(line) = reader.finish().unwrap() {
        take(&line);
    }
    Outcome { bulk: String::from_utf8(bulk).unwrap(), rejected: String::from_utf8(rejected).unwrap(), told }
}

/// Compares with the golden file, or writes it under `UPDATE_GOLDEN`.
fn hold(path: &Path, found: &str) {
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(path, found).unwrap();
    }
    let golden = fs::read_to_string(path).unwrap_or_default();
    for (at, (found, golden)) in found.lines().zip(golden.lines()).enumerate() {
        assert_eq!(found, golden, "{}:{}", path.display(), at + 1);
    }
    assert_eq!(found.lines().count(), golden.lines().count(), "{}", path.display());
}

#[test]
fn fixtures_give_their_golden_files() {
    let mut names = Vec::new();
    for entry in fs::read_dir(fixtures()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "log") {
            names.push(path.file_stem().unwrap().to_str().unwrap().to_owned());
        }
    }
    names.sort();
    let expected = [
        "classic",
        "columns",
        "connection",
        "delimited",
        "derived",
        "elapsed",
        "endpoints",
        "escapes",
        "events",
        "extremes",
        "health",
        "json",
        "long",
        "mixed",
        "nlb",
        "oddities",
        "prefixed",
        "quotes",
        "rejected",
        "requests",
        "shapes",
        "table",
        "verdicts",
        "w3c",
    ];
    assert_eq!(names, expected);
    let knowledge = Knowledge::of_uap_core(GeoDatabases::default());
    for name in names {
        let log = fs::read(fixtures().join(format!("{name}.log"))).unwrap();
        let whole = run(&name, &Settings::default(), &knowledge, std::iter::once(&log[..]));
        hold(&fixtures().join(format!("{name}.ndjson")), &whole.bulk);
        hold(&fixtures().join(format!("{name}.rejected.ndjson")), &whole.rejected);
        for line in whole.bulk.lines().chain(whole.rejected.lines()) {
            let _: serde_json::Value = serde_json::from_str(line).unwrap();
        }
        if !whole.told.is_empty() {
            hold(&fixtures().join(format!("{name}.rejected.txt")), &whole.told);
        }

        let (zipped, half) = (gzip(&log), log.len() / 2);
        let members = [gzip(&log[..half]), gzip(b""), gzip(&log[half..])].concat();
        for (way, bytes, step) in [
            ("byte by byte", &log, 1),
            ("in pieces", &log, 613),
            ("gzip", &zipped, zipped.len()),
            ("gzip byte by byte", &zipped, 1),
            ("several members", &members, 97),
        ] {
            assert_eq!(run(&name, &Settings::default(), &knowledge, bytes.chunks(step)), whole, "{name}, {way}");
        }
    }
}

/// The same lines in the other schema. Where bytes arrive in pieces is nothing that a schema knows of.
#[test]
fn fixtures_give_their_flat_golden_files() {
    let settings = Settings::from_json(r#"{"schema":"network-log"}"#).unwrap();
    for name in ["columns", "endpoints", "escapes", "mixed", "requests"] {
        let log = fs::read(fixtures().join(format!("{name}.log"))).unwrap();
        let whole = run(name, &settings, &Knowledge::default(), std::iter::once(&log[..]));
        hold(&fixtures().join(format!("network-log/{name}.ndjson")), &whole.bulk);
        hold(&fixtures().join(format!("network-log/{name}.rejected.ndjson")), &whole.rejected);
    }
}
