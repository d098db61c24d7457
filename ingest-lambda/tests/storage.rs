//! What S3's answers come to: how far each reaches, and what is said about it.
#![allow(clippy::unwrap_used)]

mod support;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::json;
use support::{Bucket, Index, Reply, Request, Server, command, ingest, ingest_with, line, report_of};

/// A bucket of so many logs, in one page.
fn bucket_of(count: usize) -> Bucket {
    let bucket = Bucket::with_pages_of(1000);
    (0..count).for_each(|number| bucket.put(&format!("{number:03}.log"), line(number).as_bytes()));
    bucket
}

fn error(status: u16, code: &str, words: &str) -> Reply {
    Reply::new(status, format!("<Error><Code>{code}</Code><Message>{words}</Message></Error>"))
}

fn reads_log(request: &Request) -> bool {
    request.method == "GET" && request.path.contains(".log")
}

#[test]
fn what_is_everybodys_is_asked_once() {
    for (status, code) in [
        (400, "ExpiredToken"),
        (403, "InvalidAccessKeyId"),
        (403, "SignatureDoesNotMatch"),
        (403, "InvalidClientTokenId"),
    ] {
        let bucket = bucket_of(30);
        let asked = Arc::new(AtomicUsize::new(0));
        let s3 = bucket.serve_with({
            let asked = Arc::clone(&asked);
            move |request| {
                (reads_log(request) && asked.fetch_add(1, Ordering::SeqCst) >= 1).then(|| error(status, code, "no"))
            }
        });
        let run = ingest_with(&s3, &Index::default().serve(), &[("ALBATROSS_OBJECTS_IN_FLIGHT", "1")]);
        assert_eq!((run.status, asked.load(Ordering::SeqCst)), (Some(1), 2), "{code}: {}", run.stderr);
        assert!(run.stderr.contains(code), "{}", run.stderr);
    }
}

#[test]
fn a_key_of_kms_is_that_of_one_log_until_it_is_that_of_many() {
    for (keyless, settled) in [(20, 12), (32, 0)] {
        let bucket = bucket_of(32);
        let s3 = bucket.serve_with(move |request| {
            let is_keyless = (0..keyless).any(|number| request.path.contains(&format!("/{number:03}.log")));
            (request.method == "GET" && is_keyless).then(|| error(400, "KMS.DisabledException", "no"))
        });
        let run = ingest_with(&s3, &Index::default().serve(), &[("ALBATROSS_OBJECTS_IN_FLIGHT", "1")]);
        assert_eq!(run.report["stopped"].is_null(), settled > 0, "{}", run.report);
        assert_eq!(run.report["objects"]["settled"], settled, "{keyless} {}", run.report);
    }
}

#[test]
fn throttling_is_nobodys_failure() {
    let bucket = bucket_of(12);
    let asked = Arc::new(AtomicUsize::new(0));
    let s3 = bucket.serve_with({
        let asked = Arc::clone(&asked);
        // Two of three are refused, one of them without a code.
        move |request| match (reads_log(request), asked.load(Ordering::SeqCst) % 3) {
            (false, _) => None,
            (true, turn) => {
                asked.fetch_add(1, Ordering::SeqCst);
                [Some(error(503, "SlowDown", "")), Some(Reply::new(500, "")), None].into_iter().nth(turn).unwrap()
            }
        }
    });
    let run = ingest(&s3, &Index::default().serve());
    assert_eq!((run.status, &run.report["objects"]["settled"]), (Some(0), &12.into()), "{}", run.stderr);
    assert_eq!(run.report["left_by_reason"], json!({}));
    assert_eq!(asked.load(Ordering::SeqCst), 36, "each was asked for again, and no more often");
}

