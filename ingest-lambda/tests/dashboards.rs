//! Dashboards: the file as it was, its fields in the mapping, and its import by `albatross setup --dashboards` at scripted
//! endpoints. `UPDATE_GOLDEN=1 cargo test -p ingest-lambda --test dashboards` writes the file anew.
#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Output;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ingest_lambda::{DashboardsError, dashboards};
use parser_wasm::{Settings, index_template};
use serde_json::{Value, json};
use support::{Bucket, Lambda, Reply, Request, Server, command};

fn objects(settings: &Settings) -> Vec<Value> {
    dashboards(settings).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// JSON that stands as text in an attribute.
fn nested(object: &Value, pointer: &str) -> Value {
    serde_json::from_str(object.pointer(pointer).unwrap().as_str().unwrap()).unwrap()
}

#[test]
fn the_file_is_as_it_was() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/dashboards.ndjson");
    let found = dashboards(&Settings::default()).unwrap();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &found).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap();
    for (found, golden) in found.lines().zip(golden.lines()) {
        assert_eq!(found, golden, "run with UPDATE_GOLDEN=1");
    }
    assert_eq!(found.len(), golden.len());
}

#[test]
fn objects_refer_to_objects_before_them_and_to_no_other_deployments() {
    let ids = |settings: &str| {
        let mut ids = BTreeSet::new();
        for object in objects(&Settings::from_json(settings).unwrap()) {
            for reference in object["references"].as_array().unwrap() {
                let referred = format!("{} {}", reference["type"], reference["id"]);
                assert!(ids.contains(&referred), "{referred}");
            }
            assert!(object.get("migrationVersion").is_none());
            assert!(ids.insert(format!("{} {}", object["type"], object["id"])), "twice: {}", object["id"]);
        }
        ids
    };
    assert!(ids("{}").is_disjoint(&ids(r#"{"index":"albatross-elb-2"}"#)));
}

#[test]
fn every_panel_is_on_its_dashboard_and_none_overlap() {
    for board in objects(&Settings::default()).iter().filter(|object| object["type"] == "dashboard") {
        let panels = nested(board, "/attributes/panelsJSON");
        let panels = panels.as_array().unwrap();
        assert_eq!(panels.len(), board["references"].as_array().unwrap().len());
        let mut taken = BTreeSet::new();
        for (panel, reference) in panels.iter().zip(board["references"].as_array().unwrap()) {
            assert_eq!(panel["panelRefName"], reference["name"]);
            let at = |name: &str| panel["gridData"][name].as_u64().unwrap();
            assert!(at("x") + at("w") <= 48);
            for x in at("x")..at("x") + at("w") {
                for y in at("y")..at("y") + at("h") {
                    assert!(taken.insert((x, y)), "{panel}");
                }
            }
        }
    }
}

#[test]
fn every_field_is_in_the_mapping_and_of_its_kind() {
    let template = index_template(&Settings::default(), None);
    let mut checked = 0;
    for panel in objects(&Settings::default()).iter().filter(|object| object["type"] == "visualization") {
        for agg in nested(panel, "/attributes/visState")["aggs"].as_array().unwrap() {
            let Some(field) = agg["params"]["field"].as_str() else {
                assert_eq!(agg["type"], "count");
                continue;
            };
            let path = format!("/template/mappings/properties/{}/type", field.replace('.', "/properties/"));
            let kind = template.pointer(&path).and_then(Value::as_str).unwrap_or_else(|| panic!("{field}"));
            let good: &[&str] = match agg["type"].as_str().unwrap() {
                "terms" => &["keyword", "boolean", "long", "ip"],
                "cardinality" => &["keyword", "ip"],
                "sum" | "percentiles" | "range" => &["long", "float"],
                "date_histogram" => &["date_nanos"],
                other => panic!("{other}"),
            };
            assert!(good.contains(&kind), "{field} is {kind}: {agg}");
            checked += 1;
        }
    }
    assert!(checked > 50);
}

#[test]
fn there_are_none_for_other_documents() {
    let of = |settings: &str| dashboards(&Settings::from_json(settings).unwrap());
    assert!(matches!(of(r#"{"schema":"network-log"}"#), Err(DashboardsError::Schema)));
    assert!(matches!(of(r#"{"engine":"elasticsearch-6"}"#), Err(DashboardsError::Kibana6)));
}

/// Takes templates, and answers imports as told; and the imports that came.
fn server(answer: impl Fn(usize) -> Reply + Send + Sync + 'static) -> (Server, Arc<Mutex<Vec<Request>>>) {
    let imports = Arc::<Mutex<Vec<Request>>>::default();
    let server = Server::start({
        let imports = Arc::clone(&imports);
        move |request| match &*request.method {
            "POST" if request.path.contains("saved_objects") => {
                let mut imports = imports.lock().unwrap();
                imports.push(request.clone());
                answer(file(request).lines().count())
            }
            "PUT" => Reply::new(200, r#"{"acknowledged":true}"#),
            _ => Reply::new(405, "{}"),
        }
    });
    (server, imports)
}

/// The file in the form.
fn file(request: &Request) -> String {
    let boundary = request.headers["content-type"].strip_prefix("multipart/form-data; boundary=").unwrap();
    let body = String::from_utf8(request.body.clone()).unwrap();
    let part = body.strip_prefix(&format!("--{boundary}\r\n")).unwrap();
    let part = part.strip_suffix(&format!("\r\n--{boundary}--\r\n")).unwrap();
    let (head, file) = part.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("name=\"file\"; filename=\"albatross.ndjson\""), "{head}");
    file.to_owned()
}

fn setup(engine: &Server, dashboards: &str, variables: &[(&str, &str)]) -> Output {
    let mut setup = command("setup", &Bucket::default().serve(), engine);
    setup.args(["--dashboards", dashboards]).envs(variables.iter().copied()).output().unwrap()
}

#[track_caller]
fn assert_exits(status: i32, output: &Output, said: &str) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{stderr}");
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(stderr.contains(said) || stdout.contains(said), "{stderr}{stdout}");
    assert!(!stderr.contains("hunter2"), "a secret came to light: {stderr}");
}

#[test]
fn an_import_is_a_form_over_what_was_there() {
    let (server, imports) =
        server(|sent| Reply::new(200, json!({ "success": true, "successCount": sent }).to_string()));
    let url = format!("{}/_dashboards", server.url());
    assert_exits(0, &setup(&server, &url, &[]), &format!("5 dashboards (41 saved objects) are in place at {url}/"));
    let imports = imports.lock().unwrap();
    assert_eq!(imports.len(), 1);
    let Request { path, headers, .. } = &imports[0];
    assert_eq!(path, "/_dashboards/api/saved_objects/_import?overwrite=true");
    assert_eq!((&*headers["osd-xsrf"], &*headers["kbn-xsrf"]), ("true", "true"));
    assert_eq!(headers["authorization"], "Basic ZWxhc3RpYzpodW50ZXIy");
    assert_eq!(file(&imports[0]), dashboards(&Settings::default()).unwrap());
}

#[test]
fn what_was_not_imported_is_named() {
    let conflict = json!({ "type": "visualization", "id": "a-panel", "error": { "type": "conflict" } });
    let missing = json!({ "type": "dashboard", "id": "a-board", "error": {
        "type": "missing_references", "references": [{ "type": "visualization", "id": "a-panel" }] } });
    let unknown = json!({ "type": "dashboard", "id": "b", "error": { "type": "unknown", "message": "no room" } });
    let errors = json!([conflict, missing, unknown]);
    for (answer, said) in [
        (
            json!({ "success": false, "successCount": 38, "errors": errors }),
            "of 41 saved objects 38 were imported: visualization a-panel: conflict; dashboard a-board: \
             missing_references [{\"id\":\"a-panel\",\"type\":\"visualization\"}]; dashboard b: unknown no room",
        ),
        (json!({ "success": true, "successCount": 40 }), "of 41 saved objects 40 were imported: it was not told why"),
        (json!({ "success": false, "successCount": 0 }), "of 41 saved objects 0 were imported: it was not told why"),
        (json!({ "acknowledged": true }), "does not import saved objects: HTTP 200 {\"acknowledged\":true}"),
    ] {
        let (server, _) = server(move |_| Reply::new(200, answer.to_string()));
        assert_exits(1, &setup(&server, &server.url(), &[]), said);
    }
    let loud = json!({ "type": "dashboard", "id": "\u{1b}[2J", "error": { "type": "x".repeat(5000) } });
    let loud = json!({ "success": false, "successCount": 40, "errors": [loud] }).to_string();
    let (noisy, _) = server(move |_| Reply::new(200, loud.clone()));
    let output = setup(&noisy, &noisy.url(), &[]);
    assert_exits(1, &output, "were imported: dashboard \\u{1b}[2J: xxx");
    assert!(output.stderr.len() < 1000);
    let many = vec![json!({ "type": "dashboard", "id": "b", "error": { "type": "conflict" } }); 41];
    let many = json!({ "success": false, "successCount": 0, "errors": many }).to_string();
    let (server, _) = server(move |_| Reply::new(200, many.clone()));
    assert_exits(1, &setup(&server, &server.url(), &[]), "; and 36 more");
}

#[test]
fn what_is_no_dashboards_server_is_told() {
    for (status, body) in [(302, ""), (401, "Unauthorized"), (404, "<html>"), (200, "<html>")] {
        let (server, _) = server(move |_| Reply::new(status, body));
        assert_exits(1, &setup(&server, &server.url(), &[]), &format!("does not import saved objects: HTTP {status}"));
    }
}

#[test]
fn nothing_is_asked_where_there_is_nothing_to_import() {
    let (server, imports) = server(|_| Reply::new(200, "{}"));
    let flat = [("ALBATROSS_SETTINGS", r#"{"schema":"network-log"}"#)];
    assert_exits(1, &setup(&server, &server.url(), &flat), "dashboards for documents of the schema ecs alone");
    assert_exits(1, &setup(&server, "-", &flat), "dashboards for documents of the schema ecs alone");
    assert_exits(2, &setup(&server, "http://kibana.example", &[]), "must begin with https://");
    assert!(imports.lock().unwrap().is_empty());
}

#[test]
fn a_file_goes_to_standard_output_and_the_report_elsewhere() {
    let (server, imports) = server(|_| Reply::new(200, "{}"));
    let output = setup(&server, "-", &[]);
    assert_exits(0, &output, "index template albatross-elb version");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), dashboards(&Settings::default()).unwrap());
    assert!(imports.lock().unwrap().is_empty());
}

#[test]
fn a_work_order_sends_the_credentials_nowhere_else() {
    let (server, imports) =
        server(|sent| Reply::new(200, json!({ "success": true, "successCount": sent }).to_string()));
    let lambda = Lambda::start(&Bucket::default().serve(), &server, &[]);
    let order = |url: &str| lambda.invoke(json!({ "albatross": "setup", "dashboards": url }), Duration::from_secs(20));
    let own = order(&server.url());
    assert!(!own.is_error, "{}", own.answer);
    assert_eq!(own.answer["imported"]["objects"], 41);
    let elsewhere = Server::start(|_| panic!("the credentials came here"));
    for url in ["https://192.0.2.1/_dashboards", &elsewhere.url()] {
        let other = order(url);
        let why = other.answer["errorMessage"].as_str().unwrap();
        assert!(other.is_error && why.contains("ALBATROSS_DASHBOARDS_URL alone"), "{why}");
    }
    assert_eq!(imports.lock().unwrap().len(), 1);
    // Where the configuration names the other one.
    let (kibana, imports) =
        self::server(|sent| Reply::new(200, json!({ "success": true, "successCount": sent }).to_string()));
    let allowed = [("ALBATROSS_DASHBOARDS_URL", &*kibana.url())];
    let lambda = Lambda::start(&Bucket::default().serve(), &server, &allowed);
    let order = json!({ "albatross": "setup", "dashboards": format!("{}/s/ops", kibana.url()) });
    let done = lambda.invoke(order, Duration::from_secs(20));
    assert!(!done.is_error && imports.lock().unwrap().len() == 1, "{}", done.answer);
}
