//! An engine, or somebody before it, that does not take a request as a whole: for its size, or for a document in it.
#![allow(clippy::unwrap_used)]
#![allow(dead_code, unused_imports, reason = "each test file uses its part of the support")]

mod support;

use support::{Bucket, Index, Reply, error, gunzip_lines, ingest, ingest_with, log};

/// The entries in quarantine, of all objects.
fn quarantined(bucket: &Bucket) -> Vec<serde_json::Value> {
    let keys = bucket.keys().into_iter().filter(|key| key.contains("/quarantine/lines/"));
    let lines = keys.flat_map(|key| gunzip_lines(&bucket.body(&key).unwrap()));
    lines.map(|line| serde_json::from_str(&line).unwrap()).collect()
}

#[test]
fn a_request_too_big_is_halved() {
    let bucket = Bucket::of(&[("four.log", log(4).as_bytes())]);
    let index = Index::default();
    let engine = index.serve_with(|_, documents| (documents.len() > 1).then(|| Reply::new(413, "")));
    let run = ingest(&bucket.serve(), &engine);
    assert_eq!((run.status, index.count()), (Some(0), 4), "{}", run.stderr);
    assert_eq!(index.requests(), [4, 2, 1, 1, 1, 1]);
}

#[test]
fn a_document_that_no_request_gets_through_with_is_set_aside() {
    // By the engine, a proxy that knows its size, a firewall that dislikes a word in it, and a line that is cut.
    for reply in [
        Reply::new(500, "null pointer"),
        Reply::new(502, "<html>bad gateway</html>"),
        Reply::new(413, "too large"),
        Reply::new(403, "<html>a firewall says no</html>"),
        Reply::new(400, "<html>a firewall says no</html>"),
        Reply::new(200, "{}"),
        Reply::new(200, "cut").cut_at(1),
    ] {
        for bad in if reply.status == 413 { &[1, 20, 200][..] } else { &[20] } {
            let bucket = Bucket::of(&[("many.log", log(200).as_bytes())]);
            let (index, fault) = (Index::default(), reply.clone());
            let engine = index.serve_with(move |_, documents| {
                let holds_it = documents.iter().any(|document| document.contains(&format!(":80/{bad}\"")));
                holds_it.then(|| fault.clone())
            });
            let run = ingest(&bucket.serve(), &engine);
            assert_eq!((run.status, index.count()), (Some(0), 199), "{reply:?} {}", run.stderr);
            assert_eq!((&run.report["quarantined"], &run.report["indexed"]), (&1.into(), &199.into()));
            let entries = quarantined(&bucket);
            assert_eq!((entries.len(), &entries[0]["line"]), (1, &(*bad).into()), "{reply:?}");
            let code = if reply.status == 413 { "too_large_for_engine" } else { "rejected_by_engine" };
            assert_eq!(entries[0]["code"], code);
            assert!(index.requests().len() < 60, "{:?}", index.requests());
        }
    }
}

#[test]
fn ten_bad_documents_in_many_objects_stop_nobody() {
    for (in_flight, bad) in [("1", 2), ("4", 10)] {
        let bucket = Bucket::default();
        for number in 0..20 * bad {
            // A number of its own for each line.
            let text: String = (1..=5).map(|line| support::line(number * 10 + line)).collect();
            bucket.put(&format!("{number:03}.log"), text.as_bytes());
        }
        let index = Index::default();
        let engine = index.serve_with(move |_, documents| {
            // One of every twentieth object.
            let is_bad = |document: &&str| (0..bad).any(|ten| document.contains(&format!(":80/{}\"", ten * 200 + 3)));
            documents.iter().any(is_bad).then(|| Reply::new(500, "always"))
        });
        let run = ingest_with(&bucket.serve(), &engine, &[("ALBATROSS_OBJECTS_IN_FLIGHT", in_flight)]);
        assert_eq!((run.status, &run.report["objects"]["settled"]), (Some(0), &(20 * bad).into()), "{}", run.stderr);
        assert_eq!((index.count(), &run.report["quarantined"]), (99 * bad, &bad.into()));
        assert!(quarantined(&bucket).iter().all(|entry| entry["line"] == 3));
    }
}

#[test]
fn an_object_of_one_document_that_is_never_taken_does_not_stop_the_others() {
    let bucket = Bucket::default();
    for number in 1..=20 {
        bucket.put(&format!("{number:02}.log"), support::line(number).as_bytes());
    }
    let index = Index::default();
    let engine = index.serve_with(|_, documents| documents[0].contains(":80/7\"").then(|| Reply::new(500, "always")));
    let run = ingest_with(&bucket.serve(), &engine, &[("ALBATROSS_OBJECTS_IN_FLIGHT", "1")]);
    assert_eq!((run.status, &run.report["objects"]["settled"]), (Some(0), &20.into()), "{}", run.stderr);
    assert_eq!((index.count(), &run.report["quarantined"]), (19, &1.into()));
}

#[test]
fn somebody_who_takes_nothing_stops_the_run_and_no_document_is_to_blame() {
    for (status, body) in [(413, "too large"), (403, "<html>no</html>"), (400, "no")] {
        let bucket = Bucket::default();
        for number in 0..40 {
            bucket.put(&format!("{number:02}.log"), log(3).as_bytes());
        }
        let run = ingest(&bucket.serve(), &Index::default().serve_with(move |_, _| Some(Reply::new(status, body))));
        assert_eq!((run.status, &run.report["quarantined"]), (Some(1), &0.into()), "{}", run.stderr);
        let stopped = run.report["stopped"].as_str().unwrap();
        assert!(stopped.contains(&format!("HTTP {status} {body}")), "{stopped}");
        assert!(quarantined(&bucket).is_empty());
    }
}

