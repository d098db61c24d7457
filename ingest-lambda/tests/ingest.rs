//! `albatross ingest` against an S3 and an engine that fail in every way we know. What must hold
//! each time: an object goes only when every line of it is in the index.
#![allow(clippy::unwrap_used)]

mod support;

use std::sync::atomic::{AtomicUsize, Ordering};

use support::{
    Bucket, Index, Reply, Server, command, cut_gzip, gunzip_lines, gzip, ingest, ingest_with, items, line, log,
    report_of, run,
};

#[test]
fn a_sweep_takes_logs_of_all_pages_and_leaves_the_rest() {
    let log = log(3);
    let bucket = Bucket::of(&[
        ("AWSLogs/1/ELBAccessLogTestFile", b"Enable AccessLog for ELB: x"),
        ("a/1.log", log.as_bytes()),
        ("a/2.log", log.as_bytes()),
        ("a/3.log.bz2", b""),
        ("a/4.log", b"\n"),
    ]);
    let (index, s3) = (Index::default(), bucket.serve());
    let run = ingest(&s3, &index.serve());
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    assert_eq!(bucket.keys(), ["AWSLogs/1/ELBAccessLogTestFile", "a/3.log.bz2"]);
    assert_eq!(
        run.report["objects"],
        serde_json::json!({
            "listed": 5, "settled": 3, "quarantined": 0, "enqueued": 0, "done_before": 0, "left": 2, "failed": 0
        })
    );
    assert_eq!((&run.report["lines"], &run.report["indexed"]), (&7.into(), &6.into()));
    assert_eq!(run.report["skipped"]["blank"], 1);
    assert_eq!(run.report["left"][0]["reason"], "test_file");
    assert_eq!(run.report["left"][1]["reason"], "not_access_log");
    assert_eq!(run.report["stopped"], serde_json::Value::Null);
    assert_eq!(index.count(), 6);
}

/// A bucket of one log of four lines, swept once while the engine misbehaves.
fn with_engine_fault(
    fault: impl Fn(usize, &[&str]) -> Option<Reply> + Send + Sync + 'static,
) -> (support::Run, Bucket, Index) {
    let bucket = Bucket::of(&[("four.log", log(4).as_bytes())]);
    let index = Index::default();
    let run = ingest(&bucket.serve(), &index.serve_with(fault));
    (run, bucket, index)
}

#[track_caller]
fn assert_settled((run, bucket, index): &(support::Run, Bucket, Index)) {
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    assert!(bucket.keys().is_empty(), "{}", run.report);
    assert_eq!(index.count(), 4);
}

#[track_caller]
fn assert_stopped((run, bucket, _): &(support::Run, Bucket, Index), why: &str, object: &str) {
    assert_eq!(run.status, Some(1), "{}", run.stderr);
    assert_eq!(bucket.keys_of_logs(), ["four.log"]);
    let stopped = run.report["stopped"].as_str().unwrap();
    assert!(stopped.contains(why), "{stopped}");
    assert_eq!(run.report["left"][0]["reason"], object);
}

#[test]
fn a_busy_engine_is_asked_again() {
    for status in [429, 500, 503] {
        let end = with_engine_fault(move |number, _| (number == 1).then(|| Reply::new(status, "busy")));
        assert_settled(&end);
        assert_eq!(end.2.requests(), [4, 4]);
    }
}

#[test]
fn only_failed_items_are_sent_again() {
    // Nothing is indexed by the scripted answer, so the two that it acknowledges are not counted.
    let (run, bucket, index) = with_engine_fault(|number, _| {
        let busy = Some(("es_rejected_execution_exception", "queue full"));
        (number == 1).then(|| items(&[(201, None), (429, busy), (201, None), (503, busy)]))
    });
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    assert!(bucket.keys().is_empty());
    assert_eq!((index.requests(), index.count()), (vec![4, 2], 2));
    assert_eq!(run.report["indexed"], 4);
}

#[test]
fn an_answer_that_is_cut_or_short_acknowledges_nothing() {
    let whole = items(&[(201, None), (201, None), (201, None), (201, None)]);
    let cut = whole.clone().cut_at(whole.body.len() - 5);
    let short = items(&[(201, None), (201, None), (201, None)]);
    for broken in [cut, short, Reply::new(200, "<html>welcome</html>"), Reply::new(200, "")] {
        let end = with_engine_fault(move |number, _| (number == 1).then(|| broken.clone()));
        assert_settled(&end);
        assert_eq!(end.2.requests(), [4, 4]);
    }
}

