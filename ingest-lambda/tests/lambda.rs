//! The Lambda at the edges of its time: what hangs, what is too short, and who else runs.
#![allow(clippy::unwrap_used)]

mod support;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::{Bucket, Index, Invocation, Lambda, Reply, Request, Server, log};

/// A third of it is margin.
const SHORT: Duration = Duration::from_secs(15);
const KEEP: (&str, &str) = ("ALBATROSS_SETTLE", "keep");

/// Never answers, as far as these runs tell: an invocation is waited for a good deal shorter.
fn hang() -> Reply {
    thread::sleep(Duration::from_secs(300));
    Reply::new(503, "")
}

/// A short tick on a bucket of two logs, in which whatever `hangs` says gets no answer.
#[track_caller]
fn tick_ends_in_time(stage: &str, hangs: fn(&Request) -> bool) -> serde_json::Value {
    let bucket = Bucket::of(&[("a.log", log(2).as_bytes()), ("b.log", log(2).as_bytes())]);
    let index = Index::default();
    let s3 = bucket.serve_with(move |request| hangs(request).then(hang));
    let engine = Server::start(move |request| if hangs(request) { hang() } else { index.answer(request) });
    let lambda = Lambda::start(&s3, &engine, &[KEEP]);
    let Invocation { answer, is_error } = lambda.tick(SHORT);
    assert!(!is_error, "{stage}: {answer}");
    let objects = &answer["objects"];
    let sum: u64 = ["settled", "quarantined", "enqueued", "done_before", "left"]
        .iter()
        .map(|it| objects[it].as_u64().unwrap())
        .sum();
    assert_eq!(objects["listed"], sum, "{stage}: {answer}");
    answer
}

fn is_state(request: &Request, name: &str) -> bool {
    request.path.contains("/state/") && request.path.contains(name)
}

#[test]
fn health_that_hangs_holds_up_nothing() {
    let answer = tick_ends_in_time("health", |it| it.path.starts_with("/_cluster/health/"));
    assert_eq!(answer["objects"]["settled"], 2, "{answer}");
}

#[test]
fn whatever_hangs_a_tick_ends_in_time_and_says_what_is_left() {
    type Hangs = fn(&Request) -> bool;
    let before: [(&str, Hangs); 7] = [
        ("template", |it| it.path.starts_with("/_index_template/")),
        ("lease", |it| is_state(it, "lease") && it.method == "GET"),
        ("deployment", |it| is_state(it, "deployment.json")),
        ("work list", |it| is_state(it, "/work/")),
        ("attempt", |it| is_state(it, "attempt.json") && it.method == "GET"),
        ("notes", |it| it.path.contains("notes")),
        ("listing", |it| it.method == "GET" && it.path.contains("list-type=2") && !it.path.contains("notes")),
    ];
    let during: [(&str, Hangs); 2] =
        [("get", |it| it.method == "GET" && it.path.contains("a.log")), ("bulk", |it| it.path.starts_with("/_bulk"))];
    let after: [(&str, Hangs); 3] = [
        ("done", |it| it.method == "PUT" && it.path.contains("notes/done/")),
        ("save", |it| it.method == "PUT" && is_state(it, "state/done/")),
        ("release", |it| it.method == "DELETE" && is_state(it, "lease")),
    ];
    thread::scope(|scope| {
        for (stage, hangs) in before {
            scope.spawn(move || {
                let answer = tick_ends_in_time(stage, hangs);
                // A listing has its share of the time, and is gone on with by the next tick.
                let why = if stage == "listing" { "listing" } else { "deadline" };
                assert!(answer["stopped"].as_str().unwrap().starts_with(why), "{stage}: {answer}");
                assert_eq!(answer["lines"], 0, "{stage}");
            });
        }
        for (stage, hangs) in during {
            scope.spawn(move || {
                let answer = tick_ends_in_time(stage, hangs);
                assert!(answer["stopped"].as_str().unwrap().starts_with("deadline"), "{stage}: {answer}");
                assert!(answer["left_by_reason"]["interrupted"].as_u64() > Some(0), "{stage}: {answer}");
            });
        }
        for (stage, hangs) in after {
            scope.spawn(move || tick_ends_in_time(stage, hangs));
        }
    });
}

