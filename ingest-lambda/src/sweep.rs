//! One run over the bucket: list, take the oldest, work on them or hand them to the queue.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::choose::Choice;
use crate::config::Settle;
use crate::error::{RunError, Unsettled};
use crate::event::ObjectRef;
use crate::ingest::{Done, Ingest, log_run};
use crate::queue::Queue;
use crate::report::Report;
use crate::s3::ListedObject;
use crate::state::{Checkpoint, FailedObjects, Lease, LeaseError};
use crate::stop::Stop;

/// Work ends so long before the Lambda's time does: enough to settle what is being settled, to
/// keep how far big objects were read, and to report.
pub const DEADLINE_MARGIN: Duration = Duration::from_secs(15);

/// What a sweep remembers between runs.
struct Memory {
    failed: FailedObjects,
    /// Where done objects stay in the bucket.
    checkpoint: Option<Checkpoint>,
}

impl Memory {
    fn enter(&mut self, object: &ListedObject, done: bool, failed: bool) {
        self.failed.enter(&object.key, failed);
        if let Some(checkpoint) = &mut self.checkpoint {
            checkpoint.enter(object, done);
        }
    }
}

impl Ingest {
    /// A schedule's tick: a sweep, unless another one is under way. `time` is how long this one
    /// can take.
    ///
    /// # Errors
    /// As [`Self::sweep`].
    pub async fn tick(self: &Arc<Self>, time: Duration, stop: &Stop) -> Result<Report, RunError> {
        let lease = match Lease::take(&self.store, &self.config.own_prefix, time).await {
            Ok(lease) => lease,
            Err(held @ LeaseError::Held(_)) => {
                tracing::info!("{held}: nothing is done");
                return Ok(self.report());
            }
            Err(error) => return Err(error.into()),
        };
        let report = self.sweep(false, stop, |_, _| {}).await;
        lease.release().await;
        report
    }

    /// Sweeps the bucket once: oldest objects first, until none is left or `stop` is pulled.
    /// `progress` is told how many of how many objects are done with.
    ///
    /// # Errors
    /// When no object could be worked on at all. Whatever happens to objects is in the report.
    pub async fn sweep(
        self: &Arc<Self>,
        overwrite: bool,
        stop: &Stop,
        mut progress: impl FnMut(usize, usize),
    ) -> Result<Report, RunError> {
        let mut report = self.report();
        self.check_engine(stop).await?;
        if stop.reason().is_none() {
            let mut memory = self.remember().await?;
            let chosen = tokio::select! {
                biased;
                () = stop.pulled() => Vec::new(),
                chosen = self.choose(&mut memory, &mut report) => chosen?,
            };
            match &self.queue {
                Some(queue) => hand_over(queue, self.store.bucket(), chosen, &mut memory, &mut report).await?,
                None => {
                    let total = chosen.len();
                    let mut done = 0;
                    let objects = chosen.into_iter().map(|object| (object.key.clone(), object));
                    let left = self.work_through(objects, overwrite, stop, |_, finished| {
                        enter(&mut report, &mut memory, finished);
                        done += 1;
                        progress(done, total);
                    });
                    for (key, object) in left.await {
                        memory.enter(&object, false, false);
                        report.leave(key, &Unsettled::NotReached);
                    }
                }
            }
            self.save(&mut memory).await;
        }
        report.end(stop.reason(), &self.sink);
        log_run(&report);
        Ok(report)
    }

    /// Works on objects that an event named.
    ///
    /// # Errors
    /// When no object could be worked on at all.
    pub async fn work_on(
        self: &Arc<Self>,
        objects: Vec<ObjectRef>,
        stop: &Stop,
    ) -> Result<(Report, Vec<Worked>), RunError> {
        let mut report = self.report();
        self.check_engine(stop).await?;
        let mut worked = Vec::new();
        let mut mine = Vec::new();
        for object in objects {
            report.objects.listed += 1;
            match self.refuse(&object) {
                None => mine.push((object.key.clone(), object)),
                Some(why) => {
                    report.leave(object.key.clone(), &why);
                    worked.push(Worked { object, outcome: Err(why) });
                }
            }
        }
        let left = self.work_through(mine, false, stop, |key, Done { about, ledger, outcome }| {
            report.add(&ledger);
            match &outcome {
                Ok(settled) => report.settle(&key, settled),
                Err(why) => report.leave(key, why),
            }
            worked.push(Worked { object: about, outcome: outcome.map(drop) });
        });
        for (key, object) in left.await {
            report.leave(key, &Unsettled::NotReached);
            worked.push(Worked { object, outcome: Err(Unsettled::NotReached) });
        }
        report.end(stop.reason(), &self.sink);
        log_run(&report);
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

    async fn remember(&self) -> Result<Memory, RunError> {
        let own = &self.config.own_prefix;
        let failed = FailedObjects::load(&self.store, own).await.map_err(RunError::State)?;
        let checkpoint = match self.config.settle {
            Settle::Keep => Some(Checkpoint::load(&self.store, own).await.map_err(RunError::State)?),
            Settle::Delete | Settle::Archive(_) => None,
        };
        Ok(Memory { failed, checkpoint })
    }

    /// What is forgotten is done again, under the same ids: no reason to fail.
    async fn save(&self, memory: &mut Memory) {
        let own = &self.config.own_prefix;
        if let Err(error) = memory.failed.save(&self.store, own).await {
            tracing::warn!(%error, "which objects failed is forgotten");
        }
        if let Some(checkpoint) = &mut memory.checkpoint
            && let Err(error) = checkpoint.save(&self.store, own).await
        {
            tracing::warn!(%error, "which objects are done is forgotten");
        }
    }

    /// The oldest logs under the prefix, oldest first. Everything else goes to the report.
    async fn choose(&self, memory: &mut Memory, report: &mut Report) -> Result<Vec<ListedObject>, RunError> {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let now_ms = i64::try_from(now.as_millis()).unwrap_or(i64::MAX);
        let mut choice =
            Choice::new(&self.config, &self.settings, now_ms, &mut memory.failed, memory.checkpoint.as_mut(), report);
        self.store.list(&self.config.prefix, |object| choice.consider(object)).await.map_err(RunError::List)?;
        Ok(choice.into_order())
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

/// Gives the objects to the queue, if that is empty: otherwise those of an earlier sweep are still
/// being worked on.
async fn hand_over(
    queue: &Queue,
    bucket: &str,
    chosen: Vec<ListedObject>,
    memory: &mut Memory,
    report: &mut Report,
) -> Result<(), RunError> {
    if !queue.is_empty().await? {
        for object in chosen {
            memory.enter(&object, false, false);
            report.leave(object.key, &Unsettled::QueueBusy);
        }
        return Ok(());
    }
    let objects: Vec<ObjectRef> = chosen.iter().map(|object| ObjectRef::listed(bucket, object)).collect();
    queue.send(&objects).await?;
    for object in chosen {
        // From here on the queue remembers it, and its dead-letter queue.
        memory.enter(&object, true, false);
        report.objects.enqueued += 1;
    }
    Ok(())
}

fn enter(report: &mut Report, memory: &mut Memory, done: Done<ListedObject>) {
    let Done { about, ledger, outcome } = done;
    report.add(&ledger);
    memory.enter(&about, outcome.is_ok(), outcome.as_ref().is_err_and(Unsettled::is_failure));
    match outcome {
        Ok(settled) => report.settle(&about.key, &settled),
        Err(why) => report.leave(about.key, &why),
    }
}
