//! What is done with, where objects stay in the bucket (`ALBATROSS_SETTLE=keep`): every version of an object
//! that was entered, and nothing else. An object that appears with a `LastModified` of long ago is not done.
//!
//! A shard for each day of `LastModified` has eight bytes for each version, sorted. The shards are read
//! when an object of their day is listed, and only some of them are in memory at a time.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, NaiveDate};
use serde::{Deserialize, Serialize};

use super::{Folder, StateError, digest, merge, read, text};
use crate::s3::{ListedObject, Store};

/// The shards in memory have no more than so many bytes: six million versions.
const MOST_BYTES: usize = 48 << 20;

/// A version of an object: its day, and a digest of key and `ETag`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Version {
    /// Days since the epoch, of `LastModified`.
    pub day: i32,
    /// Of key and `ETag`.
    pub digest: u64,
}

impl Version {
    /// The version of an object that was modified then.
    #[must_use]
    pub fn of(key: &str, etag: &str, modified_ms: i64) -> Self {
        let day = i32::try_from(modified_ms.div_euclid(24 * 60 * 60 * 1000)).unwrap_or_default();
        Self { day, digest: digest(&format!("{key}\n{}", etag.trim_matches('"'))) }
    }

    /// The version that a listing shows.
    #[must_use]
    pub fn listed(object: &ListedObject) -> Self {
        Self::of(&object.key, &object.etag, object.modified_ms)
    }
}

#[derive(Serialize, Deserialize)]
struct Head {
    versions: usize,
}

/// What is done with.
#[derive(Debug, Default)]
pub struct Done {
    shards: HashMap<i32, Box<[u64]>>,
    /// The days in memory, the one that was asked for least recently first.
    recent: Vec<i32>,
    bytes: usize,
    /// What came since, of this run and of notes.
    entered: BTreeMap<i32, HashSet<u64>>,
}

impl Done {
    /// Makes sure that these days can be asked for.
    ///
    /// # Errors
    /// When a shard cannot be read.
    pub async fn ready(&mut self, store: &Store, folder: &Folder, days: &BTreeSet<i32>) -> Result<(), StateError> {
        for day in days {
            if let Some(at) = self.recent.iter().position(|recent| recent == day) {
                self.recent.remove(at);
            } else {
                let (shard, _) = load(store, &key(folder, *day)).await?;
                self.bytes += shard.len() * size_of::<u64>();
                self.shards.insert(*day, shard);
            }
            self.recent.push(*day);
        }
        while self.bytes > MOST_BYTES && self.recent.len() > days.len() {
            let shard = self.shards.remove(&self.recent.remove(0));
            self.bytes -= shard.map_or(0, |shard| shard.len() * size_of::<u64>());
        }
        Ok(())
    }

    /// Whether a version is done with; its day has been made ready.
    #[must_use]
    pub fn contains(&self, version: Version) -> bool {
        let shard = self.shards.get(&version.day);
        shard.is_some_and(|shard| shard.binary_search(&version.digest).is_ok())
            || self.entered.get(&version.day).is_some_and(|entered| entered.contains(&version.digest))
    }

    /// The version is done with.
    pub fn enter(&mut self, version: Version) {
        self.entered.entry(version.day).or_default().insert(version.digest);
    }

    /// Writes the days that have changed.
    ///
    /// # Errors
    /// When S3 does not take one; what was written then is written again the next time.
    pub async fn save(&mut self, store: &Store, folder: &Folder) -> Result<(), StateError> {
        while let Some((day, entered)) = self.entered.pop_first() {
            if let Err(error) = merge(store, &key(folder, day), &entered).await {
                self.entered.insert(day, entered);
                return Err(error);
            }
            // It is read anew when it is asked for.
            if let Some(at) = self.recent.iter().position(|recent| *recent == day) {
                self.recent.remove(at);
            }
            self.bytes -= self.shards.remove(&day).map_or(0, |shard| shard.len() * size_of::<u64>());
        }
        Ok(())
    }

