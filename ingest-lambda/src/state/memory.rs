//! All that a sweep remembers: read when it begins, written when it ends.

use std::collections::BTreeSet;

use super::{Attempt, Deployment, Done, Earlier, Folder, Notes, StateError, Version, WorkList, marker};
use crate::s3::{Condition, ListedObject, Store};

/// What earlier runs learnt, and what this one does.
#[derive(Debug)]
pub struct Memory {
    store: Store,
    folder: Folder,
    /// Who this is, and how far the listing came.
    pub deployment: Deployment,
    stored: Option<Deployment>,
    /// The objects that are not plainly done.
    pub work: WorkList,
    /// Where objects stay: those that are done with.
    pub done: Option<Done>,
    earlier: Option<Earlier>,
    notes: Notes,
    /// A run before did not end, or this one has announced what it works on.
    announced: bool,
    /// What the run before was working on.
    unfinished: Vec<(String, String)>,
}

impl Memory {
    /// Reads everything, and what a run that did not end was working on. `who` is written down the first
    /// time; `keeps` says that objects stay.
    ///
    /// # Errors
    /// When a part cannot be read, or is not of this release.
    pub async fn open(
        store: &Store,
        folder: &Folder,
        own_prefix: &str,
        who: Deployment,
        keeps: bool,
    ) -> Result<(Self, Attempt), StateError> {
        let stored = Deployment::load(store, folder).await?;
        let earlier = match &stored {
            _ if !keeps => None,
            None => Earlier::find(store, own_prefix, folder).await?,
            Some(deployment) if deployment.listing.complete_s.is_none() => Earlier::load(store, folder).await?,
            Some(_) => None,
        };
        let deployment = match &stored {
            Some(known) => Deployment { work_bits: known.work_bits, listing: known.listing.clone(), ..who },
            None => who,
        };
        let mut work = WorkList::load(store, folder, deployment.work_bits).await?;
        let attempt = Attempt::load(store, folder).await?;
        let announced = attempt.is_some();
        let attempt = attempt.unwrap_or_default();
        let unfinished = attempt.objects.clone();
        let mut notes = Notes::load(store, folder).await?;
        let mut done = Done::default();
        notes.enter(&mut work, &mut done);
        let (store, folder, done) = (store.clone(), folder.clone(), keeps.then_some(done));
        let memory = Self { store, folder, deployment, stored, work, done, earlier, notes, announced, unfinished };
        Ok((memory, attempt))
    }

    /// With this work list, and nothing else.
    #[cfg(test)]
    pub(crate) fn remembering(work: Vec<super::Entry>) -> Self {
        let mut list = WorkList::default();
        work.into_iter().for_each(|entry| list.enter(entry));
        Self {
            store: Store::nowhere(),
            folder: Folder::at("albatross/x/"),
            deployment: Deployment::default(),
            stored: None,
            work: list,
            done: None,
            earlier: None,
            notes: Notes::default(),
            announced: false,
            unfinished: Vec::new(),
        }
    }

