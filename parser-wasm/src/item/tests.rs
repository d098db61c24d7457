//! Every column of every format reaches a document, and every field of a document is in the template.

mod reference;

use super::*;
use crate::document::{FIELDS, Schema, Type};
use crate::enrich::{GeoDatabases, Knowledge};
use crate::format::{Backslash, Format, Quoting, Scanner};
use crate::lines::Line;
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Of each format a line with a value in every column, and one column more than the table has.
const FULL: [(Format, &str); 5] = [
    (
        Format::AlbAccess,
        r#"https 2026-09-23T07:15:47.805298Z app/web/98e3a879de9d6b42 198.51.100.7:5815 10.20.20.37:80 0.001 0.003 0.002 200 201 153 3860 "GET https://user@a.example:443/x.html?q=1#top HTTP/1.1" "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:tg "Root=1-2-3" "b.example" "arn:aws:cert" 2 2026-09-23T07:15:47.801000Z "waf,forward" "https://c.example/" "WAFServiceError" "10.20.20.37:80" "201" "Ambiguous" "EmptyHeader" TID_1 "d.example" "/y" "TransformSuccess" 198.51.100.60 "new""#,
    ),
    (
        Format::AlbConnection,
        r#"2026-09-23T07:11:27.691358Z 192.0.2.71 64326 443 TLSv1.2 ECDHE-ECDSA-AES128-GCM-SHA256 0.337 "CN=a.example,O=A B" NotBefore=2023-09-21T22:43:21Z;NotAfter=2026-12-17T22:43:21Z FEF257372D5C14D4 Success TID_9f39 secp256r1 app/web/98e3a879de9d6b42 198.51.100.60 new"#,
    ),
    (
        Format::AlbHealthCheck,
        "http 2026-11-23T12:44:58.901409Z 1.121980746 10.0.31.9:80 web FAIL 502 TargetError app/web/98e3a879de9d6b42 198.51.100.60 new",
    ),
    (
        Format::NlbTls,
        r#"tls 2.0 2026-04-01T08:51:42 net/web/c6e77e28c25b2234 g3d4b5e8bb8464cd 192.0.2.154:51341 10.0.1.85:443 5 2 98 246 0 arn:aws:acm:cert 1F ECDHE-RSA-AES128-SHA tlsv12 x25519 a.example h2 http/1.1 "h2","http/1.1" 2026-04-01T08:51:20 new"#,
    ),
    (
        Format::Classic,
        r#"2026-11-07T18:45:33.559871Z web 192.0.2.92:4586 10.0.0.215:80 0.00099 0.0003 0.000025 200 201 3 42355 "GET https://a.example:443/ HTTP/1.1" "curl/8" DHE-RSA-AES128-SHA TLSv1.2 new"#,
    ),
];

/// What stands in no full line because something else stands in its place.
const OTHER: [(Format, &str); 4] = [
    (
        Format::AlbAccess,
        r#"https 2026-09-23T07:15:47.805298Z app/web/98e3a879de9d6b42 198.51.100.7:5815 - -1 -1 -1 404 - 153 0 "GET https://a.example:443/ HTTP/1.1" "-" - - - "-" "-" "session-reused""#,
    ),
    (
        Format::AlbConnection,
        r#"2026-09-23T07:11:27.691358Z 192.0.2.71 64326 443 TLSv1.2 - - "CN=a.example" - - Failed:ClientCertExpired"#,
    ),
    (
        Format::AlbHealthCheck,
        "lambda 2026-11-23T12:44:58.901409Z 0.1 arn:aws:lambda:eu-west-1:1:function:f web PASS 200 -",
    ),
    (
        Format::Classic,
        r#"2026-11-23T13:22:51.758784Z web 192.0.2.41:51600 10.0.0.47:80 0.000943 0.00001 0.000015 - - 134 859 "- - - " "-" - -"#,
    ),
];

/// Columns that no document has.
const LEFT_OUT: [(Format, &str); 1] = [
    // The version of the log's format, which says nothing of the connection.
    (Format::NlbTls, "version"),
];

/// Everything that there is to know of the full line's client.
static KNOWLEDGE: LazyLock<Knowledge> = LazyLock::new(|| {
    let mut geo = GeoDatabases::default();
    for file in [
        &include_bytes!("../../../tests/fixtures/geo/city.mmdb")[..],
        include_bytes!("../../../tests/fixtures/geo/asn.mmdb"),
    ] {
        geo.add(file.into()).expect("a database");
    }
    Knowledge::of_uap_core(geo)
});

