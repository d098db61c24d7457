//! One run over the bucket: list, take the oldest, work on them or hand them to the queue.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::cancel::Cancel;
use crate::event::ObjectRef;
use crate::ingest::{Done, Ingest};
use crate::jobs::candidates::{Choice, OBJECTS_PER_SWEEP};
use crate::ledger::Ledger;
use crate::log::{log_object, log_run};
use crate::outcome::{RunError, Unsettled};
use crate::queue::{self, Queue};
use crate::report::Report;
use crate::s3::ListedObject;
use crate::state::memory::{Memory, Turn};
use crate::state::{Lease, LeaseError};

/// What came of a schedule's tick.
#[derive(Debug)]
pub enum Tick {
    /// A sweep.
    Swept(Box<Report>),
    /// Nothing, and why: another sweep is under way.
    Skipped(String),
}

impl Ingest {
    /// A schedule's tick: a sweep, unless another one is under way. `time` is how long this one
    /// can take.
    ///
    /// # Errors
    /// As [`Self::sweep`].
    pub async fn tick(self: &Arc<Self>, time: Duration, cancel: &Cancel) -> Result<Tick, RunError> {
        let lease = match cancel.unless_cancelled(Lease::take(&self.store, &self.scope, time)).await {
            Some(Ok(lease)) => Some(lease),
            Some(Err(held @ LeaseError::Held(_))) => {
                tracing::info!(state = self.scope.folder(), "{held}: nothing is done");
                return Ok(Tick::Skipped(held.to_string()));
            }
            // Ids make it harmless should another run be under way.
            Some(Err(LeaseError::Storage(error))) => {
                tracing::warn!(%error, state = self.scope.folder(), "there is no lease to be had: sweeping without");
                None
            }
            None => None,
        };
        let report = self.sweep(false, cancel, |_, _| {}).await;
        if let Some(lease) = lease {
            cancel.at_the_end(lease.release()).await;
        }
        report.map(|report| Tick::Swept(Box::new(report)))
    }

    /// Sweeps the bucket once: oldest objects first, until none is left or `cancel` says so.
    /// `progress` is told how many of how many objects are done with.
    ///
    /// # Errors
    /// When no object could be worked on at all. Whatever happens to objects is in the report.
    pub async fn sweep(
        self: &Arc<Self>,
        overwrite: bool,
        cancel: &Cancel,
        progress: impl FnMut(usize, usize),
    ) -> Result<Report, RunError> {
        let mut report = self.report();
        self.check_engine(cancel).await?;
        if let Some(mut memory) = cancel.unless_cancelled(self.remember()).await
            && let Some(chosen) =
                cancel.unless_cancelled(self.choose(OBJECTS_PER_SWEEP, &mut memory, &mut report)).await
        {
            let chosen = chosen?;
            match &self.queue {
                Some(queue) => self.hand_over(queue, chosen, cancel, &mut memory, &mut report).await?,
                None => self.work_off(chosen, overwrite, cancel, progress, &mut memory, &mut report).await,
            }
            // Only here: a listing that was broken off would forget what it did not see.
            if cancel.at_the_end(self.save(&mut memory)).await.is_none() {
                tracing::warn!(state = self.scope.folder(), "no time to keep what this run learnt");
            }
        }
        report.end(cancel.reason(), &self.sink);
        log_run(&report, self.scope.folder());
        Ok(report)
    }

    async fn work_off(
        self: &Arc<Self>,
        chosen: Vec<ListedObject>,
        overwrite: bool,
        cancel: &Cancel,
        mut progress: impl FnMut(usize, usize),
        memory: &mut Memory,
        report: &mut Report,
    ) {
        let (mut done, total) = (0, chosen.len());
        let objects = chosen.into_iter().map(|object| (object.key.clone(), object));
        let left = self.work_through(objects, overwrite, cancel, |key, Done { about, ledger, outcome }| {
            memory.enter(&about, Turn::of(&outcome));
            report.enter(key, &ledger, &outcome);
            done += 1;
            progress(done, total);
        });
        for (key, object, why) in left.await {
            memory.enter(&object, Turn::Open);
            report.leave(key, &why);
        }
    }