#[test]
fn too_little_time_is_an_error_that_says_so() {
    let (s3, engine) = (Bucket::default().serve(), Index::default().serve());
    let lambda = Lambda::start(&s3, &engine, &[]);
    let Invocation { answer, is_error } = lambda.tick(Duration::from_secs(3));
    assert!(is_error);
    assert_eq!(answer["errorType"], "albatross.timeout");
    assert!(answer["errorMessage"].as_str().unwrap().contains("raise the function's timeout"), "{answer}");
    assert!(!lambda.invoke(json!({ "Event": "s3:TestEvent" }), Duration::from_secs(3)).is_error);
}

#[test]
fn a_tick_waits_for_nobody_and_says_who_runs() {
    let bucket = Bucket::of(&[("a.log", log(1).as_bytes())]);
    let is_read = Arc::new(AtomicBool::new(false));
    let s3 = bucket.serve_with({
        let is_read = Arc::clone(&is_read);
        move |request| {
            if request.method == "GET" && request.path.starts_with("/logs/a.log") {
                is_read.store(true, Ordering::SeqCst);
                thread::sleep(Duration::from_secs(3));
            }
            None
        }
    });
    let engine = Index::default().serve();
    let (one, other) = (Lambda::start(&s3, &engine, &[]), Lambda::start(&s3, &engine, &[]));
    let elsewhere = Lambda::start(&s3, &engine, &[("ALBATROSS_PREFIX", "b")]);
    thread::scope(|scope| {
        let first = scope.spawn(|| one.tick(Duration::from_secs(60)));
        let begun = Instant::now();
        while !is_read.load(Ordering::SeqCst) && begun.elapsed() < SHORT {
            thread::sleep(Duration::from_millis(10));
        }
        let second = other.tick(Duration::from_secs(60));
        assert!(second.answer["skipped"].as_str().unwrap().starts_with("another run holds the lease until 20"));
        assert!(second.answer.get("objects").is_none(), "no zeros: {}", second.answer);
        let third = elsewhere.tick(Duration::from_secs(60));
        assert_eq!(third.answer["objects"]["listed"], 0, "another deployment has a lease of its own");
        assert_eq!(first.join().unwrap().answer["objects"]["settled"], 1);
    });
    let after = other.tick(Duration::from_secs(60));
    assert_eq!(after.answer["objects"]["listed"], 0, "the lease was given back: {}", after.answer);
}

#[test]
fn a_lease_whose_answer_was_lost_is_ours_all_the_same() {
    let bucket = Bucket::of(&[("a.log", log(1).as_bytes())]);
    let is_first = AtomicBool::new(true);
    let s3 = bucket.serve_with({
        let bucket = bucket.clone();
        move |request| {
            let is_lease = request.method == "PUT" && request.path.contains("lease");
            (is_lease && is_first.swap(false, Ordering::SeqCst)).then(|| {
                bucket.answer(request);
                Reply::new(503, "<Error><Code>SlowDown</Code></Error>")
            })
        }
    });
    let lambda = Lambda::start(&s3, &Index::default().serve(), &[]);
    assert_eq!(lambda.tick(Duration::from_secs(60)).answer["objects"]["settled"], 1);
}

#[test]
fn a_listing_that_is_broken_off_forgets_nothing() {
    let bucket = Bucket::of(&[("a.log", b"no log\n"), ("b.log", b"no log\n"), ("c.log", b"no log\n")]);
    let hangs = Arc::new(AtomicBool::new(false));
    let s3 = bucket.serve_with({
        let hangs = Arc::clone(&hangs);
        move |request| {
            let is_second_page = request.path.contains("continuation-token");
            (is_second_page && hangs.load(Ordering::SeqCst)).then(hang)
        }
    });
    let lambda = Lambda::start(&s3, &Index::default().serve(), &[]);
    lambda.tick(Duration::from_secs(60));
    let key = bucket.state().into_iter().find(|key| key.contains("/state/work/")).unwrap();
    let remembered = bucket.body(&key);
    hangs.store(true, Ordering::SeqCst);
    let broken_off = lambda.tick(SHORT).answer;
    // The first page holds one log, and the state.
    assert_eq!((&broken_off["objects"]["listed"], &broken_off["objects"]["left"]), (&1.into(), &1.into()));
    assert_eq!(bucket.body(&key), remembered);
}

/// A notification's record.
fn record(id: &str, key: &str) -> serde_json::Value {
    let where_ = json!({ "bucket": { "name": "logs" }, "object": { "key": key } });
    let notification =
        json!({ "Records": [{ "eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": where_ }] });
    json!({ "messageId": id, "eventSource": "aws:sqs", "body": notification.to_string() })
}

