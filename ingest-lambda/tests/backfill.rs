//! Old logs into the queue: every layout, empty years, what is done, and where it goes on.
#![allow(clippy::unwrap_used)]

mod support;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use support::{Bucket, Index, Lambda, Reply, Run, Server, command, deployment, log, report_of};

/// A queue that keeps what it is sent.
#[derive(Clone, Default)]
struct Queue(Arc<Mutex<Vec<String>>>);

impl Queue {
    fn serve(&self) -> Server {
        let messages = Arc::clone(&self.0);
        Server::start(move |request| {
            let body: Value = serde_json::from_slice(&request.body).unwrap();
            let sent = |body: &Value| body["MessageBody"].as_str().unwrap().to_owned();
            if request.headers["x-amz-target"].ends_with("SendMessage") {
                messages.lock().unwrap().push(sent(&body));
                return Reply::new(200, json!({ "MessageId": "m", "MD5OfMessageBody": MD5 }).to_string());
            }
            let entries = body["Entries"].as_array().unwrap();
            messages.lock().unwrap().extend(entries.iter().map(sent));
            let done: Vec<_> =
                entries.iter().map(|it| json!({ "Id": it["Id"], "MessageId": "m", "MD5OfMessageBody": MD5 })).collect();
            Reply::new(200, json!({ "Successful": done, "Failed": [] }).to_string())
        })
    }

    fn take(&self) -> Vec<Value> {
        self.0.lock().unwrap().drain(..).map(|text| serde_json::from_str(&text).unwrap()).collect()
    }

    fn keys(&self) -> Vec<String> {
        self.take().iter().filter_map(|it| it["key"].as_str().map(str::to_owned)).collect()
    }
}

/// The client does not verify it.
const MD5: &str = "d41d8cd98f00b204e9800998ecf8427e";

fn variables(sqs: &Server) -> Vec<(&'static str, String)> {
    vec![("ALBATROSS_BACKFILL_QUEUE_URL", format!("{}/1/backfill", sqs.url())), ("AWS_ENDPOINT_URL_SQS", sqs.url())]
}

fn backfill(s3: &Server, sqs: &Server, more: &[(&str, &str)], from: &str, to: &str) -> Run {
    let engine = Index::default().serve();
    let mut command = command("backfill", s3, &engine);
    report_of(command.args(["--from", from, "--to", to]).envs(variables(sqs)).envs(more.iter().copied()))
}

const HIVE: &str = "AWSLogs/aws-account-id=123456789012/elasticloadbalancing/";

fn region(root: &str) -> String {
    format!("{root}AWSLogs/123456789012/elasticloadbalancing/eu-west-1/")
}