    /// Works on objects that an event named.
    ///
    /// # Errors
    /// When no object could be worked on at all.
    pub async fn work_on(
        self: &Arc<Self>,
        objects: Vec<ObjectRef>,
        overwrite: bool,
        cancel: &Cancel,
    ) -> Result<(Report, Vec<Worked>), RunError> {
        let mut report = self.report();
        self.check_engine(cancel).await?;
        let mut worked = Vec::new();
        let mut mine = Vec::new();
        for object in objects {
            report.objects.listed += 1;
            match self.refuse(&object).map(Err) {
                None => mine.push((object.key.clone(), object)),
                Some(outcome) => {
                    log_object(&object.bucket, &object.key, &Ledger::default(), &outcome);
                    report.enter(object.key.clone(), &Ledger::default(), &outcome);
                    worked.push(Worked { object, outcome: outcome.map(drop) });
                }
            }
        }
        let mut failed = Vec::new();
        let left = self.work_through(mine, overwrite, cancel, |key, Done { about, ledger, outcome }| {
            if matches!(Turn::of(&outcome), Turn::Failed | Turn::NotLog) {
                failed.push(key.clone());
            }
            report.enter(key, &ledger, &outcome);
            worked.push(Worked { object: about, outcome: outcome.map(drop) });
        });
        for (key, object, why) in left.await {
            report.leave(key, &why);
            worked.push(Worked { object, outcome: Err(why) });
        }
        let noted = cancel.at_the_end(async {
            for key in &failed {
                self.note_failed(key).await;
            }
        });
        noted.await;
        report.end(cancel.reason(), &self.sink);
        log_run(&report, self.scope.folder());
        Ok((report, worked))
    }

    /// Why an object that an event named is not for us.
    fn refuse(&self, object: &ObjectRef) -> Option<Unsettled> {
        use parser_wasm::KeyKind;
        let config = &self.config;
        let ours = object.bucket == config.bucket
            && object.key.starts_with(&config.prefix)
            && object.key.ends_with(&config.suffix)
            && !config.is_own(&object.key);
        match KeyKind::of(&object.key) {
            _ if !ours => Some(Unsettled::NotOurs),
            KeyKind::TestFile => Some(Unsettled::TestFile),
            KeyKind::Other => Some(Unsettled::NotAccessLog),
            KeyKind::NamedByAws(format) if !self.settings.takes(format) => Some(Unsettled::OtherFormat(format)),
            KeyKind::NamedByAws(_) | KeyKind::NamedLog => None,
        }
    }

    /// The oldest logs under the prefix, oldest first. Everything else goes to the report.
    pub(crate) async fn choose(
        &self,
        capacity: usize,
        memory: &mut Memory,
        report: &mut Report,
    ) -> Result<Vec<ListedObject>, RunError> {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let now_ms = i64::try_from(now.as_millis()).unwrap_or(i64::MAX);
        let mut choice = Choice::new(&self.config, &self.settings, now_ms, capacity, memory, report);
        self.store.list(&self.config.prefix, |object| choice.consider(object)).await.map_err(RunError::List)?;
        Ok(choice.into_order())
    }

    /// Gives the objects to the queue, if that is empty: otherwise those of an earlier sweep are
    /// still being worked on. Whoever works on them notes what becomes of them; until then they are
    /// open, also should a message be lost.
    async fn hand_over(
        &self,
        queue: &Queue,
        chosen: Vec<ListedObject>,
        cancel: &Cancel,
        memory: &mut Memory,
        report: &mut Report,
    ) -> Result<(), RunError> {
        for object in &chosen {
            let turn = if memory.has_failed(object) { Turn::Failed } else { Turn::Open };
            memory.enter(object, turn);
        }
        let Some(is_empty) = cancel.unless_cancelled(queue.is_empty()).await else { return Ok(()) };
        if !is_empty? {
            chosen.into_iter().for_each(|object| report.leave(object.key, &Unsettled::QueueBusy));
            return Ok(());
        }
        for objects in chosen.chunks(queue::BATCH) {
            let objects: Vec<ObjectRef> =
                objects.iter().map(|object| ObjectRef::listed(self.store.bucket(), object)).collect();
            let Some(sent) = cancel.unless_cancelled(queue.send(&objects)).await else { break };
            sent?;
            report.objects.enqueued += objects.len() as u64;
        }
        Ok(())
    }
}

/// An object that an event named, and what became of it.
#[derive(Debug)]
pub struct Worked {
    /// The object.
    pub object: ObjectRef,
    /// Why it is not settled, if it is not.
    pub outcome: Result<(), Unsettled>,
}