#[test]
fn a_code_that_nobody_knows_is_one_objects_after_three_attempts() {
    let bucket = bucket_of(4);
    let asked = Arc::new(AtomicUsize::new(0));
    let s3 = bucket.serve_with({
        let asked = Arc::clone(&asked);
        move |request| {
            (reads_log(request) && request.path.contains("001.log")).then(|| {
                asked.fetch_add(1, Ordering::SeqCst);
                error(418, "Teapot", "short and stout").header("x-amz-request-id", "4442587FB7D0A2F9")
            })
        }
    });
    let run = ingest(&s3, &Index::default().serve());
    assert_eq!((&run.report["objects"]["settled"], asked.load(Ordering::SeqCst)), (&3.into(), 3), "{}", run.stderr);
    assert_eq!(bucket.keys_of_logs(), ["001.log"]);
    let told = "GetObject s3://logs/001.log: Teapot: short and stout (request 4442587FB7D0A2F9)";
    assert!(run.stderr.contains(told), "{}", run.stderr);
}

#[test]
fn a_bucket_elsewhere_is_told_with_both_regions() {
    let by_header = || Reply::new(301, "").header("x-amz-bucket-region", "eu-central-1");
    let by_body = || {
        Reply::new(
            400,
            "<Error><Code>AuthorizationHeaderMalformed</Code><Message>wrong</Message><Region>eu-central-1</Region></Error>",
        )
    };
    for answer in [by_header as fn() -> Reply, by_body] {
        let run = ingest(&bucket_of(1).serve_with(move |_| Some(answer())), &Index::default().serve());
        assert_eq!(run.status, Some(1));
        assert!(run.stderr.contains("the bucket is in eu-central-1, and AWS_REGION is eu-west-1"), "{}", run.stderr);
    }
}

#[test]
fn a_denial_names_the_permission() {
    for (method, path, reply, hint) in [
        ("GET", "list-type=2", error(403, "AccessDenied", "Access Denied"), "s3:ListBucket on arn:aws:s3:::logs"),
        (
            "GET",
            "/logs/000.log",
            error(403, "AccessDenied", "Access Denied"),
            "s3:GetObject on arn:aws:s3:::logs/000.log",
        ),
        (
            "GET",
            "/logs/000.log",
            error(403, "AccessDenied", "not authorized to perform: kms:Decrypt"),
            "kms:Decrypt on the key",
        ),
        ("DELETE", "/logs/000.log", error(403, "AccessDenied", ""), "s3:DeleteObject on arn:aws:s3:::logs/000.log"),
        ("PUT", "state", error(403, "AccessDenied", "Access Denied"), "set ALBATROSS_S3_ENCRYPTION"),
        ("HEAD", "/archive/", Reply::new(403, "").cut_at(0), "s3:ListBucket on arn:aws:s3:::logs, not narrowed"),
    ] {
        let s3 = bucket_of(1).serve_with(move |request| {
            (request.method == method && request.path.contains(path)).then(|| reply.clone())
        });
        let archive = [("ALBATROSS_SETTLE", "archive"), ("ALBATROSS_ARCHIVE_TO", "s3://logs/albatross/archive/")];
        let run = ingest_with(&s3, &Index::default().serve(), &archive);
        assert!(run.stderr.contains(hint), "{method} {path}: {}", run.stderr);
    }
}

#[test]
fn an_archived_object_waits_without_an_alarm() {
    let bucket = bucket_of(3);
    let s3 = bucket.serve_with(|request| {
        (reads_log(request) && request.path.contains("001.log"))
            .then(|| error(403, "InvalidObjectState", "not valid for the object's storage class"))
    });
    let run = ingest(&s3, &Index::default().serve());
    assert_eq!(run.report["left_by_reason"], json!({ "archived": 1 }), "{}", run.stderr);
    assert_eq!(bucket.keys_of_logs(), ["001.log"]);
}

