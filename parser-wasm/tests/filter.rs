//! What holds for any filter and any document.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used)]

use parser_wasm::{EngineKind, Filter, ItemWriter, Knowledge, Line, LineOutcome, Matcher, Schema, Settings, Source};
use proptest::prelude::*;

fn matches(filter: &str, document: &[u8]) -> bool {
    Matcher::new(&Filter::parse(filter).unwrap(), EngineKind::Current).matches(document)
}

fn document(client: u8, status: u16, path: &str, user_agent: &str, time: &str) -> Vec<u8> {
    let line = format!(
        r#"https 2026-09-23T07:15:47.{time}Z app/web/1 192.0.2.{client}:5815 10.20.20.37:80 0.001 0.00{} 0.002 {status} 201 153 3860 "GET https://a.example:443/{path} HTTP/1.1" "{user_agent}" - - arn:aws:tg "Root=1-2-3" "b.example" "-" 2 2026-09-23T07:15:47.801000Z "waf,forward" "-" "-" "10.20.20.37:80" "201" "-" "-""#,
        client % 10
    );
    let line = Line { number: 1, offset: 0, bytes: line.as_bytes(), length: line.len() as u64 };
    let mut out = Vec::new();
    let writer = ItemWriter::new(&Settings::default(), &Source::file("a.log"), &Knowledge::default());
    let LineOutcome::Item(item) = writer.write(&line, &mut out) else { panic!("an item") };
    out[item.document].to_vec()
}

fn any_document() -> impl Strategy<Value = Vec<u8>> {
    let fields = (any::<u8>(), 200..600_u16, "[a-c/?=&*]{0,6}", "[a-dA-D ]{0,6}", "[0-9]{6}");
    fields.prop_map(|(client, status, path, agent, time)| document(client, status, &path, &agent, &time))
}

fn condition() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-cA-C]{1,2}",
        "\"[a-c =]{1,3}\"",
        "url\\.(path|query): (/|[a-c]|\\*|\\\\\\*|[?]){1,4}",
        "url\\.path: \\((a|b)\\*( or| and| and not) [*]c\\)",
        "(url|http)\\.\\*: ([a-c]|[2-5]00|[*])",
        "url\\.(path|query) (<|<=|>|>=) /?[a-c]",
        "source\\.ip (<|<=|>|>=) 192\\.0\\.2\\.[1-9][0-9]",
        "user_agent\\.original: [a-d] [*a-d]",
        "user_agent\\.original: \"[a-d ]{0,2}\"",
        "http\\.response\\.status_code (<|<=|>|>=) [2-5][0-9]{2}",
        "aws\\.elb\\.backend_processing_time\\.sec(: | > | <= )0\\.00[0-9]",
        "source\\.ip: 192\\.0\\.2\\.[1-9][0-9](/2[4-9])?",
        "@timestamp (<|<=|>|>=) 2026-09-23T07:15:47\\.[0-9]{1,6}Z",
        Just("*".to_owned()),
    ]
}

fn filter() -> impl Strategy<Value = String> {
    condition().prop_recursive(3, 16, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|a| format!("not ({a})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) and ({b})")),
            (inner.clone(), inner).prop_map(|(a, b)| format!("({a}) OR ({b})")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn any_text_is_a_filter_or_an_error_inside_it(text in prop_oneof![
        any::<String>(),
        "(url\\.path|source\\.ip|@timestamp|and|or|not|[(){}\":<>=*!\\\\ ]|\\\\u00e9|\\\\t|2026-1|now-1h/d|[|]{2}|é|😀|5){0,20}",
    ]) {
        match Filter::parse_at(Schema::Ecs, &text, 1_795_598_102_482) {
            Ok(filter) => {
                let _ = filter.to_search_body(EngineKind::Elasticsearch6);
                let plain = filter.to_string();
                prop_assert_eq!(Filter::parse_at(Schema::Ecs, &plain, 0).unwrap().to_string(), plain);
            }
            Err(error) => {
                prop_assert!(text.get(error.offset..error.offset + error.length).is_some());
                prop_assert!(error.in_text(&text).contains('^'));
            }
        }
    }

    #[test]
    fn any_bytes_can_be_asked(bytes in proptest::collection::vec(any::<u8>(), 0..300), braces in "[{}\\[\\]\",:a\\\\1]{0,60}") {
        let filter = "url.path: a* or related.ip: 192.0.2.1 or log.offset > 3 or a";
        matches(filter, &bytes);
        matches(filter, braces.as_bytes());
    }

    #[test]
    fn the_plainest_spelling_means_the_same(filter in filter(), document in any_document()) {
        let plain = Filter::parse(&filter).unwrap().to_string();
        prop_assert_eq!(&Filter::parse(&plain).unwrap().to_string(), &plain);
        prop_assert_eq!(matches(&filter, &document), matches(&plain, &document));
    }

    #[test]
    fn de_morgan(a in filter(), b in filter(), document in any_document()) {
        let holds = |text: String| matches(&text, &document);
        prop_assert_eq!(holds(format!("not (({a}) and ({b}))")), holds(format!("not ({a}) or not ({b})")));
        prop_assert_eq!(holds(format!("not (({a}) or ({b}))")), holds(format!("not ({a}) and not ({b})")));
        prop_assert_eq!(holds(format!("({a}) and ({b})")), holds(a.clone()) && holds(b.clone()));
        prop_assert_ne!(holds(format!("not ({a})")), holds(a));
    }
}

#[test]
fn a_setting_may_be_empty_and_cannot_say_now() {
    let settings = |filter: &str| Settings::from_json(&format!(r#"{{"filter":"{filter}"}}"#));
    let everything = settings("").unwrap().filter.unwrap();
    assert!(Matcher::new(&everything, EngineKind::Current).matches(b"{}"));
    let error = settings("@timestamp >= now-1h").unwrap_err().to_string();
    assert!(error.contains("\"now\" has no meaning here"), "{error}");
}
