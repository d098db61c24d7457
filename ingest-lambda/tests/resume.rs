//! Big objects whose run ends before they do: the next run goes on, and nothing is lost or counted twice.
#![allow(clippy::unwrap_used)]

mod support;

use std::time::Duration;

use support::{Bucket, Index, Reply, Request, Run, Server, Signal, command, gunzip_lines, line};

/// Small batches: the run ends between two of them.
const BATCHES: &[(&str, &str)] = &[("ALBATROSS_BATCH_BYTES", "100000")];
const LINES: usize = 6_000;

fn ingest(signal: &Signal, s3: &Server, engine: &Server, arguments: &[&str]) -> Run {
    signal.report_of(command("ingest", s3, engine).args(arguments).envs(BATCHES.iter().copied()))
}

/// A log that is worth a resume point.
fn big_log() -> String {
    let log: String = (1..=LINES).map(line).collect();
    assert!(log.len() > 1 << 20);
    log
}

/// An engine at whose `number`th bulk request the run is told to end.
fn engine_that_ends(index: &Index, signal: &Signal, number: usize) -> Server {
    let signal = signal.clone();
    index.serve_with(move |request, _| {
        if request == number {
            signal.send();
            std::thread::sleep(Duration::from_millis(300));
        }
        None
    })
}

/// How far a run came inside the object.
fn resume_point(bucket: &Bucket) -> Option<serde_json::Value> {
    let key = bucket.keys().into_iter().find(|key| key.contains("/state/resume/"))?;
    serde_json::from_slice(&bucket.body(&key)?).ok()
}

#[test]
fn the_next_run_goes_on_and_reports_its_own_part() {
    let (bucket, index, signal) = (Bucket::of(&[("a.log", big_log().as_bytes())]), Index::default(), Signal::default());
    let engine = engine_that_ends(&index, &signal, 5);
    let first = ingest(&signal, &bucket.serve(), &engine, &[]);
    assert_eq!(first.report["stopped"], "interrupted", "{}", first.stderr);
    let point = resume_point(&bucket).unwrap();
    assert_eq!(first.report["lines"], point["line"], "the report covers what the point does");

    let second = ingest(&signal, &bucket.serve(), &engine, &[]);
    assert_eq!(second.status, Some(0), "{}", second.stderr);
    let lines = |run: &Run| run.report["lines"].as_u64().unwrap();
    assert_eq!(lines(&first) + lines(&second), LINES as u64);
    assert_eq!(index.count(), LINES);
    assert_eq!(bucket.keys(), Vec::<String>::new());
}

#[test]
fn a_run_that_makes_other_documents_begins_anew() {
    for arguments in [&["--overwrite"][..], &[]] {
        let bucket = Bucket::of(&[("a.log", big_log().as_bytes())]);
        let (index, signal) = (Index::default(), Signal::default());
        let engine = engine_that_ends(&index, &signal, 5);
        ingest(&signal, &bucket.serve(), &engine, &[]);
        assert!(resume_point(&bucket).is_some());
        // Without the flag: another engine, by its address.
        let elsewhere = if arguments.is_empty() { &index.serve() } else { &engine };
        let second = ingest(&signal, &bucket.serve(), elsewhere, arguments);
        assert_eq!((&second.report["lines"], index.count()), (&LINES.into(), LINES), "{}", second.stderr);
    }
}

/// Bad lines that do not compress: their quarantine takes several parts.
fn bad_lines(count: usize) -> String {
    let mut random = 1_u64;
    let mut letters = || {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b'A' + (random >> 59) as u8)
    };
    (0..count).flat_map(|_| (0..1000).map(|_| letters()).chain(['\n']).collect::<Vec<_>>()).collect()
}

const BAD: usize = 12_000;

fn is_part(request: &Request) -> bool {
    request.path.contains("partNumber=")
}

/// A bucket whose one object has more bad lines than fit one part, and its server, at whose first part the run is told
/// to end.
fn interrupted_in_a_part(engine: &Server, signal: &Signal) -> Bucket {
    let bucket = Bucket::of(&[("a.log", format!("{}{}", line(1), bad_lines(BAD)).as_bytes())]);
    let s3 = bucket.serve_with({
        let signal = signal.clone();
        move |request| {
            if is_part(request) {
                signal.send();
                std::thread::sleep(Duration::from_millis(300));
            }
            None
        }
    });
    let first = ingest(signal, &s3, engine, &[]);
    assert_eq!(first.report["stopped"], "interrupted", "{}", first.stderr);
    assert!(resume_point(&bucket).unwrap()["quarantine"]["upload"]["id"].is_string());
    bucket
}

/// The line numbers in quarantine, in order.
fn quarantined(bucket: &Bucket) -> Vec<u64> {
    let key = bucket.keys().into_iter().find(|key| key.contains("/quarantine/lines/")).unwrap();
    let number = |entry: &String| serde_json::from_str::<serde_json::Value>(entry).unwrap()["line"].as_u64().unwrap();
    gunzip_lines(&bucket.body(&key).unwrap()).iter().map(number).collect()
}

#[test]
fn a_part_that_was_on_its_way_is_not_lost() {
    let (engine, signal) = (Index::default().serve(), Signal::default());
    let bucket = interrupted_in_a_part(&engine, &signal);
    let second = ingest(&signal, &bucket.serve(), &engine, &[]);
    assert_eq!(second.status, Some(0), "{}", second.stderr);
    assert_eq!(quarantined(&bucket), (2..=BAD as u64 + 1).collect::<Vec<_>>());
    assert_eq!(bucket.keys().len(), 1);
}

#[test]
fn an_upload_that_is_no_more_begins_the_object_anew() {
    let (engine, signal) = (Index::default().serve(), Signal::default());
    let bucket = interrupted_in_a_part(&engine, &signal);
    bucket.end_uploads();
    let second = ingest(&signal, &bucket.serve(), &engine, &[]);
    assert_eq!(second.report["left_by_reason"], serde_json::json!({ "storage": 1 }), "{}", second.stderr);
    let third = ingest(&signal, &bucket.serve(), &engine, &[]);
    assert_eq!(third.report["objects"]["settled"], 1, "{}", third.stderr);
    assert_eq!(quarantined(&bucket), (2..=BAD as u64 + 1).collect::<Vec<_>>());
}

#[test]
fn a_settlement_that_was_broken_off_is_gone_on_with() {
    let (engine, signal) = (Index::default().serve(), Signal::default());
    let bucket = Bucket::of(&[("a.log", format!("{}bad\n", big_log()).as_bytes())]);
    let s3 = bucket.serve_with({
        let signal = signal.clone();
        move |request| {
            request.headers.contains_key("x-amz-copy-source").then(|| {
                signal.send();
                std::thread::sleep(Duration::from_secs(30));
                Reply::new(500, "")
            })
        }
    });
    let archiving = |s3: &Server| {
        let mut command = command("ingest", s3, &engine);
        command.env("ALBATROSS_SETTLE", "archive").env("ALBATROSS_ARCHIVE_TO", "s3://logs/albatross/archive/");
        signal.report_of(&mut command)
    };
    let first = archiving(&s3);
    assert_eq!(first.report["left_by_reason"]["interrupted"], 1, "{}", first.stderr);
    assert!(resume_point(&bucket).is_none(), "only the settlement is left");
    let second = archiving(&bucket.serve());
    assert_eq!((second.status, &second.report["engine"]["requests"]), (Some(0), &0.into()), "{}", second.stderr);
    assert_eq!(quarantined(&bucket), [LINES as u64 + 1]);
    assert_eq!(bucket.keys().len(), 2, "the archived object and its bad line");
}