#[test]
fn what_the_listing_shows_as_archived_is_never_asked_for() {
    let bucket = bucket_of(3);
    let asked = Arc::new(AtomicUsize::new(0));
    let s3 = bucket.clone().serve_with({
        let asked = Arc::clone(&asked);
        move |request| {
            asked.fetch_add(usize::from(reads_log(request)), Ordering::SeqCst);
            let is_listing = request.method == "GET" && request.path.contains("list-type=2");
            is_listing.then(|| {
                let xml = String::from_utf8(bucket.answer(request).body).unwrap();
                Reply::new(200, xml.replace("</Size>", "</Size><StorageClass>GLACIER</StorageClass>"))
            })
        }
    });
    let run = ingest(&s3, &Index::default().serve());
    assert_eq!(run.report["left_by_reason"], json!({ "archived": 3 }), "{}", run.stderr);
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}

/// As S3 lists it: a restored object keeps its class, and whether it is restored is told to those who ask.
#[test]
fn an_archived_object_is_read_once_it_is_restored() {
    let bucket = bucket_of(1);
    for (is_restored, settled) in [(false, 0), (true, 1)] {
        let s3 = bucket.serve_with({
            let bucket = bucket.clone();
            move |request| {
                (request.method == "GET" && request.path.contains("list-type=2")).then(|| {
                    let asks = request.headers.get("x-amz-optional-object-attributes");
                    let status = match (asks.map(String::as_str), is_restored) {
                        (Some("RestoreStatus"), true) => {
                            "<RestoreStatus><IsRestoreInProgress>false</IsRestoreInProgress>\
                             <RestoreExpiryDate>2099-01-01T00:00:00Z</RestoreExpiryDate></RestoreStatus>"
                        }
                        (Some("RestoreStatus"), false) => {
                            "<RestoreStatus><IsRestoreInProgress>true</IsRestoreInProgress></RestoreStatus>"
                        }
                        _ => "",
                    };
                    let xml = String::from_utf8(bucket.answer(request).body).unwrap();
                    let more = format!("</Size><StorageClass>DEEP_ARCHIVE</StorageClass>{status}");
                    Reply::new(200, xml.replace("</Size>", &more))
                })
            }
        });
        let run = ingest(&s3, &Index::default().serve());
        assert_eq!((run.status, &run.report["objects"]["settled"]), (Some(0), &settled.into()), "{}", run.stderr);
    }
}

#[test]
fn an_answer_about_our_own_object_is_not_the_logs() {
    for (status, code) in [(412, "PreconditionFailed"), (404, "NoSuchKey")] {
        let bucket = Bucket::of(&[("a.log", &[line(1).as_bytes(), b"a bad line\n"].concat())]);
        let s3 = bucket.serve_with(move |request| {
            (request.method == "PUT" && request.path.contains("/quarantine/")).then(|| error(status, code, "no"))
        });
        let run = ingest(&s3, &Index::default().serve());
        let left = &run.report["left_by_reason"];
        assert!(left.get("gone").is_none() && left.get("changed").is_none(), "{left}");
        assert!(run.stderr.contains("PutObject s3://logs/albatross/"), "{}", run.stderr);
        assert_eq!(bucket.keys_of_logs(), ["a.log"]);
    }
}

#[test]
fn a_delete_of_which_the_answer_is_lost_is_done() {
    let bucket = bucket_of(1);
    let asked = Arc::new(AtomicUsize::new(0));
    let s3 = bucket.clone().serve_with({
        let asked = Arc::clone(&asked);
        move |request| {
            let is_first = request.method == "DELETE"
                && request.path.contains("000.log")
                && asked.fetch_add(1, Ordering::SeqCst) == 0;
            is_first.then(|| {
                bucket.answer(request);
                Reply::new(200, "deleted").cut_at(0)
            })
        }
    });
    let run = ingest(&s3, &Index::default().serve());
    assert_eq!((run.status, &run.report["objects"]["settled"]), (Some(0), &1.into()), "{}", run.stderr);
}

