//! S3, as far as we need it: concrete, over `aws_sdk_s3`. Errors name the outcomes a caller acts on.

mod change;
mod download;
mod list;
mod upload;

use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use thiserror::Error;

use crate::aws;
use crate::config::Config;
use crate::error_chain::error_chain;

pub use self::change::Condition;
pub use self::download::Download;
pub use self::list::{ListedObject, Page, Pages};
pub use self::upload::{PART_BYTES, Upload};

/// The outcomes a caller acts on.
#[derive(Debug, Error)]
pub enum S3Error {
    /// No such object.
    #[error("no such object")]
    Gone,
    /// The object is not the one that was read: its `ETag` is another.
    #[error("the object has changed")]
    Changed,
    /// The upload that parts were given to is no more: completed, given up, or cleared away by a lifecycle rule.
    #[error("{operation}: no such upload")]
    NoUpload {
        /// The API operation.
        operation: &'static str,
    },
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
    /// A page of the listing was not whole, however often it was asked for. What it leaves out would
    /// count as gone.
    #[error("ListObjectsV2: the answer is not whole: {problem}")]
    ShortListing {
        /// What it lacks.
        problem: &'static str,
    },
    /// A copy was made and is not what it should be; the original was left alone.
    #[error("the copy s3://{bucket}/{key} has {found} bytes instead of {expected}")]
    BadCopy {
        /// Where the copy lies.
        bucket: String,
        /// Its key.
        key: String,
        /// Its length in bytes.
        found: u64,
        /// The length of the original in bytes.
        expected: u64,
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

/// The bucket with the logs. Quarantine and state lie in it too.
#[derive(Debug, Clone)]
pub struct Store {
    client: Client,
    bucket: String,
}

impl Store {
    /// A store of this bucket; connects at the first request.
    #[must_use]
    pub fn new(sdk: &SdkConfig, config: &Config) -> Self {
        Self { client: aws::s3(sdk), bucket: config.bucket.clone() }
    }

    /// Another bucket, by the same client.
    #[must_use]
    pub(crate) fn with_bucket(&self, bucket: &str) -> Self {
        Self { client: self.client.clone(), bucket: bucket.to_owned() }
    }

    /// The bucket's name.
    #[must_use]
    pub fn bucket(&self) -> &str {
        &self.bucket
    }
}

pub(crate) fn classify<E>(operation: &'static str, error: &SdkError<E, HttpResponse>) -> S3Error
where
    E: std::error::Error + ProvideErrorMetadata + 'static,
{
    let status = error.raw_response().map(|response| response.status().as_u16());
    let message = match (error.code(), error.message()) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        (Some(code), None) => code.to_owned(),
        _ => error_chain(error),
    };
    match status {
        Some(404) if error.code() == Some("NoSuchUpload") => S3Error::NoUpload { operation },
        Some(404) if error.code() != Some("NoSuchBucket") => S3Error::Gone,
        Some(412) => S3Error::Changed,
        // ConditionalRequestConflict: somebody else puts it at the same moment. Anything else that is deleted or
        // copied at the same moment may still be what it was.
        Some(409) if operation == "PutObject" => S3Error::Changed,
        Some(401 | 403) => S3Error::AccessDenied { operation, message },
        _ => S3Error::Failed { operation, message },
    }
}
