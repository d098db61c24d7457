//! What a deployment remembers, as objects below its own folder: which objects are not plainly done,
//! which are done where they stay, how far a listing came, who runs.
//!
//! docs/ARCHITECTURE.md has the layout as a table, and why it is S3 objects.

mod attempt;
mod deployment;
mod done;
mod earlier;
mod entry;
mod folder;
mod lease;
mod memory;
mod merge;
mod notes;
mod progress;
mod resume;
mod shard;
mod work_list;

use chrono::{DateTime, SecondsFormat};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use xxhash_rust::xxh3::xxh3_64;

pub use self::attempt::Attempt;
pub use self::deployment::Deployment;
pub use self::done::{Done, Version};
pub use self::earlier::Earlier;
pub use self::entry::{Account, Entry, Kind};
pub use self::folder::{Folder, MARKER, marker};
pub use self::lease::{Lease, LeaseError};
pub use self::memory::Memory;
pub use self::notes::Notes;
pub use self::progress::Progress;
pub use self::resume::ResumePoint;
pub use self::work_list::WorkList;

use crate::s3::{Condition, S3Error, Store};

/// The version of every state object that this release writes, and the only one that it reads.
const VERSION: u32 = 1;

/// This release, as state objects name it.
pub const RELEASE: &str = env!("CARGO_PKG_VERSION");

/// The state cannot be read or written.
#[derive(Debug, Error)]
pub enum StateError {
    /// S3 does not give or take it.
    #[error("the state cannot be read or written: {0}")]
    Storage(#[from] S3Error),
    /// Another release wrote it.
    #[error(
        "the state object {key} has version {found}, and this release reads version {VERSION} only: run the release \
         that wrote it, or delete the object; what it remembers is then done again"
    )]
    Version {
        /// The object's key.
        key: String,
        /// Its version.
        found: u64,
    },
    /// It is not what we wrote.
    #[error(
        "the state object {key} is invalid ({problem}): restore an earlier version of the object, or delete it; what \
         it remembers is then done again"
    )]
    Invalid {
        /// The object's key.
        key: String,
        /// What is wrong with it.
        problem: String,
    },
}

/// A state object as it is stored.
#[derive(Serialize)]
struct Stored<'a, T> {
    version: u32,
    #[serde(flatten)]
    state: &'a T,
}

#[derive(Deserialize)]
struct StoredVersion {
    version: Option<u64>,
}

/// A key in eight bytes: a set of very many of them stays small.
fn digest(key: &str) -> u64 {
    xxh3_64(key.as_bytes())
}

/// Seconds since the epoch.
pub(crate) fn now_s() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// A moment for people, in UTC.
pub(crate) fn iso(epoch_s: u64) -> String {
    let time = i64::try_from(epoch_s).ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    time.map_or_else(|| "an unknown time".to_owned(), |time| time.to_rfc3339_opts(SecondsFormat::Secs, true))
}

/// Reads a state object.
async fn load<T: DeserializeOwned>(store: &Store, key: &str) -> Result<Option<T>, StateError> {
    match store.read(key).await? {
        Some((body, _)) => read(key, &body).map(Some),
        None => Ok(None),
    }
}

/// What a state object, or the first line of one, says.
fn read<T: DeserializeOwned>(key: &str, body: &[u8]) -> Result<T, StateError> {
    let invalid =
        |error: &dyn std::fmt::Display| StateError::Invalid { key: key.to_owned(), problem: error.to_string() };
    let stored: StoredVersion = serde_json::from_slice(body).map_err(|error| invalid(&error))?;
    match stored.version {
        Some(version) if version == u64::from(VERSION) => serde_json::from_slice(body).map_err(|error| invalid(&error)),
        Some(found) => Err(StateError::Version { key: key.to_owned(), found }),
        None => Err(invalid(&"it has no version")),
    }
}

/// A state object's text.
fn text<T: Serialize>(state: &T) -> Vec<u8> {
    // Of types that are always JSON.
    serde_json::to_vec(&Stored { version: VERSION, state }).unwrap_or_default()
}

/// Writes a state object over the one before.
async fn save<T: Serialize>(store: &Store, key: &str, state: &T) -> Result<(), StateError> {
    Ok(store.put(key, text(state), Condition::Always).await.map(drop)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Example {
        name: String,
    }

    #[test]
    fn only_our_own_version_is_read() {
        let example = Example { name: "x".to_owned() };
        let stored = text(&example);
        assert_eq!(stored, br#"{"version":1,"name":"x"}"#);
        assert_eq!(read::<Example>("k", &stored).unwrap(), example);
        for (body, why) in [
            (&b"{\"version\":2,\"name\":\"x\"}"[..], "has version 2"),
            (b"{\"name\":\"x\"}", "it has no version"),
            (b"{\"version\":1}", "missing field"),
            (b"<html>", "is invalid"),
            (b"", "is invalid"),
        ] {
            let error = read::<Example>("a/state.json", body).unwrap_err().to_string();
            assert!(error.contains(why) && error.contains("a/state.json") && error.contains("delete"), "{error}");
        }
    }
}
