//! The documents' settings, from wherever the configuration says.

use parser_wasm::{Settings, SettingsError};
use thiserror::Error;

use crate::config::{Location, SettingsSource};
use crate::s3::Store;

/// Some hundred bytes are honest.
const MAX_BYTES: usize = 1 << 20;

/// The settings object cannot be used: there is nothing to run with.
#[derive(Debug, Error)]
pub enum SettingsSourceError {
    /// S3 does not give it.
    #[error("ALBATROSS_SETTINGS_URI cannot be read: {uri}: {message}")]
    Unreadable {
        /// Where it should be.
        uri: Location,
        /// S3's words.
        message: String,
    },
    /// It is there, and wrong.
    #[error("ALBATROSS_SETTINGS_URI {uri}: {source}")]
    Invalid {
        /// Where it is.
        uri: Location,
        /// What is wrong with it.
        source: SettingsError,
    },
}

/// Reads the settings.
///
/// # Errors
/// When they are an object that cannot be read, or holds no settings.
pub async fn settings(source: &SettingsSource, store: &Store) -> Result<Settings, SettingsSourceError> {
    let uri = match source {
        SettingsSource::Inline(settings) => return Ok(settings.clone()),
        SettingsSource::Uri(uri) => uri,
    };
    let text =
        fetch(uri, store).await.map_err(|message| SettingsSourceError::Unreadable { uri: uri.clone(), message })?;
    Settings::from_json(&text).map_err(|source| SettingsSourceError::Invalid { uri: uri.clone(), source })
}

async fn fetch(uri: &Location, store: &Store) -> Result<String, String> {
    let object = store.with_bucket(&uri.bucket).read(&uri.prefix).await.map_err(|error| error.to_string())?;
    let (text, _) = object.ok_or("there is no such object")?;
    if text.len() > MAX_BYTES {
        return Err(format!("it has more than {MAX_BYTES} bytes"));
    }
    String::from_utf8(text).map_err(|_| "it is no UTF-8 text".to_owned())
}
