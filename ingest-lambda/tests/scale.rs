//! Many keys: whole pages, a page and one, and more than a sweep takes.
#![allow(clippy::unwrap_used)]

mod support;

use support::{Bucket, Index, ingest};

/// A bucket of so many empty logs, listed in pages of a thousand as S3 does.
fn bucket_of(count: usize) -> Bucket {
    let bucket = Bucket::with_pages_of(1000);
    for number in 0..count {
        bucket.put(&format!("AWSLogs/{number:06}.log"), b"\n");
    }
    bucket
}

#[test]
fn pages_that_are_exactly_full_and_pages_that_are_not() {
    for count in [1_000, 1_001, 2_000] {
        let bucket = bucket_of(count);
        let run = ingest(&bucket.serve(), &Index::default().serve());
        assert_eq!(run.report["objects"]["settled"], count, "{}", run.stderr);
        assert!(bucket.keys().is_empty());
    }
}

#[test]
fn of_a_hundred_thousand_keys_a_sweep_takes_the_oldest_ten_thousand() {
    let bucket = bucket_of(100_000);
    let run = ingest(&bucket.serve(), &Index::default().serve());
    assert_eq!(run.report["objects"]["listed"], 100_000, "{}", run.stderr);
    assert_eq!((&run.report["objects"]["settled"], &run.report["objects"]["left"]), (&10_000.into(), &90_000.into()));
    assert!(run.report["left"].as_array().unwrap().len() <= 100, "a report stays small");
    assert_eq!(bucket.keys_of_logs().len(), 90_000);
}
