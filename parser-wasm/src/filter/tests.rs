use super::*;
use crate::document::EngineKind;
use std::collections::{BTreeMap, BTreeSet};

const DOCUMENT: &[u8] = r#"{"@timestamp":"2026-09-23T07:15:47.805298Z","event":{"category":["web"],"outcome":"failure","end":"2026-09-23T07:15:47.805298Z","duration":6000000},"source":{"address":"192.0.2.26","ip":"192.0.2.26","port":5815},"http":{"request":{"method":"GET"},"response":{"status_code":502}},"url":{"original":"https://a.example:443/x y/\"q\"?a=*&b=\\","path":"/x y/\"q\"","query":"a=*&b=\\"},"user_agent":{"original":"Mozilla/5.0 (compatible; Googlebot/2.1) é"},"related":{"ip":["192.0.2.26","2001:db8::5"]},"aws":{"elb":{"request_processing_time":{"sec":0.003},"action_executed":["waf","forward"],"error":{"reason":"Lambda"}}},"albatross":{"verdict":{"reason":"target_closed_connection"},"latency":{"total_ms":3.5}}}"#
    .as_bytes();

fn holds(text: &str) -> bool {
    let filter = Filter::parse(text).unwrap_or_else(|error| panic!("{}", error.in_text(text)));
    Matcher::new(&filter, EngineKind::Current).matches(DOCUMENT)
}

