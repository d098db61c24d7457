//! Why things are not done, and what follows from it.

use parser_wasm::{Damage, Format};
use thiserror::Error;

use crate::queue::QueueError;
use crate::s3::S3Error;
use crate::setup::template::TemplateError;

/// Why a run could not even start on its objects.
#[derive(Debug, Error)]
pub enum RunError {
    /// The index template is missing or not ours: documents would get guessed mappings.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The bucket could not be listed.
    #[error("the bucket cannot be listed: {0}")]
    List(#[source] S3Error),
    /// The fan-out queue does not take the objects.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// The quarantine could not be read.
    #[error("the quarantine cannot be read: {0}")]
    Quarantine(#[source] S3Error),
}

/// Why an object is still in the bucket.
#[derive(Debug, Error)]
pub enum Unsettled {
    /// What Elastic Load Balancing writes once to test its permission.
    #[error("the load balancer's test file, not a log")]
    TestFile,
    /// Another name than a load balancer's log has.
    #[error("not a load balancer's log by its name")]
    NotAccessLog,
    /// A log of a format that the schema has no documents for, by its name.
    #[error("a log of the format {}, which the schema network-log does not take", .0.code())]
    OtherFormat(Format),
    /// Deleted since it was listed.
    #[error("gone since it was listed")]
    Gone,
    /// Overwritten since it was read: what was indexed is not what is there now.
    #[error("changed since it was read")]
    Changed,
    /// S3 does not let us.
    #[error("access denied: {0}")]
    AccessDenied(String),
    /// S3 failed, also after trying again.
    #[error("S3 failed: {0}")]
    Storage(String),
    /// No line of it is a load balancer's, and its name is not AWS's.
    #[error("not a load balancer's log: none of its {lines} lines is one")]
    NotLog {
        /// How many lines it has.
        lines: u64,
    },
    /// It is packed in another way than logs are, and its name is not AWS's.
    #[error("not a load balancer's log: {0}")]
    Other(Damage),
    /// In another bucket, outside the prefix, or written by this program itself.
    #[error("not among the objects this program is configured for")]
    NotOurs,
    /// S3 events have their turn first.
    #[error("younger than 15 minutes: left to its event")]
    TooYoung,
    /// An earlier sweep's objects are still being worked on.
    #[error("the fan-out queue is not empty yet")]
    QueueBusy,
    /// The engine refused what came of it, in a way that is no fault of a document; that ended the run. Others may
    /// fare better, so they have their turn first next time.
    #[error("the engine refuses: {0}")]
    Refused(String),
    /// The ledger does not balance. That is a fault of this program, and reason enough to leave
    /// the object alone.
    #[error("not every line is accounted for")]
    Unbalanced,
    /// The run ended while this object was worked on.
    #[error("the run ended before the object was settled")]
    Interrupted,
    /// The run ended before this object's turn.
    #[error("not reached in this run")]
    NotReached,
}

/// What follows for an object that is not settled. It stays in the bucket in every case; the
/// cases differ in who has to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disposition {
    /// Nothing is wrong: the next run deals with it, or nobody has to.
    Pass,
    /// It will not go away by itself: a person should look at the object.
    Report,
    /// More than this object may be wrong: permissions, storage, or this program.
    Alarm,
}

impl Unsettled {
    /// The whole table.
    #[must_use]
    pub fn disposition(&self) -> Disposition {
        match self {
            Self::TestFile
            | Self::NotAccessLog
            | Self::OtherFormat(_)
            | Self::NotOurs
            | Self::TooYoung
            | Self::QueueBusy
            | Self::Gone
            | Self::Changed
            | Self::Interrupted
            | Self::NotReached => Disposition::Pass,
            Self::NotLog { .. } | Self::Other(_) => Disposition::Report,
            Self::AccessDenied(_) | Self::Storage(_) | Self::Refused(_) | Self::Unbalanced => Disposition::Alarm,
        }
    }

    /// One of each kind, for the documentation's test.
    #[must_use]
    pub fn examples() -> [Self; 15] {
        [
            Self::TestFile,
            Self::NotAccessLog,
            Self::OtherFormat(Format::Classic),
            Self::NotLog { lines: 1 },
            Self::NotOurs,
            Self::TooYoung,
            Self::QueueBusy,
            Self::Gone,
            Self::Changed,
            Self::AccessDenied(String::new()),
            Self::Storage(String::new()),
            Self::Refused(String::new()),
            Self::Unbalanced,
            Self::Interrupted,
            Self::NotReached,
        ]
    }

    /// Whether the object itself failed: it goes behind the others in the next sweep.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        self.disposition() != Disposition::Pass
    }

    /// Whether the event that named the object should come again.
    #[must_use]
    pub fn wants_retry(&self) -> bool {
        matches!(
            self,
            Self::AccessDenied(_)
                | Self::Storage(_)
                | Self::Refused(_)
                | Self::Unbalanced
                | Self::Interrupted
                | Self::NotReached
        )
    }

    /// A stable name for reports and alarms.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TestFile => "test_file",
            Self::NotAccessLog => "not_access_log",
            Self::OtherFormat(_) => "other_format",
            Self::NotLog { .. } | Self::Other(_) => "not_log",
            Self::NotOurs => "not_ours",
            Self::TooYoung => "too_young",
            Self::QueueBusy => "queue_busy",
            Self::Gone => "gone",
            Self::Changed => "changed",
            Self::AccessDenied(_) => "access_denied",
            Self::Storage(_) => "storage",
            Self::Refused(_) => "refused",
            Self::Unbalanced => "unbalanced",
            Self::Interrupted => "interrupted",
            Self::NotReached => "not_reached",
        }
    }
}

impl From<S3Error> for Unsettled {
    fn from(error: S3Error) -> Self {
        match error {
            S3Error::Gone => Self::Gone,
            S3Error::Changed => Self::Changed,
            S3Error::AccessDenied { .. } => Self::AccessDenied(error.to_string()),
            S3Error::Failed { .. }
            | S3Error::NoEtag
            | S3Error::NoUpload { .. }
            | S3Error::Lost { .. }
            | S3Error::ShortListing { .. }
            | S3Error::BadCopy { .. } => Self::Storage(error.to_string()),
        }
    }
}