#[test]
fn every_layout_is_found_and_what_is_passed_over_is_named() {
    let bucket = Bucket::default();
    let name = "123456789012_elasticloadbalancing_eu-west-1_app.a.1_20240105T0005Z_192.0.2.1_x.log.gz";
    let found = [
        format!("{}2024/01/05/{name}", region("")),
        format!("{}2024/01/05/{name}", region("prod/team-b/")),
        format!("{}2024/01/06/{name}", region("team-a/")),
        format!("AWSLogs/o-abc123/123456789012/elasticloadbalancing/eu-west-1/2024/01/05/{name}"),
        format!("{HIVE}region=eu-west-1/year=2024/month=01/day=05/0a1b.json.gz"),
        format!("{HIVE}mine/year=2024/month=01/day=31/0a1b"),
        "MyLogPrefix/us-east-1/2024/01/07/13/0a1b.gz".to_owned(),
        "AWSLogs/210987654321/elasticloadbalancing/2024/01/08/0a1b.gz".to_owned(),
    ];
    bucket.put(&format!("{HIVE}region=eu-west-1/year=2024/month=02/day=01/0a1b.gz"), b"x");
    bucket.put("MyLogPrefix/us-east-1/2024/01/07/13/0a1b.parquet", b"x");
    found.iter().for_each(|key| bucket.put(key, b"x"));
    bucket.put(&format!("{}2024/02/01/{name}", region("")), b"x");
    let elsewhere = format!("AWSLogs/123456789012/elasticloadbalancing/region=eu-west-1/date=20240105/{name}");
    bucket.put(&elsewhere, b"x");
    bucket.put("somewhere/else/readme.txt", b"x");
    let queue = Queue::default();
    let run = backfill(&bucket.serve(), &queue.serve(), &[], "2024-01-01", "2024-01-31");
    let mut keys = queue.keys();
    keys.sort();
    let mut wanted = found.to_vec();
    wanted.sort();
    assert_eq!(keys, wanted, "{}", run.stderr);
    assert_eq!(run.status, Some(1), "logs were passed over");
    let passed: Vec<&str> = run.report["passed_over"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert_eq!(passed, ["AWSLogs/123456789012/elasticloadbalancing/region=eu-west-1/"]);
}

#[test]
fn days_without_logs_cost_nothing() {
    let bucket = Bucket::default();
    bucket.put(&format!("{}2026/11/23/a.log", region("")), b"x");
    let queue = Queue::default();
    let run = backfill(&bucket.serve(), &queue.serve(), &[], "1990-01-01", "9999-12-31");
    assert_eq!((run.status, queue.keys().len()), (Some(0), 1), "{}", run.stderr);
    assert_eq!((&run.report["folders"], &run.report["folders_done"]), (&1.into(), &1.into()));
}

#[test]
fn what_is_done_is_not_sent() {
    let bucket = Bucket::default();
    let key = |name: &str| format!("{}2024/01/05/{name}.log", region(""));
    bucket.put(&key("a"), log(1).as_bytes());
    let (s3, engine, queue) = (bucket.serve(), Index::default().serve(), Queue::default());
    let keep = [("ALBATROSS_SETTLE", "keep")];
    assert_eq!(report_of(command("ingest", &s3, &engine).envs(keep)).report["indexed"], 1);
    // The next sweep takes in the note.
    report_of(command("ingest", &s3, &engine).envs(keep));
    bucket.put(&key("b"), log(1).as_bytes());
    let sqs = queue.serve();
    let mut command = command("backfill", &s3, &engine);
    let command = command.args(["--from", "2024-01-01", "--to", "2024-01-31"]).envs(keep).envs(variables(&sqs));
    let run = report_of(command);
    assert_eq!((&run.report["done_before"], queue.keys()), (&1.into(), vec![key("b")]), "{}", run.stderr);
}

#[test]
fn progress_that_cannot_be_read_is_not_written_over() {
    let bucket = Bucket::default();
    bucket.put(&format!("{}2024/01/05/a.log", region("")), b"x");
    let (s3, engine, queue) = (bucket.serve(), Index::default().serve(), Queue::default());
    let sqs = queue.serve();
    let key = format!("albatross/{}/state/backfill/2024-01-01_2024-01-31.json", deployment(&s3, &engine, &[]));
    let newer = br#"{"version":2,"last":["2024-01-04","x"]}"#;
    bucket.put(&key, newer);
    let mut command = command("backfill", &s3, &engine);
    let run = command.args(["--from", "2024-01-01", "--to", "2024-01-31"]).envs(variables(&sqs)).output().unwrap();
    let message = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.code() == Some(1) && message.contains("has version 2"), "{message}");
    assert_eq!((bucket.body(&key).as_deref(), queue.keys().len()), (Some(&newer[..]), 0));
}

#[test]
fn it_goes_on_by_itself_where_its_time_was_over() {
    let bucket = Bucket::default();
    for day in 1..=20 {
        bucket.put(&format!("{}2024/01/{day:02}/a.log", region("")), b"x");
    }
    let s3 = bucket.serve_with(|request| {
        if request.path.contains("2024%2F01%2F") && !request.path.contains("delimiter") {
            std::thread::sleep(Duration::from_millis(900));
        }
        None
    });
    let queue = Queue::default();
    let sqs = queue.serve();
    let variables = variables(&sqs);
    let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let lambda = Lambda::start(&s3, &Index::default().serve(), &variables);
    let order = json!({ "albatross": "backfill", "from": "2024-01-01", "to": "2024-12-31" });
    let first = lambda.invoke(order.clone(), Duration::from_secs(18));
    assert!(!first.is_error && first.answer["stopped"].is_string(), "{}", first.answer);
    let mut messages = queue.take();
    assert_eq!(messages.pop(), Some(order), "the rest is a message of its own");
    let before = messages.len();
    assert!((1..20).contains(&before), "{before}");
    let rest = json!({ "albatross": "backfill", "from": "2024-01-01", "to": "2024-12-31" }).to_string();
    let message = json!({ "Records": [{ "messageId": "1", "eventSource": "aws:sqs", "body": rest }] });
    let second = lambda.invoke(message, Duration::from_secs(30));
    assert_eq!(second.answer, json!({ "batchItemFailures": [] }));
    assert!((20..=21).contains(&(before + queue.keys().len())));
}
