//! One run over the bucket: list, take the oldest, work on them or hand them to the queue.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};

use super::candidates::{Candidates, Chosen, OBJECTS_PER_SWEEP};
use super::filtered::Held;
use super::listing;
use super::work::{self, Pace, work_through};
use crate::cancel::{Cancel, Phase, StopReason};
use crate::config::Settle;
use crate::event::ObjectRef;
use crate::ingest::Ingest;
use crate::log;
use crate::object::{Task, Todo};
use crate::outcome::{RunError, Unsettled, Worked};
use crate::queue::{self, Queue};
use crate::report::Report;
use crate::s3::ListedObject;
use crate::state::{Deployment, Entry, Kind, Lease, LeaseError, Memory, RELEASE, now_s};

/// So many objects are announced at once: a process that dies puts so many of them last, the one over
/// which it died among them.
const ANNOUNCED: usize = 100;

/// A message comes again for so long, until it is a dead letter; an object is not handed over again before.
const HANDED_OVER_S: u64 = 3 * 60 * 60;

/// What came of a schedule's tick.
#[derive(Debug)]
pub enum Tick {
    /// A sweep.
    Swept(Box<Report>),
    /// Nothing, and why: another sweep is under way.
    Skipped(String),
}

/// A schedule's tick: a sweep, unless another one is under way. `time` is how long this one can take.
///
/// # Errors
/// As [`sweep`].
pub async fn tick(ingest: &Arc<Ingest>, time: Duration, cancel: &Cancel) -> Result<Tick, RunError> {
    let lease = match cancel.unless_cancelled(Lease::take(&ingest.store, &ingest.folder, time)).await {
        Some(Ok(lease)) => Some(lease),
        Some(Err(held @ LeaseError::Held(_))) => {
            tracing::info!(state = ingest.folder.path(), "skipped this tick: {held}");
            return Ok(Tick::Skipped(held.to_string()));
        }
        // Ids make it harmless should another run be under way. Where they do not, the state cannot be written
        // either, and the sweep says so.
        Some(Err(LeaseError::Storage(error))) => {
            tracing::warn!(%error, state = ingest.folder.path(), "cannot take the lease; sweeping without it");
            None
        }
        None => None,
    };
    let report = sweep(ingest, false, cancel, log::progress("objects")).await;
    if let Some(lease) = lease {
        cancel.until(Phase::Save, lease.release()).await;
    }
    report.map(|report| Tick::Swept(Box::new(report)))
}

/// Sweeps the bucket once: oldest objects first, until none is left or `cancel` says so.
/// `progress` is told how many of how many objects are done with.
///
/// # Errors
/// When no object could be worked on at all. Whatever happens to objects is in the report.
pub async fn sweep(
    ingest: &Arc<Ingest>,
    overwrite: bool,
    cancel: &Cancel,
    mut progress: impl FnMut(usize, usize),
) -> Result<Report, RunError> {
    let mut report = ingest.report();
    ingest.check_engine(cancel).await?;
    if let Some(memory) = cancel.unless_cancelled(remember(ingest)).await {
        let mut memory = memory?;
        if let Some(queue) = &ingest.queue
            && let Some(is_empty) = cancel.unless_cancelled(queue.is_empty()).await
            && is_empty?
        {
            // What was handed over and is still there was lost.
            memory.work.take_back_what_was_handed_over();
        }
        if let Some(chosen) =
            cancel.unless_cancelled(choose(ingest, OBJECTS_PER_SWEEP, &mut memory, &mut report, cancel)).await
        {
            let (chosen, is_complete) = chosen?;
            report.listing_complete = Some(is_complete);
            let (listed, chosen_now) = (report.objects.listed, chosen.objects.len() + chosen.suspects.len());
            tracing::info!(listed, chosen = chosen_now, is_complete, "listed the bucket");
            let mut run = Run { ingest, overwrite, cancel, memory: &mut memory, report: &mut report };
            let (mine, sent) = match &ingest.queue {
                Some(queue) => run.hand_over(queue, chosen).await,
                None => (chosen, Ok(())),
            };
            run.work_off(mine, &mut progress).await;
            if !is_complete {
                cancel.cancel(StopReason::Listing);
            }
            save(ingest, &mut memory, cancel).await;
            sent?;
        }
        report.note_work(&memory.work);
    }
    ingest.end(&mut report, cancel);
    Ok(report)
}

