//! How far a job came that takes several runs: a backfill, a replay.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Folder, StateError, load, save};
use crate::s3::Store;

/// A state object that a job names.
#[derive(Debug, Clone)]
pub struct Progress {
    key: String,
}

impl Progress {
    /// The one of this name.
    #[must_use]
    pub fn of(folder: &Folder, name: &str) -> Self {
        Self { key: folder.state(name) }
    }

    /// How far an earlier run came, if it is not done.
    ///
    /// # Errors
    /// When S3 does not give it.
    pub async fn load<T: DeserializeOwned>(&self, store: &Store) -> Result<Option<T>, StateError> {
        load(store, &self.key).await
    }

    /// Stores how far this run came.
    ///
    /// # Errors
    /// When S3 does not take it.
    pub async fn save<T: Serialize>(&self, store: &Store, reached: &T) -> Result<(), StateError> {
        save(store, &self.key, reached).await
    }

    /// The job is done.
    ///
    /// # Errors
    /// When S3 fails: the job counts as not done then.
    pub async fn remove(&self, store: &Store) -> Result<(), StateError> {
        Ok(store.remove(&self.key).await?)
    }
}