#[test]
fn filters_in_their_plainest_spelling() {
    for (text, plain) in [
        ("url.path:/a", r#"url.path: "/a""#),
        ("url.path : \"a b\" ", r#"url.path: "a b""#),
        ("url.path: /a*", "url.path: /a*"),
        (r"url.path: \*a**b\:c*", r"url.path: \*a*b\:c*"),
        ("url.path: **", "url.path: *"),
        ("url.path: (a or b)", r#"url.path: "a" or url.path: "b""#),
        ("url.path: (not a and b*)", r#"not url.path: "a" and url.path: b*"#),
        ("url.path: ((a or b) and c)", r#"(url.path: "a" or url.path: "b") and url.path: "c""#),
        ("source.ip: 192.0.2.9/24", "source.ip: 192.0.2.0/24"),
        ("source.ip: 2001:DB8:0::1", "source.ip: 2001:db8::1"),
        ("http.response.status_code>=500", "http.response.status_code >= 500"),
        ("http.response.status_code <\"500\"", "http.response.status_code < 500"),
        ("albatross.latency.total_ms: 0.30", "albatross.latency.total_ms: 0.3"),
        ("@timestamp > 2026-11-23T07:15+01:00", "@timestamp > 2026-11-23T07:15+01:00"),
        ("*", "*"),
        ("curl", r#""curl""#),
        ("*curl*", "*curl*"),
        ("Goo*bot", "Goo*bot"),
        ("", "*"),
        (" \t", "*"),
        ("*: *", "*"),
        ("\"http.response.status_code\": 500", "http.response.status_code: 500"),
        ("http.response.*:500", "http.response.*: \"500\""),
        ("http.*.bytes >= 1e3", "http.*.bytes >= \"1e3\""),
        ("http.*.bytes: (1 or 2)", "http.*.bytes: \"1\" or http.*.bytes: \"2\""),
        ("url: *", "url: *"),
        ("source.ip < 10.0.0.0", "source.ip < 10.0.0.0"),
        ("url.path>=/b", r#"url.path >= "/b""#),
        ("event.duration > 1e9", "event.duration > 1000000000"),
        ("http.response.status_code > 499.5", "http.response.status_code >= 500"),
        ("http.response.status_code <= 499.5", "http.response.status_code <= 499"),
        ("http.response.status_code: 502.0", "http.response.status_code: 502"),
        ("@timestamp >= 2026-11-23||-1d/d", "@timestamp >= 2026-11-23||-1d/d"),
        // Text of one field needs no quotes around its spaces.
        ("url.path: /a b and url.query: c", r#"url.path: "/a b" and url.query: "c""#),
        (r"user_agent.original: *Linux rv\:143* or a", r#"user_agent.original: *Linux\ rv\:143* or "a""#),
        ("user_agent.original: *Windows NT* or a", r#"user_agent.original: *Windows\ NT* or "a""#),
        (
            "user_agent.original: (*Mac OS* or \"a b\")",
            r#"user_agent.original: *Mac\ OS* or user_agent.original: "a b""#,
        ),
        // Escapes outside quotes and in them.
        (r"url.path: \{a\}\tb\u0041\ud83d\ude00", "url.path: \"{a}\\tbA😀\""),
        (r"url.path: (\and or \OR or \not)", r#"url.path: "and" or url.path: "OR" or url.path: "not""#),
        (r#"url.path: "a\*b\(\d\\ \u00e9\uZ \"q\" \t""#, r#"url.path: "a\\*b\\(\\d\\ é\\uZ \"q\" \t""#),
        (r#""say \"hi\" *""#, r#""say \"hi\" *""#),
        ("\"and\"", r#""and""#),
        ("andy OR nothing AND oracle", r#""andy" or ("nothing" and "oracle")"#),
    ] {
        let filter = Filter::parse(text).unwrap_or_else(|error| panic!("{}", error.in_text(text)));
        assert_eq!(filter.to_string(), plain, "{text}");
        assert_eq!(Filter::parse(plain).expect(plain).to_string(), plain);
        assert_eq!(filter.text(), text);
    }
}

#[test]
fn not_binds_before_and_and_before_or() {
    for (text, plain) in [
        ("a or b and c", r#""a" or ("b" and "c")"#),
        ("a and b or c", r#"("a" and "b") or "c""#),
        ("(a or b) and c", r#"("a" or "b") and "c""#),
        ("not a and b", r#"not "a" and "b""#),
        ("not (a and b)", r#"not ("a" and "b")"#),
        ("not not a", r#""a""#),
        ("Not nOT not a", r#"not "a""#),
        ("a or (b or c)", r#""a" or "b" or "c""#),
        ("((a))and(b)", r#""a" and "b""#),
        ("not url.path: (a or b)", r#"not (url.path: "a" or url.path: "b")"#),
    ] {
        assert_eq!(Filter::parse(text).expect(text).to_string(), plain, "{text}");
    }
}

#[test]
fn what_is_wrong_is_shown_at_its_place() {
    for (text, message) in [
        ("()", "expected a condition: a field, \":\" and a value, or a word to look for\n  ()\n   ^"),
        ("a and", "expected a condition: a field, \":\" and a value, or a word to look for\n  a and\n       ^"),
        ("and b", "expected a condition: a field, \":\" and a value, or a word to look for\n  and b\n  ^^^"),
        ("a b", "expected \"and\", \"or\" or the end; text with spaces stands in quotes\n  a b\n    ^"),
        ("(a", "expected \")\"\n  (a\n    ^"),
        ("a)", "expected \"and\", \"or\" or the end; text with spaces stands in quotes\n  a)\n   ^"),
        ("url.path:", "expected a value\n  url.path:\n           ^"),
        (
            "url.path: or",
            "expected a value; \"and\", \"or\" and \"not\" as text stand in quotes\n  url.path: or\n            ^^",
        ),
        ("é and \"b", "the closing quote is missing\n  é and \"b\n        ^^"),
        ("\"\"", "expected text between the quotes\n  \"\"\n  ^^"),
        (
            r"url.path: \a",
            "expected one of \\ ( ) { } : < > \" * or a space behind the backslash, t, r, n or uXXXX, and, or, not\n  url.path: \\a\n            ^^",
        ),
        (
            "http.respnse.status_code: 1",
            "no such field; did you mean http.response.status_code?\n  http.respnse.status_code: 1\n  ^^^^^^^^^^^^^^^^^^^^^^^^",
        ),
        ("a.b.c.d: 1", "no such field\n  a.b.c.d: 1\n  ^^^^^^^"),
        ("https://a.example/", "expected quotes around text that has a \":\"\n  https://a.example/\n  ^^^^^"),
        (
            "event.original: a",
            "this field is kept in documents and not indexed: it cannot be searched\n  event.original: a\n  ^^^^^^^^^^^^^^",
        ),
        (
            "source.ip >= 192.0.2.0/24",
            "networks have no order: use \":\" and a value\n  source.ip >= 192.0.2.0/24\n               ^^^^^^^^^^^^",
        ),
        (
            "http.response.status_code: (500 or 5xx)",
            "expected a whole number such as 500\n  http.response.status_code: (500 or 5xx)\n                                     ^^^",
        ),
        (
            "http.response.status_code: 5*",
            "\"*\" stands for a part of text only: expected a whole number such as 500, or two conditions for a range, such as url.port >= 8000 and url.port < 9000\n  http.response.status_code: 5*\n                             ^^",
        ),
        (
            "albatross.latency.total_ms > 1e99",
            "expected a number such as 0.25\n  albatross.latency.total_ms > 1e99\n                               ^^^^",
        ),
        (
            "source.ip: 192.0.2.0/33",
            "expected an address or a network, such as 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32\n  source.ip: 192.0.2.0/33\n             ^^^^^^^^^^^^",
        ),
        (
            "a or\n@timestamp > yesterday",
            "expected a date such as 2026-11-23 or 2026-11-23T07:15:26.379Z, or date maths such as 2026-11-23||-7d/d\n  @timestamp > yesterday\n               ^^^^^^^^^",
        ),
        (
            "http.response.status_code=500",
            "expected \":\" for \"=\"\n  http.response.status_code=500\n                           ^^^^",
        ),
    ] {
        assert_eq!(Filter::parse(text).expect_err(text).in_text(text), message, "{text}");
    }
}

/// What is wrong and where, in the bytes of the filter.
fn refusal(text: &str) -> (String, &str) {
    let error = Filter::parse(text).expect_err(text);
    (error.to_string(), text.get(error.offset..error.offset + error.length).expect("a place in the text"))
}

#[test]
fn what_other_languages_write_is_told_what_to_write_here() {
    for (text, message, place) in [
        ("!curl", "expected \"not\" and a space for \"!\"; text that begins with \"!\" stands in quotes", "!curl"),
        (
            "a and !url.path: /b",
            "expected \"not\" and a space for \"!\"; text that begins with \"!\" stands in quotes",
            "!url.path",
        ),
        ("-url.path: /b", "expected \"not\" and a space for \"-\", and nothing for \"+\"", "-url.path"),
        ("+url.path: /b", "expected \"not\" and a space for \"-\", and nothing for \"+\"", "+url.path"),
        ("url.port = 80", "expected \":\" for \"=\"", "="),
        ("url.port==80", "expected \":\" for \"=\"", "==80"),
        ("url.port != 80", "expected \"not\" before the name and \":\" for \"!=\"", "!="),
        ("url.port!=80", "expected \"not\" before the name and \":\" for \"!=\"", "!=80"),
        ("url.port => 80", "expected \">=\" or \"<=\", with \"=\" at the end", "=>"),
        ("url.port=> 80", "expected \">=\" or \"<=\", with \"=\" at the end", "url.port="),
        ("a && b", "expected \"and\" for \"&&\"", "&&"),
        ("url.port: 80 || url.port: 81", "expected \"or\" for \"||\"", "||"),
        ("(a || b)", "expected \"or\" for \"||\"", "||"),
        (
            "url.port: [500 TO 599]",
            "expected two conditions for a range, such as url.port >= 8000 and url.port <= 8999",
            "[500",
        ),
        ("url.port: >= 500", "expected a value; a comparison goes without \":\", such as url.port >= 8000", ">"),
        ("url.port: (>5)", "expected a value; a comparison goes without \":\", such as url.port >= 8000", ">"),
        (
            "url.port: {500 TO 599}",
            "expected no brace: no field is nested, names are written whole; as text it stands in quotes",
            "{",
        ),
        (
            "http: { request.method: GET }",
            "expected no brace: no field is nested, names are written whole; as text it stands in quotes",
            "{",
        ),
        ("url.query: null", "expected \"not\" before the name and \"*\" for null; as text it stands in quotes", "null"),
        ("url.port: (80 443)", "expected \"or\" between values; text with spaces stands in quotes", "443"),
        (
            "http.request.method: (GET POST)",
            "expected \"or\" between values; text with spaces stands in quotes",
            "POST",
        ),
        ("url.port: 80 443", "expected one value; several stand in parentheses, such as (502 or 504)", "443"),
        (
            "url.port: 80 url.path: /a",
            "expected \"and\", \"or\" or the end; text with spaces stands in quotes",
            "url.path",
        ),
        (
            "url.path: /a b url.port > 5",
            "expected \"and\", \"or\" or the end; text with spaces stands in quotes",
            "url.port",
        ),
        ("url.port exists", "expected \":\", \"<\", \"<=\", \">\" or \">=\" behind the name of a field", "exists"),
        ("a or 2001:db8::/32", "expected quotes around text that has a \":\"", "2001:db8::/32"),
        ("_exists_: url.query", "documents have no such field: write the field's name and \": *\"", "_exists_"),
    ] {
        assert_eq!(refusal(text), (message.to_owned(), place), "{text}");
    }
}

#[test]
fn names_that_are_none_lead_to_the_fields_they_mean() {
    for (text, message, place) in [
        ("elb_status_code >= 500", "no such field; did you mean http.response.status_code?", "elb_status_code"),
        (
            "status: 502",
            "no such field; did you mean http.response.status_code or aws.elb.health_check.status?",
            "status",
        ),
        ("path: /a", "no such field; did you mean url.path?", "path"),
        (
            "client:port: 192.0.2.1",
            "this is an object of fields: write \"*\" to ask whether it is there, or name a field of it, such as source.ip",
            "port: 192.0.2.1",
        ),
        (
            "client:192.0.2.1",
            "this is an object of fields: write \"*\" to ask whether it is there, or name a field of it, such as source.ip",
            "192.0.2.1",
        ),
        ("target:port_list: *", "no such field; did you mean aws.elb.target_port?", "target:port_list"),
        (
            "not message: a",
            "documents have no such field: write a word by itself, or a field such as url.original or user_agent.original",
            "message",
        ),
        (
            "_id: a",
            "documents have no such field: write log.file.path and log.offset, which say where a document comes from",
            "_id",
        ),
        ("client_ip: 192.0.2.1", "no such field; did you mean source.ip?", "client_ip"),
        ("user_agent.original.text: a", "no such field; did you mean user_agent.original?", "user_agent.original.text"),
        (
            "url: /a",
            "this is an object of fields: write \"*\" to ask whether it is there, or name a field of it, such as url.original",
            "/a",
        ),
        (
            "\"status\": 502",
            "no such field; did you mean http.response.status_code or aws.elb.health_check.status?",
            "\"status\"",
        ),
        ("htp.*: 5", "no such field", "htp.*"),
        (
            "source.geo.location: 5",
            "points on the earth cannot be asked for: expected another field of the place, such as source.geo.country_iso_code",
            "5",
        ),
    ] {
        assert_eq!(refusal(text), (message.to_owned(), place), "{text}");
    }
}

#[test]
fn now_is_what_it_is_said_to_be() {
    let now = 1_790_147_747_805 + 3_600_000;
    let holds = |text: &str| {
        let filter = Filter::parse_at(Schema::Ecs, text, now).unwrap_or_else(|error| panic!("{}", error.in_text(text)));
        Matcher::new(&filter, EngineKind::Current).matches(DOCUMENT)
    };
    for yes in [
        "@timestamp >= now-1h",
        "@timestamp < now",
        "@timestamp: now/d",
        "@timestamp > \"now-2h/h\" and @timestamp <= now-1h+1s",
    ] {
        assert!(holds(yes), "{yes}");
    }
    for no in ["@timestamp <= now-1h", "@timestamp > now", "@timestamp: now-1d/d"] {
        assert!(!holds(no), "{no}");
    }
    let (message, place) = refusal("a or @timestamp >= now-1h");
    assert!(message.starts_with("\"now\" has no meaning here"), "{message}");
    assert_eq!(place, "now-1h");
}

#[test]
fn what_engines_would_not_take_is_refused() {
    let kind = |text: String| Filter::parse(&text).map(|filter| filter.to_string()).map_err(|error| error.kind);
    assert_eq!(kind("(".repeat(5000)), Err(FilterErrorKind::TooDeep));
    assert_eq!(kind("not ".repeat(2000)), Err(FilterErrorKind::TooDeep));
    let mut nested = "a".to_owned();
    for _ in 0..10 {
        nested = format!("b or c and ({nested})");
    }
    assert_eq!(kind(nested), Err(FilterErrorKind::TooDeep));
    assert_eq!(kind("a".repeat(8193)), Err(FilterErrorKind::TooLong));
    assert!(kind("a or ".repeat(64) + "a").is_ok());
    assert_eq!(kind("a or ".repeat(200) + "a"), Err(FilterErrorKind::TooMany));
    assert_eq!(kind("a and ".repeat(64) + "a"), Err(FilterErrorKind::TooMany));
    assert!(kind("not a and ".repeat(64) + "b").is_ok());
    assert!(kind(format!("url.port: ({}0)", "0 or ".repeat(511))).is_ok());
    assert_eq!(kind(format!("url.port: ({}0)", "0 or ".repeat(512))), Err(FilterErrorKind::TooMany));
    assert_eq!(kind("a".repeat(129)), Err(FilterErrorKind::PatternTooLong));
    assert_eq!(kind("url.path: ".to_owned() + &"a*".repeat(9)), Err(FilterErrorKind::PatternTooLong));
}

#[test]
fn places_in_utf16() {
    let text = "\"😀\" and é: 1";
    let error = Filter::parse(text).expect_err("no field");
    assert_eq!(((error.offset, error.length), error.in_utf16(text)), ((11, 2), (9, 1)));
}

#[test]
fn keywords_and_their_patterns() {
    for yes in [
        "http.request.method: GET",
        "url.path: \"/x y/\\\"q\\\"\"",
        r#"url.path: /x\ y/\"q\""#,
        r"url.path: /x\ y*",
        r"url.query: a=\**",
        r"url.query: *\\",
        r#"url.query: "a=*&b=\\""#,
        "url.query: *",
        "user_agent.original: *é",
        "user_agent.original: *5.0 \\(compatible*",
        "url.path: /x y/\\\"q\\\"",
        "url.path > /x and url.path < /y and url.path >= \"/x y\" and not url.path <= /x",
        "http.response.status_code > 499.5 and http.response.status_code: 5.02e2",
        "http.response.*: 502",
        "http.*: GET",
        "*: 502",
        "*.ip: 2001:db8::5",
        "url: * and source: * and aws: * and not source.geo: *",
        "",
        "aws.elb.action_executed: waf",
        "aws.elb.action_executed: (waf and forward)",
        "aws.elb.action_executed: for*",
        "event.category: web",
        "not url.fragment: *",
        "not url.fragment: x",
        "*",
    ] {
        assert!(holds(yes), "{yes}");
    }
    for no in [
        "http.request.method: get",
        "http.request.method: GE",
        "http.request.method: \"G*\"",
        "url.path: x*",
        "url.fragment: *",
        "aws.elb.action_executed: \"waf,forward\"",
        "aws.elb.action_executed: (waf and not forward)",
        "not *",
        "url.path >= /y",
        "url.query < a",
        "http.response.*: 500",
        "tls: *",
        "url.*: \"GET\"",
    ] {
        assert!(!holds(no), "{no}");
    }
}

#[test]
fn numbers_times_and_addresses() {
    for yes in [
        "http.response.status_code: 502",
        "http.response.status_code: (500 or 502)",
        "http.response.status_code >= 502 and http.response.status_code <= 502 and http.response.status_code < 503",
        "event.duration > 5999999",
        "aws.elb.request_processing_time.sec: 0.003",
        "aws.elb.request_processing_time.sec >= 0.003 and aws.elb.request_processing_time.sec <= 0.003",
        "albatross.latency.total_ms: 3.5",
        "albatross.latency.total_ms > 3.4999998",
        // Nearer to 3.5 than a `float` can tell.
        "albatross.latency.total_ms: 3.50000000001",
        "@timestamp: 2026-09-23",
        "@timestamp: 2026-09-23T07:15:47",
        "@timestamp: 2026-09-23T07:15:47,805298+0000",
        "@timestamp: 1790147747805",
        "@timestamp: 1790147747805.298",
        "@timestamp > 2026-09 and @timestamp >= 2026 and @timestamp: 2026-09||/M and @timestamp: 2026||/y",
        "@timestamp < 2300 and @timestamp > 1950",
        "@timestamp: \"2026-09-23T09:15:47.805298+02:00\"",
        "@timestamp >= 2026-09-23 and @timestamp <= 2026-09-23",
        "source.ip >= 192.0.2.0 and source.ip < 193.0.0.0 and source.ip > 10.0.0.0 and source.ip <= 192.0.2.26",
        "source.ip < 2001:db8::",
        "@timestamp > 2026-09-22 and @timestamp < 2026-09-24",
        "source.ip: 192.0.2.26",
        "source.ip: 192.0.2.0/24",
        "source.ip: ::/0",
        "source.ip: \"::ffff:192.0.2.26\"",
        "related.ip: 2001:db8:0::5",
        "related.ip: (2001:db8::/32 and 192.0.2.0/27)",
    ] {
        assert!(holds(yes), "{yes}");
    }
    for no in [
        "http.response.status_code: 50",
        "http.response.status_code > 502",
        "aws.elb.request_processing_time.sec > 0.003",
        "aws.elb.request_processing_time.sec < 0.003",
        "@timestamp > 2026-09-23",
        "@timestamp < 2026-09-23",
        "@timestamp: 2026-09-23T07:15:47.805297Z",
        "source.ip: 2001:db8::/32",
        "event.start: *",
        "@timestamp: 2026-09-23T07:15:47.805",
        "@timestamp: 2026-09",
        "@timestamp: 2026",
        "@timestamp > 2300 or @timestamp < 1950",
        "source.ip > 192.0.2.26",
    ] {
        assert!(!holds(no), "{no}");
    }
}

#[test]
fn words_are_looked_for_in_the_text_fields() {
    for (yes, no) in [
        ("googlebot", "googlebots"),
        ("\"(COMPATIBLE; goo\"", "\"compatible goo\""),
        ("192.0.2", "5816"),
        ("a.exam*B=", "b=*a.exam"),
        // The whole value of any field, in its own case.
        ("GET", "Post"),
        ("502", "501"),
        ("\"2001:db8:0::5\"", "\"2001:db8::6\""),
        ("192.0.2.0/24", "192.0.3.0/24"),
        ("waf", "wa"),
        ("wa*", "w*a"),
        ("3.5", "3.25"),
        ("2026-09-23", "2026-09-24"),
        ("TARGET_closed", "POST"),
        ("é", "É"),
    ] {
        assert!(holds(yes) && !holds(no), "{yes}, {no}");
    }
}

#[test]
fn what_the_index_leaves_out_is_not_found() {
    let document = |text: &str| format!(r#"{{"url":{{"path":"{text}"}}}}"#).into_bytes();
    let matches = |text: &str, document: &[u8]| {
        Matcher::new(&Filter::parse(text).expect(text), EngineKind::Current).matches(document)
    };
    for (character, most) in [("a", 8191), ("é", 8191), ("😀", 4095), ("\\n", 8191)] {
        assert!(matches("url.path: *", &document(&character.repeat(most))), "{character}");
        assert!(!matches("url.path: *", &document(&character.repeat(most + 1))), "{character}");
    }
}

#[test]
fn an_engine_without_nanoseconds_compares_milliseconds() {
    let filter = Filter::parse("@timestamp: 2026-09-23T07:15:47.8059Z").expect("a filter");
    assert!(!Matcher::new(&filter, EngineKind::Current).matches(DOCUMENT));
    assert!(Matcher::new(&filter, EngineKind::Elasticsearch6).matches(DOCUMENT));
}

#[test]
fn times_that_no_engine_keeps_as_nanoseconds_are_compared() {
    let document = br#"{"tls":{"client":{"not_before":"1950-01-01T00:00:00Z","not_after":"9999-12-31T23:59:59Z"}}}"#;
    let holds = |text: &str| Matcher::new(&Filter::parse(text).expect(text), EngineKind::Current).matches(document);
    assert!(holds("tls.client.not_after >= 2027-06-01") && holds("tls.client.not_after >= 2300-01-01"));
    assert!(holds("tls.client.not_before < 1971-01-01") && holds("tls.client.not_before: 1950"));
    assert!(!holds("tls.client.not_after < 2300-01-01") && !holds("tls.client.not_before > 1951"));
}

/// The first column of a table's rows, and the second one; docs/filter.md is for people, and this holds it to the truth.
fn table(heading: &str) -> Vec<(String, String)> {
    let page = include_str!("../../../docs/filter.md");
    let section = page.split("\n## ").find(|section| section.starts_with(heading)).expect(heading);
    let rows = section.lines().filter(|line| line.starts_with("| `")).map(|row| {
        let row = row.replace(r"\|", "\u{0}");
        let mut cells = row.split(" | ").map(|cell| cell.trim_matches(['|', ' ', '`']).replace('\u{0}', "|"));
        (cells.next().expect("a filter"), cells.next().expect("a meaning"))
    });
    rows.collect()
}

#[test]
fn what_the_page_about_filters_says_can_be_written() {
    let rows = table("What to write");
    assert!(rows.len() > 25);
    for (text, _) in rows {
        let filter = Filter::parse_at(Schema::Ecs, &text, 1_790_147_747_805);
        filter.unwrap_or_else(|error| panic!("{}", error.in_text(&text)));
    }
}

#[test]
fn what_the_page_about_filters_says_is_refused() {
    let rows = table("What is refused");
    assert!(rows.len() > 25);
    for (text, message) in rows {
        assert_eq!(Filter::parse(&text).expect_err(&text).to_string(), message, "{text}");
    }
}

/// The fields of a schema by the columns that they are made of, as docs/document.md has them.
fn made_of(schema: &str) -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let page = include_str!("../../../docs/document.md");
    let table = page.split(&format!("<!-- fields of {schema} -->")).nth(1).and_then(|rest| rest.split("<!--").next());
    let mut fields = BTreeMap::<_, BTreeSet<_>>::new();
    for row in table.expect("a table").lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.split(" | ").collect();
        for column in
            cells[2].split('`').skip(1).step_by(2).filter(|column| !["any later", "keep_original"].contains(column))
        {
            fields.entry(column).or_default().insert(cells[0].trim_matches(['|', ' ', '`']));
        }
    }
    fields
}

#[test]
fn every_column_of_aws_leads_to_a_field_that_is_made_of_it() {
    for (schema, name) in [(Schema::Ecs, "ecs"), (Schema::NetworkLog, "network-log")] {
        let columns = made_of(name);
        assert!(columns.len() > 15);
        for (column, fields) in columns.iter().filter(|(column, _)| schema.kind(column).is_none()) {
            let offered = field::offered(schema, column);
            assert!(offered.iter().any(|field| fields.contains(field)), "{column} {offered:?}");
            assert!(offered.iter().all(|field| schema.kind(field).is_some()), "{column} {offered:?}");
        }
    }
    for alias in
        ["timestamp", "request_line", "lambda_error_reason", "target_ip", "request_url", "request_proto", "domain"]
    {
        assert!(!field::offered(Schema::Ecs, alias).is_empty(), "{alias}");
    }
}