/// What earlier runs learnt, and the proof that this one can say what it does, where a repeat would not be harmless.
async fn remember(ingest: &Ingest) -> Result<Memory, RunError> {
    let mut memory = look(ingest).await?;
    let mut marked = vec![(ingest.store.clone(), ingest.config.own_prefix.clone())];
    if let Settle::Archive(to) = &ingest.config.settle {
        marked.push((ingest.store.with_bucket(&to.bucket), to.prefix.clone()));
    }
    memory.begin(&marked).await?;
    if ingest.config.settle == Settle::Keep || !ingest.can_overwrite() {
        let (bucket, folder) = (ingest.bucket().to_owned(), ingest.folder.path().to_owned());
        let cannot = |source| RunError::CannotRemember { bucket, folder, source };
        memory.try_to_write().await.map_err(cannot)?;
    }
    Ok(memory)
}

/// What earlier runs learnt.
pub(super) async fn look(ingest: &Ingest) -> Result<Memory, RunError> {
    let Ingest { store, folder, config, .. } = ingest;
    let who = Deployment {
        bucket: config.bucket.clone(),
        prefix: config.prefix.clone(),
        endpoint: ingest.engine.endpoint().to_string(),
        settings: ingest.settings.digest(),
        release: RELEASE.to_owned(),
        ..Deployment::default()
    };
    let keeps = config.settle == Settle::Keep;
    let (mut memory, unfinished) = Memory::open(store, folder, &config.own_prefix, who, keeps).await?;
    for (key, etag) in unfinished.objects {
        let entry = Worked::nothing(Unsettled::Died).entry(&key, &etag);
        entry.into_iter().for_each(|entry| memory.work.enter(Entry { last_tried_s: unfinished.at_s, ..entry }));
    }
    Ok(memory)
}

/// The logs under the prefix that are to be worked on, at most `capacity`, and whether the listing was complete.
/// Everything else goes to the report.
pub(super) async fn choose(
    ingest: &Ingest,
    capacity: usize,
    memory: &mut Memory,
    report: &mut Report,
    cancel: &Cancel,
) -> Result<(Chosen, bool), RunError> {
    let now_ms = DateTime::<Utc>::from(SystemTime::now()).timestamp_millis();
    let mut candidates = Candidates::new(&ingest.config, &ingest.settings, now_ms, capacity, memory, report);
    let is_complete = listing::list(ingest, &mut candidates, cancel).await?;
    Ok((candidates.into_order(), is_complete))
}

async fn save(ingest: &Ingest, memory: &mut Memory, cancel: &Cancel) {
    match cancel.until(Phase::Save, memory.save()).await {
        Some(Ok(())) => {}
        Some(Err(error)) => ingest.not_remembered("", &error),
        None => tracing::warn!(state = ingest.folder.path(), "cannot store what this run learnt: the time is over"),
    }
}

/// A sweep that works on objects.
struct Run<'a> {
    ingest: &'a Arc<Ingest>,
    overwrite: bool,
    cancel: &'a Cancel,
    memory: &'a mut Memory,
    report: &'a mut Report,
}

