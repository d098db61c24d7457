//! Quarantined lines and files of them: what is sent again, what stays, and what is never deleted.
#![allow(clippy::unwrap_used)]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use support::{
    Bucket, Index, Reply, Run, Server, Signal, command, cut_gzip, gunzip_lines, gzip, ingest, items, line, log,
    report_of,
};

fn replay(s3: &Server, engine: &Server) -> Run {
    report_of(&mut command("replay", s3, engine))
}

fn files(bucket: &Bucket) -> Vec<String> {
    bucket.keys().into_iter().filter(|key| key.contains("/quarantine/lines/")).collect()
}

/// An engine that refuses every document of these lines until it is mended.
fn refusing(index: &Index, is_mended: &Arc<AtomicBool>) -> Server {
    let is_mended = Arc::clone(is_mended);
    index.serve_with(move |_, documents| {
        let fault = Some(("mapper_parsing_exception", "a mapping of yesterday"));
        (!is_mended.load(Ordering::SeqCst)).then(|| items(&vec![(400, fault); documents.len()]))
    })
}

#[test]
fn a_last_entry_without_a_line_feed_is_sent_too() {
    let bucket = Bucket::of(&[("a.log", log(2).as_bytes())]);
    let (index, is_mended) = (Index::default(), Arc::new(AtomicBool::new(false)));
    let engine = refusing(&index, &is_mended);
    ingest(&bucket.serve(), &engine);
    let file = &files(&bucket)[0];
    // As an editor leaves it.
    let text = gunzip_lines(&bucket.body(file).unwrap()).join("\n");
    bucket.put(file, &gzip(&text));
    is_mended.store(true, Ordering::SeqCst);
    let run = replay(&bucket.serve(), &engine);
    assert_eq!((run.status, &run.report["lines"], &run.report["emptied"]), (Some(0), &2.into(), &1.into()));
    assert_eq!((index.count(), files(&bucket).len()), (2, 0));
}

#[test]
fn a_file_without_an_entry_is_never_deleted() {
    let bucket = Bucket::of(&[("a.log", log(1).as_bytes())]);
    let engine = Index::default().serve();
    ingest(&bucket.serve(), &engine);
    let lines = format!("{}quarantine/lines/", bucket.folder());
    for (name, body) in [("empty", &b""[..]), ("blank", b"\n\n"), ("other", b"hello\n"), ("json", b"{\"a\":1}\n")] {
        bucket.put(&format!("{lines}{name}"), body);
    }
    let run = replay(&bucket.serve(), &engine);
    assert_eq!((run.status, &run.report["failed_files"]), (Some(1), &4.into()), "{}", run.stderr);
    assert_eq!((&run.report["emptied"], files(&bucket).len()), (&0.into(), 4));
}

#[test]
fn what_is_still_bad_holds_up_nothing_and_each_file_is_its_own() {
    let bucket = Bucket::default();
    // Early in the order of keys, with more refused documents than a run would bear.
    bucket.put("a.log", log(30).as_bytes());
    (0..5).for_each(|number| bucket.put(&format!("b{number}.log"), line(100 + number).as_bytes()));
    let (index, is_mended) = (Index::default(), Arc::new(AtomicBool::new(false)));
    let engine = index.serve_with({
        let is_mended = Arc::clone(&is_mended);
        move |_, documents| {
            let fault = Some(("mapper_parsing_exception", "no"));
            let is_bad = |document: &&str| !is_mended.load(Ordering::SeqCst) || !document.contains(":80/10");
            let answers: Vec<_> =
                documents.iter().map(|it| if is_bad(it) { (400, fault) } else { (201, None) }).collect();
            documents.iter().any(is_bad).then(|| items(&answers))
        }
    });
    for _ in 0..20 {
        ingest(&bucket.serve(), &engine);
        if bucket.keys_of_logs().iter().all(|key| key.contains("/quarantine/")) {
            break;
        }
    }
    let before = files(&bucket);
    assert!(before.len() >= 5, "{before:?}");
    is_mended.store(true, Ordering::SeqCst);
    let run = replay(&bucket.serve(), &engine);
    assert_eq!(run.report["stopped"], Value::Null, "{}", run.stderr);
    assert_eq!(run.report["emptied"], 5, "{}", run.report);
}

#[test]
fn a_replay_that_ends_early_resumes_behind_what_it_tried() {
    let bucket = Bucket::default();
    for number in 0..6 {
        bucket.put(&format!("{number}.log"), format!("{}bad\n", line(number)).as_bytes());
    }
    let (index, signal) = (Index::default(), Signal::default());
    let engine = index.serve();
    ingest(&bucket.serve(), &engine);
    assert_eq!(files(&bucket).len(), 6);
    let tried = Arc::new(std::sync::Mutex::new(Vec::new()));
    let s3 = |ends_at: Option<&'static str>| {
        let (signal, tried) = (signal.clone(), Arc::clone(&tried));
        bucket.serve_with(move |request| {
            if request.method == "GET" && request.path.contains("/quarantine/lines/") {
                let name = request.path.split("/lines/").nth(1).unwrap()[..1].to_owned();
                tried.lock().unwrap().push(name.clone());
                if Some(name.as_str()) == ends_at {
                    signal.send();
                    std::thread::sleep(Duration::from_millis(500));
                }
            }
            None
        })
    };
    let one = [("ALBATROSS_OBJECTS_IN_FLIGHT", "1")];
    let first = signal.report_of(command("replay", &s3(Some("2")), &engine).envs(one));
    assert_eq!((first.status, &first.report["stopped"]), (Some(1), &json!("interrupted")), "{}", first.stderr);
    tried.lock().unwrap().clear();
    let second = signal.report_of(command("replay", &s3(None), &engine).envs(one));
    assert_eq!((second.status, &second.report["files"]), (Some(0), &6.into()), "{}", second.stderr);
    let order = tried.lock().unwrap().join("");
    assert!(order.starts_with("2345") && order.ends_with("01"), "{order}");
}

