use super::*;
use crate::document::EngineKind;

const DOCUMENT: &[u8] = br#"{"@timestamp":"2026-09-23T07:15:47.805298Z","event":{"category":["web"],"outcome":"failure","end":"2026-09-23T07:15:47.805298Z","duration":6000000},"source":{"address":"192.0.2.26","ip":"192.0.2.26","port":5815},"http":{"request":{"method":"GET"},"response":{"status_code":502}},"url":{"original":"https://a.example:443/x y/\"q\"?a=*&b=\\","path":"/x y/\"q\"","query":"a=*&b=\\"},"user_agent":{"original":"Mozilla/5.0 (compatible; Googlebot/2.1) \u00e9"},"related":{"ip":["192.0.2.26","2001:db8::5"]},"aws":{"elb":{"request_processing_time":{"sec":0.003},"action_executed":["waf","forward"],"error":{"reason":"Lambda"}}},"albatross":{"verdict":{"reason":"target_closed_connection"},"latency":{"total_ms":3.5}}}"#;

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
        ("*curl*", r#""curl""#),
        ("Goo*bot", "*Goo*bot*"),
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
        ("", "expected a condition: a field, \":\" and a value, or a word to look for\n  \n  ^"),
        ("a and", "expected a condition: a field, \":\" and a value, or a word to look for\n  a and\n       ^"),
        ("and b", "expected a condition: a field, \":\" and a value, or a word to look for\n  and b\n  ^^^"),
        ("a b", "expected \"and\", \"or\" or the end; text with spaces stands in quotes\n  a b\n    ^"),
        ("(a", "expected \")\"\n  (a\n    ^"),
        ("a)", "expected \"and\", \"or\" or the end; text with spaces stands in quotes\n  a)\n   ^"),
        ("url.path:", "expected a value\n  url.path:\n           ^"),
        ("url.path: or", "expected a value\n  url.path: or\n            ^^"),
        ("url.path: >5", "expected a value\n  url.path: >5\n            ^"),
        ("é and \"b", "the closing quote is missing\n  é and \"b\n        ^^"),
        ("\"\"", "expected text between the quotes\n  \"\"\n  ^^"),
        (
            r"url.path: \a",
            "expected one of \\ ( ) : < > \" * or a space behind the backslash, or n, r, t in quotes\n  url.path: \\a\n            ^^",
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
        ("url.path > a", "keywords have no order: use \":\" and a value\n  url.path > a\n           ^"),
        (
            "source.ip >= 192.0.2.1",
            "addresses have no order: use \":\" and a value\n  source.ip >= 192.0.2.1\n            ^^",
        ),
        (
            "http.response.status_code: (500 or 5xx)",
            "expected a whole number such as 500\n  http.response.status_code: (500 or 5xx)\n                                     ^^^",
        ),
        (
            "http.response.status_code: 5*",
            "\"*\" stands for a part of text only: expected a whole number such as 500\n  http.response.status_code: 5*\n                             ^^",
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
            "expected a date such as 2026-11-23 or 2026-11-23T07:15:26.379Z, from 1970 to 2261\n  @timestamp > yesterday\n               ^^^^^^^^^",
        ),
        (
            "http.response.status_code=500",
            "expected \":\", \"<\", \"<=\", \">\" or \">=\" behind the name of a field\n  http.response.status_code=500\n                               ^",
        ),
    ] {
        assert_eq!(Filter::parse(text).expect_err(text).in_text(text), message, "{text}");
    }
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
    assert_eq!(kind("a or ".repeat(64) + "a"), Err(FilterErrorKind::TooMany));
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
        "@timestamp: 2026-09-23T07:15:47.805",
        "@timestamp: \"2026-09-23T09:15:47.805298+02:00\"",
        "@timestamp >= 2026-09-23 and @timestamp <= 2026-09-23",
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
    ] {
        assert!(!holds(no), "{no}");
    }
}

#[test]
fn words_are_looked_for_in_the_text_fields() {
    for (yes, no) in [
        ("googlebot", "googlebots"),
        ("\"(COMPATIBLE; goo\"", "\"compatible goo\""),
        ("192.0.2", "5815"),
        ("a.exam*B=", "b=*a.exam"),
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