#[test]
fn an_engine_that_dies_puts_no_good_document_into_quarantine() {
    // It takes a part of the first request, and from then on fails with everything: item by item, or as a whole.
    for whole in [true, false] {
        let bucket = Bucket::of(&[("a.log", log(40).as_bytes())]);
        let index = Index::default();
        let engine = index.serve_items(move |number, document| {
            let fails = number > 1 || document.contains(":80/7\"");
            let error =
                if number > 10 { support::lasting_error } else { |status, kind: &str| error(status, kind, "dying") };
            fails.then(|| error(500, "runtime_exception"))
        });
        let s3 = bucket.serve();
        let engine = if whole {
            let taken = std::sync::atomic::AtomicUsize::new(0);
            support::Server::start({
                let index = index.clone();
                move |request| {
                    let is_bulk = request.path.starts_with("/_bulk");
                    let number = if is_bulk { taken.fetch_add(1, std::sync::atomic::Ordering::SeqCst) } else { 0 };
                    match (is_bulk, number) {
                        (true, 0) => Reply::new(413, ""),
                        (true, 2..) => Reply::new(500, "dying").header("retry-after", if number > 20 { 61 } else { 0 }),
                        _ => index.answer(request),
                    }
                }
            })
        } else {
            engine
        };
        let run = ingest(&s3, &engine);
        assert!(quarantined(&bucket).is_empty(), "{}", run.stderr);
        assert_eq!((&run.report["quarantined"], bucket.keys_of_logs().len()), (&0.into(), 1), "{}", run.report);
        let reason = &run.report["left"][0]["reason"];
        assert!(reason == "stalled" || reason == "interrupted", "{}", run.report);
    }
}

#[test]
fn an_engine_that_fails_by_chance_puts_no_good_document_into_quarantine() {
    for whole in [true, false] {
        let bucket = Bucket::default();
        for number in 0..6 {
            bucket.put(&format!("{number}.log"), (1..=30).map(support::line).collect::<String>().as_bytes());
        }
        let index = Index::default();
        let random = std::sync::Mutex::new(7_u64);
        let fails = move || {
            let mut state = random.lock().unwrap();
            *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *state >> 63 == 1
        };
        let engine = if whole {
            index.serve_with(move |_, _| fails().then(|| Reply::new(500, "chance")))
        } else {
            index.serve_items(move |_, _| fails().then(|| error(500, "runtime_exception", "chance")))
        };
        let run = ingest(&bucket.serve(), &engine);
        assert_eq!((&run.report["quarantined"], index.count()), (&0.into(), 180), "{}", run.stderr);
        assert_eq!((run.status, &run.report["objects"]["settled"]), (Some(0), &6.into()), "{}", run.report);
    }
}

#[test]
fn an_engine_that_takes_no_names_in_bodies_is_sent_them_in_urls() {
    let text =
        format!("{}{}{}", support::line(1), support::line(2).replace("2018-07-02", "2018-07-03"), support::line(3));
    let bucket = Bucket::of(&[("a.log", text.as_bytes())]);
    let (index, paths) = (Index::default(), std::sync::Arc::new(std::sync::Mutex::new(Vec::new())));
    let engine = support::Server::start({
        let (index, paths) = (index.clone(), paths.clone());
        move |request| {
            if !request.path.contains("_bulk") {
                return index.answer(request);
            }
            paths.lock().unwrap().push(request.path.split('?').next().unwrap().to_owned());
            if String::from_utf8_lossy(&request.body).contains("_index") {
                let reason = "explicit index in bulk is not allowed";
                let error = serde_json::json!({ "error": { "type": "illegal_argument_exception", "reason": reason }, "status": 400 });
                return Reply::new(400, error.to_string());
            }
            index.bulk(request)
        }
    });
    let run = ingest(&bucket.serve(), &engine);
    assert_eq!((run.status, index.count()), (Some(0), 3), "{}", run.stderr);
    assert_eq!(
        *paths.lock().unwrap(),
        [
            "/_bulk",
            "/albatross-elb-2018.07.02/_bulk",
            "/albatross-elb-2018.07.03/_bulk",
            "/albatross-elb-2018.07.02/_bulk"
        ]
    );
}

#[test]
fn bodies_to_another_machine_are_compressed() {
    let index = Index::default();
    let engine = support::Server::start(move |request| {
        let is_bulk = request.path.starts_with("/_bulk");
        assert_eq!(is_bulk, request.headers.get("content-encoding").is_some_and(|coding| coding == "gzip"));
        index.answer(request)
    });
    let bucket = Bucket::of(&[("a.log", log(4).as_bytes())]);
    // This machine by another name.
    let elsewhere = engine.url().replace("127.0.0.1", "0.0.0.0");
    let variables = [("ALBATROSS_ENDPOINT", &*elsewhere), ("ALBATROSS_ALLOW_PLAIN_HTTP", "true")];
    let run = ingest_with(&bucket.serve(), &engine, &variables);
    assert_eq!((run.status, &run.report["indexed"]), (Some(0), &4.into()), "{}", run.stderr);
}
