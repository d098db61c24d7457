//! What becomes of objects: archive, keep, quarantine and back, against a scripted S3 and engine.
#![allow(clippy::unwrap_used)]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use support::{
    Bucket, Index, NOON_EPOCH_S, Reply, command, gunzip_lines, ingest, ingest_with, items, line, log, report_of,
};

const ARCHIVE: &[(&str, &str)] =
    &[("ALBATROSS_SETTLE", "archive"), ("ALBATROSS_ARCHIVE_TO", "s3://logs/albatross/archive/")];
const KEEP: &[(&str, &str)] = &[("ALBATROSS_SETTLE", "keep")];

#[test]
fn archived_objects_are_moved_and_never_swept_again() {
    let text = log(3);
    let bucket = Bucket::of(&[("a/b c.log", text.as_bytes())]);
    let index = Index::default();
    let first = ingest_with(&bucket.serve(), &index.serve(), ARCHIVE);
    assert_eq!(first.status, Some(0), "{}", first.stderr);
    assert_eq!(bucket.keys(), ["albatross/archive/a/b c.log"]);
    assert_eq!(bucket.body("albatross/archive/a/b c.log").unwrap(), text.as_bytes());
    let second = ingest_with(&bucket.serve(), &index.serve(), ARCHIVE);
    assert_eq!((&second.report["objects"]["listed"], &second.report["lines"]), (&0.into(), &0.into()));
}

#[test]
fn an_object_that_changed_is_neither_copied_nor_deleted() {
    let bucket = Bucket::of(&[("a.log", log(1).as_bytes())]);
    let engine = Index::default().serve_with({
        let bucket = bucket.clone();
        move |_, _| {
            bucket.put("a.log", log(2).as_bytes());
            None
        }
    });
    let run = ingest_with(&bucket.serve(), &engine, ARCHIVE);
    assert_eq!(run.report["left_by_reason"], serde_json::json!({"changed": 1}), "{}", run.stderr);
    assert_eq!(bucket.keys(), ["a.log"]);
}

#[test]
fn a_copy_that_is_not_whole_leaves_the_original() {
    let bucket = Bucket::of(&[("a.log", log(1).as_bytes())]);
    let s3 = bucket.serve_with(|request| {
        (request.method == "HEAD" && request.path.contains("/archive/"))
            .then(|| Reply::new(200, "short").header("etag", "\"0\"").cut_at(0))
    });
    let run = ingest_with(&s3, &Index::default().serve(), ARCHIVE);
    assert_eq!(run.report["left_by_reason"], serde_json::json!({"settlement": 1}), "{}", run.stderr);
    assert!(bucket.keys().contains(&"a.log".to_owned()));
}

#[test]
fn kept_objects_are_read_once_and_anew_when_written_anew() {
    let bucket = Bucket::of(&[("a.log", log(2).as_bytes()), ("b.log", log(1).as_bytes())]);
    let index = Index::default();
    let engine = index.serve();
    let first = ingest_with(&bucket.serve(), &engine, KEEP);
    assert_eq!((first.status, &first.report["objects"]["settled"]), (Some(0), &2.into()), "{}", first.stderr);
    assert_eq!(bucket.keys_of_logs(), ["a.log", "b.log"]);
    let second = ingest_with(&bucket.serve(), &engine, KEEP);
    assert_eq!((&second.report["lines"], &second.report["objects"]["done_before"]), (&0.into(), &2.into()));
    bucket.put_at("b.log", log(3).as_bytes(), NOON_EPOCH_S);
    let third = ingest_with(&bucket.serve(), &engine, KEEP);
    assert_eq!((&third.report["lines"], &third.report["objects"]["done_before"]), (&3.into(), &1.into()));
    assert_eq!(index.count(), 5);
    assert!(third.stderr.contains("\"message\":\"ended a run\""), "one line for the run: {}", third.stderr);
}