#[test]
fn what_was_indexed_unnoticed_is_a_duplicate() {
    let bucket = Bucket::of(&[("four.log", log(4).as_bytes())]);
    let index = Index::default();
    assert!(ingest(&bucket.serve(), &index.serve()).report["indexed"] == 4);
    bucket.put("four.log", log(4).as_bytes());
    let run = ingest(&bucket.serve(), &index.serve());
    assert_eq!(run.report["duplicate"], 4);
    assert!(bucket.keys().is_empty());
    assert_eq!(index.count(), 4);
}

/// The entries of an object's file in quarantine, which is all that is left of it.
#[track_caller]
fn quarantined(bucket: &Bucket, key: &str) -> Vec<serde_json::Value> {
    let keys = bucket.keys_of_logs();
    assert_eq!(keys.len(), 1, "{keys:?}");
    assert!(keys[0].starts_with(&format!("{}quarantine/lines/{key}@", bucket.folder())), "{keys:?}");
    let lines = gunzip_lines(&bucket.body(&keys[0]).unwrap());
    lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_document_at_fault_is_quarantined_with_the_engines_words() {
    let (run, bucket, _) = with_engine_fault(|_, _| {
        let fault = Some(("document_parsing_exception", "failed to parse field [source.ip]"));
        Some(items(&[(201, None), (400, fault), (201, None), (409, None)]))
    });
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    assert_eq!((&run.report["indexed"], &run.report["duplicate"]), (&2.into(), &1.into()));
    assert_eq!((&run.report["quarantined"], &run.report["objects"]["settled"]), (&1.into(), &1.into()));
    let entries = quarantined(&bucket, "four.log");
    assert_eq!((entries.len(), &entries[0]["line"], &entries[0]["key"]), (1, &2.into(), &"four.log".into()));
    assert_eq!(entries[0]["raw"], line(2).trim_end());
    assert_eq!(entries[0]["engine"]["type"], "document_parsing_exception");
    assert_eq!(entries[0]["engine"]["reason"], "failed to parse field [source.ip]");
    assert_eq!(entries[0]["document"]["url"]["path"], "/2");
}

#[test]
fn what_is_everybodys_stops_the_run_at_once() {
    for status in [302, 401, 404, 405, 410] {
        let end = with_engine_fault(move |_, _| Some(Reply::new(status, "no")));
        assert_stopped(&end, &format!("HTTP {status} no"), "refused");
        assert_eq!(end.2.requests(), [4]);
    }
    let denied = r#"{"error":{"type":"security_exception","reason":"no permissions for [indices:data/write/bulk]"}}"#;
    let end = with_engine_fault(move |_, _| Some(Reply::new(403, denied)));
    assert_stopped(&end, "no permissions", "refused");
    let end = with_engine_fault(move |_, _| Some(items(&[(403, Some(("security_exception", "not yours"))); 4])));
    assert_stopped(&end, "not yours", "refused");
    assert_eq!(end.2.requests(), [4]);
}

#[test]
fn an_engine_that_asks_for_more_time_than_we_have_stops_the_run() {
    let end = with_engine_fault(|_, _| Some(Reply::new(503, "").header("retry-after", 3600)));
    assert_stopped(&end, "unavailable: HTTP 503", "interrupted");
}

/// The object's first GET ends after so many bytes; the next one must ask for the rest of the same version.
fn settles_after_a_cut(body: &[u8], at: usize) {
    let bucket = Bucket::of(&[("long.log", body)]);
    let gets = AtomicUsize::new(0);
    let s3 = bucket.serve_with({
        let bucket = bucket.clone();
        move |request| {
            let is_get = request.method == "GET" && request.path.starts_with("/logs/long.log");
            if !is_get {
                return None;
            }
            match gets.fetch_add(1, Ordering::SeqCst) {
                0 => Some(bucket.answer(request).cut_at(at)),
                _ => {
                    assert_eq!(request.headers["range"], format!("bytes={at}-"));
                    assert!(request.headers.contains_key("if-match"));
                    None
                }
            }
        }
    });
    let index = Index::default();
    let run = ingest(&s3, &index.serve());
    assert_eq!((run.status, index.count()), (Some(0), 2000), "{at}: {}", run.stderr);
    assert_eq!(run.report["bytes"]["received"], body.len());
    assert!(bucket.keys().is_empty(), "{}", run.report);
}

#[test]
fn a_lost_download_is_resumed_where_it_broke() {
    let log = log(2000);
    // In the middle of a line, and behind one, where what came is a log by itself.
    settles_after_a_cut(log.as_bytes(), log.len() / 2);
    settles_after_a_cut(log.as_bytes(), log[..log.len() / 2].rfind('\n').unwrap() + 1);
    let half = log[..log.len() / 2].rfind('\n').unwrap() + 1;
    let members = [gzip(&log[..half]), gzip(&log[half..])];
    // In the middle of a member, and at its border, where what came is a sound file.
    settles_after_a_cut(&members.concat(), members[0].len() / 2);
    settles_after_a_cut(&members.concat(), members[0].len());
}

#[test]
fn a_download_that_changes_under_our_hands_is_left() {
    let bucket = Bucket::of(&[("long.log", log(2000).as_bytes())]);
    let s3 = bucket.serve_with({
        let bucket = bucket.clone();
        move |request| {
            let first = request.method == "GET"
                && request.path.starts_with("/logs/long.log")
                && !request.headers.contains_key("range");
            first.then(|| {
                let reply = bucket.answer(request).cut_at(1000);
                bucket.put("long.log", log(1999).as_bytes());
                reply
            })
        }
    });
    let run = ingest(&s3, &Index::default().serve());
    assert_eq!(run.report["left"][0]["reason"], "changed", "{}", run.stderr);
    assert_eq!(bucket.keys(), ["long.log"]);
}

#[test]
fn an_object_that_changed_after_it_was_read_is_not_deleted() {
    let bucket = Bucket::of(&[("a.log", log(1).as_bytes())]);
    let index = Index::default();
    let engine = index.serve_with({
        let bucket = bucket.clone();
        move |_, _| {
            bucket.put("a.log", log(2).as_bytes());
            None
        }
    });
    let run = ingest(&bucket.serve(), &engine);
    assert_eq!((run.status, bucket.keys().len()), (Some(0), 1), "{}", run.stderr);
    assert_eq!(run.report["left"][0]["reason"], "changed");
    assert_eq!(run.report["objects"]["settled"], 0);
}

#[test]
fn gone_and_denied_objects_do_not_block_the_others() {
    let bucket = Bucket::of(&[
        ("denied.log", log(1).as_bytes()),
        ("fine.log", log(1).as_bytes()),
        ("gone.log", log(1).as_bytes()),
    ]);
    let s3 = bucket.serve_with(|request| match &request.path {
        path if path.contains("denied.log") => Some(Reply::new(403, "<Error><Code>AccessDenied</Code></Error>")),
        path if path.contains("gone.log") => Some(Reply::new(404, "<Error><Code>NoSuchKey</Code></Error>")),
        _ => None,
    });
    let run = ingest(&s3, &Index::default().serve());
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    assert_eq!(bucket.keys_of_logs(), ["denied.log", "gone.log"]);
    assert_eq!(run.report["left_by_reason"], serde_json::json!({"access_denied": 1, "gone": 1}));
}

#[test]
fn bad_lines_are_quarantined_and_the_rest_is_indexed() {
    let bad = format!("{}this is no log line\n{}", line(1), line(2));
    let bucket = Bucket::of(&[("bad.log", bad.as_bytes())]);
    let index = Index::default();
    let run = ingest(&bucket.serve(), &index.serve());
    assert_eq!((run.status, index.count()), (Some(0), 2), "{}", run.stderr);
    let entries = quarantined(&bucket, "bad.log");
    assert_eq!((entries.len(), &entries[0]["line"]), (1, &2.into()));
    assert_eq!(entries[0]["raw"], "this is no log line");
    assert_eq!(entries[0]["offset"], line(1).len());
}

#[test]
fn a_damaged_object_moves_to_quarantine_whole() {
    let gzip = cut_gzip(&(log(2) + "http 2018"));
    let bucket = Bucket::of(&[("cut.log.gz", &gzip)]);
    let index = Index::default();
    let run = ingest(&bucket.serve(), &index.serve());
    assert_eq!((run.status, index.count()), (Some(0), 2), "{}", run.stderr);
    let place = format!("{}quarantine/objects/cut.log.gz@{}", bucket.folder(), support::etag(&gzip).trim_matches('"'));
    assert_eq!(bucket.keys_of_logs(), [place.clone(), format!("{place}.damage.json")]);
    assert_eq!(bucket.body(&place).unwrap(), gzip);
    let record: serde_json::Value =
        serde_json::from_slice(&bucket.body(&format!("{place}.damage.json")).unwrap()).unwrap();
    assert_eq!((&record["kind"], &record["ledger"]["indexed"]), (&"truncated".into(), &2.into()));
    assert_eq!(run.report["objects"]["quarantined"], 1);
    assert_eq!(run.report["damaged"][0]["key"], "cut.log.gz");
}

#[test]
fn what_is_packed_otherwise_and_has_another_name_is_left_alone() {
    let zstd = b"\x28\xB5\x2F\xFD and so on";
    let bucket = Bucket::of(&[("packed.log", zstd), ("z.log", log(1).as_bytes())]);
    let run = ingest(&bucket.serve(), &Index::default().serve());
    assert_eq!(run.report["left_by_reason"], serde_json::json!({"not_log": 1}), "{}", run.stderr);
    assert!(run.report["left"].to_string().contains("zstd"), "{}", run.report);
    assert_eq!(bucket.keys_of_logs(), ["packed.log"]);
}

#[test]
fn without_the_template_nothing_is_sent() {
    let bucket = Bucket::of(&[("a.log", log(1).as_bytes())]);
    for (reply, why) in [
        (Reply::new(404, "{}"), "run `albatross setup`"),
        (Reply::new(200, r#"{"index_templates":[{"index_template":{"_meta":{"version":0}}}]}"#), "has version 0"),
        (Reply::new(200, r#"{"index_templates":[{"index_template":{}}]}"#), "has version null"),
    ] {
        let engine = Server::start(move |request| {
            assert!(request.path.starts_with("/_index_template/"), "{}", request.path);
            reply.clone()
        });
        let run = ingest(&bucket.serve(), &engine);
        assert_eq!(run.status, Some(1));
        assert!(run.stderr.contains(why), "{}", run.stderr);
        assert_eq!(bucket.keys(), ["a.log"]);
    }
}

#[test]
fn setup_puts_the_template() {
    let s3 = Bucket::default().serve();
    let engine = Server::start(|request| {
        if request.method != "PUT" {
            return Reply::new(405, "{}");
        }
        assert_eq!(request.path, "/_index_template/albatross-elb");
        let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
        assert_eq!(body, parser_wasm::index_template(&parser_wasm::Settings::default(), None));
        Reply::new(200, r#"{"acknowledged":true}"#)
    });
    assert_eq!(run("setup", &s3, &engine).status.code(), Some(0));
    let refusing = Server::start(|_| Reply::new(403, "no"));
    assert_eq!(run("setup", &s3, &refusing).status.code(), Some(1));
}

#[test]
fn problems_of_the_configuration_are_usage_errors() {
    let output = support::albatross().arg("ingest").env_clear().output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("ALBATROSS_BUCKET") && stderr.contains("ALBATROSS_ENDPOINT"), "{stderr}");
}

#[test]
fn filtered_lines_are_accounted_for_and_not_sent() {
    let settings = ("ALBATROSS_SETTINGS", r#"{"filter":"url.path: (/2 or /3)"}"#);
    let bucket = Bucket::of(&[
        ("some.log", format!("{}nonsense\n", log(4)).as_bytes()),
        ("none.log", format!("{}nonsense\n", line(7)).as_bytes()),
    ]);
    let (index, s3) = (Index::default(), bucket.serve());
    let plan = report_of(command("plan", &s3, &index.serve()).env(settings.0, settings.1));
    assert_eq!((&plan.report["documents"], &plan.report["filtered"]), (&2.into(), &3.into()));

    let run = ingest_with(&s3, &index.serve(), &[settings]);
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    assert_eq!(
        (&run.report["indexed"], &run.report["filtered"], &run.report["quarantined"]),
        (&2.into(), &3.into(), &2.into())
    );
    assert_eq!(index.count(), 2);
    assert_eq!(run.report["objects"]["settled"], 2);
    assert!(bucket.keys().iter().all(|key| key.contains("/quarantine/")), "{:?}", bucket.keys());
}

#[test]
fn addresses_are_replaced_under_the_key_or_nothing_runs() {
    let settings = ("ALBATROSS_SETTINGS", r#"{"redact":{"addresses":"hmac"}}"#);
    let bucket = Bucket::of(&[("a.log", log(1).as_bytes())]);
    let (index, s3) = (Index::default(), bucket.serve());
    let refused = ingest_with(&s3, &index.serve(), &[settings]);
    assert_eq!((refused.status, bucket.keys().len()), (Some(2), 1));
    assert!(refused.stderr.contains("ALBATROSS_REDACT_KEY is not set"), "{}", refused.stderr);

    let sent = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
    let seen = std::sync::Arc::clone(&sent);
    let engine = index.serve_with(move |_, documents| {
        *seen.lock().unwrap() = documents.concat();
        None
    });
    let run = ingest_with(&s3, &engine, &[settings, ("ALBATROSS_REDACT_KEY", "hunter2-hunter2-hunter2")]);
    assert_eq!((run.status, index.count()), (Some(0), 1), "{}", run.stderr);
    let sent = sent.lock().unwrap();
    assert!(!sent.contains("192.168.131.39") && !sent.contains("hmac-needs-a-key"), "{sent}");
}

/// UTF-16, as a Windows shell writes it.
fn utf_16(text: &str) -> Vec<u8> {
    [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

#[test]
fn wrapped_logs_are_read_and_keys_of_the_newer_delivery_are_logs() {
    let events = |log: &str| {
        let events: Vec<_> = log.lines().map(|line| serde_json::json!({ "id": "1", "message": line })).collect();
        serde_json::json!({ "messageType": "DATA_MESSAGE", "logEvents": events }).to_string()
    };
    let hive = "AWSLogs/aws-account-id=123456789012/elasticloadbalancing/region=eu-west-1/year=2026/month=11/day=23/";
    let table = "#Version: 1.0\n#Fields: time type elb client_port\n2026-11-23T00:00:01Z\thttp\tapp/a/1\t192.0.2.1:1\n";
    let (prefixed, nested) = (format!("a.log:{}", line(1)), gzip(&log(2)));
    let nested = {
        use std::io::Write;
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(&nested).unwrap();
        encoder.finish().unwrap()
    };
    let bucket = Bucket::of(&[
        ("nested.log.gz", &nested),
        ("utf16.log", &utf_16(&log(3))),
        (&format!("{hive}0a1b"), events(&log(4)).as_bytes()),
        (&format!("{hive}0a1c.json.gz"), &gzip(&events(&log(5)))),
        ("MyLogPrefix/us-east-1/2026/11/23/0a1d", table.as_bytes()),
        ("grep.log", prefixed.as_bytes()),
    ]);
    let (index, s3) = (Index::default(), bucket.serve());
    let run = ingest(&s3, &index.serve());
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    assert!(bucket.keys().is_empty(), "{}", run.report);
    assert_eq!((&run.report["indexed"], &run.report["skipped"]["control"]), (&16.into(), &2.into()));
    assert!(run.report.get("both_deliveries").is_none());
    for told in ["gzip in gzip", "UTF-16", "envelope", "a file's name in front"] {
        assert!(run.stderr.contains(told), "{told}: {}", run.stderr);
    }
}

#[test]
fn what_is_not_unwrapped_is_named_and_stays() {
    let hive = "AWSLogs/aws-account-id=123456789012/elasticloadbalancing/region=eu-west-1/year=2026/month=11/day=23/";
    let bare = "https,2026-09-23T07:15:47Z,app/a/1,192.0.2.1:1,-,-1,-1,-1,404,-,1,2,GET http://a/,a (b, c),-,-,-,-\n";
    let bucket = Bucket::of(&[
        (&format!("{hive}0a1b.gz"), bare.as_bytes()),
        ("s3.log", b"<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code></Error>"),
        (&format!("{hive}0a1b.parquet"), b"PAR1"),
    ]);
    let (index, s3) = (Index::default(), bucket.serve());
    let run = ingest(&s3, &index.serve());
    assert_eq!((bucket.keys_of_logs().len(), index.count()), (3, 0), "{}", run.report);
    let reasons = &run.report["left_by_reason"];
    assert_eq!((&reasons["not_log"], &reasons["parquet"]), (&2.into(), &1.into()), "{}", run.report);
    let left = run.report["left"].to_string();
    assert!(left.contains("tabs between the fields") && left.contains("AccessDenied"), "{left}");
}
