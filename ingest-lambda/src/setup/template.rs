//! Our index template in the engine: put by `albatross setup`, asked for before every sweep.

use parser_wasm::{Settings, TEMPLATE_VERSION, TemplatePlace, index_template, takes_documents, template_meta};
use reqwest::Method;
use serde_json::Value;
use thiserror::Error;

use crate::cancel::StopReason;
use crate::engine::{Answer, Body, Engine};

/// Why the engine is not ready to take documents.
#[derive(Debug, Error)]
pub enum TemplateError {
    /// Without it the engine would guess mappings, or make a data stream of our index.
    #[error("the engine has no index template {name}: run `albatross setup` once, before the first ingest")]
    Missing {
        /// The template's name.
        name: String,
    },
    /// Another release put it.
    #[error(
        "the engine's index template {name} has version {found}, and this program needs {TEMPLATE_VERSION}, or a newer \
         one that is made for it too: run `albatross setup` of the newest release"
    )]
    Version {
        /// The template's name.
        name: String,
        /// What stands in its `_meta.version`, or `null`.
        found: Value,
    },
    /// It was put under other settings: documents would go to indices that it does not shape.
    #[error(
        "the engine's index template {name} was made for other settings ({found}, and now {wanted}): run \
         `albatross setup` with these, or choose another \"index\""
    )]
    Settings {
        /// The template's name.
        name: String,
        /// What stands in its `_meta`.
        found: Value,
        /// What should.
        wanted: Value,
    },
    /// Somebody's template takes our indices.
    #[error(transparent)]
    Overruled(Box<Overruled>),
    /// Elasticsearch before 7.8, told to be a newer one.
    #[error(
        "the engine knows no composable index templates ({0}): for Elasticsearch 6, set \"engine\" to \
         \"elasticsearch-6\" in the settings"
    )]
    NoComposable(String),
    /// The engine does not say.
    #[error("the index template cannot be read or put: {0}")]
    Engine(#[from] StopReason),
}

/// An engine takes one template for an index, and takes another one than ours.
#[derive(Debug, Error)]
#[error(
    "the engine's index template {name} does not shape our index {index}: the field {field} would be {found}, not \
     {wanted}; the index is taken by another template: {others}; give that one a lower priority, or patterns that \
     leave out our indices"
)]
pub struct Overruled {
    /// Our template's name.
    pub name: String,
    /// One of our indices.
    pub index: String,
    /// One of its fields.
    pub field: String,
    /// Its type.
    pub wanted: String,
    /// What its type would be.
    pub found: String,
    /// The other templates.
    pub others: String,
}

/// Checks that the engine has the template of this release, made for these settings.
///
/// # Errors
/// When it has not, or does not answer.
pub async fn check(engine: &Engine, settings: &Settings) -> Result<(), TemplateError> {
    let name = settings.template_name();
    let place = TemplatePlace::of(settings);
    let (answer, body) = engine.ask_json(Method::GET, &place.path, Body::empty()).await?;
    if answer.status == 404 && (is_engines_404(&body) || engine.is_serverless()) {
        return Err(TemplateError::Missing { name });
    }
    let is_answer = body["index_templates"].is_array() || body[&name].is_object();
    if answer.status == 404 || (answer.is_success() && !is_answer) {
        return Err(engine.no_engine(&answer).into());
    }
    accepted(answer)?;
    let found = body.pointer(&place.meta_pointer).cloned().unwrap_or_default();
    if takes_documents(&found, settings) {
        return Ok(());
    }
    let wanted = template_meta(settings);
    match found.get("version") {
        version if version == wanted.get("version") => Err(TemplateError::Settings { name, found, wanted }),
        version => Err(TemplateError::Version { name, found: version.cloned().unwrap_or_default() }),
    }
}

/// An engine's answer where there is no such template; Elasticsearch 6 has an empty object. Gateways say 404 in JSON
/// too.
fn is_engines_404(body: &Value) -> bool {
    body["error"]["type"].is_string() || body.as_object().is_some_and(serde_json::Map::is_empty)
}

/// Puts the template of this release, over an older one. Its indices get the ILM policy named.
///
/// # Errors
/// When the engine does not take it.
pub(crate) async fn put(
    engine: &Engine,
    settings: &Settings,
    lifecycle_policy: Option<&str>,
) -> Result<(), TemplateError> {
    let body = index_template(settings, lifecycle_policy).to_string();
    let (answer, said) = engine.ask_json(Method::PUT, &TemplatePlace::of(settings).path, Body::json(body)).await?;
    let answer = accepted(answer)?;
    match said["acknowledged"].as_bool() {
        Some(true) => Ok(()),
        // Not by every node in time.
        Some(false) => check(engine, settings).await,
        None => Err(engine.no_engine(&answer).into()),
    }
}

fn accepted(answer: Answer) -> Result<Answer, TemplateError> {
    match answer.status {
        200..300 => Ok(answer),
        // The path is taken for an index and a type, which only take documents (seen in 6.8).
        405 => Err(TemplateError::NoComposable(answer.excerpt())),
        _ => Err(StopReason::Refused(answer.excerpt()).into()),
    }
}
