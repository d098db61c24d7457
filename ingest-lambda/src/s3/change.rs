//! Changing objects: every change names the version it means.

use std::time::Duration;

use aws_sdk_s3::config::Builder;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use bytes::Bytes;

use super::{S3Error, Store, classify};
use crate::config::Location;

/// The last thing done to an object, perhaps close to the deadline.
const DELETE_TIMEOUT: Duration = Duration::from_secs(5);

/// S3 copies five gigabytes before it has the whole answer.
const COPY_TIMEOUT: Duration = Duration::from_secs(5 * 60);

/// S3's limit on the keys of one request.
const KEYS_PER_REMOVAL: usize = 1000;

/// On what a put depends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition<'a> {
    /// Nothing: it replaces whatever is there.
    Always,
    /// There is no such object.
    Absent,
    /// The object has this `ETag`.
    Matches(&'a str),
}

impl Store {
    /// Puts a small object; gives its `ETag`.
    ///
    /// # Errors
    /// [`S3Error::Changed`] when the condition does not hold.
    pub async fn put(&self, key: &str, body: impl Into<Bytes>, condition: Condition<'_>) -> Result<String, S3Error> {
        let body: Bytes = body.into();
        let request = self.client.put_object().bucket(&self.bucket).key(key).body(body.into());
        let request = match condition {
            Condition::Always => request,
            Condition::Absent => request.if_none_match("*"),
            Condition::Matches(etag) => request.if_match(etag),
        };
        let output = request.send().await.map_err(|error| classify("PutObject", &error))?;
        output.e_tag.ok_or(S3Error::NoEtag)
    }

    /// Deletes the object that was read, and no other.
    ///
    /// # Errors
    /// [`S3Error::Changed`] when the object now has another `ETag`.
    pub async fn delete(&self, key: &str, etag: &str) -> Result<(), S3Error> {
        let timeouts = TimeoutConfig::builder().operation_timeout(DELETE_TIMEOUT).build();
        self.client
            .delete_object()
            .bucket(&self.bucket)
            .key(key)
            .if_match(etag)
            .customize()
            .config_override(Builder::new().timeout_config(timeouts))
            .send()
            .await
            .map(drop)
            .map_err(|error| classify("DeleteObject", &error))
    }

    /// Deletes an object of our own, whatever version it is.
    ///
    /// # Errors
    /// When S3 fails.
    pub async fn remove(&self, key: &str) -> Result<(), S3Error> {
        let request = self.client.delete_object().bucket(&self.bucket).key(key);
        request.send().await.map(drop).map_err(|error| classify("DeleteObject", &error))
    }

    /// Deletes objects of our own, very many perhaps.
    ///
    /// # Errors
    /// When S3 fails, or leaves one of them.
    pub async fn remove_all(&self, keys: Vec<String>) -> Result<(), S3Error> {
        let failed = |message| S3Error::Failed { operation: "DeleteObjects", message };
        for keys in keys.chunks(KEYS_PER_REMOVAL) {
            let objects = keys.iter().map(|key| ObjectIdentifier::builder().key(key).build());
            let objects = objects.collect::<Result<_, _>>().map_err(|error| failed(error.to_string()))?;
            let delete = Delete::builder().set_objects(Some(objects)).quiet(true).build();
            let delete = delete.map_err(|error| failed(error.to_string()))?;
            let request = self.client.delete_objects().bucket(&self.bucket).delete(delete);
            let answer = request.send().await.map_err(|error| classify("DeleteObjects", &error))?;
            if let Some(error) = answer.errors.unwrap_or_default().first() {
                return Err(failed(error.message.clone().unwrap_or_default()));
            }
        }
        Ok(())
    }

    /// The `ETag` of an object of our own; none where there is no such object.
    ///
    /// # Errors
    /// When S3 fails.
    pub async fn etag(&self, key: &str) -> Result<Option<String>, S3Error> {
        match self.client.head_object().bucket(&self.bucket).key(key).send().await {
            Ok(output) => output.e_tag.ok_or(S3Error::NoEtag).map(Some),
            Err(error) => match classify("HeadObject", &error) {
                S3Error::Gone => Ok(None),
                other => Err(other),
            },
        }
    }

    /// Copies the object that was read, and no other, and looks whether the copy is whole.
    ///
    /// # Errors
    /// [`S3Error::Changed`] when the object now has another `ETag`.
    pub async fn copy(&self, key: &str, etag: &str, length: u64, to: &Location) -> Result<(), S3Error> {
        let timeouts = TimeoutConfig::builder().read_timeout(COPY_TIMEOUT).operation_attempt_timeout(COPY_TIMEOUT);
        self.client
            .copy_object()
            .copy_source(format!("{}/{}", self.bucket, encode_key(key)))
            .copy_source_if_match(etag)
            .bucket(&to.bucket)
            .key(&to.prefix)
            .customize()
            .config_override(Builder::new().timeout_config(timeouts.build()))
            .send()
            .await
            .map_err(|error| classify("CopyObject", &error))?;
        let copy = self.client.head_object().bucket(&to.bucket).key(&to.prefix).send().await;
        let copy = copy.map_err(|error| match classify("HeadObject", &error) {
            // It was there a moment ago: not the original is gone, but the copy.
            S3Error::Gone => bad_copy(to, 0, length),
            other => other,
        })?;
        match copy.content_length.and_then(|found| u64::try_from(found).ok()) {
            Some(found) if found == length => Ok(()),
            found => Err(bad_copy(to, found.unwrap_or_default(), length)),
        }
    }
}

fn bad_copy(to: &Location, found: u64, expected: u64) -> S3Error {
    S3Error::BadCopy { bucket: to.bucket.clone(), key: to.prefix.clone(), found, expected }
}

/// `x-amz-copy-source` is a URL path: everything but unreserved characters and slashes is escaped
/// (RFC 3986, section 2.3).
fn encode_key(key: &str) -> String {
    let mut encoded = String::with_capacity(key.len());
    for byte in key.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copy_sources_are_url_paths() {
        assert_eq!(encode_key("a/b c+ü.log.gz"), "a/b%20c%2B%C3%BC.log.gz");
    }
}
