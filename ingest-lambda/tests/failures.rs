//! A failure has a size: a document's, an object's or an index's, everybody's. What is one's never stops the others.
#![allow(clippy::unwrap_used)]
#![allow(dead_code, unused_imports, reason = "each test file uses its part of the support")]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;
use support::{
    Bucket, Index, NOON_EPOCH_S, Reply, command, error, ingest, ingest_with, lasting_error, line, log, report_of,
};

/// A line of another day, and so of another index.
fn old_line(number: usize) -> String {
    line(number).replace("2018-07-02", "2017-01-01")
}

fn is_old(document: &str) -> bool {
    document.contains("\"@timestamp\":\"2017-01-01")
}

/// An object of one line, as old as its number.
fn put(bucket: &Bucket, number: usize, line: &str) {
    bucket.put_at(&format!("{number:03}.log"), line.as_bytes(), NOON_EPOCH_S - 30_000 + i64::try_from(number).unwrap());
}

/// So many objects of the old day, and after them so many of today.
fn old_and_new(old: usize, new: usize) -> Bucket {
    let bucket = Bucket::default();
    (0..old).for_each(|number| put(&bucket, number, &old_line(number)));
    (old..old + new).for_each(|number| put(&bucket, number, &line(number)));
    bucket
}

#[test]
fn what_a_pipeline_drops_or_sends_elsewhere_is_not_stored() {
    let dropped = json!({ "status": 200, "result": "noop", "_version": -3, "_index": "albatross-elb-2018.07.02" });
    let rerouted = json!({ "status": 201, "result": "created", "_index": "somewhere" });
    let failed =
        json!({ "status": 201, "result": "created", "_index": ".fs-x-2018.07.02-000001", "failure_store": "used" });
    for (answer, words) in [
        (dropped, "200 noop"),
        (rerouted, "201 created in somewhere"),
        (failed, "failure_store: used"),
        (json!({ "status": 201 }), "201 without a result"),
    ] {
        let bucket = Bucket::of(&[("a.log", log(5).as_bytes()), ("b.log", log(6).as_bytes())]);
        let index = Index::default();
        // Two of the lines, in both objects.
        let engine = index.serve_items(move |_, document| {
            (document.contains("80/1\"") || document.contains("80/4\"")).then(|| answer.clone())
        });
        let run = ingest(&bucket.serve(), &engine);
        assert_eq!(bucket.keys_of_logs(), ["a.log", "b.log"], "{}", run.stderr);
        assert_eq!((&run.report["unstored"], &run.report["indexed"]), (&4.into(), &7.into()), "{}", run.report);
        assert_eq!(run.report["left_by_reason"], json!({ "not_stored": 2 }));
        let message = run.report["left"][0]["message"].as_str().unwrap();
        assert!(message.contains("2 lines are not there") && message.contains(words), "{message}");
        assert!(message.contains("albatross-elb-2018.07.02"), "{message}");
    }
}

#[test]
fn no_object_takes_the_clusters_last_shard() {
    // 300 days from 1970 on, and beside it a log of many days that were not long ago by its own measure.
    let days = (0..300).map(|day| format!("19{:02}-{:02}-{:02}", 70 + day / 28 / 12, day / 28 % 12 + 1, day % 28 + 1));
    let evil: String = days.enumerate().map(|(number, day)| line(number).replace("2018-07-02", &day)).collect();
    let bucket = Bucket::of(&[("evil.log", evil.as_bytes()), ("good.log", log(5).as_bytes())]);
    let index = Index::default();
    let mut run = command("ingest", &bucket.serve(), &index.serve());
    let run = report_of(run.env("ALBATROSS_OLD_INDICES", "20").env("ALBATROSS_BATCH_BYTES", "10000"));
    assert_eq!(run.report["left_by_reason"], json!({ "many_indices": 1 }), "{}", run.stderr);
    assert_eq!(run.report["objects"]["settled"], 1, "{}", run.report);
    assert!(index.count() <= 5 + 20, "{}", index.count());
    let message = run.report["left"][0]["message"].as_str().unwrap();
    assert!(message.contains("ALBATROSS_OLD_INDICES is 20"), "{message}");
}

