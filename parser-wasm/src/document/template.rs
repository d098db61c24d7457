//! The index template: the only copy of the mapping.

use super::settings::Settings;
use serde_json::{Map, Value, json};

/// Raised with every change of the mapping; an ingest refuses to run against an older one.
pub const TEMPLATE_VERSION: u32 = 1;

/// The body of `PUT _index_template/{index}`; the template's name is [`Settings::index`], its version stands in
/// `_meta.version`. For Elasticsearch from 7.8 and OpenSearch.
pub fn index_template(settings: &Settings) -> Value {
    json!({
        "index_patterns": [format!("{}-*.*.*", settings.index)],
        // Above the built-in templates of Elasticsearch (100) and of its integrations (200).
        "priority": 501,
        "_meta": { "version": TEMPLATE_VERSION, "managed_by": "albatross" },
        "template": { "mappings": mappings() },
    })
}

/// What a field is in the index.
#[derive(Clone, Copy)]
enum Type {
    Keyword,
    /// Kept in the document, not searchable.
    Stored,
    /// Six decimals of a second need more than `date`'s milliseconds.
    Time,
    Ip,
    Long,
    Float,
}

impl Type {
    fn mapping(self) -> Value {
        match self {
            // A term may have 32,766 bytes; 8,191 characters of four bytes each stay below that.
            Self::Keyword => json!({ "type": "keyword", "ignore_above": 8191 }),
            Self::Stored => json!({ "type": "keyword", "index": false, "doc_values": false, "ignore_above": 8191 }),
            Self::Time => json!({ "type": "date_nanos" }),
            Self::Ip => json!({ "type": "ip" }),
            Self::Long => json!({ "type": "long" }),
            Self::Float => json!({ "type": "float" }),
        }
    }
}

/// Every field of a document, by its path. A test holds it against a document that has them all.
const FIELDS: &[(&str, Type)] = &[
    ("@timestamp", Type::Time),
    ("ecs.version", Type::Keyword),
    ("event.kind", Type::Keyword),
    ("event.module", Type::Keyword),
    ("event.dataset", Type::Keyword),
    ("event.category", Type::Keyword),
    ("event.type", Type::Keyword),
    ("event.outcome", Type::Keyword),
    ("event.start", Type::Time),
    ("event.end", Type::Time),
    ("event.duration", Type::Long),
    ("event.original", Type::Stored),
    ("cloud.provider", Type::Keyword),
    ("cloud.region", Type::Keyword),
    ("cloud.account.id", Type::Keyword),
    ("data_stream.type", Type::Keyword),
    ("data_stream.dataset", Type::Keyword),
    ("data_stream.namespace", Type::Keyword),
    ("log.file.path", Type::Keyword),
    ("log.offset", Type::Long),
    ("source.address", Type::Keyword),
    ("source.ip", Type::Ip),
    ("source.port", Type::Long),
    ("destination.domain", Type::Keyword),
    ("http.request.method", Type::Keyword),
    ("http.request.body.bytes", Type::Long),
    ("http.response.status_code", Type::Long),
    ("http.response.body.bytes", Type::Long),
    ("http.version", Type::Keyword),
    ("url.original", Type::Keyword),
    ("url.full", Type::Keyword),
    ("url.scheme", Type::Keyword),
    ("url.username", Type::Keyword),
    ("url.domain", Type::Keyword),
    ("url.port", Type::Long),
    ("url.path", Type::Keyword),
    ("url.extension", Type::Keyword),
    ("url.query", Type::Keyword),
    ("url.fragment", Type::Keyword),
    ("user_agent.original", Type::Keyword),
    ("tls.cipher", Type::Keyword),
    ("tls.version", Type::Keyword),
    ("tls.version_protocol", Type::Keyword),
    ("trace.id", Type::Keyword),
    ("related.ip", Type::Ip),
    ("related.hosts", Type::Keyword),
    ("aws.elb.type", Type::Keyword),
    ("aws.elb.name", Type::Keyword),
    ("aws.elb.protocol", Type::Keyword),
    ("aws.elb.backend.ip", Type::Keyword),
    ("aws.elb.backend.port", Type::Keyword),
    ("aws.elb.backend.http.response.status_code", Type::Long),
    ("aws.elb.request_processing_time.sec", Type::Float),
    ("aws.elb.backend_processing_time.sec", Type::Float),
    ("aws.elb.response_processing_time.sec", Type::Float),
    ("aws.elb.ssl_cipher", Type::Keyword),
    ("aws.elb.ssl_protocol", Type::Keyword),
    ("aws.elb.target_group.arn", Type::Keyword),
    ("aws.elb.trace_id", Type::Keyword),
    ("aws.elb.chosen_cert.arn", Type::Keyword),
    ("aws.elb.matched_rule_priority", Type::Keyword),
    ("aws.elb.action_executed", Type::Keyword),
    ("aws.elb.redirect_url", Type::Keyword),
    ("aws.elb.error.reason", Type::Keyword),
    ("aws.elb.target_port", Type::Keyword),
    ("aws.elb.target_status_code", Type::Keyword),
    ("aws.elb.classification", Type::Keyword),
    ("aws.elb.classification_reason", Type::Keyword),
    ("aws.elb.conn_trace_id", Type::Keyword),
    ("aws.elb.transformed_host", Type::Keyword),
    ("aws.elb.transformed_uri", Type::Keyword),
    ("aws.elb.request_transform_status", Type::Keyword),
    ("aws.elb.node_ip", Type::Ip),
    ("aws.elb.extra", Type::Stored),
    ("albatross.verdict.by", Type::Keyword),
    ("albatross.verdict.reason", Type::Keyword),
    ("albatross.verdict.text", Type::Stored),
    ("albatross.latency.total_ms", Type::Float),
    ("albatross.latency.dominant", Type::Keyword),
    ("albatross.enrichment_version", Type::Long),
];

