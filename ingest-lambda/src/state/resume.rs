//! Where to go on inside a big object that one invocation did not finish.

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128;

use super::{key, load, save};
use crate::ledger::Ledger;
use crate::quarantine::Suspended;
use crate::s3::{S3Error, Store};

/// Every line up to here is accounted for.
#[derive(Debug, Serialize, Deserialize)]
pub struct ResumePoint {
    /// Of the object; another version begins anew.
    pub etag: String,
    /// What made the documents so far, and where they went; anything else begins anew.
    pub deployment: String,
    /// The last line accounted for.
    pub line: u64,
    /// The account of the lines so far.
    pub ledger: Ledger,
    /// Their bad ones.
    pub quarantine: Suspended,
}

/// Where an object's resume point is kept.
#[must_use]
pub fn resume_key(own_prefix: &str, object_key: &str) -> String {
    key(own_prefix, &format!("resume/{:032x}.json", xxh3_128(object_key.as_bytes())))
}

impl ResumePoint {
    /// The resume point kept there, if any.
    ///
    /// # Errors
    /// When S3 does not give it.
    pub async fn load(store: &Store, key: &str) -> Result<Option<Self>, S3Error> {
        load(store, key).await
    }

    /// Keeps the resume point.
    ///
    /// # Errors
    /// When S3 does not take it.
    pub async fn save(&self, store: &Store, key: &str) -> Result<(), S3Error> {
        save(store, key, self).await
    }
}