    /// Makes sure that these objects can be asked for.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub async fn ready(&mut self, objects: &[ListedObject]) -> Result<(), StateError> {
        let Some(done) = &mut self.done else { return Ok(()) };
        let days: BTreeSet<i32> = objects.iter().map(|object| Version::listed(object).day).collect();
        done.ready(&self.store, &self.folder, &days).await
    }

    /// Whether the object is done with.
    pub fn is_done(&mut self, object: &ListedObject) -> bool {
        let Some(done) = &mut self.done else { return false };
        let version = Version::listed(object);
        let was_done = self.earlier.as_ref().is_some_and(|earlier| earlier.is_done(object));
        if was_done {
            done.enter(version);
        }
        let is_done = was_done || done.contains(version);
        if is_done {
            self.work.remove(&object.key);
        }
        is_done
    }

    /// The object is done with.
    pub fn finish(&mut self, object: &ListedObject) {
        self.work.remove(&object.key);
        let from_day = &mut self.deployment.listing.done_from_day;
        *from_day = from_day.map(|day| day.min(Version::listed(object).day));
        if let Some(done) = &mut self.done {
            done.enter(Version::listed(object));
        }
    }

    /// Whether an object appeared only now, though a whole listing a day after it was modified has not shown it.
    #[must_use]
    pub fn is_late(&self, object: &ListedObject) -> bool {
        const DAY_S: u64 = 24 * 60 * 60;
        let modified_s = u64::try_from(object.modified_ms / 1000).unwrap_or_default();
        self.done.is_some()
            && self.deployment.listing.complete_s.is_some_and(|complete_s| modified_s + DAY_S < complete_s)
    }

    /// Forgets the objects between two keys that the listing has not shown; they are gone.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub async fn forget_unseen(&mut self, from: Option<&str>, to: Option<&str>) -> Result<(), StateError> {
        self.work.forget_unseen(&self.store, &self.folder, from, to).await
    }

    /// Forgets what was done with objects that were modified before this day, of which a whole listing has
    /// shown none.
    ///
    /// # Errors
    /// When S3 does not let us.
    pub async fn forget_before(&mut self, day: Option<i32>) -> Result<(), StateError> {
        let known = &mut self.deployment.listing.done_from_day;
        if let Some(day) = day.filter(|day| known.is_none_or(|known| known < *day)) {
            Done::forget_before(&self.store, &self.folder, day).await?;
            *known = Some(day);
        }
        Ok(())
    }

    /// The first run of a deployment writes down what an earlier release had done, and marks the prefixes below which
    /// nothing is swept.
    ///
    /// # Errors
    /// When S3 does not take it.
    pub async fn begin(&self, marked: &[(Store, String)]) -> Result<(), StateError> {
        if self.stored.is_some() {
            return Ok(());
        }
        if let Some(earlier) = &self.earlier {
            earlier.take_over(&self.store, &self.folder).await?;
        }
        for (store, prefix) in marked {
            put_marker(store, prefix).await?;
        }
        Ok(())
    }

    /// Proves that this run can write what it does.
    ///
    /// # Errors
    /// When S3 does not take it.
    pub async fn try_to_write(&mut self) -> Result<(), StateError> {
        self.announced = true;
        // What an earlier run left stays said until it is on the work list.
        Attempt::announce(&self.store, &self.folder, std::mem::take(&mut self.unfinished)).await
    }

    /// The workers write down what they are about to work on; that ends with this run.
    pub fn workers_announce(&mut self) {
        self.announced = true;
    }

    /// Writes what this run learnt. What is forgotten is done again.
    ///
    /// # Errors
    /// When S3 does not take a part of it.
    pub async fn save(&mut self) -> Result<(), StateError> {
        let (store, folder) = (&self.store, &self.folder);
        let before = self.work.save(store, folder).await?;
        if let Some(done) = &mut self.done {
            done.save(store, folder).await?;
        }
        self.deployment.work_bits = self.work.bits();
        if self.stored.as_ref() != Some(&self.deployment) {
            self.deployment.save(store, folder).await?;
            self.stored = Some(self.deployment.clone());
        }
        if let Some(bits) = before {
            WorkList::clear(store, folder, bits).await?;
        }
        // Only now: they say nothing any more that is not kept.
        if !self.notes.is_empty() {
            self.notes.remove(store).await?;
        }
        if self.earlier.is_some() && self.deployment.listing.complete_s.is_some() {
            Earlier::forget(store, folder).await?;
            self.earlier = None;
        }
        if std::mem::take(&mut self.announced) {
            Attempt::end(store, folder).await?;
        }
        Ok(())
    }
}

async fn put_marker(store: &Store, prefix: &str) -> Result<(), StateError> {
    let text = "Albatross writes below this folder, and sweeps nothing below it.\n";
    Ok(store.put(&marker(prefix), text, Condition::Always).await.map(drop)?)
}
