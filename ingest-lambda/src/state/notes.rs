//! What was learnt of single objects since the last sweep, as empty objects whose keys say it: for
//! whoever works on objects that an event named, and holds no sweep's memory.

use std::collections::BTreeSet;

use xxhash_rust::xxh3::xxh3_128;

use super::{Scope, digest};
use crate::s3::{Condition, S3Error, Store};

const DONE: &str = "notes/done-";
const FAILED: &str = "notes/failed-";

/// So many notes one sweep takes in; the others are the next one's, and until then those objects
/// count as open.
const LIMIT: usize = 250_000;

/// The notes found.
#[derive(Debug, Default)]
pub struct Notes {
    /// Digests of key and `ETag`.
    done: BTreeSet<u128>,
    /// Digests of keys.
    failed: BTreeSet<u64>,
}

impl Notes {
    /// The notes that are there.
    ///
    /// # Errors
    /// When S3 does not list them.
    pub async fn load(store: &Store, scope: &Scope) -> Result<Self, S3Error> {
        let (done, failed) = (scope.key(DONE), scope.key(FAILED));
        let mut notes = Self::default();
        let mut pages = store.pages(&scope.key("notes/"));
        while notes.done.len() + notes.failed.len() < LIMIT
            && let Some(page) = pages.next().await?
        {
            for object in page.objects {
                if let Some(digest) = hexadecimal(&object.key, &done) {
                    notes.done.insert(digest);
                } else if let Some(digest) = hexadecimal(&object.key, &failed).and_then(|it| u64::try_from(it).ok()) {
                    notes.failed.insert(digest);
                }
            }
        }
        Ok(notes)
    }

    /// Notes that this version of an object is done with.
    ///
    /// # Errors
    /// When S3 does not take it.
    pub async fn put_done(store: &Store, scope: &Scope, key: &str, etag: &str) -> Result<(), S3Error> {
        put(store, scope.key(&format!("{DONE}{:032x}", version(key, etag)))).await
    }

    /// Notes that an object failed.
    ///
    /// # Errors
    /// When S3 does not take it.
    pub async fn put_failed(store: &Store, scope: &Scope, key: &str) -> Result<(), S3Error> {
        put(store, scope.key(&format!("{FAILED}{:016x}", digest(key)))).await
    }

    /// Whether this version of an object is done with.
    #[must_use]
    pub fn is_done(&self, key: &str, etag: &str) -> bool {
        self.done.contains(&version(key, etag))
    }

    /// The digests of the keys that failed.
    pub fn failed(&self) -> impl Iterator<Item = u64> {
        self.failed.iter().copied()
    }

    /// Removes these notes: what they say is kept elsewhere now.
    ///
    /// # Errors
    /// When S3 fails: the next sweep takes them in again.
    pub async fn remove(&self, store: &Store, scope: &Scope) -> Result<(), S3Error> {
        let done = self.done.iter().map(|digest| scope.key(&format!("{DONE}{digest:032x}")));
        let failed = self.failed.iter().map(|digest| scope.key(&format!("{FAILED}{digest:016x}")));
        store.remove_all(done.chain(failed).collect()).await
    }
}

async fn put(store: &Store, key: String) -> Result<(), S3Error> {
    store.put(&key, Vec::new(), Condition::Always).await.map(drop)
}

fn version(key: &str, etag: &str) -> u128 {
    xxh3_128(format!("{key}\n{}", etag.trim_matches('"')).as_bytes())
}

fn hexadecimal(key: &str, prefix: &str) -> Option<u128> {
    u128::from_str_radix(key.strip_prefix(prefix)?, 16).ok()
}
