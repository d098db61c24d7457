//! What is done with already, where objects stay in the bucket (`ALBATROSS_SETTLE=keep`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Scope, digest, load, save};
use crate::s3::{ListedObject, S3Error, Store};

const NAME: &str = "checkpoint.json";

/// An object can appear with a `LastModified` of some time ago: that of a multipart upload is when
/// it began. So objects of the last day are remembered one by one.
const OVERLAP_MS: i64 = 24 * 60 * 60 * 1000;

/// So many done objects are remembered one by one, some forty bytes each in the bucket. The newest
/// beyond that are done again.
const DONE_LIMIT: usize = 1_000_000;

/// So many failed objects do not hold the border back.
const FAILED_LIMIT: usize = 100_000;

/// Everything older than a moment is done, but for those that failed; and of what is younger, these
/// objects.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    through_ms: i64,
    /// Digest of the key, and when the object was modified: an object written anew is a new one.
    done: BTreeMap<u64, i64>,
    /// The same of objects behind the border that are not done.
    #[serde(default)]
    failed: BTreeMap<u64, i64>,
    #[serde(skip)]
    failed_now: BTreeMap<u64, i64>,
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
    pub async fn load(store: &Store, scope: &Scope) -> Result<Self, S3Error> {
        Ok(load(store, &scope.key(NAME)).await?.unwrap_or_default())
    }

    /// Whether the object is done with.
    #[must_use]
    pub fn is_done(&self, object: &ListedObject) -> bool {
        let digest = digest(&object.key);
        self.done.get(&digest) == Some(&object.modified_ms)
            || self.is_behind(object) && !self.failed.contains_key(&digest)
    }

    /// The object is done with.
    pub fn enter_done(&mut self, object: &ListedObject) {
        self.newest_ms = self.newest_ms.max(object.modified_ms);
        self.changed = true;
        self.done.insert(digest(&object.key), object.modified_ms);
    }

    /// The object had its turn and failed.
    pub fn enter_failed(&mut self, object: &ListedObject) {
        self.newest_ms = self.newest_ms.max(object.modified_ms);
        self.failed_now.insert(digest(&object.key), object.modified_ms);
    }

    /// The object is still to be done.
    pub fn enter_open(&mut self, object: &ListedObject) {
        if self.is_behind(object) {
            return self.enter_failed(object);
        }
        self.newest_ms = self.newest_ms.max(object.modified_ms);
        let oldest = self.oldest_open_ms.get_or_insert(object.modified_ms);
        *oldest = object.modified_ms.min(*oldest);
    }

    /// Remembers for the next run; to be called only when all objects were seen and entered, as the
    /// border passes the others.
    ///
    /// # Errors
    /// When S3 does not take it.
    pub async fn save(&mut self, store: &Store, scope: &Scope) -> Result<(), S3Error> {
        self.advance(FAILED_LIMIT, DONE_LIMIT);
        if self.changed { save(store, &scope.key(NAME), self).await } else { Ok(()) }
    }

    fn is_behind(&self, object: &ListedObject) -> bool {
        object.modified_ms < self.through_ms
    }

    /// Moves the border up to the oldest object that is still to be done, or to a day before the
    /// newest.
    fn advance(&mut self, failed_limit: usize, done_limit: usize) {
        let mut border = self.newest_ms.saturating_sub(OVERLAP_MS);
        border = self.oldest_open_ms.map_or(border, |open| open.min(border));
        // The oldest stay: those behind the border would count as done otherwise.
        if let Some(first) = keep_oldest(&mut self.failed_now, failed_limit) {
            border = border.min(first);
        }
        self.through_ms = self.through_ms.max(border);
        let through = self.through_ms;
        self.done.retain(|_, modified| *modified >= through);
        if keep_oldest(&mut self.done, done_limit).is_some() {
            tracing::warn!("more objects than can be remembered are younger than a day: the newest are done again");
        }
        self.failed_now.retain(|_, modified| *modified < through);
        let failed = std::mem::take(&mut self.failed_now);
        self.changed |= failed != self.failed;
        self.failed = failed;
    }
}

