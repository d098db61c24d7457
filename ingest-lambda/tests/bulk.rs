//! Bulk requests that an engine, or a proxy before it, finds too big.
#![allow(clippy::unwrap_used)]
#![allow(dead_code, unused_imports, reason = "each test file uses its part of the support")]

mod support;

use support::{Bucket, Index, Reply, ingest, log};

#[test]
fn one_document_too_big_does_not_slow_the_others_down() {
    let bucket = Bucket::of(&[("many.log", log(200).as_bytes())]);
    let index = Index::default();
    let engine = index.serve_with(|_, documents| {
        let holds_the_big_one = documents.iter().any(|document| document.contains(":80/20\""));
        holds_the_big_one.then(|| Reply::new(413, "too large"))
    });
    let run = ingest(&bucket.serve(), &engine);
    assert_eq!((run.status, index.count()), (Some(0), 199), "{}", run.stderr);
    assert_eq!(run.report["quarantined"], 1);
    let requests = index.requests();
    assert!(requests.len() < 40, "{requests:?}");
}

#[test]
fn a_proxy_that_finds_every_document_too_big_stops_the_run() {
    let bucket = Bucket::of(&[("many.log", log(50).as_bytes())]);
    let index = Index::default();
    let run = ingest(&bucket.serve(), &index.serve_with(|_, _| Some(Reply::new(413, "too large"))));
    assert_eq!((run.status, bucket.keys_of_logs().as_slice()), (Some(1), &["many.log".to_owned()][..]));
    let stopped = run.report["stopped"].as_str().unwrap();
    assert!(stopped.contains("of the latest 50 documents, one of them for HTTP 413 too large"), "{stopped}");
}

#[test]
fn nor_do_many_small_objects_hide_such_a_proxy() {
    let keys: Vec<String> = (0..40).map(|number| format!("{number:02}.log")).collect();
    let bucket = Bucket::default();
    for key in &keys {
        bucket.put(key, log(3).as_bytes());
    }
    let index = Index::default();
    let run = ingest(&bucket.serve(), &index.serve_with(|_, _| Some(Reply::new(413, "too large"))));
    assert_eq!(run.status, Some(1), "{}", run.stderr);
    let stopped = run.report["stopped"].as_str().unwrap();
    assert!(stopped.contains("of the latest 12 documents"), "{stopped}");
    let left = bucket.keys_of_logs().into_iter().filter(|key| keys.contains(key)).count();
    assert!(left >= 30, "{left} objects of 40 are left for when the proxy is mended");
}
