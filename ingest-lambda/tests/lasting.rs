//! Faults that last: everything else goes on, and one sentence says what does not and why.
#![allow(clippy::unwrap_used)]

mod support;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use support::{
    Bucket, Index, Lambda, NOON_EPOCH_S, Reply, Request, Run, Server, Signal, command, ingest, ingest_with, line, log,
    report_of,
};

const KEEP: (&str, &str) = ("ALBATROSS_SETTLE", "keep");

fn denied() -> Reply {
    Reply::new(403, "<Error><Code>AccessDenied</Code><Message>no</Message></Error>")
}

fn is_log(request: &Request) -> bool {
    request.path.starts_with("/logs/") && request.path.contains(".log")
}

/// What `albatross status` says.
fn status(s3: &Server, engine: &Server, variables: &[(&str, &str)]) -> Run {
    report_of(command("status", s3, engine).envs(variables.iter().copied()))
}

#[test]
fn only_the_settlement_is_tried_again() {
    let bucket = Bucket::default();
    (0..30).for_each(|number| bucket.put(&format!("{number:02}.log"), log(2).as_bytes()));
    let reads = Arc::new(AtomicUsize::new(0));
    let s3 = bucket.serve_with({
        let reads = Arc::clone(&reads);
        move |request| {
            if request.method == "GET" && is_log(request) {
                reads.fetch_add(1, Ordering::SeqCst);
            }
            // Two of thirty may be deleted.
            let may = request.path.contains("/00.log") || request.path.contains("/29.log");
            (request.method == "DELETE" && is_log(request) && !may && !request.path.contains("quarantine")).then(denied)
        }
    });
    let index = Index::default();
    let engine = index.serve();
    let first = ingest(&s3, &engine);
    assert_eq!(first.report["objects"]["settled"], 2, "{}", first.stderr);
    assert_eq!((index.count(), reads.swap(0, Ordering::SeqCst)), (60, 30));
    let told = status(&s3, &engine, &[]).report;
    assert_eq!(told["by_code"], json!({ "settlement": 28 }), "the note of each says why, too: {told}");
    let second = ingest(&s3, &engine);
    assert_eq!(second.status, Some(1), "nothing could be settled");
    assert_eq!((reads.load(Ordering::SeqCst), &second.report["engine"]["requests"]), (0, &0.into()));
    assert!(
        second.report["stopped"].as_str().unwrap().contains("objects in a row failed for one cause"),
        "{}",
        second.report
    );
    let waits = status(&s3, &engine, &[]);
    assert_eq!((waits.status, &waits.report["by_code"]), (Some(1), &json!({ "settlement": 28 })), "{}", waits.stderr);
    let object = &waits.report["objects"][0];
    assert!(object["reason"].as_str().unwrap().contains("AccessDenied") && object["attempts"].is_u64(), "{object}");
    let mended = bucket.serve();
    assert_eq!(ingest(&mended, &engine).report["objects"]["settled"], 28);
    assert_eq!(bucket.keys(), Vec::<String>::new());
    assert_eq!(index.requests().iter().sum::<usize>(), 60, "nothing was sent twice");
}

#[test]
fn what_is_left_behind_is_named() {
    let bucket = Bucket::of(&[("a.log", log(2).as_bytes())]);
    let (s3, engine) = (bucket.serve(), Index::default().serve());
    ingest(&s3, &engine);
    // Of an object that is gone since.
    bucket.put(&format!("{}state/resume/0123.json", bucket.folder()), b"{}");
    let mine = status(&s3, &engine, &[]).report;
    assert_eq!((&mine["resume_points"]["count"], &mine["others"]), (&1.into(), &json!(null)), "{mine}");
    let other = status(&s3, &engine, &[("ALBATROSS_PREFIX", "b/")]).report;
    assert_eq!(other["others"][0]["folder"], bucket.folder(), "{other}");
    assert_eq!((&other["resume_points"]["count"], &other["others"][0]["prefix"]), (&0.into(), &"".into()));
}

