//! `albatross setup` against scripted engines, and what an ingest makes of what it finds.
#![allow(clippy::unwrap_used)]

mod support;

use std::process::Output;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use parser_wasm::{Settings, TEMPLATE_VERSION, index_template, template_meta};
use serde_json::{Value, json};
use support::{Bucket, Index, Lambda, Reply, Request, Server, command, ingest, log};

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
        .env("ALBATROSS_EVENTS", "maybe")
        .output()
        .unwrap();
    for problem in ["ALBATROSS_SETTINGS_URI cannot be read", "ALBATROSS_CA_FILE cannot be read", "ALBATROSS_EVENTS is"]
    {
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

/// An engine with this template, which answers other questions as told, and takes documents.
fn engine_with(
    template: Value,
    index: &Index,
    answer: impl Fn(&Request) -> Option<Reply> + Send + Sync + 'static,
) -> Server {
    let template = json!({ "index_templates": [{ "index_template": { "_meta": template } }] }).to_string();
    let index = index.clone();
    Server::start(move |request| match (answer(request), &*request.path) {
        (Some(reply), _) => reply,
        (None, "/_index_template/albatross-elb") => Reply::new(200, template.clone()),
        (None, path) if path.starts_with("/_bulk") => index.bulk(request),
        _ => Reply::new(405, r#"{"error":"Incorrect HTTP method","status":405}"#),
    })
}

#[test]
fn health_stops_nothing_and_red_indices_are_named() {
    let run_with = |health: Reply| {
        let (index, bucket) = (Index::default(), Bucket::of(&[("a.log", log(1).as_bytes())]));
        let server = engine_with(template_meta(&Settings::default()), &index, move |request| {
            request.path.starts_with("/_cluster/health/").then(|| health.clone())
        });
        let run = ingest(&bucket.serve(), &server);
        let left = bucket.keys_of_logs().len();
        assert_eq!((run.status, index.count(), left), (Some(0), 1, 0), "{}", run.stderr);
        run.stderr
    };
    let red = r#"{"status":"red","indices":{"albatross-elb-2024.01.01":{"status":"red"}}}"#;
    let stderr = run_with(Reply::new(200, red));
    assert!(stderr.contains("found red indices") && stderr.contains("albatross-elb-2024.01.01"), "{stderr}");
    // Not every user may ask, and serverless engines do not tell.
    for (status, body) in
        [(403, "no"), (404, ""), (410, r#"{"error":{"type":"api_not_available_exception"}}"#), (500, "")]
    {
        assert!(!run_with(Reply::new(status, body)).contains("found red indices"));
    }
}

#[test]
fn elastic_cloud_serverless_keeps_documents_otherwise() {
    let (server, changes) = engine(|request| {
        request
            .path
            .starts_with("/_ilm")
            .then(|| Reply::new(410, r#"{"error":{"type":"api_not_available_exception"}}"#))
    });
    assert_failed(&setup(&server, THIRTY_DAYS), "PUT _data_stream/NAME/_lifecycle");
    assert!(changes.lock().unwrap().is_empty());
}

#[test]
fn the_engine_is_not_asked_again_within_a_minute() {
    let (index, asked) = (Index::default(), Arc::new(Mutex::new(0)));
    let server = engine_with(template_meta(&Settings::default()), &index, {
        let asked = Arc::clone(&asked);
        move |request| {
            *asked.lock().unwrap() += usize::from(!request.path.starts_with("/_bulk"));
            None
        }
    });
    let bucket = Bucket::of(&[("a.log", log(1).as_bytes()), ("b.log", log(2).as_bytes())]);
    let lambda = Lambda::start(&bucket.serve(), &server, &[("ALBATROSS_SETTLE", "keep")]);
    let event = |key: &str| json!({ "Records": [{ "eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": { "bucket": { "name": "logs" }, "object": { "key": key } } }] });
    let first = lambda.invoke(event("a.log"), Duration::from_secs(60));
    let questions = *asked.lock().unwrap();
    let second = lambda.invoke(event("b.log"), Duration::from_secs(60));
    assert!(!first.is_error && !second.is_error, "{} {}", first.answer, second.answer);
    assert!(questions > 0 && index.count() > 1);
    assert_eq!(*asked.lock().unwrap(), questions);
}

#[test]
fn what_is_no_engine_is_called_so() {
    let pages: [(u16, &str); 4] = [
        (200, "<html>\u{1b}[2J<title>Please log in</title>"),
        (200, "{}"),
        (404, "<html>nginx"),
        (404, r#"{"message":"no Route matched with those values"}"#),
    ];
    for (status, page) in pages {
        let server = Server::start(move |_| Reply::new(status, page));
        let why = format!("this is not an engine: {}/ answers HTTP {status}", server.url());
        let bucket = Bucket::of(&[("a.log", log(1).as_bytes())]);
        let run = ingest(&bucket.serve(), &server);
        // Elasticsearch 6 says `{}` with 404 alone.
        assert_eq!((run.status, bucket.keys_of_logs() == ["a.log"]), (Some(1), true));
        assert!(run.stderr.contains(&why) && !run.stderr.contains('\u{1b}'), "{}", run.stderr);
        if status == 200 {
            for output in [setup(&server, &[]), setup(&server, THIRTY_DAYS), grant(&server, &[])] {
                assert_failed(&output, &why);
            }
        }
    }
    let moved = Server::start(|_| Reply::new(301, "").header("location", "https://elsewhere.example/"));
    assert_failed(&setup(&moved, &[]), "answers HTTP 301 to https://elsewhere.example/");
}

#[test]
fn a_port_without_tls_is_said_to_be_one_at_once() {
    let tries = Arc::new(Mutex::new(0));
    let server = {
        let tries = Arc::clone(&tries);
        // A request is never read to its end: what comes is no HTTP.
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                *tries.lock().unwrap() += 1;
                let _ = std::io::Write::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n");
            }
        });
        format!("https://{address}/")
    };
    let (unused, _) = engine(|_| None);
    let output = setup(&unused, &[("ALBATROSS_ENDPOINT", &server)]);
    assert_failed(&output, &format!("no TLS is spoken at {server}"));
    assert_eq!(*tries.lock().unwrap(), 1);
}

/// Our template with a priority, as an engine lists it beside another one.
fn simulated(fields: Value) -> Reply {
    let body = json!({ "template": { "settings": {}, "mappings": { "properties": fields }, "aliases": {} }, "overlapping": [{ "name": "albatross-elb", "index_patterns": ["albatross-elb-*.*.*"] }] });
    Reply::new(200, body.to_string())
}

#[test]
fn a_template_that_takes_our_indices_is_named() {
    let list = json!({ "index_templates": [
        { "name": "albatross-elb", "index_template": { "index_patterns": ["albatross-elb-*.*.*"], "priority": 501 } },
        { "name": "unrelated", "index_template": { "index_patterns": ["metrics-*"], "priority": 2000 } },
        { "name": "catch-all", "index_template": { "index_patterns": ["*"], "priority": 1000 } },
    ] });
    let theirs = json!({ "@timestamp": { "type": "date" } });
    let answer = move |request: &Request| match &*request.path {
        path if path.starts_with("/_index_template/_simulate_index/albatross-elb-20") => {
            Some(simulated(theirs.clone()))
        }
        "/_index_template" => Some(Reply::new(200, list.to_string())),
        _ => None,
    };
    let (server, _) = engine(answer.clone());
    let why = "is taken by another template: catch-all (priority 1000);";
    assert_failed(&setup(&server, &[]), why);
    let (index, bucket) = (Index::default(), Bucket::of(&[("a.log", log(1).as_bytes())]));
    let run = ingest(&bucket.serve(), &engine_with(template_meta(&Settings::default()), &index, answer));
    assert_eq!((run.status, index.count(), bucket.keys_of_logs() == ["a.log"]), (Some(1), 0, true));
    assert!(
        run.stderr.contains(why) && run.stderr.contains("@timestamp would be date, not date_nanos"),
        "{}",
        run.stderr
    );

    let ours = index_template(&Settings::default(), None)["template"]["mappings"]["properties"].clone();
    let (server, _) =
        engine(move |request| request.path.contains("/_simulate_index/").then(|| simulated(ours.clone())));
    stdout(&setup(&server, &[]));
}

#[test]
fn a_newer_template_made_for_older_ingests_is_taken() {
    for (compatible_with, status) in [(TEMPLATE_VERSION, 0), (TEMPLATE_VERSION + 1, 1)] {
        let mut meta = template_meta(&Settings::default());
        meta["version"] = json!(TEMPLATE_VERSION + 1);
        meta["compatible_with"] = json!(compatible_with);
        let (index, bucket) = (Index::default(), Bucket::of(&[("a.log", log(1).as_bytes())]));
        let run = ingest(&bucket.serve(), &engine_with(meta, &index, |_| None));
        assert_eq!(run.status, Some(status), "{}", run.stderr);
    }
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
                ("PUT" | "PATCH", ..) => {
                    let body = serde_json::from_slice(&request.body).unwrap();
                    changes.lock().unwrap().push((request.method.clone(), request.path.clone(), body));
                    let security = Reply::new(200, r#"{"status":"OK","message":"'albatross-elb-ingest' updated."}"#);
                    let template = Reply::new(200, r#"{"acknowledged":true}"#);
                    if request.path.starts_with("/_plugins/_security/") { security } else { template }
                }
                _ => Reply::new(400, r#"{"error":"no handler found for uri"}"#),
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

#[test]
fn a_work_order_grants_to_the_configured_role_alone() {
    let (server, changes) = engine(|_| None);
    let lambda = Lambda::start(&Bucket::default().serve(), &server, &[("ALBATROSS_GRANT_ROLE", ARN)]);
    let order =
        |role: &str| lambda.invoke(json!({ "albatross": "setup", "grant": role }), Duration::from_secs(20)).answer;
    let why = order("arn:aws:iam::123456789012:role/another")["errorMessage"].to_string();
    assert!(why.contains("ALBATROSS_GRANT_ROLE alone"), "{why}");
    let why = order("*")["errorMessage"].to_string();
    assert!(why.contains("without wildcards"), "{why}");
    // The engine has no such roles, so that far it came.
    let why = order(ARN)["errorMessage"].to_string();
    assert!(why.contains("no security plugin"), "{why}");
    assert!(changes.lock().unwrap().is_empty());
}

#[test]
fn what_the_engine_is_and_lets_us_do_is_shown() {
    let answers = |item: u16| {
        move |request: &Request| match (&*request.method, &*request.path) {
            ("GET", "/") => Some(Reply::new(200, r#"{"version":{"number":"3.7.0","distribution":"opensearch"}}"#)),
            ("POST", "/_bulk") => {
                assert!(String::from_utf8_lossy(&request.body).contains(r#""require_alias":true"#));
                let error = json!({ "type": "security_exception", "reason": "no permissions" });
                let items = json!({ "items": [{ "create": { "status": item, "error": error } }] });
                Some(Reply::new(200, items.to_string()))
            }
            _ => None,
        }
    };
    let said = stdout(&setup(&engine(answers(404)).0, &[]));
    assert!(said.contains("the engine is OpenSearch 3.7.0; this user may send documents"), "{said}");
    let said = stdout(&setup(&engine(answers(403)).0, &[]));
    assert!(said.contains("this user may not send documents: \"no permissions\""), "{said}");
    let said = stdout(&setup(&engine(|_| None).0, &[]));
    assert!(said.contains("does not tell its version; it does not tell whether"), "{said}");
}