    /// Whether one version is done with, without the rest of what is remembered.
    ///
    /// # Errors
    /// When its shard cannot be read.
    pub async fn find(store: &Store, folder: &Folder, version: Version) -> Result<bool, StateError> {
        Ok(load(store, &key(folder, version.day)).await?.0.binary_search(&version.digest).is_ok())
    }

    /// Forgets the days before this one, of which a whole listing has shown nothing.
    ///
    /// # Errors
    /// When S3 fails: they only cost space then.
    pub async fn forget_before(store: &Store, folder: &Folder, day: i32) -> Result<(), StateError> {
        let first = key(folder, day);
        let mut gone = Vec::new();
        let mut pages = store.pages(&folder.state("done/"));
        while let Some(page) = pages.next().await? {
            gone.extend(page.objects.into_iter().map(|object| object.key).filter(|key| *key < first));
        }
        Ok(store.remove_all(gone).await?)
    }
}

async fn merge(store: &Store, key: &str, entered: &HashSet<u64>) -> Result<(), StateError> {
    let merged = |shard: Box<[u64]>| {
        let mut all = shard.into_vec();
        all.extend(entered);
        all.sort_unstable();
        all.dedup();
        Some(encode(&all))
    };
    merge::merge(store, key, decode, merged).await
}

async fn load(store: &Store, key: &str) -> Result<(Box<[u64]>, Option<String>), StateError> {
    merge::load(store, key, decode).await
}

fn encode(versions: &[u64]) -> Vec<u8> {
    let mut body = text(&Head { versions: versions.len() });
    body.push(b'\n');
    body.extend(versions.iter().flat_map(|version| version.to_le_bytes()));
    body
}

fn decode(key: &str, body: &[u8]) -> Result<Box<[u64]>, StateError> {
    let invalid = |problem: &str| StateError::Invalid { key: key.to_owned(), problem: problem.to_owned() };
    let end = body.iter().position(|byte| *byte == b'\n').ok_or_else(|| invalid("its first line has no end"))?;
    let (head, rest) = body.split_at(end);
    let head: Head = read(key, head)?;
    let (versions, odd) = rest[1..].as_chunks::<8>();
    if versions.len() != head.versions || !odd.is_empty() {
        return Err(invalid("it has another length than it says"));
    }
    Ok(versions.iter().map(|bytes| u64::from_le_bytes(*bytes)).collect())
}

/// `done/YYYY-MM-DD`: in the order of days, as long as years have four digits.
fn key(folder: &Folder, day: i32) -> String {
    folder.state(&format!("done/{}", date(day)))
}

fn date(day: i32) -> NaiveDate {
    DateTime::from_timestamp(i64::from(day) * 24 * 60 * 60, 0).unwrap_or_default().date_naive()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_done_and_no_other() {
        let mut done = Done::default();
        let version = |etag: &str, modified_ms| Version::of("a.log", etag, modified_ms);
        done.enter(version("\"1\"", 5));
        assert!(done.contains(version("1", 7)), "of the same day");
        assert!(!done.contains(version("2", 5)), "written anew");
        assert!(!done.contains(Version::of("b.log", "1", 5)));
        assert!(!done.contains(version("1", -5)), "of another day");
    }

    #[test]
    fn what_is_written_is_read_and_nothing_else() {
        let body = encode(&[1, 2, 3]);
        assert_eq!(*decode("k", &body).unwrap(), [1, 2, 3]);
        assert!(decode("k", &body[..body.len() - 1]).is_err());
        assert!(decode("k", &body[..body.len() - 8]).is_err());
        assert!(decode("k", b"").is_err());
        assert!(matches!(decode("k", b"{\"version\":2,\"versions\":0}\n"), Err(StateError::Version { .. })));
        assert_eq!(date(20_780).to_string(), "2026-11-23");
    }
}