/// An engine that takes a document as often as it comes.
fn without_ids(documents: &Arc<AtomicUsize>) -> Server {
    let documents = Arc::clone(documents);
    let settings = parser_wasm::Settings::from_json(TIME_SERIES.1).unwrap();
    Server::start(move |request| {
        if request.path.contains("_template/") {
            let meta = parser_wasm::template_meta(&settings);
            let template = json!({ "index_templates": [{ "index_template": { "_meta": meta } }] });
            return Reply::new(200, template.to_string());
        }
        if !request.path.starts_with("/_bulk") {
            return Reply::new(404, "{}");
        }
        let count = support::gunzip_lines(&request.body).len() / 2;
        documents.fetch_add(count, Ordering::SeqCst);
        let index = "albatross-elb-2018.07.02";
        let items = vec![json!({ "create": { "status": 201, "result": "created", "_index": index } }); count];
        Reply::new(200, json!({ "errors": false, "items": items }).to_string())
    })
}

const TIME_SERIES: (&str, &str) = ("ALBATROSS_SETTINGS", r#"{"engine":"serverless-time-series"}"#);

#[test]
fn where_ids_do_not_last_nothing_is_sent_twice() {
    let documents = Arc::new(AtomicUsize::new(0));
    let engine = without_ids(&documents);
    let bucket = Bucket::of(&[("a.log", log(3).as_bytes()), ("b.log", log(2).as_bytes())]);
    let s3 = bucket.serve_with(|request| {
        (request.method == "DELETE" && is_log(request) && !request.path.contains("quarantine")).then(denied)
    });
    for _ in 0..3 {
        ingest_with(&s3, &engine, &[TIME_SERIES]);
    }
    assert_eq!(documents.load(Ordering::SeqCst), 5);
    assert_eq!(ingest_with(&bucket.serve(), &engine, &[TIME_SERIES]).report["objects"]["settled"], 2);
    assert_eq!(documents.load(Ordering::SeqCst), 5);
}

#[test]
fn a_message_that_comes_again_doubles_nothing_where_ids_do_not_last() {
    let documents = Arc::new(AtomicUsize::new(0));
    let engine = without_ids(&documents);
    let bucket = Bucket::of(&[("a.log", log(3).as_bytes())]);
    let lambda = Lambda::start(&bucket.serve(), &engine, &[KEEP, TIME_SERIES]);
    let time = Duration::from_secs(60);
    assert_eq!(lambda.tick(time).answer["indexed"], 3);
    let body = json!({ "albatross": "ingest", "bucket": "logs", "key": "a.log" }).to_string();
    let message = json!({ "messageId": "1", "eventSource": "aws:sqs", "body": body });
    for _ in 0..2 {
        let answer = lambda.invoke(json!({ "Records": [message] }), time).answer;
        assert_eq!(answer, json!({ "batchItemFailures": [] }));
        // The note of the first sweep, and then what the next one made of it.
        lambda.tick(time);
    }
    assert_eq!(documents.load(Ordering::SeqCst), 3);
}

#[test]
fn a_process_that_died_over_an_object_does_not_begin_with_it_again() {
    let bucket = Bucket::default();
    ["a", "b", "c"].iter().for_each(|key| bucket.put(&format!("{key}.log"), log(1).as_bytes()));
    let order = Arc::new(Mutex::new(Vec::new()));
    let signal = Signal::default();
    let killing = bucket.serve_with({
        let signal = signal.clone();
        // The oldest.
        move |request| {
            (request.method == "GET" && request.path.starts_with("/logs/c.log")).then(|| {
                signal.kill();
                std::thread::sleep(Duration::from_secs(5));
                Reply::new(500, "")
            })
        }
    });
    let engine = Index::default().serve();
    let one = [("ALBATROSS_OBJECTS_IN_FLIGHT", "1")];
    let mut dying = command("ingest", &killing, &engine);
    assert_eq!(signal.report_of(dying.envs(one)).status, None);
    bucket.put("d.log", log(1).as_bytes());
    let s3 = bucket.serve_with({
        let order = Arc::clone(&order);
        move |request| {
            if request.method == "GET" && is_log(request) {
                order.lock().unwrap().push(request.path[6..7].to_owned());
            }
            None
        }
    });
    let run = ingest_with(&s3, &engine, &one);
    assert_eq!(run.report["objects"]["settled"], 4, "{}", run.stderr);
    assert_eq!(order.lock().unwrap()[0], "d", "what was announced before the death comes last");
    assert_eq!(bucket.keys(), Vec::<String>::new());
}

#[test]
fn one_cause_for_many_objects_rings_once_and_new_logs_get_through() {
    let bucket = Bucket::default();
    for number in 0..60 {
        bucket.put_at(&format!("old-{number:02}.log"), log(1).as_bytes(), NOON_EPOCH_S - 1000 + number);
    }
    let s3 = bucket.serve_with(|request| (request.method == "GET" && request.path.contains("old-")).then(denied));
    let engine = Index::default().serve();
    let first = ingest(&s3, &engine);
    assert_eq!(first.status, Some(1));
    assert!(first.report["stopped"].as_str().unwrap().starts_with("S3 refuses: "), "{}", first.report);
    bucket.put_at("new.log", log(2).as_bytes(), NOON_EPOCH_S);
    let second = ingest(&s3, &engine);
    let done = (&second.report["objects"]["settled"], &second.report["indexed"]);
    assert_eq!(done, (&1.into(), &2.into()), "{}", second.stderr);
    for _ in 0..3 {
        ingest(&s3, &engine);
    }
    let mended = ingest(&bucket.serve(), &engine);
    assert_eq!((mended.status, &mended.report["objects"]["settled"]), (Some(0), &60.into()), "{}", mended.stderr);
}

#[test]
fn a_filter_that_lets_nothing_through_deletes_nothing() {
    let bucket = Bucket::default();
    ["a", "b", "c"].iter().for_each(|key| bucket.put(&format!("{key}.log"), log(5).as_bytes()));
    let (s3, index) = (bucket.serve(), Index::default());
    let engine = index.serve();
    let typo = ("ALBATROSS_SETTINGS", r#"{"filter":"http.request.method: GTE"}"#);
    for _ in 0..2 {
        let run = ingest_with(&s3, &engine, &[typo]);
        assert_eq!(run.status, Some(1), "{}", run.stderr);
        assert_eq!(bucket.keys_of_logs(), ["a.log", "b.log", "c.log"]);
        assert_eq!(run.report["left_by_reason"], json!({ "filtered": 3 }));
    }
    let meant = ingest_with(&s3, &engine, &[typo, ("ALBATROSS_DELETE_FILTERED", "true")]);
    assert_eq!((meant.status, &meant.report["objects"]["settled"]), (Some(0), &3.into()), "{}", meant.stderr);
    assert_eq!(bucket.keys(), Vec::<String>::new());
}

#[test]
fn a_filter_that_lets_something_through_is_believed() {
    let bucket = Bucket::of(&[("a.log", log(5).as_bytes()), ("b.log", line(7).replace("GET", "PUT").as_bytes())]);
    let (s3, engine) = (bucket.serve(), Index::default().serve());
    let run = ingest_with(&s3, &engine, &[("ALBATROSS_SETTINGS", r#"{"filter":"http.request.method: PUT"}"#)]);
    assert_eq!((run.status, &run.report["objects"]["settled"]), (Some(0), &2.into()), "{}", run.stderr);
    assert_eq!(bucket.keys(), Vec::<String>::new());
}

#[test]
fn below_a_marked_folder_no_deployment_sweeps() {
    let bucket = Bucket::of(&[("a.log", log(1).as_bytes()), ("z.log", log(1).as_bytes())]);
    let engine = Index::default().serve();
    let archive = [("ALBATROSS_SETTLE", "archive"), ("ALBATROSS_ARCHIVE_TO", "s3://logs/albatross/archive/")];
    assert_eq!(ingest_with(&bucket.serve(), &engine, &archive).report["objects"]["settled"], 2);
    let elsewhere = ingest_with(&bucket.serve(), &engine, &[("ALBATROSS_OWN_PREFIX", "other/")]);
    assert_eq!(
        (elsewhere.status, &elsewhere.report["objects"]["listed"]),
        (Some(0), &0.into()),
        "{}",
        elsewhere.stderr
    );
    assert_eq!(bucket.keys_of_logs(), ["albatross/archive/a.log", "albatross/archive/z.log"]);
}

#[test]
fn a_lease_of_the_far_future_holds_nobody_up() {
    let bucket = Bucket::of(&[("a.log", log(1).as_bytes())]);
    let (s3, engine) = (bucket.serve(), Index::default().serve());
    ingest(&s3, &engine);
    bucket.put("b.log", log(1).as_bytes());
    let milliseconds = "{\"until_epoch_s\":1795475456000,\"owner\":1}";
    bucket.put(&format!("{}state/lease.json", bucket.folder()), milliseconds.as_bytes());
    let swept = Lambda::start(&s3, &engine, &[]).tick(Duration::from_secs(60)).answer;
    assert_eq!(swept["objects"]["settled"], 1, "{swept}");
}

#[test]
fn nobody_touches_anothers_quarantine() {
    let bucket = Bucket::of(&[("x.log", format!("{}bad\n", log(2)).as_bytes())]);
    let (one, other) = (Index::default(), Index::default());
    let (first, second) = (one.serve(), other.serve());
    let s3 = bucket.serve();
    let files = || bucket.keys().into_iter().filter(|key| key.contains("/quarantine/lines/")).count();
    assert_eq!(ingest_with(&s3, &first, &[KEEP]).report["quarantined"], 1);
    assert_eq!(files(), 1);
    assert_eq!(ingest_with(&s3, &second, &[KEEP]).report["quarantined"], 1);
    assert_eq!(files(), 2);
    let replay = report_of(command("replay", &s3, &first).envs([KEEP]));
    assert_eq!((&replay.report["files"], &replay.report["quarantined"]), (&1.into(), &1.into()), "{}", replay.stderr);
    assert_eq!((one.count(), other.count(), files()), (2, 2, 2));
}

/// Lists slowly: so many milliseconds a page.
fn slow(bucket: &Bucket, page_ms: u64) -> Server {
    bucket.serve_with(move |request| {
        if request.path.contains("list-type=2") && !request.path.contains("state") {
            std::thread::sleep(Duration::from_millis(page_ms));
        }
        None
    })
}

#[test]
fn a_listing_that_takes_longer_than_a_tick_goes_on_where_it_stopped() {
    let bucket = Bucket::with_pages_of(5);
    for number in 0..100 {
        bucket.put_at(&format!("{number:03}.log"), log(1).as_bytes(), NOON_EPOCH_S - 1000 + number);
    }
    let index = Index::default();
    let engine = index.serve();
    // 20 pages of half a second: ten seconds; a tick of 18 s lists for six, and once looks for regions.
    let lambda = Lambda::start(&slow(&bucket, 500), &engine, &[KEEP]);
    let time = Duration::from_secs(18);
    let first = lambda.tick(time).answer;
    let listed = first["objects"]["listed"].as_u64().unwrap();
    assert!((20..100).contains(&listed), "{first}");
    assert_eq!(first["objects"]["settled"], listed, "what was found is worked on: {first}");
    assert!(first["stopped"].as_str().unwrap().starts_with("listing"), "{first}");
    let ticks: Vec<_> = (0..3).map(|_| lambda.tick(time).answer).collect();
    assert_eq!(index.count(), 100, "{ticks:?}");
    assert_eq!(index.requests().iter().sum::<usize>(), 100, "nothing was read twice");
}

#[test]
fn new_logs_of_awss_layout_do_not_wait_for_a_whole_listing() {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let today = chrono::DateTime::from_timestamp(now.as_secs().try_into().unwrap(), 0).unwrap();
    let key = |day: &str, name: &str| format!("AWSLogs/123456789012/elasticloadbalancing/eu-west-1/{day}/{name}.log");
    let bucket = Bucket::with_pages_of(5);
    for number in 0..150 {
        bucket.put_at(
            &key("2020/01/01", &format!("{number:03}")),
            log(1).as_bytes(),
            NOON_EPOCH_S - 9_000_000 + number,
        );
    }
    let index = Index::default();
    let lambda = Lambda::start(&slow(&bucket, 500), &index.serve(), &[KEEP]);
    let time = Duration::from_secs(18);
    assert!(lambda.tick(time).answer["stopped"].as_str().unwrap().starts_with("listing"));
    let before = index.count();
    bucket.put_at(&key(&today.format("%Y/%m/%d").to_string(), "new"), line(999).as_bytes(), NOON_EPOCH_S);
    let second = lambda.tick(time).answer;
    assert_eq!(second["listing_complete"], true, "{second}");
    assert!(index.count() > before);
    let third = lambda.tick(time).answer;
    assert!(third["objects"]["done_before"].as_u64() > Some(0), "the new log is done: {third}");
}