#[test]
fn everything_we_write_is_encrypted_as_asked() {
    let bucket = Bucket::of(&[("a.log", &[line(1).as_bytes(), b"a bad line\n"].concat())]);
    let written = Arc::new(Mutex::new(Vec::new()));
    let s3 = bucket.serve_with({
        let written = Arc::clone(&written);
        move |request| {
            if request.method == "PUT" {
                let header = |name: &str| request.headers.get(name).cloned().unwrap_or_default();
                let algorithm = header("x-amz-server-side-encryption");
                let key = header("x-amz-server-side-encryption-aws-kms-key-id");
                written.lock().unwrap().push((request.path.clone(), algorithm, key));
            }
            None
        }
    });
    let archive = [
        ("ALBATROSS_S3_ENCRYPTION", "aws:kms:arn:aws:kms:eu-west-1:1:key/2"),
        ("ALBATROSS_SETTLE", "archive"),
        ("ALBATROSS_ARCHIVE_TO", "s3://logs/albatross/archive/"),
    ];
    let run = ingest_with(&s3, &Index::default().serve(), &archive);
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    let written = written.lock().unwrap();
    for place in ["/state/", "/quarantine/", "/archive/"] {
        assert!(written.iter().any(|(path, ..)| path.contains(place)), "{place}: {written:?}");
    }
    for (path, algorithm, key) in written.iter() {
        assert_eq!((algorithm.as_str(), key.as_str()), ("aws:kms", "arn:aws:kms:eu-west-1:1:key/2"), "{path}");
    }
}

#[test]
fn a_store_on_this_machine_is_asked_by_path() {
    let bucket = bucket_of(1);
    let s3 = bucket.serve();
    let url = s3.url().replace("127.0.0.1", "localhost");
    let engine = Index::default().serve();
    let run = report_of(command("ingest", &s3, &engine).env("AWS_ENDPOINT_URL_S3", url));
    assert_eq!((run.status, &run.report["objects"]["settled"]), (Some(0), &1.into()), "{}", run.stderr);
}

const ARCHIVE: [(&str, &str); 2] =
    [("ALBATROSS_SETTLE", "archive"), ("ALBATROSS_ARCHIVE_TO", "s3://logs/albatross/archive/")];

/// What a plan finds about each permission.
fn permissions(fault: impl Fn(&Request) -> Option<Reply> + Send + Sync + 'static) -> (Bucket, Vec<(String, String)>) {
    let bucket = bucket_of(2);
    let s3 = bucket.serve_with(fault);
    let run = report_of(command("plan", &s3, &Index::default().serve()).envs(ARCHIVE));
    let text = |finding: &serde_json::Value, name: &str| finding[name].as_str().unwrap_or_default().to_owned();
    let findings = run.report["permissions"].as_array().unwrap_or_else(|| panic!("{}", run.stderr));
    let found = findings.iter().map(|it| (text(it, "permission"), text(it, "result") + " " + &text(it, "message")));
    (bucket, found.collect())
}

#[test]
fn a_plan_tries_every_permission_without_harm() {
    let (bucket, found) = permissions(|_| None);
    let names: Vec<&str> = found.iter().map(|(permission, _)| permission.as_str()).collect();
    assert_eq!(
        names,
        [
            "region",
            "s3:ListBucket",
            "s3:GetObject",
            "s3:PutObject",
            "s3:GetObject",
            "s3:DeleteObject",
            "s3:ListBucket",
            "s3:DeleteObject",
            "region",
            "s3:PutObject",
            "s3:GetObject"
        ]
    );
    assert!(found.iter().all(|(_, result)| result.starts_with("allowed")), "{found:?}");
    assert_eq!(bucket.keys(), ["000.log", "001.log"], "nothing is left of it, and nothing is lost");
}

#[test]
fn a_plan_names_the_permission_that_is_missing() {
    for (method, path, place) in [
        ("GET", "/logs/000.log?x-id", 2),
        ("PUT", "-preflight", 3),
        ("HEAD", "/logs/albatross/albatross-elb", 6),
        ("DELETE", "/logs/%21albatross-preflight", 7),
        ("PUT", "/archive/", 9),
        ("HEAD", "/archive/", 10),
    ] {
        let (_, found) = permissions(move |request| {
            let is_it = request.method == method && request.path.replace('!', "%21").contains(path);
            (is_it && (place != 3 || !request.path.contains("archive"))).then(|| error(403, "AccessDenied", "no"))
        });
        assert!(found[place].1.starts_with("denied "), "{method} {path}: {found:?}");
        assert!(found[place].1.contains("the role needs"), "{found:?}");
        assert_eq!(found.iter().filter(|(_, result)| !result.starts_with("allowed")).count(), 1, "{found:?}");
    }
}

