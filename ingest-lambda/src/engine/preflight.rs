//! What can be tried of an engine before the first document.

use parser_wasm::{EngineKind, Settings};
use reqwest::Method;
use serde::Serialize;
use serde_json::{Value, json};

use super::{Answer, Body, Engine};
use crate::plain::excerpt;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Preflight {
    /// Product and version; none where the engine does not tell.
    pub engine: Option<String>,
    /// Whether this user may send documents.
    pub bulk: Bulk,
}

/// What the engine says to a document that it cannot store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Bulk {
    /// It would take one that it can.
    Allowed,
    /// It takes none of this user's.
    Refused(String),
    /// It does not tell.
    Unknown,
}

/// Asks once, and changes nothing. Who sets up may be somebody else than who ingests, so nothing here is an error.
pub(crate) async fn look(engine: &Engine, settings: &Settings, index: &str) -> Preflight {
    let root = engine.send(Method::GET, "", Body::empty()).await;
    let root = root.ok().filter(Answer::is_success).and_then(|answer| answer.json()).unwrap_or_default();
    Preflight { engine: product(&root), bulk: try_bulk(engine, settings, index).await }
}

/// A document for an alias: the name is an index's or nobody's, so that the engine looks at the rights, and stores
/// nothing. Elasticsearch before 7.10 does not know the word and refuses the request; a serverless collection might
/// not mind it, and is not asked.
async fn try_bulk(engine: &Engine, settings: &Settings, index: &str) -> Bulk {
    if engine.is_serverless() || settings.engine != EngineKind::Current {
        return Bulk::Unknown;
    }
    let action = json!({ "create": { "_index": index, "_id": "albatross-preflight", "require_alias": true } });
    match engine.send(Method::POST, "_bulk", Body::ndjson(format!("{action}\n{{}}\n"))).await {
        Ok(answer) => judge(&answer),
        Err(_) => Bulk::Unknown,
    }
}

fn judge(answer: &Answer) -> Bulk {
    let said = answer.json().unwrap_or_default();
    let item = &said["items"][0]["create"];
    match (answer.status, item["status"].as_u64()) {
        (401 | 403, _) => Bulk::Refused(answer.excerpt()),
        (200, Some(401 | 403)) => Bulk::Refused(excerpt(&item["error"]["reason"].to_string())),
        (200, Some(404)) => Bulk::Allowed,
        _ => Bulk::Unknown,
    }
}

/// `{"version":{"number","distribution","build_flavor"}}`: OpenSearch has a distribution.
fn product(root: &Value) -> Option<String> {
    let version = &root["version"];
    let number = excerpt(version["number"].as_str()?);
    let name = match (version["distribution"].as_str(), version["build_flavor"].as_str()) {
        (Some("opensearch"), _) => "OpenSearch",
        (Some(other), _) => return Some(format!("{} {number}", excerpt(other))),
        (None, Some("serverless")) => return Some("Elasticsearch Serverless".to_owned()),
        (None, _) => "Elasticsearch",
    };
    Some(format!("{name} {number}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_by_their_own_words() {
        for (version, expected) in [
            (json!({ "number": "3.7.0", "distribution": "opensearch" }), Some("OpenSearch 3.7.0")),
            (json!({ "number": "8.19.1", "build_flavor": "default" }), Some("Elasticsearch 8.19.1")),
            (json!({ "number": "8.11.0", "build_flavor": "serverless" }), Some("Elasticsearch Serverless")),
            (Value::Null, None),
        ] {
            assert_eq!(product(&json!({ "version": version })).as_deref(), expected);
        }
    }

    #[test]
    fn a_document_that_is_not_stored_tells_the_rights() {
        let of = |status: u16, body: Value| {
            judge(&Answer { status, retry_after: None, location: None, body: body.to_string().into_bytes() })
        };
        let item = |status: u16| json!({ "items": [{ "create": { "status": status, "error": { "reason": "why" } } }] });
        assert_eq!(of(200, item(404)), Bulk::Allowed);
        assert_eq!(of(200, item(403)), Bulk::Refused("\"why\"".to_owned()));
        assert_eq!(of(403, json!({})), Bulk::Refused("HTTP 403 {}".to_owned()));
        for unknown in [of(400, json!({})), of(200, json!({})), of(200, item(201)), of(503, json!({}))] {
            assert_eq!(unknown, Bulk::Unknown);
        }
    }
}