#[test]
fn an_archived_objects_bad_lines_stand_once() {
    let bucket = Bucket::of(&[("a.log", format!("{}bad\n", log(2)).as_bytes())]);
    let engine = Index::default().serve();
    let archive = [("ALBATROSS_SETTLE", "archive"), ("ALBATROSS_ARCHIVE_TO", "s3://logs/albatross/archive/")];
    let s3 = bucket.serve();
    assert_eq!(report_of(command("ingest", &s3, &engine).envs(archive)).report["quarantined"], 1);
    let before = files(&bucket);
    let again = report_of(command("ingest", &s3, &engine).arg("--overwrite").envs(archive));
    assert_eq!((again.status, &again.report["quarantined"]), (Some(0), &1.into()), "{}", again.stderr);
    assert_eq!(files(&bucket), before);
    // As a work order, too.
    let lambda = support::Lambda::start(&s3, &engine, &archive);
    let order = json!({ "albatross": "ingest", "bucket": "logs", "key": "albatross/archive/a.log", "overwrite": true });
    let answer = lambda.invoke(order, Duration::from_secs(60)).answer;
    assert_eq!((&answer["lines"], files(&bucket)), (&3.into(), before), "{answer}");
}

#[test]
fn a_settled_engine_answer_is_no_reason_to_wait() {
    // A replay of nothing asks S3 and the engine, and ends.
    let bucket = Bucket::default();
    let run = replay(&bucket.serve(), &Index::default().serve_with(|_, _| Some(Reply::new(500, ""))));
    assert_eq!((run.status, &run.report["files"]), (Some(0), &0.into()), "{}", run.stderr);
}

#[test]
fn a_line_of_any_length_is_kept_whole() {
    let long = format!("{}{}\n", line(2).trim_end(), "x".repeat(300 << 10));
    let text = format!("{}{long}{}", line(1), line(3));
    let bucket = Bucket::of(&[("a.log", text.as_bytes())]);
    let index = Index::default();
    let run = ingest(&bucket.serve(), &index.serve());
    assert_eq!((run.status, &run.report["indexed"], &run.report["quarantined"]), (Some(0), &2.into(), &1.into()));
    assert_eq!(run.report["objects"]["quarantined"], 1, "{}", run.stderr);
    let object = bucket.keys().into_iter().find(|key| key.contains("/quarantine/objects/a.log@")).unwrap();
    assert_eq!(bucket.body(&object).unwrap(), text.as_bytes());
    assert!(bucket.body("a.log").is_none());
    let record: Value = serde_json::from_slice(&bucket.body(&format!("{object}.damage.json")).unwrap()).unwrap();
    assert_eq!((&record["kind"], &record["line"]), (&"long_line".into(), &2.into()));
}

#[test]
fn an_object_that_was_mended_where_it_lies_leaves_the_quarantine() {
    let text = format!("{}this is no log line\n{}", line(1), line(2));
    let whole = gzip(&text);
    let bucket = Bucket::of(&[("a.log.gz", &whole[..whole.len() - 4]), ("b.log.gz", &cut_gzip(&log(9)))]);
    let index = Index::default();
    let engine = index.serve();
    let first = ingest(&bucket.serve(), &engine);
    assert_eq!(first.report["objects"]["quarantined"], 2, "{}", first.stderr);
    let before = index.count();
    let objects = || {
        let keys = bucket.keys().into_iter().filter(|key| key.contains("/quarantine/objects/"));
        keys.collect::<Vec<String>>()
    };
    let mended = objects().into_iter().find(|key| key.contains("a.log.gz@")).unwrap();
    bucket.put(&mended, &whole);
    let bad_lines = files(&bucket);

    let run = report_of(command("replay", &bucket.serve(), &engine).arg("--objects"));
    assert_eq!((run.status, &run.report["files"], &run.report["emptied"]), (Some(1), &2.into(), &1.into()));
    let left = run.report["failed"][0].clone();
    assert!(left["key"].as_str().unwrap().contains("b.log.gz@"), "{left}");
    assert!(left["message"].as_str().unwrap().starts_with("it is still damaged: "), "{left}");
    assert_eq!(run.report["indexed"], index.count() - before, "lines that were indexed have the same ids");
    assert!(objects().iter().all(|key| key.contains("b.log.gz@")), "{:?}", objects());
    assert_eq!(objects().len(), 2);
    assert_eq!(files(&bucket), bad_lines, "each bad line stands there once");
    assert_eq!(gunzip_lines(&bucket.body(&bad_lines[0]).unwrap()).len(), 1);
}

#[test]
fn objects_are_not_read_again_where_that_doubles_their_lines() {
    let bucket = Bucket::of(&[("a.log.gz", &cut_gzip(&log(9)))]);
    let mut replay = command("replay", &bucket.serve(), &Index::default().serve());
    let run = report_of(replay.arg("--objects").env("ALBATROSS_SETTINGS", r#"{"target":"data_stream"}"#));
    assert_eq!(run.status, Some(2));
    assert!(run.stderr.contains("--objects: a data stream"), "{}", run.stderr);
}
