//! A filter as the body of a search, for every engine there is: Elasticsearch 6.8 to 9, OpenSearch 2 and 3.

use super::Filter;
use super::expression::{Choice, Condition, Expression, Relation, Test};
use super::pattern::Pattern;
use crate::document::EngineKind;
use serde_json::{Value, json};

/// What compiling a long word takes at most: the engines' own bound is for patterns of any kind.
const MOST_STATES: u32 = 100_000;

impl Filter {
    /// The body of a `_search` or `_count` request that finds the documents for which the filter holds.
    pub fn to_search_body(&self, engine: EngineKind) -> Value {
        json!({ "query": { "bool": { "filter": [query(&self.expression, engine)] } } })
    }
}

fn query(expression: &Expression, engine: EngineKind) -> Value {
    match expression {
        Expression::All => json!({ "match_all": {} }),
        Expression::Test(test) => field_query(test, engine),
        Expression::Not(inner) => json!({ "bool": { "must_not": alternatives(Choice::of([&**inner]), engine) } }),
        Expression::And(parts) => {
            let kept = parts.iter().filter(|part| part.denied().is_none()).map(|part| query(part, engine));
            let denied = alternatives(Choice::of(parts.iter().filter_map(Expression::denied)), engine);
            json!({ "bool": { "filter": kept.collect::<Vec<_>>(), "must_not": denied } })
        }
        Expression::Any { .. } | Expression::Or(_) => {
            json!({ "bool": { "should": alternatives(Choice::of([expression]), engine), "minimum_should_match": 1 } })
        }
    }
}

fn alternatives(Choice { values, tests, others }: Choice<'_>, engine: EngineKind) -> Vec<Value> {
    let values = values.into_iter().map(|(field, values)| match values[..] {
        [value] => of("term", field, json!(value)),
        _ => of("terms", field, json!(values)),
    });
    let tests = tests.into_iter().map(|test| field_query(test, engine));
    let others = others.into_iter().map(|other| query(other, engine));
    values.chain(tests).chain(others).collect()
}

fn field_query(Test { field, condition }: &Test, engine: EngineKind) -> Value {
    match condition {
        Condition::Exists => json!({ "exists": { "field": field } }),
        Condition::Keyword(relation, text) => related(field, *relation, json!(text)),
        Condition::Wildcard(pattern) => of("wildcard", field, json!({ "value": wildcard(pattern) })),
        // `case_insensitive` is there since 7.10 only; classes of two letters are in every version.
        Condition::Inside(pattern) => {
            of("regexp", field, json!({ "value": either_case(pattern), "max_determinized_states": MOST_STATES }))
        }
        Condition::Boolean(value) => of("term", field, json!(value)),
        Condition::Long(relation, number) => related(field, *relation, json!(number)),
        // The shortest decimal of the `float`; the engine rounds it to the same again.
        Condition::Float(relation, number) => {
            related(field, *relation, number.to_string().parse::<f64>().map_or(Value::Null, Value::from))
        }
        Condition::Time(relation, moment) => of("range", field, json!(moment.bounds(*relation, engine))),
        Condition::Ip(relation, network) => related(field, *relation, json!(network.to_string())),
    }
}

fn related(field: &str, relation: Relation, value: Value) -> Value {
    let bound = match relation {
        Relation::Equal => return of("term", field, value),
        Relation::Less => "lt",
        Relation::LessOrEqual => "lte",
        Relation::Greater => "gt",
        Relation::GreaterOrEqual => "gte",
    };
    of("range", field, json!({ bound: value }))
}

fn of(kind: &str, field: &str, value: Value) -> Value {
    json!({ kind: { field: value } })
}

fn wildcard(pattern: &Pattern) -> String {
    let escaped = pattern.parts().map(|part| {
        let escape =
            |character| if matches!(character, '*' | '?' | '\\') { vec!['\\', character] } else { vec![character] };
        part.chars().flat_map(escape).collect::<String>()
    });
    escaped.collect::<Vec<_>>().join("*")
}

