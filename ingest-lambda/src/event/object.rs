//! An object that somebody names, and how it is named in messages.

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

    /// The object of a record in an S3 notification; none for events that are no creation.
    pub(super) fn from_record(record: &Value) -> Option<Self> {
        let name = record.get("eventName")?.as_str()?;
        let bucket = record.pointer("/s3/bucket/name")?.as_str()?;
        let key = record.pointer("/s3/object/key")?.as_str()?;
        let created = name.starts_with("ObjectCreated:");
        created.then(|| Self { bucket: bucket.to_owned(), key: decode_key(key) })
    }

    /// The object of an EventBridge event, where keys stand as they are.
    pub(super) fn from_detail(event: &Value) -> Option<Self> {
        let bucket = event.pointer("/detail/bucket/name")?.as_str()?;
        let key = event.pointer("/detail/object/key")?.as_str()?;
        Some(Self { bucket: bucket.to_owned(), key: key.to_owned() })
    }
}

/// Keys in S3 notifications are encoded like forms: `+` for a space, `%XX` for bytes.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html>
fn decode_key(key: &str) -> String {
    let mut bytes = Vec::with_capacity(key.len());
    let mut rest = key.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escaped = after.first_chunk::<2>().filter(|_| *first == b'%');
        let byte = escaped.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        (bytes, rest) = match byte {
            Some(byte) => (with(bytes, byte), after.get(2..).unwrap_or_default()),
            None => (with(bytes, if *first == b'+' { b' ' } else { *first }), after),
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn with(mut bytes: Vec<u8>, byte: u8) -> Vec<u8> {
    bytes.push(byte);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_encoded_like_forms() {
        for (encoded, key) in
            [("a+b%2Bc%C3%BC.log", "a b+cü.log"), ("100%", "100%"), ("%zz", "%zz"), ("a%2", "a%2"), ("", "")]
        {
            assert_eq!(decode_key(encoded), key);
        }
    }
}
