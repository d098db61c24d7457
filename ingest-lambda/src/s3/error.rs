//! What S3 said no to: the outcomes a caller acts on, and everything else with all that is known of it.

use std::fmt;

use thiserror::Error;

use super::Reach;

/// The outcomes a caller acts on.
#[derive(Debug, Error)]
pub enum S3Error {
    /// There is no such log.
    #[error("no such object: {key}")]
    Gone {
        /// Its key.
        key: String,
    },
    /// The log is not the one that was read: its `ETag` is another.
    #[error("the object has changed: {key}")]
    Changed {
        /// Its key.
        key: String,
    },
    /// The log is in an archive of S3's, and cannot be read until it is restored.
    #[error("the object is archived, and has to be restored before it can be read: {key}")]
    Archived {
        /// Its key.
        key: String,
    },
    /// The connection was lost, and resuming did not help.
    #[error("GetObject {key}: lost at byte {received} of {length}: {cause}")]
    Lost {
        /// The object's key.
        key: String,
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
    /// Anything else, also after all retries.
    #[error(transparent)]
    Failed(Box<Failure>),
}

/// A request that failed.
#[derive(Debug, Error)]
pub struct Failure {
    /// The API operation.
    pub operation: &'static str,
    /// The bucket it was about.
    pub bucket: String,
    /// The key it was about, or the prefix; empty for the whole bucket.
    pub key: String,
    /// The HTTP status, where an answer came.
    pub status: Option<u16>,
    /// S3's code, where it gave one.
    pub code: Option<String>,
    /// S3's words, or the error with its causes.
    pub message: String,
    /// S3's name for the request, by which AWS's support finds it.
    pub request_id: Option<String>,
    /// What is probably missing.
    pub advice: Option<String>,
    /// How far it reaches.
    pub reach: Reach,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { operation, bucket, key, status, code, message, request_id, advice, .. } = self;
        write!(f, "{operation} s3://{bucket}/{key}: ")?;
        match (code, status) {
            (Some(code), _) if message.is_empty() => f.write_str(code)?,
            (Some(code), _) => write!(f, "{code}: {message}")?,
            (None, Some(status)) => write!(f, "HTTP {status}: {message}")?,
            (None, None) => f.write_str(message)?,
        }
        request_id.iter().try_for_each(|id| write!(f, " (request {id})"))?;
        advice.iter().try_for_each(|advice| write!(f, " ({advice})"))
    }
}

impl S3Error {
    /// How far it reaches.
    #[must_use]
    pub fn reach(&self) -> Reach {
        match self {
            Self::Failed(failure) => failure.reach,
            Self::Lost { .. } | Self::ShortListing { .. } => Reach::Passing,
            Self::Gone { .. } | Self::Changed { .. } | Self::Archived { .. } | Self::BadCopy { .. } => Reach::Object,
        }
    }

    /// The same, where S3 has answered nobody for long.
    pub(super) fn of_everybody(self) -> Self {
        match self {
            Self::Failed(failure) => Self::Failed(Box::new(Failure { reach: Reach::Everybody, ..*failure })),
            other => other,
        }
    }

    /// Whether credentials or a policy do not allow it for this object.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        self.reach() == Reach::Object && matches!(self.status(), Some(401 | 403))
    }

    /// Whether the condition of the request did not hold, or somebody else changed the object at the same moment.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        matches!(self, Self::Changed { .. })
            || self.reach() == Reach::Object && matches!(self.status(), Some(409 | 412))
    }

    /// Whether the object is not there, whosever it is.
    pub(super) fn is_missing(&self) -> bool {
        matches!(self, Self::Gone { .. }) || self.is_absent()
    }

    /// Whether S3 says no, to this object or to everybody.
    pub(super) fn is_denial(&self) -> bool {
        self.is_denied() || self.reach() == Reach::Everybody
    }

    /// Whether an object of our own is not there.
    pub(super) fn is_absent(&self) -> bool {
        self.reach() == Reach::Object && self.status() == Some(404)
    }

    /// S3's code, where it gave one.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Failed(failure) => failure.code.as_deref(),
            _ => None,
        }
    }

    pub(super) fn status(&self) -> Option<u16> {
        match self {
            Self::Failed(failure) => failure.status,
            _ => None,
        }
    }
}
