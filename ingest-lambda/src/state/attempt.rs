//! Which objects a run is about to work on, written before it does: so that a process that died over
//! one of them does not begin with it again.

use serde::{Deserialize, Serialize};

use super::{Folder, StateError, load, now_s, save};
use crate::s3::Store;

const NAME: &str = "attempt.json";

/// Objects that had their turn, or were about to have it, when this was written.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When it was written, in seconds since the epoch.
    pub at_s: u64,
    /// Keys and `ETag`s.
    pub objects: Vec<(String, String)>,
}

impl Attempt {
    /// What a run that did not end left; none where every run ended.
    ///
    /// # Errors
    /// When S3 does not give it.
    pub async fn load(store: &Store, folder: &Folder) -> Result<Option<Self>, StateError> {
        load(store, &folder.state(NAME)).await
    }

    /// Says what is about to be worked on. It is also the proof that this run can write its state.
    ///
    /// # Errors
    /// When S3 does not take it.
    pub async fn announce(store: &Store, folder: &Folder, objects: Vec<(String, String)>) -> Result<(), StateError> {
        save(store, &folder.state(NAME), &Self { at_s: now_s(), objects }).await
    }

    /// The run has ended.
    ///
    /// # Errors
    /// When S3 fails: the next run puts these objects last.
    pub async fn end(store: &Store, folder: &Folder) -> Result<(), StateError> {
        Ok(store.remove(&folder.state(NAME)).await?)
    }
}