#[test]
fn a_closed_or_blocked_index_keeps_its_own_objects_only() {
    for (status, kind) in
        [(400, "index_closed_exception"), (403, "cluster_block_exception"), (404, "index_not_found_exception")]
    {
        let bucket = old_and_new(30, 20);
        let index = Index::default();
        let engine = index.serve_items(move |_, document| is_old(document).then(|| error(status, kind, "closed")));
        let run = ingest(&bucket.serve(), &engine);
        assert_eq!((&run.report["objects"]["settled"], index.count()), (&20.into(), 20), "{}", run.stderr);
        assert_eq!(run.report["left_by_reason"], json!({ "index_refused": 30 }));
        assert_eq!(run.report["stopped"], json!(null));
        let message = run.report["left"][0]["message"].as_str().unwrap();
        assert!(message.contains("albatross-elb-2017.01.01") && message.contains(kind), "{message}");
    }
}

#[test]
fn an_index_of_which_everything_is_refused_for_a_reason_nobody_knows_keeps_its_own_objects_only() {
    let bucket = old_and_new(4, 6);
    let index = Index::default();
    let reason = "pipeline with id [x] does not exist";
    let engine = index
        .serve_items(move |_, document| is_old(document).then(|| error(400, "illegal_argument_exception", reason)));
    let run = ingest(&bucket.serve(), &engine);
    assert_eq!(
        (&run.report["objects"]["settled"], &run.report["quarantined"]),
        (&6.into(), &0.into()),
        "{}",
        run.stderr
    );
    assert_eq!(run.report["left_by_reason"], json!({ "index_refused": 4 }));
}

#[test]
fn an_index_without_a_primary_does_not_hold_up_the_others() {
    for (status, kind) in [
        (503, "unavailable_shards_exception"),
        (429, "cluster_block_exception"),
        (500, "no_shard_available_action_exception"),
    ] {
        // More than are worked on at once, and before all others.
        let bucket = old_and_new(6, 30);
        let index = Index::default();
        let engine = index.serve_items(move |_, document| is_old(document).then(|| lasting_error(status, kind)));
        let run = ingest(&bucket.serve(), &engine);
        assert_eq!((&run.report["objects"]["settled"], index.count()), (&30.into(), 30), "{}", run.stderr);
        assert_eq!(run.report["left_by_reason"], json!({ "stalled": 6 }), "{}", run.report);
        assert_eq!((&run.report["stopped"], &run.report["quarantined"]), (&json!(null), &0.into()));
    }
}

#[test]
fn an_index_that_we_may_not_write_keeps_its_own_objects_only() {
    let bucket = Bucket::default();
    (0..6).for_each(|number| put(&bucket, number, &line(number)));
    (6..12).for_each(|number| put(&bucket, number, &old_line(number)));
    let index = Index::default();
    let engine =
        index.serve_items(|_, document| is_old(document).then(|| error(403, "security_exception", "not yours")));
    let run = ingest_with(&bucket.serve(), &engine, &[("ALBATROSS_OBJECTS_IN_FLIGHT", "1")]);
    assert_eq!(run.report["objects"]["settled"], 6, "{}", run.stderr);
    assert_eq!(
        run.report["left_by_reason"]["index_refused"], 1,
        "one is its own failure, two in a row are everybody's"
    );
    assert!(run.report["stopped"].as_str().unwrap().contains("not yours"));
}

