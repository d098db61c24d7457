//! What authorizes requests to the engine: keys, secrets that AWS keeps, and their renewal.
#![allow(clippy::unwrap_used)]

mod support;

use std::process::Output;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use support::{Bucket, Reply, Server, command};

const SECRET: &str = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:engine-AbCdEf";
const PARAMETER: &str = "arn:aws:ssm:eu-west-3:123456789012:parameter/engine/login";

/// Values in the order of their coming.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<String>>>);

impl Seen {
    fn add(&self, value: &str) -> usize {
        let mut seen = self.0.lock().unwrap();
        seen.push(value.to_owned());
        seen.len()
    }

    fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

/// An engine that takes one `Authorization` only, and what it was sent.
fn engine(taken: &'static str) -> (Server, Seen) {
    let seen = Seen::default();
    let server = Server::start({
        let seen = seen.clone();
        move |request| {
            let authorization = request.headers.get("authorization").map_or("", String::as_str);
            seen.add(authorization);
            match (&*request.method, authorization == taken) {
                ("PUT", true) => Reply::new(200, r#"{"acknowledged":true}"#),
                (_, true) => Reply::new(405, "{}"),
                (_, false) => Reply::new(403, "{}"),
            }
        }
    });
    (server, seen)
}

/// A Secrets Manager whose secret is rotated each time it is read, to the last of the values.
fn secrets_manager(values: &'static [&'static str]) -> (Server, Seen) {
    let seen = Seen::default();
    let server = Server::start({
        let seen = seen.clone();
        move |request| {
            assert_eq!(request.headers["x-amz-target"], "secretsmanager.GetSecretValue");
            assert!(request.headers["authorization"].contains("/eu-central-1/secretsmanager/"), "the ARN's region");
            let body: Value = serde_json::from_slice(&request.body).unwrap();
            let number = seen.add(body["SecretId"].as_str().unwrap());
            let value = values[(number - 1).min(values.len() - 1)];
            Reply::new(200, json!({ "ARN": SECRET, "Name": "engine", "SecretString": value }).to_string())
        }
    });
    (server, seen)
}

/// `albatross setup`, with these variables instead of user and password.
fn setup(engine: &Server, variables: &[(&str, &str)]) -> Output {
    command("setup", &Bucket::default().serve(), engine)
        .env_remove("ALBATROSS_USERNAME")
        .env_remove("ALBATROSS_PASSWORD")
        .envs(variables.iter().copied())
        .output()
        .unwrap()
}

#[track_caller]
fn assert_done(output: &Output) {
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}

#[track_caller]
fn assert_failed(output: &Output, why: &str) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains(why), "{stderr}");
    assert!(!stderr.contains("hunter"), "a secret came to light: {stderr}");
}

#[test]
fn an_api_key_is_sent_as_elasticsearch_hands_it_out() {
    let (engine, seen) = engine("ApiKey dGVzdDprZXk=");
    assert_done(&setup(&engine, &[("ALBATROSS_API_KEY", "dGVzdDprZXk=")]));
    assert!(seen.all().iter().all(|sent| sent == "ApiKey dGVzdDprZXk="));
}

#[test]
fn nothing_is_sent_where_nothing_is_given() {
    let (engine, seen) = engine("");
    assert_done(&setup(&engine, &[]));
    assert!(seen.all().iter().all(String::is_empty));
}

#[test]
fn a_rotated_secret_is_read_again_once() {
    let (engine, sent) = engine("Basic ZWxhc3RpYzpodW50ZXIy");
    let (secrets, read) = secrets_manager(&[
        r#"{"username":"elastic","password":"hunter1"}"#,
        r#"{"username":"elastic","password":"hunter2"}"#,
    ]);
    let variables = [("ALBATROSS_SECRET_ARN", SECRET), ("AWS_ENDPOINT_URL_SECRETS_MANAGER", &secrets.url())];
    assert_done(&setup(&engine, &variables));
    let (old, new) = ("Basic ZWxhc3RpYzpodW50ZXIx", "Basic ZWxhc3RpYzpodW50ZXIy");
    let sent = sent.all();
    assert!(sent[0] == old && sent[1..].iter().all(|sent| sent == new), "{sent:?}");
    assert_eq!(read.all(), [SECRET, SECRET]);
}

