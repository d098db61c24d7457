//! What is done with already, where objects stay in the bucket (`ALBATROSS_SETTLE=keep`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{digest, key, load, save};
use crate::s3::{ListedObject, S3Error, Store};

const NAME: &str = "checkpoint.json";

/// An object can appear with a `LastModified` of some time ago: that of a multipart upload is when
/// it began. So objects of the last day are remembered one by one.
const OVERLAP_MS: i64 = 24 * 60 * 60 * 1000;

/// Everything older than a moment is done, and of what is younger, these objects.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    through_ms: i64,
    /// Digest of the key, and when the object was modified: an object written anew is a new one.
    done: BTreeMap<u64, i64>,
    #[serde(skip)]
    oldest_open_ms: Option<i64>,
    #[serde(skip)]
    newest_ms: i64,
    #[serde(skip)]
    changed: bool,
}

impl Checkpoint {
    /// What earlier runs did.
    ///
    /// # Errors
    /// When S3 does not give it.
    pub async fn load(store: &Store, own_prefix: &str) -> Result<Self, S3Error> {
        Ok(load(store, &key(own_prefix, NAME)).await?.unwrap_or_default())
    }

    /// Whether the object is done with.
    #[must_use]
    pub fn is_done(&self, object: &ListedObject) -> bool {
        object.modified_ms < self.through_ms || self.done.get(&digest(&object.key)) == Some(&object.modified_ms)
    }

    /// The object had its turn, or did not get one.
    pub fn enter(&mut self, object: &ListedObject, done: bool) {
        self.newest_ms = self.newest_ms.max(object.modified_ms);
        if done {
            self.changed = true;
            self.done.insert(digest(&object.key), object.modified_ms);
        } else {
            let oldest = self.oldest_open_ms.get_or_insert(object.modified_ms);
            *oldest = object.modified_ms.min(*oldest);
        }
    }

    /// Remembers for the next run.
    ///
    /// # Errors
    /// When S3 does not take it.
    pub async fn save(&mut self, store: &Store, own_prefix: &str) -> Result<(), S3Error> {
        if !self.changed {
            return Ok(());
        }
        self.advance();
        save(store, &key(own_prefix, NAME), self).await
    }

    /// Moves the border up to the oldest object that is not done, or to a day before the newest.
    fn advance(&mut self) {
        let border = self.newest_ms.saturating_sub(OVERLAP_MS);
        let border = self.oldest_open_ms.map_or(border, |open| open.min(border));
        self.through_ms = self.through_ms.max(border);
        let through = self.through_ms;
        self.done.retain(|_, modified| *modified >= through);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(key: &str, modified_ms: i64) -> ListedObject {
        ListedObject { modified_ms, key: key.to_owned(), size_bytes: 1 }
    }

    #[test]
    fn done_objects_are_done_until_written_anew() {
        let mut checkpoint = Checkpoint::default();
        checkpoint.enter(&object("a", 5), true);
        assert!(checkpoint.is_done(&object("a", 5)));
        assert!(!checkpoint.is_done(&object("a", 6)) && !checkpoint.is_done(&object("b", 5)));
    }

    #[test]
    fn the_border_never_passes_an_open_object() {
        let mut checkpoint = Checkpoint::default();
        checkpoint.enter(&object("old", 1_000), true);
        checkpoint.enter(&object("new", 3 * OVERLAP_MS), true);
        checkpoint.advance();
        assert_eq!(checkpoint.through_ms, 2 * OVERLAP_MS);
        assert!(checkpoint.is_done(&object("old", 1_000)) && checkpoint.is_done(&object("new", 3 * OVERLAP_MS)));
        assert_eq!(checkpoint.done.len(), 1, "what lies behind the border is not kept");

        let mut checkpoint = Checkpoint::default();
        checkpoint.enter(&object("new", 3 * OVERLAP_MS), true);
        checkpoint.enter(&object("failed", 7), false);
        checkpoint.advance();
        assert!(!checkpoint.is_done(&object("failed", 7)));
    }
}
