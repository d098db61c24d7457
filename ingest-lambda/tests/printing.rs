//! What others send never moves a cursor, forges a line or turns text around, whatever says it again.
#![allow(clippy::unwrap_used)]
#![allow(dead_code, unused_imports, reason = "each test file uses its part of the support")]

mod support;

use std::process::Output;

use serde_json::{Value, json};
use support::{Bucket, Index, Reply, Server, albatross, command, line, log};

/// A title for the window, a clean screen, a line of a log, C1's escape, DEL and a change of direction.
const EVIL: &str =
    "\u{1b}]0;gone\u{7}\u{1b}[2J\n{\"level\":\"INFO\",\"message\":\"forged\"}\r\u{9b}31m\u{7f}\u{202e}\u{2028}end";

/// Nothing of it does what it was meant to, and every line of standard error is one of our own.
fn assert_harmless(output: &Output, what: &str) {
    for (stream, text) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
        let text = String::from_utf8(text.clone()).unwrap();
        let is_evil = |c: char| c.is_control() && c != '\n' || ('\u{2028}'..='\u{202e}').contains(&c);
        assert!(!text.contains(is_evil), "{what}: {stream}: {text:?}");
        for line in text.lines() {
            let line = line.trim();
            assert!(!line.starts_with("{\"level\""), "{what}: {stream}: {line}");
            if line.starts_with('{') {
                let _: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{what}: {error}: {line}"));
            }
        }
    }
}

fn error_of_s3(status: u16) -> Reply {
    let message: String = EVIL.chars().map(|c| format!("&#{};", u32::from(c))).collect();
    Reply::new(status, format!("<Error><Code>Odd</Code><Message>{message}</Message></Error>"))
}

#[test]
fn an_engine_may_answer_anything() {
    for subcommand in ["ingest", "setup"] {
        for status in [200, 301, 400, 401, 404, 409] {
            let engine = Server::start(move |_| Reply::new(status, EVIL).header("location", "https://x/%1b"));
            let bucket = Bucket::of(&[("a.log", log(2).as_bytes())]);
            let output = command(subcommand, &bucket.serve(), &engine).output().unwrap();
            assert_harmless(&output, &format!("{subcommand} {status}"));
            assert_ne!(output.status.code(), Some(0));
        }
    }
}

#[test]
fn an_item_may_be_refused_in_any_words_and_at_any_length() {
    for (status, reason) in [(400, EVIL.to_owned()), (403, EVIL.to_owned()), (400, "x".repeat(4 << 20))] {
        let error = json!({ "type": format!("odd{EVIL}"), "reason": reason });
        let item = json!({ "create": { "status": status, "error": error } });
        let bucket = Bucket::of(&[("a.log", log(2).as_bytes())]);
        let engine = Index::default()
            .serve_items(move |_, document| document.contains("80/1\"").then(|| item["create"].clone()));
        let output = command("ingest", &bucket.serve(), &engine).output().unwrap();
        assert_harmless(&output, &format!("{status}"));
        assert!(output.stdout.len() < 20_000 && output.stderr.len() < 50_000, "{} bytes", output.stdout.len());
    }
}

#[test]
fn s3_may_answer_anything_and_hold_any_key() {
    for (operation, status) in [("GET", 400), ("GET", 403), ("DELETE", 403), ("LIST", 400), ("PUT", 403)] {
        let key = format!("a{}.log", EVIL.replace(['\n', '\r', '\u{2028}'], "").replace("\"", "'"));
        let bucket = Bucket::of(&[("b.log", log(1).as_bytes())]);
        bucket.put(&format!("{}.log", key.replace(|c: char| c.is_control(), "")), log(1).as_bytes());
        let s3 = bucket.serve_with(move |request| {
            let is_list = request.path.contains("list-type");
            let is_it = if operation == "LIST" { is_list } else { request.method == operation && !is_list };
            is_it.then(|| error_of_s3(status))
        });
        for subcommand in ["ingest", "plan", "status"] {
            let output = command(subcommand, &s3, &Index::default().serve()).output().unwrap();
            assert_harmless(&output, &format!("{subcommand} {operation} {status}"));
        }
    }
}

#[test]
fn names_and_lines_may_hold_anything() {
    let folder = std::env::temp_dir().join(format!("albatross-printing-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join(format!("{}.log", EVIL.replace('/', "")));
    let text = format!("{}{}", line(1).replace("curl", "c\u{9b}url\u{202e}\u{7f}"), EVIL);
    std::fs::write(&file, text).unwrap();
    for arguments in [&["parse"][..], &["parse", "--bulk"]] {
        let output = albatross().args(arguments).arg(&file).output().unwrap();
        assert_harmless(&output, "parse");
    }
    let missing = albatross().arg("parse").arg(folder.join(format!("{}.gz", EVIL.replace('/', "")))).output().unwrap();
    assert_harmless(&missing, "a missing file");
    std::fs::remove_dir_all(folder).unwrap();
}
