//! What the user decides about documents. Page and Lambda read the same JSON text.

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

/// Everything beside the line and its source that changes a document's bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Beginning of the index names and name of the index template: documents go to `{index}-YYYY.MM.DD`, by the
    /// event's own day.
    pub index: String,
    /// Whether documents hold the raw line as `event.original`.
    pub keep_original: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { index: "albatross-elb".to_owned(), keep_original: false }
    }
}

/// Why a settings text cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// Not JSON, or a setting that does not exist or has another type.
    #[error("the settings are not valid: {0}")]
    Json(#[from] serde_json::Error),
    /// An index name that engines refuse.
    #[error(
        "the setting \"index\" cannot begin an index name: {0:?}; use lower-case letters, digits, \"-\", \"_\" and \".\", beginning with a letter or digit, 200 characters at most"
    )]
    Index(String),
}

impl Settings {
    /// Reads settings; what is left out has its default.
    ///
    /// # Errors
    /// When the text is not a JSON object of known settings, or a value cannot be used.
    pub fn from_json(text: &str) -> Result<Self, SettingsError> {
        let settings: Self = serde_json::from_str(text)?;
        let index = settings.index.as_bytes();
        // The rules of Elasticsearch and OpenSearch for index names, with room for the date.
        let legal = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.".contains(byte);
        let starts = index.first().is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        if !starts || index.len() > 200 || !index.iter().all(legal) {
            return Err(SettingsError::Index(settings.index));
        }
        Ok(settings)
    }

    /// The settings as JSON, every one of them, in a fixed order.
    pub fn to_json(&self) -> String {
        // A struct of a string and a flag always serializes.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// 16 hex digits that are equal where the settings are.
    pub fn digest(&self) -> String {
        format!("{:016x}", xxh3_64(self.to_json().as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_has_its_default() {
        assert_eq!(Settings::from_json("{}").expect("valid"), Settings::default());
        assert!(Settings::from_json(r#"{"keep_original":true}"#).expect("valid").keep_original);
        assert_eq!(Settings::from_json(&Settings::default().to_json()).expect("valid"), Settings::default());
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        let message = |text: &str| Settings::from_json(text).expect_err("invalid").to_string();
        assert!(message(r#"{"indx":"a"}"#).contains("indx"));
        for name in ["", "-a", "A", "a b", "a*", "_a", "a/b"] {
            assert!(message(&serde_json::json!({ "index": name }).to_string()).contains("\"index\""), "{name}");
        }
    }

    #[test]
    fn the_digest_follows_the_settings() {
        let kept = Settings { keep_original: true, ..Settings::default() };
        assert_eq!(Settings::default().digest(), Settings::default().digest());
        assert_ne!(Settings::default().digest(), kept.digest());
        assert_eq!(kept.digest().len(), 16);
    }
}
