//! An object that is not plainly done.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::digest;

/// Why an object is on the work list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Every line of it is accounted for, and only the settlement is to be tried again.
    Accounted,
    /// S3 keeps it in an archive, and has to restore it before it can be read.
    Archived,
    /// A process died while the object was worked on.
    Died,
    /// It had its turn and failed.
    Failed,
    /// A sweep gave it to the fan-out queue.
    HandedOver,
    /// A run ended inside it; the next one resumes.
    Interrupted,
    /// It is no log, as far as the release that wrote the entry knows.
    NotLog,
}

impl Kind {
    /// Whether it may not go on by itself, so that somebody should look at it.
    #[must_use]
    pub fn waits_for_somebody(self) -> bool {
        matches!(self, Self::Accounted | Self::Died | Self::Failed)
    }
}

/// One entry of the work list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The object's key.
    pub key: String,
    /// Its version; another one is a new object.
    pub etag: String,
    /// Why it is here.
    pub kind: Kind,
    /// A stable name for the reason.
    pub code: String,
    /// The reason in words.
    pub reason: String,
    /// How often it had its turn.
    pub attempts: u32,
    /// When it first failed, in seconds since the epoch.
    pub first_seen_s: u64,
    /// When it last had its turn.
    pub last_tried_s: u64,
    /// Until when it is in the queue's hands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handed_over_until_s: Option<u64>,
    /// The last line accounted for, where there is a resume point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// What settlement has to know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<Account>,
    /// Whether it waits until somebody says that it may be settled.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub held: bool,
    /// The release that found it to be no log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
}

/// What is known of an object whose every line is accounted for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Account {
    /// The object's length in bytes.
    pub length: u64,
    /// Whether bad lines of it lie in quarantine.
    #[serde(default)]
    pub quarantined: bool,
    /// The record of its damage, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub damage: Option<Value>,
}

impl Entry {
    /// What the entry is found by.
    #[must_use]
    pub fn digest(&self) -> u64 {
        digest(&self.key)
    }

    /// This entry, where an earlier one of the same object is already there: it counts on.
    #[must_use]
    pub fn after(mut self, earlier: Option<(u32, u64)>) -> Self {
        if let Some((attempts, first_seen_s)) = earlier {
            self.attempts = self.attempts.saturating_add(attempts);
            self.first_seen_s = self.first_seen_s.min(first_seen_s);
        }
        self
    }
}

/// The version of an object that could not even be opened: any.
pub(super) const ANY_VERSION: u32 = 0;

/// An object's version, in four bytes.
pub(super) fn version(etag: &str) -> u32 {
    if etag.is_empty() {
        return ANY_VERSION;
    }
    #[allow(clippy::cast_possible_truncation, reason = "the lower half of a digest")]
    let version = digest(etag.trim_matches('"')) as u32;
    version
}
