//! The documents' settings, from wherever the configuration says.

use aws_config::SdkConfig;
use parser_wasm::{Settings, SettingsError};
use thiserror::Error;

use crate::aws;
use crate::config::{Location, SettingsSource};
use crate::error_chain::error_chain;

/// Some hundred bytes are honest.
const MAX_BYTES: i64 = 1 << 20;

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
pub async fn settings(source: &SettingsSource, sdk: &SdkConfig) -> Result<Settings, SettingsSourceError> {
    let uri = match source {
        SettingsSource::Inline(settings) => return Ok(settings.clone()),
        SettingsSource::Uri(uri) => uri,
    };
    let text =
        fetch(uri, sdk).await.map_err(|message| SettingsSourceError::Unreadable { uri: uri.clone(), message })?;
    Settings::from_json(&text).map_err(|source| SettingsSourceError::Invalid { uri: uri.clone(), source })
}

async fn fetch(uri: &Location, sdk: &SdkConfig) -> Result<String, String> {
    let request = aws::s3(sdk).get_object().bucket(&uri.bucket).key(&uri.prefix);
    let object = request.send().await.map_err(|error| error_chain(&error))?;
    if object.content_length.is_none_or(|length| length > MAX_BYTES) {
        return Err(format!("it has more than {MAX_BYTES} bytes"));
    }
    let body = object.body.collect().await.map_err(|error| error_chain(&error))?;
    String::from_utf8(body.to_vec()).map_err(|_| "it is no UTF-8 text".to_owned())
}
