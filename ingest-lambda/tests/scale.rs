//! Many keys: whole pages, a page and one, and more than a sweep takes.
#![allow(clippy::unwrap_used)]

mod support;

use support::{Bucket, Index, NOON_EPOCH_S, ingest};

/// A bucket of so many empty logs, listed in pages of a thousand as S3 does. Their ages are in no
/// order: the number in the key, times a prime, is the age in seconds.
fn bucket_of(count: usize) -> Bucket {
    let bucket = Bucket::with_pages_of(1000);
    for number in 0..count {
        bucket.put_at(&key(number), b"\n", NOON_EPOCH_S - age_s(number, count));
    }
    bucket
}

fn key(number: usize) -> String {
    format!("AWSLogs/{number:06}.log")
}

fn age_s(number: usize, count: usize) -> i64 {
    i64::try_from(number * 7_919 % count).unwrap()
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

/// Sweeps a hundred thousand keys so many times; each sweep takes the oldest that are left, and some of the newest.
fn sweep_a_hundred_thousand(sweeps: usize) {
    const COUNT: usize = 100_000;
    let bucket = bucket_of(COUNT);
    let (s3, engine) = (bucket.serve(), Index::default().serve());
    for sweep in 1..=sweeps {
        let report = ingest(&s3, &engine).report;
        let left = COUNT - sweep * 10_000;
        assert_eq!((&report["objects"]["settled"], &report["objects"]["left"]), (&10_000.into(), &left.into()));
        assert!(report["left"].as_array().unwrap().len() <= 100, "a report stays small");
        let keys = bucket.keys_of_logs();
        assert_eq!(keys.len(), left);
        let number = |key: &String| key["AWSLogs/".len()..].trim_end_matches(".log").parse().unwrap();
        let oldest = keys.iter().map(|key| age_s(number(key), COUNT)).max();
        // A tenth of each sweep is for the newest.
        let bound = i64::try_from(COUNT - sweep * 9_000).unwrap();
        assert!(oldest < Some(bound), "sweep {sweep} left one that is {oldest:?} s old");
    }
}

#[test]
fn of_a_hundred_thousand_keys_a_sweep_takes_the_oldest_ten_thousand() {
    sweep_a_hundred_thousand(1);
}

#[test]
#[ignore = "takes minutes: `make test` runs it after the others"]
fn a_hundred_thousand_keys_are_swept_to_the_end() {
    sweep_a_hundred_thousand(10);
}
