//! docs/document.md says what documents hold: field by field, from the templates and from what becomes of full lines.
//! `UPDATE_DOCS=1 cargo test -p parser-wasm document_reference` writes it anew.

use super::{FULL, KNOWLEDGE, OTHER, leaves};
use crate::document::Schema;
use crate::format::{Backslash, Format, Quoting, Scanner};
use crate::item::{ItemWriter, LineOutcome, Settings, Source, index_template};
use crate::lines::Line;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const KEY: &str = "AWSLogs/123456789012_elasticloadbalancing_eu-central-1_app.web.1_20261123T0005Z_192.0.2.1_x.log.gz";

/// What is put in a column's place: the first that makes another document tells what hangs on the column.
const STAND_INS: [&str; 6] = ["-", "203.0.113.9:9", "203.0.113.9", "2025-01-02T03:04:05.000000Z", "9", "wss"];

/// Longer examples are cut.
const EXAMPLE_CHARACTERS: usize = 120;

fn document(line: &str, settings: &Settings, source: &Source, offset: u64, format: Option<Format>) -> Option<Value> {
    let writer = ItemWriter::new(settings, source, &KNOWLEDGE);
    let writer = if let Some(format) = format { writer.only(format) } else { writer };
    let line = Line { number: 1, offset, bytes: line.as_bytes(), length: line.len() as u64 };
    let mut out = Vec::new();
    match writer.write(&line, &mut out) {
        LineOutcome::Item(item) => serde_json::from_slice(&out[item.document]).ok(),
        LineOutcome::Filtered | LineOutcome::Skipped(_) | LineOutcome::Rejected(_) => None,
    }
}

fn at<'d>(document: &'d Value, path: &str) -> Option<&'d Value> {
    document.pointer(&format!("/{}", path.replace('.', "/")))
}

/// The fields in which two documents differ.
fn differences(one: &Value, other: &Value) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    for document in [one, other].into_iter().filter(|document| document.is_object()) {
        leaves(document, "", &mut paths);
    }
    paths.retain(|path| at(one, path) != at(other, path));
    paths
}

/// What a field is made of, in the order it is found.
#[derive(Default)]
struct Field {
    origins: Vec<String>,
    example: Option<String>,
}

fn note(fields: &mut BTreeMap<String, Field>, changed: BTreeSet<String>, origin: &str) {
    for path in changed {
        fields.entry(path).or_default().origins.push(origin.to_owned());
    }
}

/// The columns of a line with their places in it.
fn columns(format: Format, line: &str) -> Vec<(&'static str, std::ops::Range<usize>)> {
    let mut scanner = Scanner::new(line.as_bytes(), Backslash::Escapes);
    let named = format.fields().iter().map(|field| (field.name, field.quoting)).chain([("any later", Quoting::Either)]);
    let mut places = Vec::new();
    for (name, quoting) in named {
        let token = if quoting == Quoting::Items { Some(scanner.word()) } else { scanner.next() };
        let Some(token) = token else { break };
        let span = token.unwrap_or_else(|(kind, _)| panic!("{kind}")).span;
        places.push((name, span.start as usize..span.end as usize));
    }
    places
}

/// Every field that documents have, with its origins: what makes it another when it is another.
fn fields(schema: Schema) -> BTreeMap<String, Field> {
    let settings = Settings { schema, ..Settings::default() };
    let source = Source::s3("logs", KEY);
    let mut fields = BTreeMap::<String, Field>::new();
    for format in Format::ALL.into_iter().filter(|format| schema.takes(*format)) {
        let mut of_format = BTreeMap::<String, Vec<&str>>::new();
        for (_, line) in FULL.into_iter().chain(OTHER).filter(|(of, _)| *of == format) {
            let write = |line: &str| document(line, &settings, &source, 0, Some(format));
            let whole = write(line).expect("a document");
            for path in differences(&whole, &Value::Null) {
                let example = at(&whole, &path).map(ToString::to_string);
                let field = fields.entry(path).or_default();
                field.example = field.example.take().or(example);
            }
            for (name, place) in columns(format, line) {
                let with = |stand_in: &&str| {
                    let mut changed = line.to_owned();
                    changed.replace_range(place.clone(), stand_in);
                    write(&changed).filter(|document| *document != whole)
                };
                for path in STAND_INS.iter().find_map(with).iter().flat_map(|other| differences(&whole, other)) {
                    let names = of_format.entry(path).or_default();
                    if !names.contains(&name) {
                        names.push(name);
                    }
                }
            }
        }
        for (path, names) in of_format {
            let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
            note(&mut fields, BTreeSet::from([path]), &format!("{}: {}", format.code(), names.join(", ")));
        }
    }
    let (_, line) = FULL[0];
    let whole = document(line, &settings, &source, 0, None).expect("a document");
    for (origin, changed) in [
        ("the object's name", document(line, &settings, &Source::s3("logs", "other.log"), 0, None)),
        ("the line's place in the log, in bytes", document(line, &settings, &source, 7, None)),
    ] {
        note(&mut fields, differences(&whole, &changed.expect("a document")), origin);
    }
    if schema == Schema::Ecs {
        let kept = Settings { keep_original: true, ..settings };
        let changed = document(line, &kept, &source, 0, None).expect("a document");
        note(&mut fields, differences(&whole, &changed), "the whole line, with `keep_original`");
    }
    fields
}

/// The field's mapping in the template, by its path.
fn mappings(properties: &Value, path: &str, found: &mut Vec<(String, String)>) {
    for (key, value) in properties.as_object().into_iter().flatten() {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        match (value.get("properties"), value.get("index")) {
            (Some(nested), _) => mappings(nested, &path, found),
            (None, Some(Value::Bool(false))) => found.push((path, "kept, not searchable".to_owned())),
            (None, _) => found.push((path, value["type"].as_str().unwrap_or_default().to_owned())),
        }
    }
}

fn table(schema: Schema) -> String {
    let template = index_template(&Settings { schema, ..Settings::default() }, None);
    let mut mapped = Vec::new();
    mappings(&template["template"]["mappings"]["properties"], "", &mut mapped);
    let kinds: BTreeMap<_, _> = mapped.into_iter().collect();
    let mut found = fields(schema);
    let mut rows = "| field | type | made of | example |\n|---|---|---|---|\n".to_owned();
    for (path, _) in schema.fields() {
        let Field { origins, example } = found.remove(*path).unwrap_or_default();
        let origins = if origins.is_empty() { "the format or this program".to_owned() } else { origins.join("; ") };
        let mut example = example.unwrap_or_default();
        if example.chars().count() > EXAMPLE_CHARACTERS {
            example = example.chars().take(EXAMPLE_CHARACTERS).chain(['…']).collect();
        }
        let example = if example.is_empty() { example } else { format!("`{}`", example.replace('|', "\\|")) };
        rows += &format!("| `{path}` | {} | {origins} | {example} |\n", kinds[*path]);
    }
    rows
}

#[test]
fn document_reference() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/document.md");
    let mut page = std::fs::read_to_string(&path).expect("the page");
    let before = page.clone();
    for (name, schema) in [("ecs", Schema::Ecs), ("network-log", Schema::NetworkLog)] {
        let (begin, end) = (format!("<!-- fields of {name} -->\n"), format!("<!-- end of {name} -->"));
        let from = page.find(&begin).expect("the table's begin") + begin.len();
        let to = page.find(&end).expect("the table's end");
        page.replace_range(from..to, &table(schema));
    }
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, page).expect("written");
    } else {
        assert!(page == before, "docs/document.md is stale: run with UPDATE_DOCS=1");
    }
}