#[test]
fn what_is_done_for_one_deployment_is_not_done_for_another() {
    let day_s = 86_400;
    let bucket = Bucket::default();
    bucket.put_at("a/new.log", log(1).as_bytes(), NOON_EPOCH_S);
    bucket.put_at("a/old.log", log(1).as_bytes(), NOON_EPOCH_S - 3 * day_s);
    bucket.put_at("b/old.log", line(7).as_bytes(), NOON_EPOCH_S - 3 * day_s);
    let s3 = bucket.serve();
    let (one, another) = (Index::default(), Index::default());
    let (engine, new_engine) = (one.serve(), another.serve());
    let below_a = [KEEP[0], ("ALBATROSS_PREFIX", "a/")];
    assert_eq!(ingest_with(&s3, &engine, &below_a).report["indexed"], 2);
    assert_eq!(ingest_with(&s3, &engine, &below_a).report["objects"]["done_before"], 2);
    // A wider prefix: the checkpoint of the narrow one says nothing of what it holds besides.
    let wider = ingest_with(&s3, &engine, KEEP).report;
    assert_eq!((&wider["indexed"], &wider["duplicate"], &wider["lines"]), (&1.into(), &2.into(), &3.into()));
    // A new cluster, and other documents.
    assert_eq!(ingest_with(&s3, &new_engine, KEEP).report["indexed"], 3);
    assert_eq!(another.count(), 3);
}

#[test]
fn many_objects_of_one_moment_are_kept_over_many_runs() {
    let bucket = Bucket::default();
    let index = Index::default();
    let (s3, engine) = (bucket.serve(), index.serve());
    for run in 0..4 {
        for number in 0..3 {
            bucket.put_at(&format!("{run}-{number}.log"), line(run * 3 + number).as_bytes(), NOON_EPOCH_S);
        }
        let report = ingest_with(&s3, &engine, KEEP).report;
        assert_eq!((&report["lines"], &report["objects"]["done_before"]), (&3.into(), &(run * 3).into()));
    }
    assert_eq!(index.requests().iter().sum::<usize>(), 12, "nothing was sent twice");
}

#[test]
fn a_run_that_cannot_remember_does_not_begin() {
    let bucket = Bucket::of(&[("a.log", log(2).as_bytes())]);
    let index = Index::default();
    let engine = index.serve();
    for (method, why) in [("GET", "GetObject"), ("PUT", "PutObject")] {
        let denied = bucket.serve_with(move |request| {
            let is_state = request.method == method && request.path.contains("/state/");
            is_state.then(|| Reply::new(403, "<Error><Code>AccessDenied</Code></Error>"))
        });
        let run = ingest_with(&denied, &engine, KEEP);
        assert_eq!((run.status, index.count()), (Some(1), 0), "{method}: {}", run.stderr);
        assert!(run.stderr.contains("the state") && run.stderr.contains(why), "{}", run.stderr);
    }
}

#[test]
fn state_that_is_not_understood_stops_the_run_and_says_what_to_do() {
    let bucket = Bucket::of(&[("a.log", log(2).as_bytes())]);
    let engine = Index::default().serve();
    assert_eq!(ingest_with(&bucket.serve(), &engine, KEEP).report["indexed"], 2);
    let all = [bucket.state(), vec![format!("{}state/deployment.json", bucket.folder())]].concat();
    assert!(all.iter().any(|key| key.contains("/state/done/")), "{all:?}");
    // Of a note on a done object the name says all.
    for key in all.into_iter().filter(|key| !key.contains("/notes/done/")) {
        let good = bucket.body(&key).unwrap();
        for (bad, why) in [(&b"<html>"[..], "is invalid"), (b"{\"version\":2}\n", "has version 2")] {
            bucket.put(&key, bad);
            let run = ingest_with(&bucket.serve(), &engine, KEEP);
            assert_eq!(run.status, Some(1), "{key}: {}", run.stderr);
            assert!(run.stderr.contains(&key) && run.stderr.contains(why), "{}", run.stderr);
        }
        bucket.put(&key, &good);
    }
    let run = ingest_with(&bucket.serve(), &engine, KEEP);
    assert_eq!((run.status, &run.report["objects"]["done_before"]), (Some(0), &1.into()), "{}", run.stderr);
}

