//! The state of the releases before state had a version, read once and taken over: what was done where
//! objects stay, and which objects had failed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Folder, StateError, digest, load, save};
use crate::s3::{ListedObject, Store};

const NAME: &str = "earlier.json";

/// A checkpoint: everything modified before a moment is done, but for these; and of what is younger,
/// those.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Earlier {
    through_ms: i64,
    /// Digest of the key, and when the object was modified.
    done: BTreeMap<u64, i64>,
    /// The same of objects before that moment that are not done.
    #[serde(default)]
    failed: BTreeMap<u64, i64>,
}

impl Earlier {
    /// What is still to be taken over, until a whole listing has shown every object.
    ///
    /// # Errors
    /// When S3 does not give it.
    pub async fn load(store: &Store, folder: &Folder) -> Result<Option<Self>, StateError> {
        load(store, &folder.state(NAME)).await
    }

    /// The checkpoint that an earlier release left.
    ///
    /// # Errors
    /// When S3 fails, or the checkpoint is not one.
    pub async fn find(store: &Store, own_prefix: &str, folder: &Folder) -> Result<Option<Self>, StateError> {
        let key = format!("{own_prefix}state/{}/checkpoint.json", folder.name());
        let Some((body, _)) = store.read(&key).await? else { return Ok(None) };
        let invalid = |error: serde_json::Error| StateError::Invalid { key: key.clone(), problem: error.to_string() };
        serde_json::from_slice(&body).map(Some).map_err(invalid)
    }

    /// Takes it over.
    ///
    /// # Errors
    /// When S3 does not take it.
    pub async fn take_over(&self, store: &Store, folder: &Folder) -> Result<(), StateError> {
        save(store, &folder.state(NAME), self).await?;
        tracing::info!(state = folder.path(), "took over what an earlier release had done");
        Ok(())
    }

    /// Everything is taken over.
    ///
    /// # Errors
    /// When S3 fails: it is then read again.
    pub async fn forget(store: &Store, folder: &Folder) -> Result<(), StateError> {
        Ok(store.remove(&folder.state(NAME)).await?)
    }

    /// Whether an earlier release was done with the object.
    #[must_use]
    pub fn is_done(&self, object: &ListedObject) -> bool {
        let digest = digest(&object.key);
        self.done.get(&digest) == Some(&object.modified_ms)
            || object.modified_ms < self.through_ms && !self.failed.contains_key(&digest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_earlier_checkpoint_means_what_it_meant() {
        let object = |key: &str, modified_ms| ListedObject::new(key, modified_ms);
        let [done, failed] = ["done", "failed"].map(digest);
        let json = format!("{{\"through_ms\":100,\"done\":{{\"{done}\":150}},\"failed\":{{\"{failed}\":50}}}}");
        let earlier: Earlier = serde_json::from_str(&json).unwrap();
        assert!(earlier.is_done(&object("done", 150)) && earlier.is_done(&object("old", 99)));
        assert!(!earlier.is_done(&object("failed", 50)) && !earlier.is_done(&object("new", 100)));
        assert!(!earlier.is_done(&object("done", 151)), "written anew");
    }
}
