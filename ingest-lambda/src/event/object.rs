//! An object that somebody names, and how it is named in messages.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::s3::ListedObject;

/// An object in S3.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectRef {
    /// Its bucket.
    pub bucket: String,
    /// Its key, as S3 knows it.
    pub key: String,
}

impl ObjectRef {
    /// An object that a listing showed.
    #[must_use]
    pub fn listed(bucket: &str, object: &ListedObject) -> Self {
        Self { bucket: bucket.to_owned(), key: object.key.clone() }
    }

    /// The message by which a sweep hands the object over.
    #[must_use]
    pub fn to_message(&self) -> String {
        json!({ "albatross": "ingest", "bucket": self.bucket, "key": self.key }).to_string()
    }

    /// The object of a record in an S3 notification, or that it tells of no creation: removals,
    /// restores and tags name objects too, and are none of ours. None where it tells neither.
    pub(super) fn from_record(record: &Value) -> Option<Notified> {
        let name = record.get("eventName")?.as_str()?;
        let key = record.pointer("/s3/object/key")?.as_str()?;
        if !name.starts_with("ObjectCreated:") {
            tracing::info!(key, event = name, "not a new object: ignored");
            return Some(Notified::Other);
        }
        let key = decode_key(key)?;
        let bucket = record.pointer("/s3/bucket/name")?.as_str()?.to_owned();
        Some(Notified::Created(Self { bucket, key }))
    }

    /// The object of an EventBridge event, where keys stand as they are.
    pub(super) fn from_detail(event: &Value) -> Option<Self> {
        let bucket = event.pointer("/detail/bucket/name")?.as_str()?;
        let key = event.pointer("/detail/object/key")?.as_str()?;
        Some(Self { bucket: bucket.to_owned(), key: key.to_owned() })
    }
}

/// What a record of an S3 notification tells.
pub(super) enum Notified {
    /// There is a new object.
    Created(ObjectRef),
    /// Something else.
    Other,
}

/// Keys in S3 notifications are encoded like forms: `+` for a space, `%XX` for bytes. None when
/// those are no UTF-8, as keys are: another key would be none that S3 knows, and count as gone.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html>
fn decode_key(key: &str) -> Option<String> {
    let spaced = key.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().ok().map(Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_encoded_like_forms() {
        for (encoded, key) in [
            ("a+b%2Bc%C3%BC.log", "a b+cü.log"),
            ("100%", "100%"),
            ("%zz", "%zz"),
            ("%+1", "% 1"),
            ("a%2", "a%2"),
            ("", ""),
        ] {
            assert_eq!(decode_key(encoded).as_deref(), Some(key));
        }
        assert_eq!(decode_key("%FF.log"), None);
    }
}
