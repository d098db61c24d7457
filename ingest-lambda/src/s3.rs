//! S3: list, get with resume, conditional delete.

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{Builder, ResponseChecksumValidation};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::primitives::ByteStream;
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};
use bytes::Bytes;
use thiserror::Error;

use crate::backoff::Backoff;
use crate::causes::with_causes;
use crate::config::{Config, ConfigError};

/// A delete is the last thing done to an object, perhaps close to the deadline.
const DELETE_TIMEOUT: Duration = Duration::from_secs(5);

/// The outcomes a caller acts on.
#[derive(Debug, Error)]
pub enum S3Error {
    /// No such object.
    #[error("no such object")]
    Gone,
    /// The object is not the one that was read: its `ETag` is another.
    #[error("the object has changed")]
    Changed,
    /// Credentials or policy do not allow it.
    #[error("{operation}: {message}")]
    AccessDenied {
        /// The API operation.
        operation: &'static str,
        /// S3's words.
        message: String,
    },
    /// Without an `ETag` a later delete could hit another object than the one that was read.
    #[error("GetObject: the answer has no ETag or no Content-Length")]
    NoEtag,
    /// The connection was lost, and resuming did not help.
    #[error("GetObject: lost at byte {received} of {length}: {cause}")]
    Lost {
        /// Bytes that came.
        received: u64,
        /// Bytes that were announced.
        length: u64,
        /// The last failure.
        cause: String,
    },
    /// Anything else, also after the client's own retries.
    #[error("{operation}: {message}")]
    Failed {
        /// The API operation.
        operation: &'static str,
        /// The error with its causes.
        message: String,
    },
}

/// An object as the listing shows it; orders by age, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListedObject {
    /// `LastModified`, in milliseconds since the epoch.
    pub modified_ms: i64,
    /// The key.
    pub key: String,
    /// The size in bytes.
    pub size_bytes: u64,
}

/// The bucket.
#[derive(Debug, Clone)]
pub struct Store {
    client: Client,
    bucket: String,
    prefix: String,
}

impl Store {
    /// Makes the client from AWS's own variables and profile files.
    ///
    /// # Errors
    /// When no region is set.
    pub async fn connect(config: &Config) -> Result<Self, ConfigError> {
        let http =
            aws_smithy_http_client::Builder::new().tls_provider(tls::Provider::Rustls(CryptoMode::Ring)).build_https();
        let shared = aws_config::from_env().http_client(http).load().await;
        if shared.region().is_none() {
            let problem = "AWS_REGION is not set, and no profile names a region";
            return Err(ConfigError { problems: vec![problem.to_owned()] });
        }
        let client = Client::from_conf(
            Builder::from(&shared)
                // Length and gzip trailers are verified here; a checksum over parts tells no more.
                .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
                .build(),
        );
        Ok(Self { client, bucket: config.bucket.clone(), prefix: config.prefix.clone() })
    }

    /// The bucket's name.
    #[must_use]
    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    /// Lists all objects under the prefix, page by page, in the order of keys.
    ///
    /// # Errors
    /// When a page cannot be had.
    pub async fn list(&self, mut each: impl FnMut(ListedObject)) -> Result<(), S3Error> {
        let request = self.client.list_objects_v2().bucket(&self.bucket).prefix(&self.prefix);
        let mut pages = request.into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| classify("ListObjectsV2", &error))?;
            for object in page.contents.unwrap_or_default() {
                each(ListedObject {
                    modified_ms: object.last_modified.and_then(|time| time.to_millis().ok()).unwrap_or_default(),
                    key: object.key.unwrap_or_default(),
                    size_bytes: object.size.and_then(|size| size.try_into().ok()).unwrap_or_default(),
                });
            }
        }
        Ok(())
    }

    /// Opens an object.
    ///
    /// # Errors
    /// When it is gone, denied, or S3 fails.
    pub async fn get<'a>(&'a self, key: &'a str) -> Result<Download<'a>, S3Error> {
        let request = self.client.get_object().bucket(&self.bucket).key(key);
        let output = request.send().await.map_err(|error| classify("GetObject", &error))?;
        let length = output.content_length.and_then(|length| u64::try_from(length).ok());
        let (Some(etag), Some(length)) = (output.e_tag, length) else {
            return Err(S3Error::NoEtag);
        };
        let (body, backoff) = (output.body, Backoff::default());
        Ok(Download { store: self, key, etag, length, received: 0, body, backoff })
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
}

/// One object's bytes, in order, across as many connections as it takes.
pub struct Download<'a> {
    store: &'a Store,
    key: &'a str,
    etag: String,
    length: u64,
    received: u64,
    body: ByteStream,
    backoff: Backoff,
}

impl Download<'_> {
    /// The next bytes; none when all of `Content-Length` came. A connection lost halfway is taken
    /// up again at the byte where it broke, on the same `ETag`.
    ///
    /// # Errors
    /// When the object has changed meanwhile, or resuming is of no avail.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, S3Error> {
        loop {
            let cause = match self.body.next().await {
                Some(Ok(chunk)) => {
                    self.received += chunk.len() as u64;
                    self.backoff.reset();
                    return Ok(Some(chunk));
                }
                None if self.received == self.length => return Ok(None),
                None => "the connection ended".to_owned(),
                Some(Err(error)) => with_causes(&error),
            };
            tracing::debug!(key = self.key, received = self.received, cause, "resuming");
            let lost = |cause| S3Error::Lost { received: self.received, length: self.length, cause };
            if !self.backoff.pause(None).await {
                return Err(lost(cause));
            }
            let output = self.resume().await?;
            let expected = format!("bytes {}-", self.received);
            if !output.content_range().is_some_and(|range| range.starts_with(&expected)) {
                return Err(lost("the answer is not the range asked for".to_owned()));
            }
            self.body = output.body;
        }
    }

    async fn resume(&self) -> Result<GetObjectOutput, S3Error> {
        let request = self.store.client.get_object().bucket(&self.store.bucket).key(self.key);
        let range = format!("bytes={}-", self.received);
        let answer = request.range(range).if_match(&self.etag).send().await;
        answer.map_err(|error| classify("GetObject", &error))
    }

    /// The bytes S3 announced.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Which version of the object this is.
    #[must_use]
    pub fn etag(&self) -> &str {
        &self.etag
    }
}

fn classify<E>(operation: &'static str, error: &SdkError<E, HttpResponse>) -> S3Error
where
    E: std::error::Error + ProvideErrorMetadata + 'static,
{
    let status = error.raw_response().map(|response| response.status().as_u16());
    let message = match (error.code(), error.message()) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        (Some(code), None) => code.to_owned(),
        _ => with_causes(error),
    };
    match status {
        Some(404) if error.code() != Some("NoSuchBucket") => S3Error::Gone,
        Some(412) => S3Error::Changed,
        Some(401 | 403) => S3Error::AccessDenied { operation, message },
        _ => S3Error::Failed { operation, message },
    }
}
