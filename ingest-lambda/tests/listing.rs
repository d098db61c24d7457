//! What a sweep takes from a listing, and that a listing is whole.
#![allow(clippy::unwrap_used)]

mod support;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use support::{Bucket, Index, Reply, Server, ingest, ingest_with, log};

#[test]
fn what_failed_once_goes_to_the_back() {
    let bucket = Bucket::of(&[("readme.log", b"dear reader\n"), ("a.log", log(1).as_bytes())]);
    let engine = Index::default().serve();
    let first = ingest(&bucket.serve(), &engine);
    assert_eq!(first.report["left_by_reason"], serde_json::json!({"not_log": 1}), "{}", first.stderr);
    assert_eq!(bucket.keys_of_logs(), ["readme.log"]);
    assert!(first.stderr.contains(r#""left_for_example":"{\"not_log\":[\"readme.log\"]}""#), "{}", first.stderr);
    // It is the oldest, and yet has its turn after all others.
    bucket.put("b.log", log(1).as_bytes());
    bucket.put("c.log", log(1).as_bytes());
    let order = Arc::new(Mutex::new(Vec::new()));
    let s3 = bucket.serve_with({
        let order = Arc::clone(&order);
        move |request| {
            if request.method == "GET" && request.path.contains(".log?") {
                order.lock().unwrap().push(request.path.chars().nth("/logs/".len()).unwrap());
            }
            None
        }
    });
    ingest_with(&s3, &engine, &[("ALBATROSS_OBJECTS_IN_FLIGHT", "1")]);
    assert_eq!(*order.lock().unwrap(), ['c', 'b'], "what is no log is not read again");
}

/// A bucket whose listing comes short so many times, cut in the middle of what it lists.
fn with_short_listings(times: usize) -> (Bucket, Server) {
    let bucket = Bucket::with_pages_of(10);
    (0..4).for_each(|number| bucket.put(&format!("{number}.log"), log(1).as_bytes()));
    let asked = AtomicUsize::new(0);
    let s3 = bucket.serve_with({
        let bucket = bucket.clone();
        move |request| {
            let is_listing = request.path.contains("list-type=2") && !request.path.contains("notes");
            (is_listing && asked.fetch_add(1, Ordering::SeqCst) < times).then(|| {
                let whole = String::from_utf8(bucket.answer(request).body).unwrap();
                let cut = whole.rfind("<Contents>").unwrap();
                Reply::new(200, format!("{}</ListBucketResult>", &whole[..cut]))
            })
        }
    });
    (bucket, s3)
}

#[test]
fn a_short_listing_is_asked_for_again_and_never_believed() {
    let (bucket, s3) = with_short_listings(2);
    let run = ingest(&s3, &Index::default().serve());
    assert_eq!((run.status, &run.report["objects"]["settled"]), (Some(0), &4.into()), "{}", run.stderr);
    assert!(bucket.keys_of_logs().is_empty());
    let (bucket, s3) = with_short_listings(usize::MAX);
    let run = ingest_with(&s3, &Index::default().serve(), &[("ALBATROSS_SETTLE", "keep")]);
    assert_eq!(run.status, Some(1));
    assert!(run.stderr.contains("the answer is not whole"), "{}", run.stderr);
    assert_eq!(bucket.keys_of_logs().len(), 4);
    assert!(!bucket.state().iter().any(|key| key.contains("/done/")), "{:?}", bucket.state());
}