impl Run<'_> {
    async fn work_off(&mut self, chosen: Chosen, progress: &mut impl FnMut(usize, usize)) {
        let Chosen { objects, suspects, held } = chosen;
        let logs = Arc::new(self.ingest.logs(self.overwrite));
        let (mut done, total) = (0, objects.len() + suspects.len());
        let mut held = Held::of(held);
        if total > 0 {
            self.memory.workers_announce();
        }
        let several = Pace { at_once: self.ingest.config.objects_in_flight, announced: Some(ANNOUNCED) };
        let one = Pace { at_once: 1, announced: Some(1) };
        for (tasks, pace) in [(objects, several), (suspects, one)] {
            let Self { ingest, cancel, memory, report, .. } = self;
            let left = work_through(ingest, &logs, tasks, pace, cancel, |work::Done { key, about, worked }| {
                enter(memory, &about, &worked);
                if held.takes(&about, &worked) {
                    report.add(&worked.ledger);
                    held.is_enough(report).into_iter().for_each(|reason| cancel.cancel(reason));
                } else {
                    report.enter(key, &worked);
                }
                done += 1;
                progress(done, total);
            });
            for (key, _, why) in left.await {
                self.report.leave(key, &why);
            }
        }
        let Self { ingest, cancel, memory, report, .. } = self;
        let verdict = held.verdict(report);
        let held = held.into_tasks(verdict.is_none(), report);
        verdict.into_iter().for_each(|reason| cancel.cancel(reason));
        let left = work_through(ingest, &logs, held, several, cancel, |work::Done { key, about, worked }| {
            report.enter(key, &worked);
            enter(memory, &about, &worked);
        });
        for (key, _, why) in left.await {
            self.report.leave(key, &why);
        }
    }

    /// Gives the objects that were never tried to the queue, as long as it has not enough messages, and
    /// remembers that it did. What has been tried before is worked on here.
    async fn hand_over(&mut self, queue: &Queue, chosen: Chosen) -> (Chosen, Result<(), RunError>) {
        let (fresh, objects): (Vec<_>, Vec<_>) = chosen.objects.into_iter().partition(|(task, object)| {
            let brief = self.memory.work.see(&object.key, &object.etag);
            matches!(task.todo, Todo::Read) && brief.is_none_or(|brief| brief.kind == Kind::HandedOver)
        });
        let sent = self.send(queue, fresh).await;
        (Chosen { objects, ..chosen }, sent)
    }

    async fn send(&mut self, queue: &Queue, fresh: Vec<(Task, ListedObject)>) -> Result<(), RunError> {
        let Some(visible) = self.cancel.unless_cancelled(queue.visible()).await else {
            fresh.into_iter().for_each(|(task, _)| self.report.leave(task.key, &Unsettled::NotReached));
            return Ok(());
        };
        let room = OBJECTS_PER_SWEEP.saturating_sub(usize::try_from(visible?).unwrap_or(usize::MAX));
        let mut fresh = fresh.into_iter();
        let mine: Vec<ListedObject> = fresh.by_ref().take(room).map(|(_, object)| object).collect();
        fresh.for_each(|(task, _)| self.report.leave(task.key, &Unsettled::QueueBusy));
        for objects in mine.chunks(queue::BATCH) {
            let messages: Vec<ObjectRef> =
                objects.iter().map(|object| ObjectRef::listed(self.ingest.bucket(), object)).collect();
            let Some(sent) = self.cancel.unless_cancelled(queue.send(&messages)).await else { break };
            sent?;
            self.report.objects.enqueued += objects.len() as u64;
            objects.iter().for_each(|object| self.memory.work.enter(handed_over(object)));
        }
        Ok(())
    }
}

/// What a sweep remembers of an object that had its turn.
fn enter(memory: &mut Memory, object: &ListedObject, worked: &Worked) {
    match &worked.outcome {
        Ok(_) => memory.finish(object),
        Err(Unsettled::Gone | Unsettled::Changed) => memory.work.remove(&object.key),
        Err(_) => {
            if let Some(entry) = worked.entry(&object.key, &object.etag) {
                memory.work.enter(entry);
            }
        }
    }
}

fn handed_over(object: &ListedObject) -> Entry {
    let now_s = now_s();
    let why = Unsettled::QueueBusy;
    Entry {
        key: object.key.clone(),
        etag: object.etag.clone(),
        kind: Kind::HandedOver,
        code: why.code().to_owned(),
        reason: why.to_string(),
        attempts: 0,
        first_seen_s: now_s,
        last_tried_s: now_s,
        handed_over_until_s: Some(now_s + HANDED_OVER_S),
        line: None,
        account: None,
        held: false,
        release: None,
    }
}
