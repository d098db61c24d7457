//! What a sweep remembers between runs.

use crate::config::Settle;
use crate::ingest::Ingest;
use crate::outcome::Unsettled;
use crate::s3::{ListedObject, S3Error};
use crate::state::{Checkpoint, FailedObjects, Notes};

/// What earlier runs learnt, and what this one does.
#[derive(Debug, Default)]
pub struct Memory {
    pub(crate) failed: FailedObjects,
    /// Where done objects stay in the bucket.
    pub(crate) checkpoint: Option<Checkpoint>,
    pub(crate) notes: Notes,
    /// A part of it could not be read, and is not to be replaced by less.
    pub(crate) is_partial: bool,
}

/// What became of an object in this run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// It is done with.
    Done,
    /// It is no log: nothing will be done with it, and only where it stays anyway it is done with.
    NotLog,
    /// It failed.
    Failed,
    /// It had no turn, or has to have another.
    Open,
}

impl Turn {
    /// The turn that ended so.
    pub fn of<T>(outcome: &Result<T, Unsettled>) -> Self {
        match outcome {
            Ok(_) => Self::Done,
            Err(Unsettled::NotLog { .. }) => Self::NotLog,
            Err(why) if why.is_failure() => Self::Failed,
            Err(_) => Self::Open,
        }
    }
}

impl Memory {
    /// Whether the object is done with.
    pub fn is_done(&mut self, object: &ListedObject) -> bool {
        let Some(checkpoint) = &mut self.checkpoint else { return false };
        if checkpoint.is_done(object) {
            return true;
        }
        let is_noted = self.notes.is_done(&object.key, &object.etag);
        if is_noted {
            checkpoint.enter_done(object);
        }
        is_noted
    }

    /// Whether the object failed when it last had its turn.
    pub fn has_failed(&mut self, object: &ListedObject) -> bool {
        self.failed.seen(&object.key)
    }

    /// The object had its turn, or did not get one.
    pub fn enter(&mut self, object: &ListedObject, turn: Turn) {
        match turn {
            Turn::Done => self.failed.enter(&object.key, false),
            Turn::NotLog | Turn::Failed => self.failed.enter(&object.key, true),
            Turn::Open => {}
        }
        if let Some(checkpoint) = &mut self.checkpoint {
            match turn {
                Turn::Done | Turn::NotLog => checkpoint.enter_done(object),
                Turn::Failed => checkpoint.enter_failed(object),
                Turn::Open => checkpoint.enter_open(object),
            }
        }
    }
}

impl Ingest {
    /// What cannot be read is a warning: the work is done again, under the same ids.
    pub(crate) async fn remember(&self) -> Memory {
        let (store, scope) = (&self.store, &self.scope);
        let mut memory = Memory::default();
        let forgotten = |error: S3Error| tracing::warn!(%error, state = scope.folder(), "the state cannot be read");
        match FailedObjects::load(store, scope).await {
            Ok(failed) => memory.failed = failed,
            Err(error) => {
                memory.is_partial = true;
                forgotten(error);
            }
        }
        if self.config.settle == Settle::Keep {
            memory.checkpoint = match Checkpoint::load(store, scope).await {
                Ok(checkpoint) => Some(checkpoint),
                Err(error) => {
                    memory.is_partial = true;
                    forgotten(error);
                    Some(Checkpoint::default())
                }
            };
        }
        match Notes::load(store, scope).await {
            Ok(notes) => memory.notes = notes,
            Err(error) => forgotten(error),
        }
        memory.failed.note(memory.notes.failed());
        memory
    }

    /// Remembers for the next run, after one that saw all objects. What is forgotten is done again: no
    /// reason to fail.
    pub(crate) async fn save(&self, memory: &mut Memory) {
        if memory.is_partial {
            return;
        }
        if let Err(error) = self.try_save(memory).await {
            tracing::warn!(%error, state = self.scope.folder(), "what this run learnt is forgotten in part");
        }
    }

    async fn try_save(&self, Memory { failed, checkpoint, notes, .. }: &mut Memory) -> Result<(), S3Error> {
        let (store, scope) = (&self.store, &self.scope);
        failed.save(store, scope).await?;
        if let Some(checkpoint) = checkpoint {
            checkpoint.save(store, scope).await?;
        }
        // Only now: they say nothing any more that is not kept.
        notes.remove(store, scope).await
    }

    /// Says of a version that stays in the bucket that it is done with. Ids make it harmless to forget
    /// that, but where ids are not for ever.
    pub(crate) async fn note_done(&self, key: &str, etag: &str) {
        if self.config.settle == Settle::Keep
            && let Err(error) = Notes::put_done(&self.store, &self.scope, key, etag).await
        {
            tracing::warn!(key, %error, "that this object is done is forgotten, unless this run ends as it should");
        }
    }

    /// Says of an object that it failed, for a sweep to leave it for last.
    pub(crate) async fn note_failed(&self, key: &str) {
        if let Err(error) = Notes::put_failed(&self.store, &self.scope, key).await {
            tracing::warn!(key, %error, "that this object failed is forgotten");
        }
    }
}
