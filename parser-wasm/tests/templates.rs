//! The index template of every engine, schema and target, in full. `UPDATE_GOLDEN=1 cargo test -p parser-wasm --test
//! templates` writes the golden file anew.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used)]

use parser_wasm::{EngineKind, Schema, Settings, Target, TemplatePlace, index_template};
use std::fs;
use std::path::Path;

/// One template a line: the request, and its body. Which settings go together, the settings themselves know.
fn templates() -> String {
    let mut text = String::new();
    for schema in [Schema::Ecs, Schema::NetworkLog] {
        for engine in [EngineKind::Current, EngineKind::Elasticsearch6, EngineKind::ServerlessTimeSeries] {
            for target in [Target::Daily, Target::Monthly, Target::DataStream] {
                let json = serde_json::json!({ "schema": schema, "engine": engine, "target": target });
                let Ok(settings) = Settings::from_json(&json.to_string()) else { continue };
                let body = index_template(&settings, Some("policy"));
                text += &format!("PUT /{} {body}\n", TemplatePlace::of(&settings).path);
            }
        }
    }
    text
}

#[test]
fn templates_are_as_they_were() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/templates.txt");
    let found = templates();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &found).unwrap();
    }
    let golden = fs::read_to_string(&path).unwrap();
    assert_eq!(found.lines().count(), 13);
    for (found, golden) in found.lines().zip(golden.lines()) {
        assert_eq!(found, golden, "raise TEMPLATE_VERSION, and run with UPDATE_GOLDEN=1");
    }
    assert_eq!(found.lines().count(), golden.lines().count());
}
