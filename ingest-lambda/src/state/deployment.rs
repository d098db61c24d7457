//! The one state object that every deployment has: who it is, and how far it came.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Folder, StateError, load, save};
use crate::s3::Store;

const NAME: &str = "deployment.json";

/// A deployment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deployment {
    /// The bucket swept.
    pub bucket: String,
    /// The prefix swept.
    pub prefix: String,
    /// The engine's address.
    pub endpoint: String,
    /// The digest of the settings.
    pub settings: String,
    /// The release that wrote this.
    pub release: String,
    /// The work list lies in so many shards, as a power of two.
    #[serde(default)]
    pub work_bits: u8,
    /// How far the listing came.
    #[serde(default)]
    pub listing: Listing,
}

/// How far the listing came, over several runs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// The last key listed, where the last run did not come to the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// When the last whole listing began, in seconds since the epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complete_s: Option<u64>,
    /// When the listing that is under way began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun_s: Option<u64>,
    /// The oldest day of `LastModified` that the listing under way has shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oldest_day: Option<i32>,
    /// No day before this one is remembered as done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_from_day: Option<i32>,
    /// `…AWSLogs/ACCOUNT/elasticloadbalancing/REGION/`, in which new logs appear.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub regions: BTreeSet<String>,
    /// When these were looked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regions_s: Option<u64>,
    /// The day folder at which the look for new logs goes on, where the last one did not come to the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fresh_from: Option<String>,
    /// Folders that are marked as some deployment's own.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub marked: BTreeSet<String>,
}

impl Deployment {
    /// What is stored; none for a deployment that has never run.
    ///
    /// # Errors
    /// When S3 does not give it.
    pub async fn load(store: &Store, folder: &Folder) -> Result<Option<Self>, StateError> {
        load(store, &folder.state(NAME)).await
    }

    /// Stores it.
    ///
    /// # Errors
    /// When S3 does not take it.
    pub async fn save(&self, store: &Store, folder: &Folder) -> Result<(), StateError> {
        save(store, &folder.state(NAME), self).await
    }
}