#[test]
fn a_document_that_its_index_never_takes_is_set_aside() {
    for (status, kind) in [
        (500, "null_pointer_exception"),
        (502, "x"),
        (400, "illegal_argument_exception"),
        (400, "exception_of_tomorrow"),
    ] {
        let bucket = Bucket::of(&[("a.log", log(9).as_bytes()), ("b.log", log(3).as_bytes())]);
        let index = Index::default();
        let engine =
            index.serve_items(move |_, document| document.contains(":80/5\"").then(|| error(status, kind, "bad")));
        let run = ingest_with(&bucket.serve(), &engine, &[("ALBATROSS_OBJECTS_IN_FLIGHT", "1")]);
        assert_eq!((run.status, &run.report["objects"]["settled"]), (Some(0), &2.into()), "{}", run.stderr);
        assert_eq!((index.count(), &run.report["quarantined"], &run.report["indexed"]), (11, &1.into(), &11.into()));
        // It alone was tried again, against a control each time.
        assert!(index.requests().iter().filter(|items| **items == 1).count() > 6, "{:?}", index.requests());
    }
}

#[test]
fn an_object_of_which_too_much_is_refused_does_not_stop_the_others() {
    let bucket = Bucket::default();
    for number in 0..4 {
        bucket.put(&format!("bad{number}.log"), log(50).as_bytes());
    }
    for number in 100..110 {
        bucket.put(&format!("good{number}.log"), line(number).as_bytes());
    }
    let index = Index::default();
    let engine = index.serve_items(|_, document| {
        let is_bad = !document.contains(":80/10");
        is_bad.then(|| error(400, "mapper_parsing_exception", "object mapping for [url]"))
    });
    let run = ingest(&bucket.serve(), &engine);
    assert_eq!(
        (&run.report["objects"]["settled"], &run.report["stopped"]),
        (&10.into(), &json!(null)),
        "{}",
        run.stderr
    );
    assert_eq!(run.report["left_by_reason"], json!({ "refused": 4 }));
    assert!(run.report["left"][0]["message"].as_str().unwrap().contains("of the latest 50 documents"));
}

#[test]
fn a_mapping_that_refuses_everything_stops_the_run() {
    let bucket = Bucket::default();
    for number in 0..40 {
        bucket.put(&format!("{number:02}.log"), log(20).as_bytes());
    }
    let engine = Index::default().serve_items(|_, _| Some(error(400, "mapper_parsing_exception", "no")));
    let run = ingest(&bucket.serve(), &engine);
    assert_eq!((run.status, &run.report["quarantined"]), (Some(1), &0.into()), "{}", run.stderr);
    assert!(
        run.report["stopped"].as_str().unwrap().contains("of the latest 20 documents, one of them for mapper_parsing")
    );
    assert!(run.report["left_by_reason"]["not_reached"].as_u64().unwrap() > 20, "{}", run.report);
}

#[test]
fn a_replay_goes_on_behind_a_file_that_is_still_refused() {
    // Twelve of a hundred, and two others in another file, until they are mended.
    let is_mended = Arc::new(AtomicBool::new(false));
    let refused = {
        let is_mended = Arc::clone(&is_mended);
        move |_: usize, document: &str| {
            let others = if is_mended.load(Ordering::SeqCst) { 0..0 } else { 201..203 };
            let is_bad = (1..13).chain(others).any(|number| document.contains(&format!(":80/{number}\"")));
            is_bad.then(|| error(400, "mapper_parsing_exception", "no"))
        }
    };
    let other: String = (201..=300).map(line).collect();
    let bucket = Bucket::of(&[("a.log", log(100).as_bytes()), ("z.log", other.as_bytes())]);
    let index = Index::default();
    let engine = index.serve_items(refused);
    let run = ingest(&bucket.serve(), &engine);
    assert_eq!((run.status, &run.report["quarantined"]), (Some(0), &14.into()), "{}", run.stderr);
    is_mended.store(true, Ordering::SeqCst);
    let replay = report_of(&mut command("replay", &bucket.serve(), &engine));
    assert_eq!(
        (&replay.report["emptied"], &replay.report["quarantined"]),
        (&1.into(), &12.into()),
        "{}",
        replay.stderr
    );
    assert_eq!((&replay.report["stopped"], index.count()), (&json!(null), 188));
}
