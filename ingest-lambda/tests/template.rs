//! The template of `albatross setup`: what is put is read back, and what a newer release has put stays.
#![allow(clippy::unwrap_used)]

mod support;

use std::process::Output;
use std::sync::{Arc, Mutex};

use parser_wasm::{Settings, TEMPLATE_VERSION, index_template, template_meta};
use serde_json::{Value, json};
use support::{Bucket, Index, Reply, Server, command};

const PATH: &str = "/_index_template/albatross-elb";

/// An engine that has this template, and tells what it has in the end.
fn engine(has: Option<Value>, keeps: bool) -> (Server, Arc<Mutex<Option<Value>>>) {
    let has = Arc::new(Mutex::new(has));
    let server = Server::start({
        let has = Arc::clone(&has);
        move |request| match (&*request.method, &*request.path) {
            ("GET", "/_ilm/status") => Reply::new(200, r#"{"operation_mode":"RUNNING"}"#),
            ("PUT", PATH) => {
                if keeps {
                    *has.lock().unwrap() = Some(serde_json::from_slice(&request.body).unwrap());
                }
                Reply::new(200, r#"{"acknowledged":true}"#)
            }
            ("PUT", _) => Reply::new(200, r#"{"acknowledged":true}"#),
            ("GET", PATH) => match &*has.lock().unwrap() {
                Some(template) => Reply::new(
                    200,
                    json!({ "index_templates": [{ "name": "albatross-elb", "index_template": template }] }).to_string(),
                ),
                None => Reply::new(404, r#"{"error":{"type":"resource_not_found_exception"},"status":404}"#),
            },
            _ => Reply::new(405, r#"{"error":"Incorrect HTTP method","status":405}"#),
        }
    });
    (server, has)
}

fn setup(engine: &Server, variables: &[(&str, &str)]) -> Output {
    command("setup", &Bucket::default().serve(), engine).envs(variables.iter().copied()).output().unwrap()
}

#[track_caller]
fn assert_failed(output: &Output, why: &str) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains(why), "{stderr}");
}

#[track_caller]
fn assert_done(output: &Output, says: &str) {
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(stdout.contains(says), "{stdout}");
}

/// Such a template of a newer release, whose indices get this policy.
fn newer(compatible_with: u32, policy: Option<&str>) -> Value {
    let mut template = index_template(&Settings::default(), None);
    template["_meta"]["version"] = json!(TEMPLATE_VERSION + 1);
    template["_meta"]["compatible_with"] = json!(compatible_with);
    if let Some(policy) = policy {
        template["template"]["settings"] = json!({ "index": { "lifecycle": { "name": policy } } });
    }
    template
}

#[test]
fn what_was_put_is_read_back() {
    let mut older = index_template(&Settings::default(), None);
    older["_meta"]["version"] = json!(TEMPLATE_VERSION - 1);
    for before in [None, Some(older)] {
        let (server, has) = engine(before.clone(), true);
        assert_done(&setup(&server, &[]), &format!("version {TEMPLATE_VERSION} is in place"));
        assert_eq!(has.lock().unwrap().as_ref().unwrap()["_meta"], template_meta(&Settings::default()));
        // Something else acknowledges what the engine never sees.
        let (server, _) = engine(before, false);
        assert_failed(&setup(&server, &[]), "was put, and is not there when it is read back");
    }
}

#[test]
fn a_newer_template_stays_where_this_release_may_use_it() {
    let days = [("ALBATROSS_RETENTION_DAYS", "30")];
    let is_in_place = format!("version {} is in place", TEMPLATE_VERSION + 1);
    let stays = "of a newer release than this one";
    for (template, variables, done) in [
        (newer(TEMPLATE_VERSION, None), &[][..], true),
        (newer(TEMPLATE_VERSION, Some("albatross-elb")), &days, true),
        // It would have to be put anew to name the policy.
        (newer(TEMPLATE_VERSION, None), &days, false),
        (newer(TEMPLATE_VERSION + 1, None), &[], false),
    ] {
        let (server, has) = engine(Some(template.clone()), true);
        let output = setup(&server, variables);
        if done {
            assert_done(&output, &is_in_place)
        } else {
            assert_failed(&output, stays)
        }
        assert_eq!(has.lock().unwrap().as_ref(), Some(&template));
    }
}

#[test]
fn what_an_engine_says_is_repeated_in_part() {
    let meta = json!({ "version": "\u{1b}[2J".repeat(1000) });
    let (server, _) = engine(Some(json!({ "_meta": meta })), true);
    let run = support::ingest(&Bucket::of(&[("a.log", support::log(1).as_bytes())]).serve(), &server);
    assert_eq!(run.status, Some(1));
    assert!(run.stderr.contains("has version") && run.stderr.len() < 2000, "{}", run.stderr);
    assert!(!run.stderr.contains('\u{1b}'), "{:?}", run.stderr);
}

#[test]
fn a_data_stream_that_is_there_tells_its_template() {
    let settings = Settings::from_json(r#"{"target":"data_stream"}"#).unwrap();
    let meta = json!({ "index_templates": [{ "index_template": { "_meta": template_meta(&settings) } }] });
    let list = json!({ "index_templates": [
        { "name": "albatross-elb", "index_template": { "index_patterns": ["albatross-elb"], "priority": 501 } },
        { "name": "catch-all", "index_template": { "index_patterns": ["*"], "priority": 1000 } },
    ] });
    let run = |stream: Reply| {
        let (index, meta, list) = (Index::default(), meta.to_string(), list.to_string());
        let server = Server::start({
            let index = index.clone();
            move |request| match &*request.path {
                PATH => Reply::new(200, meta.clone()),
                "/_index_template" => Reply::new(200, list.clone()),
                path if path.starts_with("/_data_stream/albatross-elb") => stream.clone(),
                path if path.starts_with("/_bulk") => index.bulk(request),
                // As OpenSearch does where the stream is there.
                path => Reply::new(if path.contains("_simulate_index") { 500 } else { 405 }, "{}"),
            }
        });
        let bucket = Bucket::of(&[("a.log", support::log(1).as_bytes())]);
        let run =
            support::ingest_with(&bucket.serve(), &server, &[("ALBATROSS_SETTINGS", r#"{"target":"data_stream"}"#)]);
        (run.status, index.count(), run.stderr)
    };
    let of = |name: &str| Reply::new(200, json!({ "data_streams": [{ "template": name }] }).to_string());
    for stream in [of("albatross-elb"), Reply::new(403, "{}")] {
        let (status, count, stderr) = run(stream);
        assert_eq!((status, count), (Some(0), 1), "{stderr}");
    }
    let (status, count, stderr) = run(of("catch-all"));
    assert_eq!((status, count), (Some(1), 0), "{stderr}");
    assert!(stderr.contains("is taken by another template: catch-all (priority 1000)"), "{stderr}");
}
