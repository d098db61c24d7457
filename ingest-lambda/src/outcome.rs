//! What came of an object, and the one table of what follows.

use parser_wasm::{Damage, Format};
use thiserror::Error;

use crate::bulk::Parked;
use crate::ledger::Ledger;
use crate::queue::QueueError;
use crate::s3::{Reach, S3Error};
use crate::setup::template::TemplateError;
use crate::state::{Account, Entry, Kind, RELEASE, StateError, now_s};

/// Why a run could not even start on its objects.
#[derive(Debug, Error)]
pub enum RunError {
    /// The index template is missing or not ours: documents would get guessed mappings.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The bucket could not be listed.
    #[error("cannot list the bucket: {0}")]
    List(#[source] S3Error),
    /// The fan-out queue does not take the objects.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// The quarantine could not be read.
    #[error("cannot list the quarantine: {0}")]
    Quarantine(#[source] S3Error),
    /// What earlier runs remember cannot be used.
    #[error(transparent)]
    State(#[from] StateError),
    /// Repeating would double documents, and this run could not say what it did.
    #[error(
        "cannot write the state below s3://{bucket}/{folder}, and without it the next run would repeat this one: {source}"
    )]
    CannotRemember {
        /// The bucket.
        bucket: String,
        /// The deployment's folder.
        folder: String,
        /// What S3 says.
        source: StateError,
    },
}

/// How an object is done with.
#[derive(Debug)]
pub enum Settled {
    /// Every line is accounted for.
    Whole,
    /// It is damaged, and lies whole in quarantine; its good lines are indexed.
    Quarantined(Damage),
    /// An earlier run was done with it.
    Before,
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
    /// A log as Parquet, by its name and folder.
    #[error("a Parquet file, which is not read: let AWS deliver the log as json, w3c or plain")]
    Parquet,
    /// A log of a format that the schema has no documents for, by its name.
    #[error("a log of the format {}, which the schema network-log does not take", .0.code())]
    OtherFormat(Format),
    /// Deleted since it was listed.
    #[error("gone since it was listed")]
    Gone,
    /// Overwritten since it was read: what was indexed is not what is there now.
    #[error("changed since it was read")]
    Changed,
    /// S3 keeps it in an archive.
    #[error("in an archive storage class: restore the object to have it indexed")]
    Archived,
    /// S3 does not let us.
    #[error("access denied: {0}")]
    AccessDenied(String),
    /// S3 failed, also after trying again.
    #[error("S3 failed: {0}")]
    Storage(String),
    /// S3 refuses in a way that holds for everybody; that ended the run.
    #[error("S3 refuses: {0}")]
    Denied(String),
    /// Every line is accounted for, and S3 does not let us delete or move the object.
    #[error("every line is accounted for, and cannot settle the object: {0}")]
    Settlement(String),
    /// Every line is accounted for, and nearly all were filtered out.
    #[error(
        "nearly all lines were filtered out, so the object is not deleted: check the filter, or set \
         ALBATROSS_DELETE_FILTERED=true"
    )]
    Filtered,
    /// No line of it is a load balancer's, and its name is not AWS's.
    #[error("not a load balancer's log: none of its {lines} lines is one")]
    NotLog {
        /// How many lines it has.
        lines: u64,
    },
    /// It is packed in another way than logs are, and its name is not AWS's.
    #[error("not a load balancer's log: {0}")]
    Other(Damage),
    /// An earlier run found it to be no log.
    #[error("not a load balancer's log, as an earlier run found")]
    NotLogBefore,
    /// In another bucket, outside the prefix, or written by this program itself.
    #[error("not among the objects this program is configured for")]
    NotOurs,
    /// S3 events have their turn first.
    #[error("younger than 15 minutes: left to its event")]
    TooYoung,
    /// The queue has it, or has enough.
    #[error("the fan-out queue has it, or has enough messages")]
    QueueBusy,
    /// The engine did not take what came of it, while it takes other objects' documents.
    #[error("{0}")]
    Parked(Parked),
    /// The engine refused in a way that holds for everybody; that ended the run.
    #[error("the engine refuses: {0}")]
    Refused(String),
    /// Runs end inside it and do not get any further.
    #[error("two runs in a row ended at line {line} of the object: give the function more time or memory")]
    NoProgress {
        /// The last line accounted for.
        line: u64,
    },
    /// Its own state object is not one of this release.
    #[error("{0}")]
    State(String),
    /// A process died while the object was worked on.
    #[error("a process died while this object was among those worked on")]
    Died,
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