#[test]
fn of_a_batch_only_what_failed_comes_again() {
    let bucket =
        Bucket::of(&[("a.log", log(1).as_bytes()), ("b.log", log(1).as_bytes()), ("c.log", log(1).as_bytes())]);
    let s3 = bucket.serve_with(|request| {
        let is_denied = request.method == "GET" && request.path.contains("b.log");
        is_denied.then(|| Reply::new(403, "<Error><Code>AccessDenied</Code></Error>"))
    });
    let lambda = Lambda::start(&s3, &Index::default().serve(), &[]);
    let records = json!({ "Records": [record("1", "a.log"), record("2", "b.log"), record("3", "c.log")] });
    let done = lambda.invoke(records, Duration::from_secs(60));
    assert_eq!(done.answer, json!({ "batchItemFailures": [{ "itemIdentifier": "2" }] }));
    assert_eq!(bucket.keys_of_logs(), ["b.log"]);
}

#[test]
fn of_a_batch_that_is_broken_off_what_was_not_reached_comes_again() {
    let bucket = Bucket::default();
    let keys: Vec<String> = (0..6).map(|number| format!("{number}.log")).collect();
    keys.iter().for_each(|key| bucket.put(key, log(1).as_bytes()));
    let s3 = bucket.serve_with(|request| (request.method == "GET" && request.path.contains("/2.log")).then(hang));
    let lambda = Lambda::start(&s3, &Index::default().serve(), &[("ALBATROSS_OBJECTS_IN_FLIGHT", "1")]);
    let records: Vec<_> = keys.iter().enumerate().map(|(number, key)| record(&number.to_string(), key)).collect();
    let done = lambda.invoke(json!({ "Records": records }), SHORT);
    let failures = done.answer["batchItemFailures"].as_array().unwrap();
    let again: Vec<&str> = failures.iter().map(|it| it["itemIdentifier"].as_str().unwrap()).collect();
    assert_eq!(again, ["2", "3", "4", "5"]);
    assert_eq!(bucket.keys_of_logs(), ["2.log", "3.log", "4.log", "5.log"]);
}

#[test]
fn what_events_did_where_objects_stay_no_sweep_does_again() {
    let bucket = Bucket::of(&[("a.log", log(2).as_bytes()), ("b.log", log(1).as_bytes()), ("readme.log", b"hello\n")]);
    let index = Index::default();
    let lambda = Lambda::start(&bucket.serve(), &index.serve(), &[KEEP, ("ALBATROSS_EVENTS", "true")]);
    let time = Duration::from_secs(60);
    let records = json!({ "Records": [record("1", "a.log"), record("2", "readme.log")] });
    assert_eq!(lambda.invoke(records, time).answer, json!({ "batchItemFailures": [] }));
    let swept = lambda.tick(time).answer;
    assert_eq!((&swept["objects"]["done_before"], &swept["lines"]), (&1.into(), &1.into()), "{swept}");
    assert_eq!(swept["left_by_reason"], json!({ "not_log": 1 }), "what is no log is not done: {swept}");
    assert!(!bucket.state().iter().any(|key| key.contains("/open/")), "what is kept elsewhere is no note any more");
    let again = lambda.tick(time).answer;
    assert_eq!((&again["objects"]["done_before"], &again["lines"]), (&2.into(), &0.into()), "{again}");
    // Written anew, it is another object.
    bucket.put_at("a.log", log(3).as_bytes(), support::NOON_EPOCH_S);
    assert_eq!(lambda.tick(time).answer["lines"], 3);
    let order = json!({ "albatross": "ingest", "bucket": "logs", "key": "a.log", "overwrite": true });
    let overwritten = lambda.invoke(order, time).answer;
    assert_eq!((&overwritten["lines"], &overwritten["duplicate"]), (&3.into(), &0.into()), "{overwritten}");
}

/// A queue that keeps what it is sent.
fn queue(messages: &Arc<Mutex<Vec<String>>>) -> Server {
    let messages = Arc::clone(messages);
    Server::start(move |request| {
        let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
        if request.headers["x-amz-target"].ends_with("GetQueueAttributes") {
            let (names, waiting) = (["", "NotVisible", "Delayed"], messages.lock().unwrap().len());
            let count = |name: &str| if name.is_empty() { waiting.to_string() } else { "0".to_owned() };
            let counts: serde_json::Map<_, _> =
                names.iter().map(|name| (format!("ApproximateNumberOfMessages{name}"), count(name).into())).collect();
            return Reply::new(200, json!({ "Attributes": counts }).to_string());
        }
        let entries = body["Entries"].as_array().unwrap();
        let sent = entries.iter().map(|entry| entry["MessageBody"].as_str().unwrap().to_owned());
        messages.lock().unwrap().extend(sent);
        let done: Vec<_> = entries
            .iter()
            .map(|it| json!({ "Id": it["Id"], "MessageId": "m", "MD5OfMessageBody": md5(it["MessageBody"].as_str().unwrap()) }))
            .collect();
        Reply::new(200, json!({ "Successful": done, "Failed": [] }).to_string())
    })
}