/// `dynamic: false`: a field the mapping does not know is kept in the document and never explodes the mapping.
fn mappings() -> Value {
    let mut root = Map::new();
    for (path, kind) in FIELDS {
        insert(&mut root, path, kind.mapping());
    }
    json!({ "dynamic": false, "properties": root })
}

fn insert(properties: &mut Map<String, Value>, path: &str, mapping: Value) {
    match path.split_once('.') {
        None => {
            properties.insert(path.to_owned(), mapping);
        }
        Some((head, rest)) => {
            let object = properties.entry(head).or_insert_with(|| json!({ "properties": {} }));
            if let Some(Value::Object(nested)) = object.get_mut("properties") {
                insert(nested, rest, mapping);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Item, ItemWriter, Line, LineOutcome, Source};
    use std::collections::BTreeSet;

    /// A line with a value in every column.
    const FULL: &[u8] = br#"https 2026-09-23T07:15:47.805298Z app/web/98e3a879de9d6b42 192.0.2.26:5815 10.20.20.37:80 0.001 0.003 0.002 200 201 153 3860 "GET https://user@a.example:443/x.html?q=1#top HTTP/1.1" "curl/8" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:tg "Root=1-2-3" "b.example" "arn:aws:cert" 2 2026-09-23T07:15:47.801000Z "waf,forward" "https://c.example/" "WAFServiceError" "10.20.20.37:80" "201" "Ambiguous" "EmptyHeader" TID_1 "d.example" "/y" "TransformSuccess" 198.51.100.60 "-" "new""#;

    fn leaves(value: &Value, path: &str, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields) => {
                for (key, value) in fields {
                    let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                    leaves(value, &path, found);
                }
            }
            _ => {
                found.insert(path.to_owned());
            }
        }
    }

    #[test]
    fn a_full_document_and_the_mapping_have_the_same_leaves() {
        let settings = Settings { keep_original: true, ..Settings::default() };
        let source = Source::s3(
            "logs",
            "123456789012_elasticloadbalancing_eu-central-1_app.web.1_20261123T0005Z_192.0.2.1_x.log.gz",
        );
        let mut out = Vec::new();
        let line = Line { number: 1, offset: 0, bytes: FULL, length: FULL.len() as u64 };
        let LineOutcome::Item(Item { document, .. }) = ItemWriter::new(&settings, &source).write(&line, &mut out)
        else {
            panic!("an item");
        };
        let document: Value = serde_json::from_slice(&out[document]).expect("JSON");
        let mut in_document = BTreeSet::new();
        leaves(&document, "", &mut in_document);
        let in_template: BTreeSet<String> = FIELDS.iter().map(|(path, _)| (*path).to_owned()).collect();
        assert_eq!(in_document, in_template);
    }

    #[test]
    fn the_template_is_ours_alone() {
        let template = index_template(&Settings::default());
        assert_eq!(template["index_patterns"][0], "albatross-elb-*.*.*");
        assert_eq!(template["_meta"]["version"], TEMPLATE_VERSION);
        assert_eq!(template["template"]["mappings"]["dynamic"], false);
        assert_eq!(template["template"]["mappings"]["properties"]["source"]["properties"]["ip"]["type"], "ip");
    }
}