/// Who has to know of an object that is not settled. It stays in the bucket in every case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disposition {
    /// Nothing is wrong: the next run deals with it, or nobody has to.
    Pass,
    /// It will not go away by itself: a person should look at the object.
    Report,
    /// More than this object may be wrong: permissions, storage, the engine, or this program.
    Alarm,
}

/// What the work list says of an object that is not settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remembered {
    /// Nothing: it is as fresh as before.
    Nothing,
    /// It goes to the back, with its reason.
    Failed,
    /// It is resumed, or settled, or left alone, as its entry says.
    As(Kind),
}

impl Unsettled {
    /// The whole table: a stable name for reports and alarms, who has to know, and what is remembered.
    #[must_use]
    fn row(&self) -> (&'static str, Disposition, Remembered) {
        use Disposition::{Alarm, Pass, Report};
        use Remembered::{As, Failed, Nothing};
        match self {
            Self::TestFile => ("test_file", Pass, Nothing),
            Self::NotAccessLog => ("not_access_log", Pass, Nothing),
            Self::Parquet => ("parquet", Report, Nothing),
            Self::OtherFormat(_) => ("other_format", Pass, Nothing),
            Self::NotOurs => ("not_ours", Pass, Nothing),
            Self::TooYoung => ("too_young", Pass, Nothing),
            Self::QueueBusy => ("queue_busy", Pass, Nothing),
            Self::Gone => ("gone", Pass, Nothing),
            Self::Changed => ("changed", Pass, Nothing),
            Self::NotReached => ("not_reached", Pass, Nothing),
            Self::Interrupted => ("interrupted", Pass, As(Kind::Interrupted)),
            Self::Archived => ("archived", Pass, As(Kind::Archived)),
            Self::NotLog { .. } | Self::Other(_) => ("not_log", Report, As(Kind::NotLog)),
            Self::NotLogBefore => ("not_log", Report, Nothing),
            Self::Died => ("died", Alarm, As(Kind::Died)),
            Self::Settlement(_) => ("settlement", Alarm, As(Kind::Accounted)),
            Self::Filtered => ("filtered", Alarm, As(Kind::Accounted)),
            Self::AccessDenied(_) => ("access_denied", Alarm, Failed),
            Self::Storage(_) => ("storage", Alarm, Failed),
            Self::Denied(_) => ("denied", Alarm, Nothing),
            Self::Refused(_) => ("refused", Alarm, Nothing),
            Self::Parked(parked) => (parked.code.as_str(), Alarm, Failed),
            Self::NoProgress { .. } => ("no_progress", Alarm, Failed),
            Self::State(_) => ("state", Alarm, Failed),
            Self::Unbalanced => ("unbalanced", Alarm, Failed),
        }
    }

    /// Who has to know.
    #[must_use]
    pub fn disposition(&self) -> Disposition {
        self.row().1
    }

