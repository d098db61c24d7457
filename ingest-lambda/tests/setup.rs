//! `albatross setup` against scripted engines, and what an ingest makes of what it finds.
#![allow(clippy::unwrap_used)]

mod support;

use std::process::Output;
use std::sync::{Arc, Mutex};

use parser_wasm::{Settings, index_template, template_meta};
use serde_json::{Value, json};
use support::{Bucket, Index, Reply, Request, Server, command, ingest, log};

/// The requests that changed something: path and body.
type Changes = Arc<Mutex<Vec<(String, Value)>>>;

/// An engine that takes every change, and answers questions as told; whatever else it has no
/// handler for.
fn engine(answer: impl Fn(&Request) -> Option<Reply> + Send + Sync + 'static) -> (Server, Changes) {
    let changes = Changes::default();
    let server = Server::start({
        let changes = Arc::clone(&changes);
        move |request| match answer(request) {
            Some(reply) => reply,
            None if request.method == "PUT" => {
                let body = serde_json::from_slice(&request.body).unwrap();
                changes.lock().unwrap().push((request.path.clone(), body));
                Reply::new(200, r#"{"acknowledged":true}"#)
            }
            None => Reply::new(400, r#"{"error":"no handler found for uri"}"#),
        }
    });
    (server, changes)
}

fn setup(engine: &Server, variables: &[(&str, &str)]) -> Output {
    command("setup", &Bucket::default().serve(), engine).envs(variables.iter().copied()).output().unwrap()
}

fn stdout(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[track_caller]
fn assert_failed(output: &Output, why: &str) {
    assert_exits(1, output, why);
}

#[track_caller]
fn assert_exits(status: i32, output: &Output, why: &str) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{stderr}");
    assert!(stderr.contains(why), "{stderr}");
}

const THIRTY_DAYS: &[(&str, &str)] = &[("ALBATROSS_RETENTION_DAYS", "30")];

#[test]
fn elasticsearch_gets_a_policy_that_the_template_names() {
    let (server, changes) =
        engine(|request| (request.path == "/_ilm/status").then(|| Reply::new(200, r#"{"operation_mode":"RUNNING"}"#)));
    let said = stdout(&setup(&server, THIRTY_DAYS));
    assert!(said.contains("kept for 30 days by the ILM policy albatross-elb"), "{said}");
    let policy = json!({ "policy": { "phases": { "delete": { "min_age": "31d", "actions": { "delete": {} } } } } });
    assert_eq!(
        *changes.lock().unwrap(),
        [
            ("/_ilm/policy/albatross-elb".to_owned(), policy),
            ("/_index_template/albatross-elb".to_owned(), index_template(&Settings::default(), Some("albatross-elb"))),
        ]
    );
}

#[test]
fn opensearch_gets_a_policy_that_names_the_indices() {
    const POLICY: &str = "/_plugins/_ism/policies/albatross-elb";
    for (found, path) in [
        (Reply::new(404, r#"{"error":{"reason":"Policy not found"}}"#), POLICY.to_owned()),
        (Reply::new(200, r#"{"_seq_no":7,"_primary_term":2}"#), format!("{POLICY}?if_seq_no=7&if_primary_term=2")),
    ] {
        let (server, changes) =
            engine(move |request| (request.method == "GET" && request.path == POLICY).then(|| found.clone()));
        let said = stdout(&setup(&server, THIRTY_DAYS));
        assert!(said.contains("kept for 30 days by the ISM policy albatross-elb"), "{said}");
        let changes = changes.lock().unwrap();
        assert_eq!(changes[0].0, path);
        assert_eq!(changes[0].1["policy"]["ism_template"][0]["index_patterns"], json!(["albatross-elb-*.*.*"]));
        assert_eq!(changes[1].1, index_template(&Settings::default(), None));
    }
}

#[test]
fn what_cannot_be_kept_to_is_said_and_nothing_changed() {
    let (server, changes) = engine(|_| None);
    assert_failed(&setup(&server, THIRTY_DAYS), "unset ALBATROSS_RETENTION_DAYS and delete old indices by other means");
    let serverless = [THIRTY_DAYS[0], ("ALBATROSS_SETTINGS", r#"{"engine":"serverless-time-series"}"#)];
    assert_failed(&setup(&server, &serverless), "aws opensearchserverless create-lifecycle-policy");
    let signed = [THIRTY_DAYS[0], ("ALBATROSS_SIGV4", "aoss"), ("ALBATROSS_USERNAME", ""), ("ALBATROSS_PASSWORD", "")];
    assert_failed(&setup(&server, &signed), "aws opensearchserverless create-lifecycle-policy");
    assert!(changes.lock().unwrap().is_empty());

    let (forbidding, changes) = engine(|request| (request.method == "GET").then(|| Reply::new(403, "no")));
    assert_failed(&setup(&forbidding, THIRTY_DAYS), "the retention policy cannot be read or put: the engine refuses");
    assert!(changes.lock().unwrap().is_empty());
}

#[test]
fn elasticsearch_6_gets_its_older_template() {
    let (server, changes) = engine(|_| None);
    let settings = r#"{"engine":"elasticsearch-6"}"#;
    stdout(&setup(&server, &[("ALBATROSS_SETTINGS", settings)]));
    let template = index_template(&Settings::from_json(settings).unwrap(), None);
    assert_eq!(*changes.lock().unwrap(), [("/_template/albatross-elb".to_owned(), template)]);

    // It does not know the newer kind.
    let (server, _) =
        engine(|_| Some(Reply::new(405, "Incorrect HTTP method for uri [/_index_template/albatross-elb]")));
    assert_failed(&setup(&server, &[]), "set \"engine\" to \"elasticsearch-6\" in the settings");
}

#[test]
fn settings_are_read_from_s3() {
    let bucket = Bucket::of(&[("settings.json", br#"{"index":"weblogs"}"#), ("bad.json", br#"{"indx":"a"}"#)]);
    let s3 = bucket.serve();
    let (server, changes) = engine(|_| None);
    let setup = |uri| command("setup", &s3, &server).env("ALBATROSS_SETTINGS_URI", uri).output().unwrap();
    assert!(stdout(&setup("s3://logs/settings.json")).starts_with("index template weblogs version "));
    assert_eq!(changes.lock().unwrap()[0].0, "/_index_template/weblogs");
    let bad = "ALBATROSS_SETTINGS_URI s3://logs/bad.json: the settings are not valid";
    assert_exits(2, &setup("s3://logs/bad.json"), bad);
    let missing = setup("s3://logs/no.json");
    assert_exits(2, &missing, "ALBATROSS_SETTINGS_URI cannot be read: s3://logs/no.json: ");
}

#[test]
fn all_problems_of_the_configuration_are_told_at_once() {
    let (server, _) = engine(|_| None);
    let output = command("setup", &Bucket::default().serve(), &server)
        .env("ALBATROSS_SETTINGS_URI", "s3://logs/no.json")
        .env("ALBATROSS_CA_FILE", "/nowhere/ca.pem")
        .env("ALBATROSS_GZIP", "maybe")
        .output()
        .unwrap();
    for problem in ["ALBATROSS_SETTINGS_URI cannot be read", "ALBATROSS_CA_FILE cannot be read", "ALBATROSS_GZIP is"] {
        assert_exits(2, &output, problem);
    }
}

#[test]
fn a_template_made_for_other_settings_is_refused() {
    let bucket = Bucket::of(&[("a.log", log(1).as_bytes())]);
    let other = Settings::from_json(r#"{"target":"monthly"}"#).unwrap();
    let (server, _) = engine(move |_| {
        let template = json!({ "index_templates": [{ "index_template": { "_meta": template_meta(&other) } }] });
        Some(Reply::new(200, template.to_string()))
    });
    let run = ingest(&bucket.serve(), &server);
    assert_eq!((run.status, bucket.keys().len()), (Some(1), 1));
    assert!(run.stderr.contains("was made for other settings"), "{}", run.stderr);
}

#[test]
fn red_indices_of_ours_stop_the_run_before_anything_is_sent() {
    let bucket = Bucket::of(&[("a.log", log(1).as_bytes())]);
    let run_with = |health: Reply| {
        let (index, health) = (Index::default(), Mutex::new(health));
        let template =
            json!({ "index_templates": [{ "index_template": { "_meta": template_meta(&Settings::default()) } }] });
        let server = Server::start({
            let index = index.clone();
            move |request| match &*request.path {
                path if path.starts_with("/_index_template/") => Reply::new(200, template.to_string()),
                path if path.starts_with("/_cluster/health/") => health.lock().unwrap().clone(),
                _ => index.bulk(request),
            }
        });
        (ingest(&bucket.serve(), &server), index)
    };
    let (run, index) = run_with(Reply::new(200, r#"{"status":"red"}"#));
    assert_eq!((run.status, index.count(), bucket.keys().len()), (Some(1), 0, 1));
    assert!(run.stderr.contains("the health of albatross-elb-*.*.* is red"), "{}", run.stderr);
    // Not every user may ask, and OpenSearch Serverless does not tell.
    let (run, index) = run_with(Reply::new(403, "no"));
    assert_eq!((run.status, index.count(), bucket.keys().len()), (Some(0), 1, 0), "{}", run.stderr);
}

const ROLE: &str = "/_plugins/_security/api/roles/albatross-elb-ingest";
const MAPPING: &str = "/_plugins/_security/api/rolesmapping/albatross-elb-ingest";
const ARN: &str = "arn:aws:iam::123456789012:role/ingest";

fn grant(engine: &Server, variables: &[(&str, &str)]) -> Output {
    let mut setup = command("setup", &Bucket::default().serve(), engine);
    setup.args(["--grant", ARN]).envs(variables.iter().copied()).output().unwrap()
}

#[test]
fn a_role_is_granted_to_one_more() {
    let mapped = |role: &str| json!({ "albatross-elb-ingest": { "backend_roles": [role] } }).to_string();
    let add = json!([{ "op": "add", "path": "/backend_roles/-", "value": ARN }]);
    let ours = json!({ "albatross-elb-ingest": { "description": "Albatross: older" } }).to_string();
    for (mapping, change) in [
        (None, Some(("PUT", json!({ "backend_roles": [ARN] })))),
        (Some(mapped("another")), Some(("PATCH", add))),
        (Some(mapped(ARN)), None),
    ] {
        let changes: Arc<Mutex<Vec<(String, String, Value)>>> = Arc::default();
        let server = Server::start({
            let (changes, ours) = (Arc::clone(&changes), ours.clone());
            move |request| match (&*request.method, &*request.path, &mapping) {
                ("GET", ROLE, _) => Reply::new(200, ours.clone()),
                ("GET", MAPPING, Some(mapping)) => Reply::new(200, mapping.clone()),
                ("GET", MAPPING, None) => Reply::new(404, r#"{"status":"NOT_FOUND","message":"not found."}"#),
                _ => {
                    let body = serde_json::from_slice(&request.body).unwrap();
                    changes.lock().unwrap().push((request.method.clone(), request.path.clone(), body));
                    Reply::new(200, "{}")
                }
            }
        });
        let said = stdout(&grant(&server, &[]));
        assert!(said.contains(&format!("role albatross-elb-ingest is in place, and {ARN} has it: ")), "{said}");
        let changes = changes.lock().unwrap();
        let mut changes = changes.iter().map(|(method, path, body)| (&**method, &**path, body));
        let (method, path, role) = changes.next().unwrap();
        assert_eq!(
            (method, path, &role["index_permissions"][0]["index_patterns"][0]),
            ("PUT", ROLE, &json!("albatross-elb-*.*.*"))
        );
        if let Some((method, body)) = change {
            assert_eq!(changes.next(), Some((method, MAPPING, &body)));
        }
        assert_eq!(changes.next().map(|(_, path, _)| path), Some("/_index_template/albatross-elb"));
    }
}

#[test]
fn where_nothing_can_be_granted_nothing_is_changed() {
    let (elasticsearch, changes) = engine(|_| None);
    let why = "and the index privileges create_index and index on albatross-elb-*.*.*, and an API key";
    assert_failed(&grant(&elasticsearch, THIRTY_DAYS), why);
    let signed = [("ALBATROSS_SIGV4", "aoss"), ("ALBATROSS_USERNAME", ""), ("ALBATROSS_PASSWORD", "")];
    assert_failed(&grant(&elasticsearch, &signed), "aws opensearchserverless create-access-policy");
    assert!(changes.lock().unwrap().is_empty());

    let theirs = r#"{"albatross-elb-ingest":{"description":"of the search team"}}"#;
    let (server, changes) = engine(move |request| (request.path == ROLE).then(|| Reply::new(200, theirs)));
    assert_failed(&grant(&server, &[]), "has a role albatross-elb-ingest that is not ours");
    assert!(changes.lock().unwrap().is_empty());

    let (server, changes) = engine(|request| (request.path == ROLE).then(|| Reply::new(403, "no")));
    assert_failed(&grant(&server, &[]), "it takes an administrator");
    assert!(changes.lock().unwrap().is_empty());
}