#[test]
fn both_clients_go_through_the_proxy_of_the_environment() {
    let (bucket, index) = (bucket_of(2), Index::default());
    let asked = Arc::new(Mutex::new((0, 0)));
    let proxy = Server::start({
        let (bucket, index, asked) = (bucket.clone(), index.clone(), Arc::clone(&asked));
        move |request| {
            let mut request = request.clone();
            if let Some(path) = request.path.strip_prefix("http://s3.invalid") {
                request.path = path.to_owned();
                asked.lock().unwrap().0 += 1;
                return bucket.answer(&request);
            }
            request.path = request.path.strip_prefix("http://engine.invalid").expect("for one of the two").to_owned();
            asked.lock().unwrap().1 += 1;
            index.answer(&request)
        }
    });
    let (s3, engine) = (bucket.serve(), index.serve());
    for name in ["HTTP_PROXY", "http_proxy"] {
        let run = report_of(command("ingest", &s3, &engine).envs([
            (name, proxy.url().as_str()),
            ("AWS_ENDPOINT_URL_S3", "http://s3.invalid"),
            ("ALBATROSS_S3_PATH_STYLE", "true"),
            ("ALBATROSS_ENDPOINT", "http://engine.invalid"),
            ("ALBATROSS_ALLOW_PLAIN_HTTP", "true"),
        ]));
        assert_eq!(run.status, Some(0), "{name}: {}", run.stderr);
        let (of_s3, of_engine) = std::mem::take(&mut *asked.lock().unwrap());
        assert!(of_s3 > 0 && of_engine > 0, "{name}: {of_s3} and {of_engine} requests");
    }
    assert!(bucket.keys_of_logs().is_empty());
}

#[test]
fn this_machine_is_asked_without_a_proxy() {
    let bucket = bucket_of(2);
    let proxy = Server::start(|_| Reply::new(502, ""));
    let (s3, engine) = (bucket.serve(), Index::default().serve());
    let run = report_of(command("ingest", &s3, &engine).env("HTTP_PROXY", proxy.url()));
    assert_eq!((run.status, &run.report["objects"]["settled"]), (Some(0), &2.into()), "{}", run.stderr);
}

#[test]
fn what_cannot_be_used_of_the_environment_is_a_usage_error() {
    let (s3, engine) = (bucket_of(1).serve(), Index::default().serve());
    let output = command("ingest", &s3, &engine)
        .env("HTTPS_PROXY", "socks5://user:hunter2@proxy")
        .env("AWS_CA_BUNDLE", "/nowhere/ca.pem")
        .env("ALBATROSS_S3_ENCRYPTION", "rot13")
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    for problem in [
        "HTTPS_PROXY is not the URL of a proxy",
        "AWS_CA_BUNDLE cannot be read: /nowhere/ca.pem",
        "ALBATROSS_S3_ENCRYPTION is \"rot13\"",
    ] {
        assert!(stderr.contains(problem), "{stderr}");
    }
    assert!(!stderr.contains("hunter2"));
}

#[test]
fn no_credentials_end_a_run_at_the_first_request() {
    let (s3, engine) = (bucket_of(1).serve(), Index::default().serve());
    let mut command = command("ingest", &s3, &engine);
    command
        .env_remove("AWS_ACCESS_KEY_ID")
        .env_remove("AWS_SECRET_ACCESS_KEY")
        .env("AWS_EC2_METADATA_DISABLED", "true");
    let run = report_of(&mut command);
    assert_eq!(run.status, Some(1), "{}", run.stderr);
    assert!(run.stderr.contains("credential"), "{}", run.stderr);
}