    /// A stable name for reports and alarms.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.row().0
    }

    /// What the work list says of it from now on.
    #[must_use]
    pub fn remembered(&self) -> Remembered {
        self.row().2
    }

    /// Whether the event that named the object should come again, and after how many seconds: soon where a
    /// run ended, later where somebody has to act first.
    #[must_use]
    pub fn retry_after_s(&self) -> Option<u32> {
        match self {
            Self::Interrupted | Self::NotReached => Some(10),
            Self::Archived | Self::NotLog { .. } | Self::Other(_) | Self::Filtered => None,
            failed => (failed.disposition() == Disposition::Alarm).then_some(300),
        }
    }

    /// The cause by which failures of several objects are taken for one.
    #[must_use]
    pub fn cause(&self) -> Option<&'static str> {
        matches!(self, Self::AccessDenied(_) | Self::Storage(_) | Self::Settlement(_)).then(|| self.code())
    }

    /// One of each kind, for the documentation's test.
    #[must_use]
    pub fn examples() -> Vec<Self> {
        use crate::bulk::ParkedCode;
        let parked = |code| Self::Parked(Parked { code, index: None, reason: String::new() });
        let mut examples = vec![
            Self::TestFile,
            Self::NotAccessLog,
            Self::Parquet,
            Self::OtherFormat(Format::Classic),
            Self::NotLog { lines: 1 },
            Self::NotOurs,
            Self::TooYoung,
            Self::QueueBusy,
            Self::Gone,
            Self::Changed,
            Self::Archived,
            Self::AccessDenied(String::new()),
            Self::Storage(String::new()),
            Self::Denied(String::new()),
            Self::Settlement(String::new()),
            Self::Filtered,
            Self::Refused(String::new()),
            Self::NoProgress { line: 1 },
            Self::State(String::new()),
            Self::Died,
            Self::Unbalanced,
            Self::Interrupted,
            Self::NotReached,
        ];
        use ParkedCode::{IndexRefused, ManyIndices, NotStored, Refused, Stalled};
        examples.extend([IndexRefused, Stalled, NotStored, ManyIndices, Refused].map(parked));
        examples
    }
}

/// What was done with an object.
#[derive(Debug)]
pub(crate) struct Worked {
    /// The version, where it was opened.
    pub(crate) etag: Option<String>,
    pub(crate) ledger: Ledger,
    pub(crate) outcome: Result<Settled, Unsettled>,
    /// What a settlement alone has to know, where every line is accounted for.
    pub(crate) account: Option<Account>,
    /// The last line accounted for, where the next run resumes.
    pub(crate) line: Option<u64>,
}

impl Worked {
    /// Nothing was done.
    pub(crate) fn nothing(why: Unsettled) -> Self {
        Self { etag: None, ledger: Ledger::default(), outcome: Err(why), account: None, line: None }
    }

    /// The entry of the work list that follows, if one does. `etag` is what the listing showed.
    pub(crate) fn entry(&self, key: &str, etag: &str) -> Option<Entry> {
        let why = self.outcome.as_ref().err()?;
        let kind = match why.remembered() {
            Remembered::Nothing => return None,
            Remembered::Failed => Kind::Failed,
            Remembered::As(Kind::Interrupted) if self.account.is_some() => Kind::Accounted,
            // It is read again from its first line.
            Remembered::As(Kind::Interrupted) if self.line.is_none() => return None,
            Remembered::As(kind) => kind,
        };
        let now_s = now_s();
        Some(Entry {
            key: key.to_owned(),
            etag: self.etag.clone().unwrap_or_else(|| etag.to_owned()),
            kind,
            code: why.code().to_owned(),
            reason: why.to_string(),
            attempts: 1,
            first_seen_s: now_s,
            last_tried_s: now_s,
            handed_over_until_s: None,
            line: self.line,
            account: self.account.clone(),
            held: matches!(why, Unsettled::Filtered),
            release: (kind == Kind::NotLog).then(|| RELEASE.to_owned()),
        })
    }
}

impl From<S3Error> for Unsettled {
    fn from(error: S3Error) -> Self {
        match error {
            S3Error::Gone { .. } => Self::Gone,
            S3Error::Changed { .. } => Self::Changed,
            S3Error::Archived { .. } => Self::Archived,
            error if error.reach() == Reach::Everybody => Self::Denied(error.to_string()),
            error if error.is_denied() => Self::AccessDenied(error.to_string()),
            error => Self::Storage(error.to_string()),
        }
    }
}

impl From<StateError> for Unsettled {
    fn from(error: StateError) -> Self {
        match error {
            StateError::Storage(error) => error.into(),
            error => Self::State(error.to_string()),
        }
    }
}