/// Leaves so many of the oldest; gives when the first of the others was modified, if there are any.
fn keep_oldest(objects: &mut BTreeMap<u64, i64>, limit: usize) -> Option<i64> {
    if objects.len() <= limit {
        return None;
    }
    let mut times: Vec<i64> = objects.values().copied().collect();
    times.sort_unstable();
    let first = times.get(limit).copied()?;
    // Those of the very moment go with the others: as one is forgotten, all of it is open.
    objects.retain(|_, modified| *modified < first);
    Some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(key: &str, modified_ms: i64) -> ListedObject {
        ListedObject { modified_ms, key: key.to_owned(), size_bytes: 1, etag: String::new() }
    }

    fn advance(checkpoint: &mut Checkpoint) {
        checkpoint.advance(FAILED_LIMIT, DONE_LIMIT);
        checkpoint.oldest_open_ms = None;
    }

    #[test]
    fn done_objects_are_done_until_written_anew() {
        let mut checkpoint = Checkpoint::default();
        checkpoint.enter_done(&object("a", 5));
        assert!(checkpoint.is_done(&object("a", 5)));
        assert!(!checkpoint.is_done(&object("a", 6)) && !checkpoint.is_done(&object("b", 5)));
    }

    #[test]
    fn the_border_never_passes_an_open_object() {
        let mut checkpoint = Checkpoint::default();
        checkpoint.enter_done(&object("old", 1_000));
        checkpoint.enter_done(&object("new", 3 * OVERLAP_MS));
        advance(&mut checkpoint);
        assert_eq!(checkpoint.through_ms, 2 * OVERLAP_MS);
        assert!(checkpoint.is_done(&object("old", 1_000)) && checkpoint.is_done(&object("new", 3 * OVERLAP_MS)));
        assert_eq!(checkpoint.done.len(), 1, "what lies behind the border is not kept");

        let mut checkpoint = Checkpoint::default();
        checkpoint.enter_done(&object("new", 3 * OVERLAP_MS));
        checkpoint.enter_open(&object("not reached", 7));
        advance(&mut checkpoint);
        assert!(!checkpoint.is_done(&object("not reached", 7)));
    }

    #[test]
    fn a_failed_object_stays_open_and_holds_nothing_back() {
        let mut checkpoint = Checkpoint::default();
        for run in 3..6 {
            checkpoint.enter_failed(&object("bad", 7));
            checkpoint.enter_done(&object(&format!("{run}"), run * OVERLAP_MS));
            advance(&mut checkpoint);
            assert_eq!(checkpoint.through_ms, (run - 1) * OVERLAP_MS);
            assert!(!checkpoint.is_done(&object("bad", 7)), "run {run}");
            assert!(checkpoint.done.len() <= 2, "nothing piles up behind it");
        }
        checkpoint.enter_open(&object("bad", 7));
        advance(&mut checkpoint);
        assert!(!checkpoint.is_done(&object("bad", 7)), "not reached, and still not done");
        checkpoint.enter_done(&object("bad", 7));
        advance(&mut checkpoint);
        assert!(checkpoint.is_done(&object("bad", 7)));
    }

    #[test]
    fn what_is_too_much_is_done_again_and_never_lost() {
        let mut checkpoint = Checkpoint::default();
        for number in 0..10 {
            checkpoint.enter_failed(&object(&format!("f{number}"), number));
            checkpoint.enter_done(&object(&format!("d{number}"), 3 * OVERLAP_MS + number));
        }
        checkpoint.advance(4, 5);
        assert!((0..10).all(|number| !checkpoint.is_done(&object(&format!("f{number}"), number))));
        assert_eq!((checkpoint.failed.len(), checkpoint.through_ms, checkpoint.done.len()), (4, 4, 5));
        assert!(checkpoint.is_done(&object("d0", 3 * OVERLAP_MS)));
        assert!(!checkpoint.is_done(&object("d9", 3 * OVERLAP_MS + 9)));
    }

    #[test]
    fn many_objects_of_one_moment() {
        let mut checkpoint = Checkpoint::default();
        let key = |number: i64| object(&format!("{number}"), 3 * OVERLAP_MS);
        for run in 0..5 {
            (0..10).filter(|number| !(run * 2..run * 2 + 2).contains(number)).for_each(|number| {
                if !checkpoint.is_done(&key(number)) {
                    checkpoint.enter_open(&key(number));
                }
            });
            for number in run * 2..run * 2 + 2 {
                assert!(!checkpoint.is_done(&key(number)));
                checkpoint.enter_done(&key(number));
            }
            advance(&mut checkpoint);
        }
        assert!((0..10).all(|number| checkpoint.is_done(&key(number))));
        assert!(!checkpoint.is_done(&object("late", 3 * OVERLAP_MS)));
    }
}
