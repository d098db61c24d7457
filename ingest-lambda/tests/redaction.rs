//! Redaction, proved by searching: whatever leaves the program is looked through for what was to stay.
#![allow(clippy::unwrap_used)]
#![allow(dead_code, unused_imports, reason = "each test file uses its part of the support")]

mod support;

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use support::{Bucket, Index, Reply, Server, command, gunzip_lines, items};

/// Stands wherever a person may have put something of their own.
const SECRET: &str = "Tr0ub4dor";
/// Clients, and every way in which people write them.
const V4: [&str; 2] = ["203.0.113.77", "203-0-113-77"];
const V6: [&str; 2] = ["2001:db8:7:7:7::77", "2001:0db8:0007:0007:0007:0000:0000:0077"];

/// URLs with the secret in every place that redaction promises to empty.
fn urls() -> Vec<String> {
    [
        "https://SECRET:SECRET@a.example:443/x?q=SECRET&SECRET#f=SECRET",
        "https://u:SE/SECRET@a.example/x",
        r"https://u:SECRET\x40a.example:443/x",
        r"\x68ttps://u:SECRET@a.example/x",
        r"https\x3A//u:SECRET@a.example/x",
        r"https://a.example:443/x\x3Fq=SECRET",
        r"https://a.example:443/x\x23SECRET",
        "//u:SECRET@a.example/x",
        "u:SECRET@a.example:443",
        "https://a.example:443/go/https://u:SECRET@b.example/?t=SECRET",
        "https://a.example:443/go/https%3A%2F%2Fu%3ASECRET%40b.example%3Ft%3DSECRET",
        "https://a.example:443/go?to=https%253A%252F%252Fu%253ASECRET%2540b.example",
        "https://u:SECRET@[2001:db8::1]:443/x;SECRET@y?a=b%26SECRET",
        "http://a.example:80http://u:SECRET@b.example/x?SECRET",
        "https://a.example:443/?CLIENT&a=SECRET",
    ]
    .map(|url| url.replace("SECRET", SECRET))
    .to_vec()
}

/// Lines of every format that has a client or a URL, for each URL.
fn lines(client: &str, repeated: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for (number, url) in urls().iter().enumerate() {
        let url = url.replace("CLIENT", repeated);
        let at = |second: usize| format!("2026-09-23T07:{:02}:{second:02}.805298Z", number);
        let method = if url.starts_with("u:") { "CONNECT" } else { "GET" };
        lines.push(format!(
            "https {} app/web/98e3a879de9d6b42 {client}:5815 {client}:80 0.001 0.003 0.002 200 201 153 3860 \
             \"{method} {url} HTTP/1.1\" \"curl/8 ({repeated})\" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:tg \
             \"Root=1-2-3;From={repeated}\" \"b.example\" \"arn:aws:cert\" 2 {} \"waf,forward\" \"{url}\" \"-\" \
             \"{client}:80\" \"201\" \"-\" \"-\" TID_1 \"d.example\" \"/y?q={SECRET}\" \"TransformSuccess\" {client} \
             \"{SECRET}\" \"{client}\"",
            at(1),
            at(0),
        ));
        lines.push(format!(
            "{} web {client}:5815 10.0.0.1:80 0.1 0.2 0.3 200 200 0 29 \"{method} {url} HTTP/1.1\" \"curl/8\" - -",
            at(2),
        ));
        lines.push(format!(
            "tls 2.0 2026-09-23T07:{number:02}:03 net/n/1 3b {client}:51341 172.31.1.1:443 5 2 98 246 - arn:aws:cert - \
             ECDHE TLSv1.2 - a.example h2 h2 \"h2\" 2026-09-23T07:{number:02}:02"
        ));
        lines.push(format!("{} {client} 64326 443 - - 0.337 \"-\" - - Success TID_9f39", at(4)));
        lines.push(
            json!({ "type": "https", "time": at(5), "elb": "app/a/1", "client_port": format!("{client}:5815"),
                "request_line": format!("{method} {url} HTTP/1.1"), "user_agent": "curl/8", "new_column": SECRET })
            .to_string(),
        );
    }
    lines
}