/// The pattern in Lucene's regular expressions, which are about the whole value.
fn either_case(pattern: &Pattern) -> String {
    let mut text = String::new();
    for (at, part) in pattern.parts().enumerate() {
        if at > 0 {
            text.push_str(".*");
        }
        for character in part.chars() {
            match character {
                'a'..='z' | 'A'..='Z' => {
                    text.extend(['[', character.to_ascii_lowercase(), character.to_ascii_uppercase(), ']']);
                }
                // Any of them may be an operator; before none of them does a backslash mean anything else.
                _ if character.is_ascii_punctuation() => text.extend(['\\', character]),
                _ => text.push(character),
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::field::text_fields;
    use super::*;
    use crate::document::Schema;

    fn body(text: &str, engine: EngineKind) -> Value {
        let mut body = Filter::parse(text).expect(text).to_search_body(engine);
        body["query"]["bool"]["filter"][0].take()
    }

    #[test]
    fn conditions_as_engines_take_them() {
        for (text, expected) in [
            ("*", json!({ "match_all": {} })),
            ("url.query: *", json!({ "exists": { "field": "url.query" } })),
            ("url.query: a", json!({ "term": { "url.query": "a" } })),
            ("url.path: \"/*?\"", json!({ "term": { "url.path": "/*?" } })),
            (r"url.path: /\*?\\*", json!({ "wildcard": { "url.path": { "value": r"/\*\?\\*" } } })),
            ("tls.established: false", json!({ "term": { "tls.established": false } })),
            ("log.offset: 5", json!({ "term": { "log.offset": 5 } })),
            ("log.offset >= -5", json!({ "range": { "log.offset": { "gte": -5 } } })),
            ("albatross.latency.total_ms > 0.1", json!({ "range": { "albatross.latency.total_ms": { "gt": 0.1 } } })),
            ("source.ip: 192.0.2.9/24", json!({ "term": { "source.ip": "192.0.2.0/24" } })),
            (
                "not url.port: 80 and url.port: *",
                json!({ "bool": {
                    "filter": [{ "exists": { "field": "url.port" } }], "must_not": [{ "term": { "url.port": 80 } }],
                } }),
            ),
            ("source.ip >= 192.0.2.9", json!({ "range": { "source.ip": { "gte": "192.0.2.9" } } })),
            ("url.path < /b", json!({ "range": { "url.path": { "lt": "/b" } } })),
            ("log.offset > 499.5", json!({ "range": { "log.offset": { "gte": 500 } } })),
            ("", json!({ "match_all": {} })),
            // Of one keyword's values, one clause.
            (
                "url.path: (/a or /b) or url.path: /c* or url.query: d",
                json!({ "bool": { "should": [
                    { "terms": { "url.path": ["/a", "/b"] } },
                    { "term": { "url.query": "d" } },
                    { "wildcard": { "url.path": { "value": "/c*" } } },
                ], "minimum_should_match": 1 } }),
            ),
            (
                "http.*.bytes > 9 and not source.geo: *",
                json!({ "bool": {
                    "filter": [{ "bool": { "should": [
                        { "range": { "http.request.body.bytes": { "gt": 9 } } },
                        { "range": { "http.response.body.bytes": { "gt": 9 } } },
                    ], "minimum_should_match": 1 } }],
                    "must_not": [
                        { "exists": { "field": "source.geo.continent_name" } },
                        { "exists": { "field": "source.geo.country_iso_code" } },
                        { "exists": { "field": "source.geo.country_name" } },
                        { "exists": { "field": "source.geo.region_iso_code" } },
                        { "exists": { "field": "source.geo.region_name" } },
                        { "exists": { "field": "source.geo.city_name" } },
                        { "exists": { "field": "source.geo.location" } },
                    ],
                } }),
            ),
            (
                "url.port: (80 or 443)",
                json!({ "bool": { "should": [{ "term": { "url.port": 80 } }, { "term": { "url.port": 443 } }],
                    "minimum_should_match": 1 } }),
            ),
        ] {
            assert_eq!(body(text, EngineKind::Current), expected, "{text}");
        }
    }

    #[test]
    fn dates_are_rounded_here_and_not_by_the_engine() {
        let nanos =
            |range: &str| body(&format!("@timestamp {range}"), EngineKind::Current)["range"]["@timestamp"].take();
        let day = |day| format!("2026-11-{day}T00:00:00.000000000Z");
        assert_eq!(nanos(": 2026-11-23"), json!({ "gte": day("23"), "lt": day("24") }));
        assert_eq!(nanos(">= 2026-11-23"), json!({ "gte": day("23") }));
        assert_eq!(nanos("> 2026-11-23"), json!({ "gte": day("24") }));
        assert_eq!(nanos("< 2026-11-23"), json!({ "lt": day("23") }));
        assert_eq!(nanos("<= 2026-11-23"), json!({ "lt": day("24") }));
        assert_eq!(nanos(": 2026-11-23||/d"), json!({ "gte": day("23"), "lt": "2026-11-23T23:59:59.999000001Z" }));
        let millis = body("@timestamp: 2026-11-23T00:00:00.0014Z", EngineKind::Elasticsearch6);
        assert_eq!(
            millis["range"]["@timestamp"],
            json!({ "gte": "2026-11-23T00:00:00.001Z", "lt": "2026-11-23T00:00:00.002Z" })
        );
    }

    #[test]
    fn words_are_values_of_any_field_and_regular_expressions_over_the_text_fields() {
        let query = body(r#"a.B*é\"5"#, EngineKind::Current);
        let fields = query["bool"]["should"].as_array().expect("a list");
        let patterns: Vec<&Value> = fields.iter().filter(|field| field.get("regexp").is_some()).collect();
        assert_eq!(patterns.len(), text_fields(Schema::Ecs).len());
        assert_eq!(patterns[0]["regexp"]["url.original"]["value"], r#".*[aA]\.[bB].*é\"5.*"#);
        assert!(fields.contains(&json!({ "wildcard": { "aws.elb.type": { "value": "a.B*é\"5" } } })));

        let query = body("443 or 80", EngineKind::Current);
        let fields = query["bool"]["should"].as_array().expect("a list");
        for expected in [
            json!({ "term": { "url.port": 443 } }),
            json!({ "term": { "url.port": 80 } }),
            json!({ "terms": { "aws.elb.backend.port": ["443", "80"] } }),
        ] {
            assert!(fields.contains(&expected), "{expected}");
        }
        assert!(!fields.contains(&json!({ "term": { "source.ip": "443" } })));
    }
}
