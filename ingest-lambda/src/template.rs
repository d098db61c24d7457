//! Our index template in the engine: put by `albatross setup`, asked for before every sweep.

use bytes::Bytes;
use parser_wasm::{Settings, TEMPLATE_VERSION, index_template};
use reqwest::Method;
use serde_json::Value;
use thiserror::Error;

use crate::backoff::Backoff;
use crate::engine::{Answer, Engine};
use crate::stop::StopReason;

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
    /// The engine does not say.
    #[error("the index template cannot be read or put: {0}")]
    Engine(StopReason),
}

/// Checks that the engine has the template of this release.
///
/// # Errors
/// When it has not, or does not answer.
pub async fn check(engine: &Engine, settings: &Settings) -> Result<(), TemplateError> {
    let name = &settings.index;
    let answer = exchange(engine, Method::GET, name, Bytes::new()).await?;
    if answer.status == 404 {
        return Err(TemplateError::Missing { name: name.clone() });
    }
    let answer = accepted(answer)?;
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    match body.pointer("/index_templates/0/index_template/_meta/version") {
        Some(version) if version.as_u64() == Some(u64::from(TEMPLATE_VERSION)) => Ok(()),
        found => Err(TemplateError::Version { name: name.clone(), found: found.cloned().unwrap_or_default() }),
    }
}

/// Puts the template of this release, over an older one.
///
/// # Errors
/// When the engine does not take it.
pub async fn put(engine: &Engine, settings: &Settings) -> Result<(), TemplateError> {
    let body = Bytes::from(index_template(settings, None).to_string());
    accepted(exchange(engine, Method::PUT, &settings.index, body).await?).map(drop)
}

fn accepted(answer: Answer) -> Result<Answer, TemplateError> {
    if (200..300).contains(&answer.status) {
        Ok(answer)
    } else {
        Err(TemplateError::Engine(StopReason::Refused(answer.excerpt())))
    }
}

/// One exchange, tried again for as long as the engine is merely busy or away.
async fn exchange(engine: &Engine, method: Method, name: &str, body: Bytes) -> Result<Answer, TemplateError> {
    let path = format!("_index_template/{name}");
    let mut backoff = Backoff::default();
    loop {
        let (cause, retry_after) = match engine.send(method.clone(), &path, "application/json", body.clone()).await {
            Ok(answer) if answer.is_transient() => (answer.excerpt(), answer.retry_after),
            Ok(answer) => return Ok(answer),
            Err(error) => (error.to_string(), None),
        };
        if !backoff.pause(retry_after).await {
            return Err(TemplateError::Engine(StopReason::Unavailable(cause)));
        }
    }
}