/// Everything that an engine was sent, and everything that the program printed.
fn leaves(settings: &str, lines: &[String]) -> (String, Vec<String>) {
    let bucket = Bucket::of(&[("a.log", (lines.join("\n") + "\n").as_bytes())]);
    // A line that nobody can read, beside them.
    bucket.put("b.log", format!("{}\nhttps {SECRET} {}\n", lines[0], V4[0]).as_bytes());
    let sent = Arc::new(Mutex::new(Vec::new()));
    let index = Index::default();
    let engine = Server::start({
        let sent = Arc::clone(&sent);
        let meta = parser_wasm::template_meta(&parser_wasm::Settings::from_json(settings).unwrap());
        let template = json!({ "index_templates": [{ "index_template": { "_meta": meta } }] }).to_string();
        move |request| {
            if request.method == "GET" && request.path.starts_with("/_index_template/") {
                return Reply::new(200, template.clone());
            }
            if request.path.contains("/_bulk") {
                sent.lock().unwrap().push(String::from_utf8_lossy(&request.body).into_owned());
            }
            index.answer(request)
        }
    });
    let mut printed = String::new();
    for subcommand in ["plan", "ingest", "status"] {
        let mut command = command(subcommand, &bucket.serve(), &engine);
        command.env("ALBATROSS_SETTINGS", settings).env("ALBATROSS_REDACT_KEY", "0123456789abcdef");
        command.env("ALBATROSS_LOG_LEVEL", "debug");
        let output = command.output().unwrap();
        printed += &String::from_utf8_lossy(&output.stdout);
        printed += &String::from_utf8_lossy(&output.stderr);
    }
    let state =
        bucket.keys_and_all().into_iter().filter(|key| !key.contains("/quarantine/lines/") && !key.ends_with(".log"));
    for key in state {
        let body = bucket.body(&key).unwrap();
        printed += &format!(
            "{key} {}",
            if body.starts_with(b"\x1f\x8b") {
                gunzip_lines(&body).join("\n")
            } else {
                String::from_utf8_lossy(&body).into_owned()
            }
        );
    }
    let sent = sent.lock().unwrap().clone();
    (printed, sent.iter().flat_map(|body| body.lines().map(str::to_owned).collect::<Vec<_>>()).collect())
}

#[test]
fn nothing_that_was_redacted_leaves_the_program() {
    for schema in ["ecs", "network-log"] {
        for query in ["mask", "drop"] {
            for addresses in ["truncate", "hmac"] {
                for (client, forms) in [(V4[0], V4), (V6[0], V6)] {
                    let settings =
                        json!({ "schema": schema, "redact": { "query": query, "addresses": addresses } }).to_string();
                    let (printed, sent) = leaves(&settings, &lines(client, &forms.join("+")));
                    assert!(sent.len() > 20, "{settings}: {printed}");
                    for line in sent.iter().map(String::as_str).chain(printed.lines()) {
                        assert!(!line.contains(SECRET), "{settings}: {line}");
                        let found = forms.iter().find(|form| line.contains(**form));
                        assert_eq!(found, None, "{settings}: {line}");
                    }
                }
            }
        }
    }
}

/// Who reads the index builds the line with guesses and compares ids: each guess has the same.
#[test]
fn ids_tell_no_guess_from_another() {
    let settings = json!({ "redact": { "query": "mask", "addresses": "truncate" } }).to_string();
    let ids = |client: &str, secret: &str| {
        let lines: Vec<String> = lines(client, client).iter().map(|line| line.replace(SECRET, secret)).collect();
        let (_, sent) = leaves(&settings, &lines);
        let actions = sent.iter().filter(|line| line.starts_with("{\"create\""));
        let mut ids: Vec<String> = actions.cloned().collect();
        ids.sort();
        ids
    };
    let right = ids(V4[0], SECRET);
    for (client, secret) in [("203.0.113.78", SECRET), (V4[0], "123456")] {
        assert_eq!(ids(client, secret), right, "{client} {secret}");
    }
}