#[test]
fn what_an_earlier_release_had_done_is_taken_over_once() {
    let bucket = Bucket::default();
    let index = Index::default();
    let engine = index.serve();
    bucket.put_at("a.log", log(1).as_bytes(), NOON_EPOCH_S - 9 * 86_400);
    assert_eq!(ingest_with(&bucket.serve(), &engine, KEEP).report["indexed"], 1);
    let folder = bucket.folder();
    // As if that had been the earlier release: its checkpoint says that everything before yesterday is done.
    let name = folder.strip_prefix("albatross/").unwrap().to_owned();
    for key in [bucket.state(), vec![format!("{folder}state/deployment.json")]].concat() {
        bucket.remove(&key);
    }
    let through_ms = (NOON_EPOCH_S - 86_400) * 1000;
    let checkpoint = format!("{{\"through_ms\":{through_ms},\"done\":{{}},\"failed\":{{}}}}");
    bucket.put(&format!("albatross/state/{name}checkpoint.json"), checkpoint.as_bytes());
    bucket.put_at("b.log", log(2).as_bytes(), NOON_EPOCH_S);
    let run = ingest_with(&bucket.serve(), &engine, KEEP);
    assert_eq!((&run.report["lines"], &run.report["objects"]["done_before"]), (&2.into(), &1.into()), "{}", run.stderr);
    // From now on only what was entered is done.
    bucket.put_at("late.log", log(3).as_bytes(), NOON_EPOCH_S - 9 * 86_400);
    let late = ingest_with(&bucket.serve(), &engine, KEEP).report;
    assert_eq!((&late["lines"], &late["objects"]["done_before"]), (&3.into(), &2.into()), "{late}");
    assert_eq!(late["objects"]["late"], 1);
}

#[test]
fn an_old_archive_is_never_swept() {
    let bucket = Bucket::of(&[("a.log", log(1).as_bytes())]);
    let engine = Index::default().serve();
    ingest_with(&bucket.serve(), &engine, ARCHIVE);
    let elsewhere = [ARCHIVE[0], ("ALBATROSS_ARCHIVE_TO", "s3://logs/albatross/another/")];
    for variables in [&[][..], KEEP, &elsewhere] {
        let run = ingest_with(&bucket.serve(), &engine, variables);
        assert_eq!((run.status, &run.report["objects"]["listed"]), (Some(0), &0.into()), "{variables:?}");
        assert_eq!(bucket.keys_of_logs(), ["albatross/archive/a.log"]);
    }
    let swept = ingest_with(&bucket.serve(), &engine, &[ARCHIVE[0], ("ALBATROSS_ARCHIVE_TO", "s3://logs/archive/")]);
    assert_eq!(swept.status, Some(2));
    assert!(swept.stderr.contains("choose a place below albatross/"), "{}", swept.stderr);
}

#[test]
fn kept_and_archived_objects_are_derived_from_again() {
    for (settle, places) in
        [(KEEP, ["a/1.log", "b/2.log"]), (ARCHIVE, ["albatross/archive/a/1.log", "albatross/archive/b/2.log"])]
    {
        let bucket = Bucket::of(&[("a/1.log", log(2).as_bytes()), ("b/2.log", log(3).as_bytes())]);
        let index = Index::default();
        let (s3, engine) = (bucket.serve(), index.serve());
        assert_eq!(ingest_with(&s3, &engine, settle).report["indexed"], 5);
        let again = |arguments: &[&str]| {
            let mut command = command("ingest", &s3, &engine);
            report_of(command.arg("--overwrite").args(arguments).envs(settle.iter().copied()))
        };
        let all = again(&[]);
        assert_eq!((all.status, &all.report["indexed"]), (Some(0), &5.into()), "{}", all.stderr);
        assert_eq!(again(&["--prefix", "b/"]).report["indexed"], 3);
        assert_eq!(bucket.keys_of_logs(), places);
        assert_eq!(index.count(), 5, "the same documents");
    }
    let bucket = Bucket::of(&[("a.log", log(1).as_bytes())]);
    let (s3, engine) = (bucket.serve(), Index::default().serve());
    let mut deleting = command("ingest", &s3, &engine);
    let run = report_of(deleting.args(["--overwrite", "--prefix", "a"]));
    assert_eq!(run.status, Some(2));
    assert!(run.stderr.contains("no kept objects"), "{}", run.stderr);
}

