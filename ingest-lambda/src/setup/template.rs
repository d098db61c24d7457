//! Our index template in the engine: put by `albatross setup`, asked for before every sweep.

use parser_wasm::{Settings, TEMPLATE_VERSION, TemplatePlace, index_template, template_meta};
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
        "the engine's index template {name} has version {found}, and this program needs {TEMPLATE_VERSION}: run \
         `albatross setup`"
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

/// Checks that the engine has the template of this release, made for these settings.
///
/// # Errors
/// When it has not, or does not answer.
pub async fn check(engine: &Engine, settings: &Settings) -> Result<(), TemplateError> {
    let name = settings.template_name();
    let place = TemplatePlace::of(settings);
    let answer = engine.ask(Method::GET, &place.path, Body::empty()).await?;
    if answer.status == 404 {
        return Err(TemplateError::Missing { name });
    }
    let answer = accepted(answer)?;
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let found = body.pointer(&place.meta_pointer).cloned().unwrap_or_default();
    let wanted = template_meta(settings);
    match found.get("version") {
        version if version != wanted.get("version") => {
            Err(TemplateError::Version { name, found: version.cloned().unwrap_or_default() })
        }
        _ if found != wanted => Err(TemplateError::Settings { name, found, wanted }),
        _ => Ok(()),
    }
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
    accepted(engine.ask(Method::PUT, &TemplatePlace::of(settings).path, Body::json(body)).await?).map(drop)
}

fn accepted(answer: Answer) -> Result<Answer, TemplateError> {
    match answer.status {
        200..300 => Ok(answer),
        // The path is taken for an index and a type, which only take documents (seen in 6.8).
        405 => Err(TemplateError::NoComposable(answer.excerpt())),
        _ => Err(StopReason::Refused(answer.excerpt()).into()),
    }
}