fn document(line: &str) -> Option<Value> {
    document_under(&Settings { keep_original: true, ..Settings::default() }, line)
}

fn document_under(settings: &Settings, line: &str) -> Option<Value> {
    let source = Source::s3(
        "logs",
        "123456789012_elasticloadbalancing_eu-central-1_app.web.1_20261123T0005Z_192.0.2.1_x.log.gz",
    );
    let mut out = Vec::new();
    let line = Line { number: 1, offset: 0, bytes: line.as_bytes(), length: line.len() as u64 };
    match ItemWriter::new(settings, &source, &KNOWLEDGE).write(&line, &mut out) {
        LineOutcome::Item(Item { document, .. }) => Some(serde_json::from_slice(&out[document]).expect("JSON")),
        LineOutcome::Filtered | LineOutcome::Skipped(_) | LineOutcome::Rejected(_) => None,
    }
}

fn leaves(value: &Value, path: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) if !FIELDS.contains(&(path, Type::GeoPoint)) => {
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
fn full_documents_and_the_mapping_have_the_same_leaves() {
    let mut in_documents = BTreeSet::new();
    for (_, line) in FULL.iter().chain(&OTHER) {
        leaves(&document(line).unwrap_or_else(|| panic!("{line}")), "", &mut in_documents);
    }
    let in_template: BTreeSet<String> = FIELDS.iter().map(|(path, _)| (*path).to_owned()).collect();
    assert_eq!(in_documents, in_template);
    assert_eq!(FIELDS.len(), in_template.len(), "a field is there twice");
}

/// A flat document has every field, and only lines of one format are such documents.
#[test]
fn flat_documents_and_their_mapping_have_the_same_leaves() {
    let settings = Settings { schema: Schema::NetworkLog, ..Settings::default() };
    let in_template: BTreeSet<String> = settings.schema.fields().iter().map(|(path, _)| (*path).to_owned()).collect();
    for (format, line) in FULL {
        let mut in_document = BTreeSet::new();
        if let Some(document) = document_under(&settings, line) {
            leaves(&document, "", &mut in_document);
        }
        let expected = if settings.schema.takes(format) { in_template.clone() } else { BTreeSet::new() };
        assert_eq!(in_document, expected, "{format:?}");
    }
}

#[test]
fn what_is_known_of_the_client() {
    let document = document(FULL[0].1).expect("a document");
    assert_eq!(document["source"]["geo"]["region_iso_code"], "XH-AB");
    assert_eq!(document["source"]["geo"]["location"], serde_json::json!({ "lat": 51.2993, "lon": -9.491 }));
    assert_eq!(document["source"]["as"]["number"], 64496);
    assert_eq!(document["user_agent"]["os"]["full"], "iOS 17.5");
    assert_eq!(document["albatross"]["client"]["network"], "documentation");
    assert_eq!(document["albatross"]["bot"], false);
}

#[test]
fn every_column_reaches_the_document() {
    for (format, line) in FULL {
        let fields = format.fields();
        let mut scanner = Scanner::new(line.as_bytes(), Backslash::Escapes);
        let tokens: Vec<_> = (0..=fields.len())
            .map(|column| match fields.get(column).map(|field| field.quoting) {
                Some(Quoting::Items) => scanner.word(),
                _ => scanner.next().unwrap_or_else(|| panic!("{format:?}: the full line has a value for each column")),
            })
            .collect();
        assert!(scanner.rest().is_empty(), "{format:?}: the full line has one column more than the table");
        let full = without_original(document(line));
        assert!(full.is_some(), "{format:?}");
        for (field, token) in fields.iter().zip(tokens) {
            let span = token.unwrap_or_else(|(kind, _)| panic!("{kind}")).span;
            let mut absent = line.to_owned();
            absent.replace_range(span.start as usize..span.end as usize, "-");
            // No document at all: the column always has a value.
            let differs = document(&absent).is_none_or(|document| without_original(Some(document)) != full);
            assert_eq!(differs, !LEFT_OUT.contains(&(format, field.name)), "{format:?}, {}", field.name);
        }
    }
}

/// The document without the line itself, in which every column is.
fn without_original(document: Option<Value>) -> Option<Value> {
    document.map(|mut document| {
        document["event"]["original"] = Value::Null;
        document
    })
}
