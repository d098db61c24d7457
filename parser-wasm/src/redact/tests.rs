use super::*;
use crate::Settings;
use crate::{ItemWriter, Knowledge, Line, LineOutcome, Source};

/// A line with a value in every column, and `SECRET` wherever a person may have put something of their own.
const LINE: &str = r#"https 2026-09-23T07:15:47.805298Z app/web/98e3a879de9d6b42 203.0.113.77:5815 203.0.113.77:80 0.001 0.003 0.002 200 201 153 3860 "GET https://SECRET:SECRET@a.example:443/x.html?q=SECRET&SECRET#t=SECRET HTTP/1.1" "curl/8" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:tg "Root=1-2-3" "b.example" "arn:aws:cert" 2 2026-09-23T07:15:47.801000Z "waf,forward" "https://SECRET@c.example/?SECRET=" "WAFServiceError" "203.0.113.77:80" "201" "Ambiguous" "EmptyHeader" TID_1 "d.example" "/y?q=SECRET" "TransformSuccess" 203.0.113.77 "SECRET" "203.0.113.77""#;

fn settings(redact: &str) -> Settings {
    Settings::from_json(&format!(r#"{{"redact":{redact}}}"#)).expect("settings")
}

/// The action and the document of a line.
fn written(line: &str, settings: &Settings, key: Option<&RedactionKey>) -> [String; 2] {
    let writer = ItemWriter::new(settings, &Source::s3("logs", "a.log"), &Knowledge::default());
    let writer = if let Some(key) = key { writer.with_key(key) } else { writer };
    let mut out = Vec::new();
    let line = Line { number: 1, offset: 0, bytes: line.as_bytes(), length: line.len() as u64 };
    let LineOutcome::Item(item) = writer.write(&line, &mut out) else { panic!("an item") };
    let text = |range: std::ops::Range<usize>| String::from_utf8(out[range].to_vec()).expect("UTF-8");
    let document = text(item.document.clone());
    let _: serde_json::Value = serde_json::from_str(&document).expect("JSON");
    assert_eq!(out.len(), item.document.end + 1);
    [text(item.action), document]
}

#[test]
fn nothing_secret_is_left_in_a_full_document() {
    let [_, plain] = written(LINE, &Settings::default(), None);
    assert!(plain.matches("SECRET").count() > 10 && plain.matches("203.0.113.77").count() >= 7);
    for query in ["mask", "drop"] {
        for addresses in ["truncate", "hmac"] {
            let settings = settings(&format!(r#"{{"query":"{query}","addresses":"{addresses}"}}"#));
            let [action, redacted] = written(LINE, &settings, None);
            assert!(!redacted.contains("SECRET") && !redacted.contains("203.0.113.77"), "{redacted}");
            // Whoever tries what may have stood there gets the same id for each guess.
            for (guessed, guess) in [("203.0.113.77", "203.0.113.78"), ("SECRET", "GUESS")] {
                assert_eq!(written(&LINE.replace(guessed, guess), &settings, None)[0], action, "{guess}");
            }
        }
    }
}

#[test]
fn what_is_left() {
    let all =
        settings(r#"{"query":"mask","addresses":"truncate","remove":["user_agent","tls","aws.elb.error.reason"]}"#);
    let document: serde_json::Value = serde_json::from_str(&written(LINE, &all, None)[1]).expect("JSON");
    let at = |pointer: &str| document.pointer(pointer).cloned().unwrap_or_default();
    for (pointer, expected) in [
        ("/url/original", "https://***@a.example:443/x.html?q=***&***#t=***"),
        ("/url/username", "***"),
        ("/url/query", "q=***&***"),
        ("/url/fragment", "t=***"),
        ("/url/path", "/x.html"),
        ("/aws/elb/redirect_url", "https://***@c.example/?***"),
        ("/aws/elb/transformed_uri", "/y?q=***"),
        ("/source/address", "203.0.113.0"),
        ("/source/ip", "203.0.113.0"),
        ("/related/ip/0", "203.0.113.0"),
        ("/aws/elb/backend/ip", "203.0.113.0"),
        ("/aws/elb/target_port/0", "203.0.113.0:80"),
        ("/aws/elb/node_ip", "203.0.113.0"),
        ("/related/hosts/1", "b.example"),
    ] {
        assert_eq!(at(pointer), expected, "{pointer}");
    }
    for pointer in ["/user_agent", "/tls", "/aws/elb/error", "/aws/elb/extra"] {
        assert_eq!(document.pointer(pointer), None, "{pointer}");
    }
}

#[test]
fn replaced_addresses_are_the_same_for_the_same_client() {
    let key = RedactionKey::new(b"0123456789abcdef").expect("a key");
    let hmac = settings(r#"{"addresses":"hmac"}"#);
    let of = |line: &str, key| {
        let document: serde_json::Value = serde_json::from_str(&written(line, &hmac, key)[1]).expect("JSON");
        assert_eq!((document.pointer("/source/ip"), document.pointer("/related")), (None, None));
        document["source"]["address"].as_str().expect("text").to_owned()
    };
    let other_line =
        "http 2026-11-23T00:00:00.000001Z app/a/1 203.0.113.77:9 - -1 -1 -1 404 - 1 2 \"- - -\" \"-\" - - -";
    assert_eq!(of(other_line, Some(&key)), of(other_line, Some(&key)));
    assert_eq!(of(other_line, Some(&key)).len(), 32);
    assert_eq!(of(other_line, None), "hmac-needs-a-key");
}

#[test]
fn a_document_with_nothing_to_redact_stays_as_it_is() {
    let line = r#"http 2026-11-23T00:00:00.000001Z app/a/1 192.0.2.0:1 10.0.0.1:80 -1 -1 -1 404 - 1 2 "GET http://a.example:80/\x22\xC3\xA9 HTTP/1.1" "-" - - -"#;
    let all = settings(r#"{"query":"mask","addresses":"truncate","remove":["user_agent"]}"#);
    assert_eq!(written(line, &all, None)[1], written(line, &Settings::default(), None)[1]);
}

#[test]
fn redacted_lines_are_told_apart_by_object_number_and_time() {
    let settings = settings(r#"{"addresses":"truncate"}"#);
    let id = |key: &str, number: u64, line: &str| {
        let writer = ItemWriter::new(&settings, &Source::s3("logs", key), &Knowledge::default());
        let mut out = Vec::new();
        let line = Line { number, offset: 0, bytes: line.as_bytes(), length: line.len() as u64 };
        let LineOutcome::Item(item) = writer.write(&line, &mut out) else { panic!("an item") };
        String::from_utf8(out[item.action].to_vec()).expect("UTF-8")
    };
    let one = id("a/access.log", 1, LINE);
    assert_ne!(id("b/access.log", 1, LINE), one, "somebody else's object of the same name");
    assert_ne!(id("a/access.log", 2, LINE), one);
    assert_ne!(id("a/access.log", 1, &LINE.replace("07:15:47.805298", "07:15:47.805299")), one, "written over");
}

#[test]
fn the_filter_sees_what_redaction_leaves() {
    let outcome = |filter: &str| {
        let text = serde_json::json!({ "filter": filter, "redact": { "addresses": "truncate" } }).to_string();
        let settings = Settings::from_json(&text).expect("settings");
        let writer = ItemWriter::new(&settings, &Source::file("a.log"), &Knowledge::default());
        let line = Line { number: 1, offset: 0, bytes: LINE.as_bytes(), length: LINE.len() as u64 };
        let mut out = b"before".to_vec();
        let is_item = matches!(writer.write(&line, &mut out), LineOutcome::Item(_));
        assert_eq!(out == b"before", !is_item);
        is_item
    };
    assert!(outcome("source.ip: 203.0.113.0"));
    assert!(!outcome("source.ip: 203.0.113.77"));
}

#[test]
fn flat_documents_are_redacted_too() {
    for query in ["mask", "drop"] {
        for addresses in ["truncate", "hmac"] {
            let redact = format!(r#"{{"query":"{query}","addresses":"{addresses}","remove":["userAgent"]}}"#);
            let flat = |redact: &str| {
                Settings::from_json(&format!(r#"{{"schema":"network-log","redact":{redact}}}"#)).expect("settings")
            };
            let [_, plain] = written(LINE, &flat("{}"), None);
            assert!(plain.contains("SECRET") && plain.matches("203.0.113.77").count() == 2);
            let [_, redacted] = written(LINE, &flat(&redact), None);
            assert!(!redacted.contains("SECRET") && !redacted.contains("203.0.113.77"), "{redacted}");
            assert!(redacted.contains(r#""request":"GET https://"#) && !redacted.contains("curl"), "{redacted}");
            assert_eq!(redacted.contains(r#""externalIp":"203.0.113.0""#), addresses == "truncate", "{redacted}");
        }
    }
}

#[test]
fn every_content_is_in_a_field() {
    for schema in [Schema::Ecs, Schema::NetworkLog] {
        for (path, _) in contents(schema) {
            assert!(schema.kind(path).is_some(), "{path}");
        }
    }
}

#[test]
fn any_bytes_can_be_redacted() {
    let redact = settings(r#"{"query":"drop","addresses":"truncate"}"#).redact;
    for schema in [Schema::Ecs, Schema::NetworkLog] {
        let redactor = Redactor::new(schema, &redact, None).expect("work");
        let [_, document] = written(LINE, &Settings { schema, ..Settings::default() }, None);
        for end in 0..document.len() {
            redactor.write(&document.as_bytes()[..end], &mut Vec::new());
        }
    }
}
