//! Changing objects: every change names the version it means.

use std::time::Duration;

use aws_sdk_s3::config::Builder;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use bytes::Bytes;

use super::request::{Subject, Whose};
use super::{S3Error, Store};
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

impl Condition<'_> {
    /// The header `If-None-Match`, where it is one.
    pub(super) fn if_none_match(self) -> Option<String> {
        (self == Self::Absent).then(|| "*".to_owned())
    }

    /// The header `If-Match`, where it is one.
    pub(super) fn if_match(self) -> Option<String> {
        if let Self::Matches(etag) = self { Some(etag.to_owned()) } else { None }
    }
}

impl Store {
    /// Puts a small object of our own; gives its `ETag`.
    ///
    /// # Errors
    /// One that [is about a change](S3Error::is_changed) when the condition does not hold.
    pub async fn put(&self, key: &str, body: impl Into<Bytes>, condition: Condition<'_>) -> Result<String, S3Error> {
        let body: Bytes = body.into();
        let subject = self.subject("PutObject", key, Whose::Own);
        let request = || {
            let (algorithm, kms_key) = self.encryption();
            let request = self.client.put_object().bucket(&self.bucket).key(key).body(body.clone().into());
            let request = request.set_server_side_encryption(algorithm).set_ssekms_key_id(kms_key);
            request.set_if_none_match(condition.if_none_match()).set_if_match(condition.if_match()).send()
        };
        self.send(subject, request).await?.e_tag.ok_or_else(|| subject.broken("the answer has no ETag"))
    }

    /// Deletes the object that was read, and no other.
    ///
    /// # Errors
    /// [`S3Error::Changed`] when the object now has another `ETag`.
    pub async fn delete(&self, key: &str, etag: &str) -> Result<(), S3Error> {
        let request = || {
            let timeouts = TimeoutConfig::builder().operation_attempt_timeout(DELETE_TIMEOUT).build();
            let request = self.client.delete_object().bucket(&self.bucket).key(key).if_match(etag);
            request.customize().config_override(Builder::new().timeout_config(timeouts)).send()
        };
        match self.send_counted(self.subject("DeleteObject", key, Whose::Log), request).await {
            // It was deleted the time before, and the answer was lost.
            (Err(S3Error::Gone { .. }), attempts) if attempts > 1 => Ok(()),
            (result, _) => result.map(drop),
        }
    }

    /// Deletes an object of our own, whatever version it is.
    ///
    /// # Errors
    /// When S3 fails.
    pub async fn remove(&self, key: &str) -> Result<(), S3Error> {
        let request = || self.client.delete_object().bucket(&self.bucket).key(key).send();
        self.send(self.subject("DeleteObject", key, Whose::Own), request).await.map(drop)
    }

    /// Deletes objects of our own, very many perhaps.
    ///
    /// # Errors
    /// When S3 fails, or leaves one of them.
    pub async fn remove_all(&self, keys: Vec<String>) -> Result<(), S3Error> {
        for keys in keys.chunks(KEYS_PER_REMOVAL) {
            let subject = self.subject("DeleteObjects", keys.first().map_or("", String::as_str), Whose::Own);
            let objects = keys.iter().map(|key| ObjectIdentifier::builder().key(key).build());
            let objects = objects.collect::<Result<_, _>>().map_err(|error| subject.broken(&error.to_string()))?;
            let delete = Delete::builder().set_objects(Some(objects)).quiet(true).build();
            let delete = delete.map_err(|error| subject.broken(&error.to_string()))?;
            let request = || self.client.delete_objects().bucket(&self.bucket).delete(delete.clone()).send();
            let answer = self.send(subject, request).await?;
            if let Some(error) = answer.errors.unwrap_or_default().into_iter().next() {
                let key = error.key.unwrap_or_default();
                let (code, words) = (error.code.unwrap_or_default(), error.message.unwrap_or_default());
                return Err(self.subject("DeleteObjects", &key, Whose::Own).refused(code, words));
            }
        }
        Ok(())
    }

    /// The `ETag` of an object of our own; none where there is no such object.
    ///
    /// # Errors
    /// When S3 fails.
    pub async fn etag(&self, key: &str) -> Result<Option<String>, S3Error> {
        let subject = self.subject("HeadObject", key, Whose::Own);
        let request = || self.client.head_object().bucket(&self.bucket).key(key).send();
        match self.send(subject, request).await {
            Ok(output) => output.e_tag.ok_or_else(|| subject.broken("the answer has no ETag")).map(Some),
            Err(error) if error.is_absent() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Copies the object that was read, and no other, and looks whether the copy is whole.
    ///
    /// # Errors
    /// [`S3Error::Changed`] when the object now has another `ETag`. An answer about the copy names the copy.
    pub async fn copy(&self, key: &str, etag: &str, length: u64, to: &Location) -> Result<(), S3Error> {
        self.copy_object(key, etag, to).await?;
        let subject = Subject { operation: "HeadObject", bucket: &to.bucket, key: &to.prefix, whose: Whose::Own };
        let request = || self.client.head_object().bucket(&to.bucket).key(&to.prefix).send();
        let copy = match self.send(subject, request).await {
            Ok(copy) => copy,
            // It was there a moment ago: not the original is gone, but the copy.
            Err(error) if error.is_absent() => return Err(bad_copy(to, 0, length)),
            Err(error) => return Err(error),
        };
        match copy.content_length.and_then(|found| u64::try_from(found).ok()) {
            Some(found) if found == length => Ok(()),
            found => Err(bad_copy(to, found.unwrap_or_default(), length)),
        }
    }

    /// The copy alone.
    pub(super) async fn copy_object(&self, key: &str, etag: &str, to: &Location) -> Result<(), S3Error> {
        let request = || {
            let (algorithm, kms_key) = self.encryption();
            let timeouts = TimeoutConfig::builder().read_timeout(COPY_TIMEOUT).operation_attempt_timeout(COPY_TIMEOUT);
            self.client
                .copy_object()
                .copy_source(format!("{}/{}", self.bucket, encode_key(key)))
                .copy_source_if_match(etag)
                .bucket(&to.bucket)
                .key(&to.prefix)
                .set_server_side_encryption(algorithm)
                .set_ssekms_key_id(kms_key)
                .customize()
                .config_override(Builder::new().timeout_config(timeouts.build()))
                .send()
        };
        let copy = Subject { operation: "CopyObject", bucket: &to.bucket, key: &to.prefix, whose: Whose::Log };
        // What is gone, changed or archived is the original; all else may be because of the copy's place.
        let key = key.to_owned();
        match self.send(copy, request).await {
            Err(S3Error::Gone { .. }) => Err(S3Error::Gone { key }),
            Err(S3Error::Changed { .. }) => Err(S3Error::Changed { key }),
            Err(S3Error::Archived { .. }) => Err(S3Error::Archived { key }),
            result => result.map(drop),
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
