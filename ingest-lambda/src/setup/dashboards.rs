//! Dashboards for our documents, in OpenSearch Dashboards and Kibana alike: saved objects, and their import.

mod boards;
mod render;

use parser_wasm::{EngineKind, Schema, Settings};
use reqwest::Method;
use serde::Serialize;
use serde_json::Value;
use thiserror::Error;

use self::boards::BOARDS;
use self::render::Subject;
use crate::cancel::StopReason;
use crate::config::DashboardsUrl;
use crate::engine::{Answer, Body, Engine};
use crate::plain::excerpt;

const IMPORT: &str = "api/saved_objects/_import?overwrite=true";

/// Objects that an error names, of perhaps all.
const NAMED_OBJECTS: usize = 5;

/// What has been imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// Where.
    pub url: String,
    /// How many saved objects.
    pub objects: usize,
    /// How many of them are dashboards.
    pub dashboards: usize,
}

/// Why there are no dashboards.
#[derive(Debug, Error)]
pub enum DashboardsError {
    /// They would be about fields that its documents do not have.
    #[error(
        "there are dashboards for documents of the schema ecs alone: those of network-log have neither verdicts nor \
         target groups"
    )]
    Schema,
    /// Its Kibana imports by another API.
    #[error("there are no dashboards for Kibana 6, which reads no files of saved objects: it takes 7 or later")]
    Kibana6,
    /// Some objects were not taken; others were.
    #[error("of {sent} saved objects {taken} were imported: {}", failures.join("; "))]
    Refused {
        /// How many there are.
        sent: usize,
        /// How many were imported.
        taken: u64,
        /// What happened to the others, as far as it was told.
        failures: Vec<String>,
    },
    /// What answered does not import saved objects, or does not let us.
    #[error(
        "{url} does not import saved objects: {answer}; the URL must be that of OpenSearch Dashboards or Kibana, with \
         base path and space (on an Amazon domain https://HOST/_dashboards)"
    )]
    NoImport {
        /// What was asked.
        url: String,
        /// How it answered.
        answer: String,
    },
    /// No answer.
    #[error("the dashboards cannot be imported: {0}")]
    NoAnswer(#[from] StopReason),
}

/// The saved objects for documents under these settings, as a file that both products import: one JSON object a line.
///
/// # Errors
/// When there are none for such documents.
pub fn dashboards(settings: &Settings) -> Result<String, DashboardsError> {
    if settings.schema != Schema::Ecs {
        return Err(DashboardsError::Schema);
    }
    if settings.engine == EngineKind::Elasticsearch6 {
        return Err(DashboardsError::Kibana6);
    }
    let pattern = settings.index_pattern();
    let objects = render::objects(&Subject { index: &settings.index, pattern: &pattern, time: "@timestamp" });
    Ok(objects.iter().map(|object| format!("{object}\n")).collect())
}

/// Imports such a file over what an earlier import made. It takes what authorizes requests to the engine.
///
/// # Errors
/// When an object was not imported, or nothing was.
pub(crate) async fn import(engine: &Engine, to: &DashboardsUrl, file: &str) -> Result<Imported, DashboardsError> {
    let answer = engine.at(to.url().clone()).ask(Method::POST, IMPORT, Body::saved_objects(file)).await?;
    let sent = file.lines().count();
    judge(&answer, sent).map_err(|refusal| refusal.unwrap_or_else(|| no_import(to, &answer)))?;
    Ok(Imported { url: to.url().to_string(), objects: sent, dashboards: BOARDS.len() })
}

fn no_import(to: &DashboardsUrl, answer: &Answer) -> DashboardsError {
    DashboardsError::NoImport { url: to.url().to_string(), answer: answer.excerpt() }
}

/// `{"success", "successCount", "errors": [{"type", "id", "title", "error": {"type", ...}}]}`, and a success only where
/// the count agrees. The error is none where the answer is another.
/// <https://www.elastic.co/guide/en/kibana/7.17/saved-objects-api-import.html>
fn judge(answer: &Answer, sent: usize) -> Result<(), Option<DashboardsError>> {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let (true, Some(success), Some(taken)) =
        (answer.is_success(), body["success"].as_bool(), body["successCount"].as_u64())
    else {
        return Err(None);
    };
    if success && usize::try_from(taken) == Ok(sent) {
        return Ok(());
    }
    let errors = body["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut failures: Vec<String> = errors.iter().take(NAMED_OBJECTS).map(failure).collect();
    if errors.len() > NAMED_OBJECTS {
        failures.push(format!("and {} more", errors.len() - NAMED_OBJECTS));
    } else if errors.is_empty() {
        failures.push("it was not told why".to_owned());
    }
    Err(Some(DashboardsError::Refused { sent, taken, failures }))
}

fn failure(error: &Value) -> String {
    let text = |pointer| error.pointer(pointer).and_then(Value::as_str);
    let named = ["/type", "/id"].map(|pointer| text(pointer).unwrap_or("?")).join(" ");
    let kind = text("/error/type").unwrap_or("error");
    // What is missing, or what the server says.
    let more = match (&error["error"]["references"], text("/error/message")) {
        (Value::Array(missing), _) => format!(" {}", Value::from(missing.clone())),
        (_, Some(message)) => format!(" {message}"),
        _ => String::new(),
    };
    excerpt(&format!("{named}: {kind}{more}"))
}