#[test]
fn a_replay_empties_the_quarantine_and_keeps_what_is_still_bad() {
    let text = format!("{}this is no log line\n{}", line(1), line(2));
    let bucket = Bucket::of(&[("a.log", text.as_bytes())]);
    let index = Index::default();
    let is_mended = Arc::new(AtomicBool::new(false));
    let engine = index.serve_with({
        let is_mended = Arc::clone(&is_mended);
        move |_, _| {
            let fault = Some(("mapper_parsing_exception", "a mapping of yesterday"));
            (!is_mended.load(Ordering::SeqCst)).then(|| items(&[(201, None), (400, fault)]))
        }
    });
    let first = ingest(&bucket.serve(), &engine);
    assert_eq!(first.report["quarantined"], 2, "{}", first.stderr);
    let file = &bucket.keys()[0];
    assert_eq!(gunzip_lines(&bucket.body(file).unwrap()).len(), 2);

    is_mended.store(true, Ordering::SeqCst);
    let replay = || report_of(&mut command("replay", &bucket.serve(), &engine));
    let once = replay();
    assert_eq!(once.status, Some(0), "{}", once.stderr);
    assert_eq!((&once.report["lines"], &once.report["indexed"]), (&2.into(), &1.into()));
    assert_eq!((&once.report["quarantined"], &once.report["emptied"]), (&1.into(), &0.into()));
    let left = gunzip_lines(&bucket.body(file).unwrap());
    assert_eq!(left.len(), 1);
    assert!(left[0].contains("this is no log line"));

    // The document has the id that it would have had: sending the object again doubles nothing.
    bucket.put("a.log", text.as_bytes());
    let again = ingest(&bucket.serve(), &engine);
    assert_eq!((&again.report["duplicate"], &again.report["indexed"]), (&1.into(), &1.into()));
    assert_eq!(index.count(), 2);
}

#[test]
fn a_plan_changes_nothing() {
    let text = format!("{}bad\n\n{}", line(1), line(2));
    let bucket = Bucket::of(&[("a.log", text.as_bytes()), ("readme.txt", b"x")]);
    let nobody = support::Server::start(|request| panic!("the engine was asked for {}", request.path));
    let run = report_of(&mut command("plan", &bucket.serve(), &nobody));
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    let plan = run.report;
    assert_eq!((&plan["read"], &plan["would_settle"], &plan["documents"]), (&1.into(), &1.into(), &2.into()));
    assert_eq!((&plan["listed"], &plan["left_by_reason"]), (&2.into(), &serde_json::json!({"not_access_log": 1})));
    assert_eq!(plan["by_day"]["2018-07-02"], plan["by_index"]["albatross-elb-2018.07.02"]);
    assert_eq!((&plan["quarantined"], &plan["skipped"], &plan["settle"]), (&1.into(), &1.into(), &"delete".into()));
    assert_eq!(plan["by_index"]["albatross-elb-2018.07.02"]["documents"], 2);
    assert_eq!(plan["sample_documents"].as_array().unwrap().len(), 2);
    assert_eq!(plan["sample_quarantined"][0]["raw"], "bad");
    assert_eq!(bucket.keys(), ["a.log", "readme.txt"]);
}

#[test]
fn overwriting_sends_documents_anew() {
    let bucket = Bucket::of(&[("a.log", log(2).as_bytes())]);
    let index = Index::default();
    let (s3, engine) = (bucket.serve(), index.serve());
    let mut overwriting = command("ingest", &s3, &engine);
    overwriting.arg("--overwrite");
    let mut stream = command("ingest", &s3, &engine);
    stream.arg("--overwrite").env("ALBATROSS_SETTINGS", r#"{"target":"data_stream"}"#);
    assert_eq!(report_of(&mut stream).status, Some(2), "a data stream takes no document twice");
    let run = report_of(&mut overwriting);
    assert_eq!((run.status, &run.report["indexed"]), (Some(0), &2.into()), "{}", run.stderr);
}

#[test]
fn lines_that_are_good_now_leave_the_quarantine() {
    let text = log(2);
    let bucket = Bucket::of(&[("a.log", text.as_bytes())]);
    // What an earlier run left that could read less, and was killed before it settled the object.
    let engine = Index::default().serve();
    ingest(&bucket.serve(), &engine);
    let etag = support::etag(text.as_bytes());
    let file = format!("{}quarantine/lines/a.log@{}.ndjson.gz", bucket.folder(), etag.trim_matches('"'));
    bucket.put(&file, b"entries");
    bucket.put("a.log", text.as_bytes());
    let run = ingest(&bucket.serve(), &engine);
    assert_eq!((run.status, &run.report["quarantined"]), (Some(0), &0.into()), "{}", run.stderr);
    assert_eq!(bucket.keys(), Vec::<String>::new());
}

#[test]
fn refused_documents_do_not_make_a_log_none() {
    let bucket = Bucket::of(&[("a.log", log(2).as_bytes())]);
    let fault = Some(("mapper_parsing_exception", "no"));
    let engine = Index::default().serve_with(move |_, _| Some(items(&[(400, fault), (400, fault)])));
    let run = ingest(&bucket.serve(), &engine);
    assert_eq!(
        (&run.report["objects"]["settled"], &run.report["quarantined"]),
        (&1.into(), &2.into()),
        "{}",
        run.stderr
    );
}
