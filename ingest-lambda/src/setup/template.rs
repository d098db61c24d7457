//! Our index template in the engine: put by `albatross setup`, asked for before every sweep.

use parser_wasm::{Settings, TEMPLATE_VERSION, TemplatePlace, index_template, takes_documents, template_meta};
use reqwest::Method;
use serde_json::Value;
use thiserror::Error;

use crate::cancel::StopReason;
use crate::engine::{Answer, Body, Engine};
use crate::plain::excerpt;

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
        found: String,
    },
    /// Others need it as it is.
    #[error(
        "the engine's index template {name} has version {version}, of a newer release than this one \
         ({TEMPLATE_VERSION}), and stays as it is: run `albatross setup` of that release with these settings"
    )]
    Newer {
        /// The template's name.
        name: String,
        /// Its version.
        version: u64,
    },
    /// What answered the put does not keep it.
    #[error(
        "the index template {name} was put, and is not there when it is read back ({found}): look at what stands \
         between here and the engine"
    )]
    NotKept {
        /// The template's name.
        name: String,
        /// What was read.
        found: String,
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
        found: String,
        /// What should.
        wanted: String,
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
    "the engine's index template {name} does not shape our index {index}: {how}; the index is \
     taken by another template: {others}; give that one a lower priority, or patterns that leave out our indices"
)]
pub struct Overruled {
    /// Our template's name.
    pub name: String,
    /// One of our indices.
    pub index: String,
    /// What it would be like.
    pub how: String,
    /// The other templates.
    pub others: String,
}

/// Checks that the engine has the template of this release, made for these settings.
///
/// # Errors
/// When it has not, or does not answer.
pub async fn check(engine: &Engine, settings: &Settings) -> Result<(), TemplateError> {
    let name = settings.template_name();
    let (answer, body) = read(engine, settings).await?;
    if answer.status == 404 {
        return Err(TemplateError::Missing { name });
    }
    accepted(answer)?;
    let found = meta(&body, settings);
    if takes_documents(&found, settings) {
        return Ok(());
    }
    let wanted = template_meta(settings);
    let version = found.get("version");
    if version == wanted.get("version") {
        let [found, wanted] = [found, wanted].map(|meta| excerpt(&meta.to_string()));
        return Err(TemplateError::Settings { name, found, wanted });
    }
    Err(TemplateError::Version { name, found: excerpt(&version.unwrap_or(&Value::Null).to_string()) })
}

/// What the engine says of our template: a refusal, 404, or the template in an object.
async fn read(engine: &Engine, settings: &Settings) -> Result<(Answer, Value), StopReason> {
    let (answer, body) = engine.ask_json(Method::GET, &TemplatePlace::of(settings).path, Body::empty()).await?;
    let is_engines = match answer.status {
        404 => is_engines_404(&body) || engine.is_serverless(),
        200..300 => body["index_templates"].is_array() || body[settings.template_name()].is_object(),
        _ => true,
    };
    if is_engines { Ok((answer, body)) } else { Err(engine.no_engine(&answer)) }
}

fn meta(body: &Value, settings: &Settings) -> Value {
    body.pointer(&TemplatePlace::of(settings).meta_pointer).cloned().unwrap_or_default()
}

/// An engine's answer where there is no such template; Elasticsearch 6 has an empty object. Gateways say 404 in JSON
/// too.
fn is_engines_404(body: &Value) -> bool {
    body["error"]["type"].is_string() || body.as_object().is_some_and(serde_json::Map::is_empty)
}

/// Puts the template of this release, over an older one, and reads it back. Its indices get the ILM policy named. A
/// newer one that is for this release, too, stays: a deployment that was upgraded needs it. Tells the version in place.
///
/// # Errors
/// When the engine does not take it, or does not have it then.
pub(crate) async fn put(
    engine: &Engine,
    settings: &Settings,
    lifecycle_policy: Option<&str>,
) -> Result<u64, TemplateError> {
    if let Some(version) = newer(engine, settings, lifecycle_policy).await? {
        return Ok(version);
    }
    let body = index_template(settings, lifecycle_policy).to_string();
    let (answer, said) = engine.ask_json(Method::PUT, &TemplatePlace::of(settings).path, Body::json(body)).await?;
    let answer = accepted(answer)?;
    // False where not every node has it in time.
    let Some(is_acknowledged) = said["acknowledged"].as_bool() else {
        return Err(engine.no_engine(&answer).into());
    };
    let (read, body) = read(engine, settings).await?;
    match read.status {
        200..300 if meta(&body, settings) == template_meta(settings) => Ok(TEMPLATE_VERSION.into()),
        // A collection may not show at once what it has taken.
        404 if is_acknowledged && engine.is_serverless() => Ok(TEMPLATE_VERSION.into()),
        200..300 | 404 => Err(TemplateError::NotKept { name: settings.template_name(), found: read.excerpt() }),
        // A gateway may let it be put, and not read.
        _ if is_acknowledged => Ok(TEMPLATE_VERSION.into()),
        _ => Err(StopReason::Refused(answer.excerpt()).into()),
    }
}

/// The version of a newer template that can stay. Where nobody tells, there is none.
async fn newer(
    engine: &Engine,
    settings: &Settings,
    lifecycle_policy: Option<&str>,
) -> Result<Option<u64>, TemplateError> {
    let (answer, body) = read(engine, settings).await?;
    if matches!(answer.status, 401 | 403) {
        return Err(StopReason::Refused(answer.excerpt()).into());
    }
    let meta = meta(&body, settings);
    let is_ours = meta["managed_by"] == template_meta(settings)["managed_by"];
    let version = meta["version"].as_u64().filter(|version| is_ours && *version > TEMPLATE_VERSION.into());
    let Some(version) = version else { return Ok(None) };
    let policy = &body["index_templates"][0]["index_template"]["template"]["settings"]["index"]["lifecycle"]["name"];
    let names_policy = lifecycle_policy.is_none_or(|name| policy == name);
    if takes_documents(&meta, settings) && names_policy {
        tracing::debug!(version, "found a newer template, and left it in place");
        return Ok(Some(version));
    }
    Err(TemplateError::Newer { name: settings.template_name(), version })
}

fn accepted(answer: Answer) -> Result<Answer, TemplateError> {
    match answer.status {
        200..300 => Ok(answer),
        // The path is taken for an index and a type, which only take documents (seen in 6.8).
        405 => Err(TemplateError::NoComposable(answer.excerpt())),
        _ => Err(StopReason::Refused(answer.excerpt()).into()),
    }
}
