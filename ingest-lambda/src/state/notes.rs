//! What was learnt of single objects since the last sweep: for whoever works on objects that an event named
//! and does not hold the state, and for a run that may be killed. The next sweep takes the notes in.

use super::{Done, Entry, Folder, StateError, Version, WorkList, digest, load, save};
use crate::at_once::at_once;
use crate::s3::{Condition, Store};

const DONE: &str = "notes/done/";
const OPEN: &str = "notes/open/";

/// So many notes one sweep takes in; the others are the next one's, and until then those objects
/// count as open.
const LIMIT: usize = 250_000;

/// Of those that have to be read, so many.
const READ_LIMIT: usize = 5_000;

/// Notes read at once.
const AT_ONCE: usize = 16;

/// The notes found.
#[derive(Debug, Default)]
pub struct Notes {
    done: Vec<Version>,
    open: Vec<Entry>,
    keys: Vec<String>,
}

impl Notes {
    /// The notes that are there.
    ///
    /// # Errors
    /// When S3 does not give them.
    pub async fn load(store: &Store, folder: &Folder) -> Result<Self, StateError> {
        let (done, open) = (folder.state(DONE), folder.state(OPEN));
        let mut notes = Self::default();
        let mut to_read = Vec::new();
        let mut pages = store.pages(&folder.state("notes/"));
        while notes.keys.len() < LIMIT
            && let Some(page) = pages.next().await?
        {
            for object in page.objects {
                if let Some(version) = object.key.strip_prefix(&done).and_then(version_of) {
                    notes.done.push(version);
                    notes.keys.push(object.key);
                } else if object.key.starts_with(&open) && to_read.len() < READ_LIMIT {
                    to_read.push(object.key.clone());
                    notes.keys.push(object.key);
                }
            }
        }
        let reads = to_read.into_iter().map(|key| {
            let store = store.clone();
            async move { load::<Entry>(&store, &key).await }
        });
        at_once(AT_ONCE, reads, |note| notes.open.extend(note)).await?;
        Ok(notes)
    }

    /// Enters what the notes say: what is done first, as an object may have failed before it was done.
    pub fn enter(&mut self, work: &mut WorkList, done: &mut Done) {
        for entry in self.open.drain(..) {
            work.enter(entry);
        }
        for version in self.done.drain(..) {
            done.enter(version);
        }
    }

    /// The objects that are not done with.
    #[must_use]
    pub fn into_open(self) -> Vec<Entry> {
        self.open
    }

    /// Whether the notes are all taken in: there is nothing to remove.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Removes these notes: what they say is kept elsewhere now.
    ///
    /// # Errors
    /// When S3 fails: the next sweep takes them in again.
    pub async fn remove(&mut self, store: &Store) -> Result<(), StateError> {
        Ok(store.remove_all(std::mem::take(&mut self.keys)).await?)
    }

    /// Notes that this version of an object is done with.
    ///
    /// # Errors
    /// When S3 does not take it.
    pub async fn put_done(store: &Store, folder: &Folder, version: Version) -> Result<(), StateError> {
        Ok(store.put(&done_key(folder, version), Vec::new(), Condition::Always).await.map(drop)?)
    }

    /// Notes what became of an object that is not done with.
    ///
    /// # Errors
    /// When S3 does not take it.
    pub async fn put_open(store: &Store, folder: &Folder, entry: &Entry) -> Result<(), StateError> {
        save(store, &open_key(folder, &entry.key), entry).await
    }

    /// Whether a note says that this version is done with.
    ///
    /// # Errors
    /// When S3 does not tell.
    pub async fn find_done(store: &Store, folder: &Folder, version: Version) -> Result<bool, StateError> {
        Ok(store.etag(&done_key(folder, version)).await?.is_some())
    }

    /// What a note says of an object that is not done with.
    ///
    /// # Errors
    /// When S3 does not give it.
    pub async fn find_open(store: &Store, folder: &Folder, key: &str) -> Result<Option<Entry>, StateError> {
        load(store, &open_key(folder, key)).await
    }

    /// Removes the note on an object that is done with now.
    ///
    /// # Errors
    /// When S3 fails: the next sweep takes it in.
    pub async fn remove_open(store: &Store, folder: &Folder, key: &str) -> Result<(), StateError> {
        Ok(store.remove(&open_key(folder, key)).await?)
    }
}

fn done_key(folder: &Folder, Version { day, digest }: Version) -> String {
    folder.state(&format!("{DONE}{day}-{digest:016x}"))
}

fn open_key(folder: &Folder, key: &str) -> String {
    folder.state(&format!("{OPEN}{:016x}.json", digest(key)))
}

fn version_of(name: &str) -> Option<Version> {
    let (day, digest) = name.rsplit_once('-')?;
    Some(Version { day: day.parse().ok()?, digest: u64::from_str_radix(digest, 16).ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_note_says_it_all() {
        let folder = Folder::at("albatross/x/");
        for day in [20_780, -3] {
            let version = Version { day, digest: 0xab };
            let key = done_key(&folder, version);
            assert_eq!(version_of(key.strip_prefix(&folder.state(DONE)).unwrap()), Some(version));
        }
        assert_eq!(version_of("x"), None);
    }
}
