//! Where to resume inside a big object that one invocation did not finish.

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128;

use super::{Folder, StateError, load, save};
use crate::ledger::Ledger;
use crate::quarantine::Suspended;
use crate::s3::Store;

/// Every line up to here is accounted for.
#[derive(Debug, Serialize, Deserialize)]
pub struct ResumePoint {
    /// Of the object; another version begins at its first line.
    pub etag: String,
    /// What made the documents so far, the release among it; anything else begins at the first line.
    pub maker: String,
    /// The last line accounted for.
    pub line: u64,
    /// The account of the lines so far.
    pub ledger: Ledger,
    /// Their bad ones.
    pub quarantine: Suspended,
    /// So many turns in a row ended at this line.
    #[serde(default)]
    pub turns_without_progress: u32,
}

impl ResumePoint {
    /// Below which the resume points of a deployment lie.
    #[must_use]
    pub fn prefix(folder: &Folder) -> String {
        folder.state("resume/")
    }

    /// The resume point of an object, if it has one.
    ///
    /// # Errors
    /// When S3 does not give it, or it is not one of this release.
    pub async fn load(store: &Store, folder: &Folder, object_key: &str) -> Result<Option<Self>, StateError> {
        load(store, &key(folder, object_key)).await
    }

    /// Keeps the resume point.
    ///
    /// # Errors
    /// When S3 does not take it.
    pub async fn save(&self, store: &Store, folder: &Folder, object_key: &str) -> Result<(), StateError> {
        save(store, &key(folder, object_key), self).await
    }

    /// Removes the resume point of an object.
    ///
    /// # Errors
    /// When S3 fails.
    pub async fn remove(store: &Store, folder: &Folder, object_key: &str) -> Result<(), StateError> {
        Ok(store.remove(&key(folder, object_key)).await?)
    }
}

fn key(folder: &Folder, object_key: &str) -> String {
    format!("{}{:032x}.json", ResumePoint::prefix(folder), xxh3_128(object_key.as_bytes()))
}