/// A secret is asked for as everything else of AWS is: by the proxy of the environment, and on this machine without.
#[test]
fn a_secret_is_asked_for_as_everything_else_is() {
    let (engine, _) = engine("ApiKey hunter3");
    let (secrets, seen) = secrets_manager(&[r#"{"api_key":"hunter3"}"#]);
    let proxy = Server::start(|_| Reply::new(502, ""));
    let (url, proxy) = (secrets.url(), proxy.url());
    let variables =
        [("ALBATROSS_SECRET_ARN", SECRET), ("AWS_ENDPOINT_URL_SECRETS_MANAGER", &url), ("HTTP_PROXY", &proxy)];
    assert_done(&setup(&engine, &variables));
    assert_eq!(seen.all().len(), 1);
}

#[test]
fn a_secret_that_is_still_the_same_is_not_tried_again() {
    let (engine, sent) = engine("another");
    let (secrets, read) = secrets_manager(&[r#"{"api_key":"hunter2"}"#]);
    let variables = [("ALBATROSS_SECRET_ARN", SECRET), ("AWS_ENDPOINT_URL_SECRETS_MANAGER", &secrets.url())];
    assert_failed(&setup(&engine, &variables), "the engine refuses: HTTP 403");
    assert_eq!((sent.all(), read.all().len()), (vec!["ApiKey hunter2".to_owned()], 2));
}

#[test]
fn a_secret_that_cannot_be_used_is_named_and_not_shown() {
    for value in ["hunter2", r#"{"user":"elastic","password":"hunter2"}"#, r#"{"username":7,"password":"hunter2"}"#] {
        let (engine, sent) = engine("");
        let secrets = Server::start(move |_| Reply::new(200, json!({ "SecretString": value }).to_string()));
        let variables = [("ALBATROSS_SECRET_ARN", SECRET), ("AWS_ENDPOINT_URL_SECRETS_MANAGER", &secrets.url())];
        assert_failed(&setup(&engine, &variables), &format!("the secret {SECRET} cannot be used"));
        assert!(sent.all().is_empty(), "nothing was to be sent");
    }
}

#[test]
fn a_secret_that_is_denied_stops_at_once() {
    let (engine, sent) = engine("");
    let denied = Server::start(|_| {
        let body = json!({ "__type": "AccessDeniedException", "message": "not authorized to perform: GetSecretValue" });
        Reply::new(400, body.to_string()).header("content-type", "application/x-amz-json-1.1")
    });
    let variables = [("ALBATROSS_SECRET_ARN", SECRET), ("AWS_ENDPOINT_URL_SECRETS_MANAGER", &denied.url())];
    assert_failed(&setup(&engine, &variables), "not authorized to perform: GetSecretValue");
    assert!(sent.all().is_empty(), "nothing was to be sent");
}

#[test]
fn a_parameter_is_read_decrypted_in_its_own_region() {
    let (engine, _) = engine("ApiKey dGVzdDprZXk=");
    let ssm = Server::start(|request| {
        assert_eq!(request.headers["x-amz-target"], "AmazonSSM.GetParameter");
        assert!(request.headers["authorization"].contains("/eu-west-3/ssm/"), "the ARN's region");
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        assert_eq!(body, json!({ "Name": PARAMETER, "WithDecryption": true }));
        let value = r#"{"api_key":"dGVzdDprZXk="}"#;
        Reply::new(200, json!({ "Parameter": { "Name": "/engine/login", "Value": value } }).to_string())
    });
    let variables = [("ALBATROSS_SECRET_ARN", PARAMETER), ("AWS_ENDPOINT_URL_SSM", &ssm.url())];
    assert_done(&setup(&engine, &variables));
}

#[test]
fn an_authority_that_cannot_be_read_is_a_usage_error() {
    let (engine, _) = engine("");
    let output = setup(&engine, &[("ALBATROSS_CA_FILE", "/nowhere/ca.pem")]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("ALBATROSS_CA_FILE cannot be read: /nowhere/ca.pem"));
}

#[test]
fn a_signature_names_the_region_that_is_set() {
    let (engine, seen) = engine("");
    setup(&engine, &[("ALBATROSS_SIGV4", "es"), ("ALBATROSS_SIGV4_REGION", "ap-south-2")]);
    let sent = seen.all();
    assert!(!sent.is_empty() && sent.iter().all(|sent| sent.contains("/ap-south-2/es/aws4_request")), "{sent:?}");
}

#[test]
fn a_redaction_key_is_read_at_the_start() {
    let (engine, _) = engine("");
    let settings = ("ALBATROSS_SETTINGS", r#"{"redact":{"addresses":"hmac"}}"#);
    let start = |value: &'static str| {
        let ssm = Server::start(move |_| Reply::new(200, json!({ "Parameter": { "Value": value } }).to_string()));
        setup(&engine, &[settings, ("ALBATROSS_REDACT_KEY_ARN", PARAMETER), ("AWS_ENDPOINT_URL_SSM", &ssm.url())])
    };
    assert_done(&start("hunter2-hunter2-hunter2"));
    let short = start("hunter2");
    let stderr = String::from_utf8_lossy(&short.stderr);
    assert_eq!(short.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("ALBATROSS_REDACT_KEY_ARN: ") && !stderr.contains("hunter2"), "{stderr}");
    let without = setup(&engine, &[settings]);
    assert!(String::from_utf8_lossy(&without.stderr).contains("ALBATROSS_REDACT_KEY_ARN"));
}
