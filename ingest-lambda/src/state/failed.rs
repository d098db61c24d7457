//! Objects that failed: they go to the back, so that nothing left alone starves the rest.

use std::collections::BTreeSet;

use super::{Scope, digest, load, save};
use crate::s3::{S3Error, Store};

const NAME: &str = "failed.json";

/// So many are remembered; beyond that, new failures have their turn like fresh objects.
const LIMIT: usize = 100_000;

/// Digests of the keys that failed when they last had their turn.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct FailedObjects {
    before: BTreeSet<u64>,
    now: BTreeSet<u64>,
    /// As it is stored.
    stored: BTreeSet<u64>,
}

impl FailedObjects {
    /// What the last run remembered.
    ///
    /// # Errors
    /// When S3 does not give it.
    pub async fn load(store: &Store, scope: &Scope) -> Result<Self, S3Error> {
        let stored: BTreeSet<u64> = load(store, &scope.key(NAME)).await?.unwrap_or_default();
        Ok(Self { before: stored.clone(), now: BTreeSet::new(), stored })
    }

    /// Takes in what others noted since.
    pub fn note(&mut self, digests: impl Iterator<Item = u64>) {
        self.before.extend(digests);
    }

    /// Remembers these keys.
    #[cfg(test)]
    pub(crate) fn remembering(keys: &[&str]) -> Self {
        Self { before: keys.iter().map(|key| digest(key)).collect(), ..Self::default() }
    }

    /// Whether the object failed last time. It stays remembered until it has its turn again.
    pub fn seen(&mut self, object_key: &str) -> bool {
        let digest = digest(object_key);
        let failed = self.before.contains(&digest);
        if failed && self.now.len() < LIMIT {
            self.now.insert(digest);
        }
        failed
    }

    /// The object had its turn.
    pub fn enter(&mut self, object_key: &str, failed: bool) {
        let digest = digest(object_key);
        if !failed {
            self.now.remove(&digest);
        } else if self.now.len() < LIMIT {
            self.now.insert(digest);
        }
    }

    /// Remembers for the next run; to be called only when all objects were seen, as the others are
    /// forgotten.
    ///
    /// # Errors
    /// When S3 does not take it.
    pub async fn save(&self, store: &Store, scope: &Scope) -> Result<(), S3Error> {
        if self.now == self.stored { Ok(()) } else { save(store, &scope.key(NAME), &self.now).await }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remembered_until_it_succeeds_or_is_gone() {
        let mut failed = FailedObjects::remembering(&["bad", "gone", "not reached"]);
        failed.note([digest("of a worker")].into_iter());
        assert!(failed.seen("bad") && failed.seen("not reached") && failed.seen("of a worker") && !failed.seen("new"));
        failed.enter("bad", false);
        failed.enter("new", true);
        assert_eq!(failed.now, BTreeSet::from([digest("not reached"), digest("new"), digest("of a worker")]));
    }
}