/// The client does not verify it.
fn md5(_: &str) -> &'static str {
    "d41d8cd98f00b204e9800998ecf8427e"
}

#[test]
fn a_message_that_is_lost_is_sent_again_and_what_failed_goes_to_the_back() {
    let bucket = Bucket::of(&[("a.log", log(1).as_bytes()), ("b.log", log(1).as_bytes()), ("z.log", b"no log\n")]);
    let messages = Arc::new(Mutex::new(Vec::new()));
    let sqs = queue(&messages);
    let url = format!("{}/1/albatross", sqs.url());
    let variables = [
        KEEP,
        ("ALBATROSS_FANOUT_QUEUE_URL", url.as_str()),
        ("AWS_ENDPOINT_URL_SQS", url.trim_end_matches("/1/albatross")),
    ];
    let s3 = bucket.serve_with(|request| {
        let is_denied = request.method == "GET" && request.path.starts_with("/logs/b.log");
        is_denied.then(|| Reply::new(403, "<Error><Code>AccessDenied</Code></Error>"))
    });
    let lambda = Lambda::start(&s3, &Index::default().serve(), &variables);
    let time = Duration::from_secs(60);
    let sweep = || {
        let swept = lambda.tick(time).answer;
        let taken = std::mem::take(&mut *messages.lock().unwrap());
        let key = |body: &String| {
            serde_json::from_str::<serde_json::Value>(body).unwrap()["key"].as_str().unwrap().to_owned()
        };
        (swept, taken.iter().map(key).collect::<Vec<_>>())
    };
    // The oldest first; all messages are lost.
    assert_eq!(sweep().1, ["z.log", "b.log", "a.log"]);
    assert_eq!(sweep().1, ["z.log", "b.log", "a.log"]);
    let order = |key: &str| json!({ "messageId": key, "eventSource": "aws:sqs", "body": json!({ "albatross": "ingest", "bucket": "logs", "key": key }).to_string() });
    let worked = lambda.invoke(json!({ "Records": [order("b.log"), order("z.log")] }), time);
    assert_eq!(worked.answer, json!({ "batchItemFailures": [{ "itemIdentifier": "b.log" }] }));
    let (swept, keys) = sweep();
    assert_eq!(keys, ["a.log"], "what failed is tried by the sweep itself: {swept}");
    assert_eq!(swept["left_by_reason"], json!({ "access_denied": 1, "not_log": 1 }), "{swept}");
    lambda.invoke(json!({ "Records": [order("a.log")] }), time);
    assert_eq!(sweep().1, Vec::<String>::new());
}

#[test]
fn every_line_names_its_request_and_debug_can_be_switched_on() {
    let folder = tempfile::tempdir().unwrap();
    let lines = |level: &str| -> Vec<Value> {
        let path = folder.path().join(level);
        let log_file = std::fs::File::create(&path).unwrap();
        let bucket = Bucket::of(&[("a.log", log(2).as_bytes())]);
        let (s3, engine) = (bucket.serve(), Index::default().serve());
        let lambda = Lambda::start_logging_to(log_file, &s3, &engine, &[KEEP, ("ALBATROSS_LOG_LEVEL", level)]);
        assert!(!lambda.tick(Duration::from_secs(60)).is_error);
        drop(lambda);
        let text = std::fs::read_to_string(path).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let info = lines("info");
    assert!(info.iter().any(|line| line["key"] == "a.log"), "{info:?}");
    for line in &info {
        assert_eq!(line["span"]["request_id"], "1", "{line}");
    }
    let is_debug = |line: &Value| line["level"] == "DEBUG";
    assert!(!info.iter().any(is_debug) && lines("debug").iter().any(is_debug));
    assert!(lines("error").is_empty());
}

#[test]
fn a_function_that_is_too_small_says_what_it_needs() {
    let bucket = Bucket::default();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_ingest-lambda"));
    support::configure(&mut command, &bucket.serve(), &Index::default().serve());
    let output = command.env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128").output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("is 128 MB, and up to 144 MB are needed"), "{stderr}");
}
