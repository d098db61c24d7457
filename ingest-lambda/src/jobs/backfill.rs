//! Old logs, day by day into a queue of their own.

mod months;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use parser_wasm::KeyKind;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use self::months::{Month, month_of};
use super::candidates::refusal;
use super::regions::{self, Regions};
use crate::cancel::{Cancel, Phase, StopReason};
use crate::config::Settle;
use crate::event::ObjectRef;
use crate::ingest::Ingest;
use crate::log::json;
use crate::queue::{self, Queue, QueueError};
use crate::s3::S3Error;
use crate::state::{Done, Progress, StateError, Version};

/// How far a backfill came is stored so often, whatever it finds.
const PROGRESS_EVERY: Duration = Duration::from_secs(5);

/// Folders that hold logs and are passed over are named, up to so many.
const NAMED: usize = 100;

/// What a backfill handed over.
#[derive(Debug, Default, Serialize)]
pub struct BackfillReport {
    /// Day folders found in the range, over all accounts and regions.
    pub folders: u64,
    /// Those done, by this call or an earlier one.
    pub folders_done: u64,
    /// Logs put into the queue by this call.
    pub enqueued: u64,
    /// Logs that an earlier run was done with, where objects stay.
    pub done_before: u64,
    /// Objects that are no logs, by their names.
    pub left_alone: u64,
    /// Folders that were passed over though they hold logs, up to a hundred: they have another layout than
    /// AWS's.
    pub passed_over: Vec<String>,
    /// Why it ended before its work did, if it did.
    pub stopped: Option<StopReason>,
}

impl BackfillReport {
    /// Whether something is left to be done, by another call or by a person.
    #[must_use]
    pub fn is_unfinished(&self) -> bool {
        self.stopped.is_some() || !self.passed_over.is_empty()
    }
}

/// Why a backfill cannot go on. What is in the queue is worked on; another call goes on from there.
#[derive(Debug, Error)]
pub enum BackfillError {
    /// There is nobody to hand the logs to.
    #[error("ALBATROSS_BACKFILL_QUEUE_URL is not set: a backfill feeds that queue")]
    NoQueue,
    /// The days are in the wrong order.
    #[error("the first day, {from}, is after the last, {to}")]
    Order {
        /// As given.
        from: NaiveDate,
        /// As given.
        to: NaiveDate,
    },
    /// No folder looks like AWS's.
    #[error(
        "no folder AWSLogs/ACCOUNT/elasticloadbalancing/, nor one of a region, below s3://{bucket}/{prefix}: set ALBATROSS_PREFIX"
    )]
    NoLogs {
        /// The bucket.
        bucket: String,
        /// The prefix looked under.
        prefix: String,
    },
    /// The bucket cannot be listed.
    #[error("cannot list the bucket: {0}")]
    Storage(#[from] S3Error),
    /// What is done cannot be read, or how far the backfill came cannot be stored.
    #[error(transparent)]
    State(#[from] StateError),
    /// The queue does not take the logs.
    #[error(transparent)]
    Queue(#[from] QueueError),
}

/// How far it came.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Reached {
    /// The last day, `YYYY-MM-DD`, and the last folder that is in the queue as a whole.
    last: Option<(String, String)>,
    /// The last key in the queue of the folder after it, where it stopped within one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    within: Option<String>,
}

impl Reached {
    /// Whether a folder is in the queue as a whole. By order, not by equality: the last one may be gone by
    /// now, with all its logs settled.
    fn covers(&self, day: NaiveDate, folder: &str) -> bool {
        let day = day.to_string();
        self.last.as_ref().is_some_and(|(last_day, last)| (day.as_str(), folder) <= (last_day.as_str(), last.as_str()))
    }

    /// The month to begin with.
    fn month(&self) -> Month {
        self.last.as_ref().and_then(|(day, _)| day.parse().ok()).map_or(0, month_of)
    }
}

/// Hands the logs of the days from `from` to `to` to the queue, folder by folder, oldest day first.
/// `progress` is told how many of the folders found so far are done.
///
/// # Errors
/// When there is no queue, nothing to find, or AWS fails.
pub async fn backfill(
    ingest: &Ingest,
    (from, to): (NaiveDate, NaiveDate),
    cancel: &Cancel,
    progress: impl FnMut(usize, usize),
) -> Result<BackfillReport, BackfillError> {
    let queue = ingest.backfill_queue.as_ref().ok_or(BackfillError::NoQueue)?;
    if from > to {
        return Err(BackfillError::Order { from, to });
    }
    let state = Progress::of(&ingest.folder, &format!("backfill/{from}_{to}.json"));
    // Before all else: what could not be read must not be written over.
    let Some(reached) = cancel.unless_cancelled(state.load(&ingest.store)).await else {
        let report = BackfillReport { stopped: cancel.reason(), ..BackfillReport::default() };
        log_backfill(&report, ingest.folder.path());
        return Ok(report);
    };
    let mut run = Run {
        ingest,
        queue,
        state,
        reached: reached?.unwrap_or_default(),
        stored: Instant::now(),
        done: Done::default(),
        report: BackfillReport::default(),
    };
    let fed = cancel.unless_cancelled(run.feed_days((from, to), progress)).await;
    run.report.stopped = cancel.reason();
    if fed.as_ref().is_none_or(Result::is_err)
        && let Some(Err(error)) = cancel.until(Phase::Save, run.keep_progress()).await
    {
        tracing::warn!(%error, "cannot store how far this backfill came");
    }
    log_backfill(&run.report, ingest.folder.path());
    fed.transpose().map(|_| run.report)
}

struct Run<'a> {
    ingest: &'a Ingest,
    queue: &'a Queue,
    state: Progress,
    reached: Reached,
    stored: Instant,
    /// What is done, where objects stay.
    done: Done,
    report: BackfillReport,
}

impl Run<'_> {
    async fn feed_days(
        &mut self,
        (from, to): (NaiveDate, NaiveDate),
        mut progress: impl FnMut(usize, usize),
    ) -> Result<(), BackfillError> {
        let Ingest { store, config, .. } = self.ingest;
        let mut found = Regions::default();
        regions::find(store, &config.prefix, |folder| config.is_own(folder), &mut found).await?;
        let regions: Vec<String> = found.folders.into_iter().collect();
        let months = months::find(store, &regions, &config.prefix, (from, to)).await?;
        let elsewhere = found.passed_over.into_iter().chain(months.without_years);
        for folder in elsewhere {
            self.pass_over(folder).await?;
        }
        if regions.is_empty() && self.report.passed_over.is_empty() {
            return Err(BackfillError::NoLogs { bucket: store.bucket().to_owned(), prefix: config.prefix.clone() });
        }
        for (month, numbers) in months.regions.range(self.reached.month()..) {
            let regions = numbers.iter().filter_map(|number| regions.get(*number as usize));
            let mut folders = months::days(store, regions, *month, &config.prefix).await?;
            folders.retain(|(day, _)| (from..=to).contains(day));
            self.report.folders += folders.len() as u64;
            for (day, folder) in folders {
                if !self.reached.covers(day, &folder) {
                    self.feed(&folder).await?;
                    self.reached = Reached { last: Some((day.to_string(), folder)), within: None };
                    self.keep_progress_at_times().await?;
                }
                self.report.folders_done += 1;
                let count = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
                progress(count(self.report.folders_done), count(self.report.folders));
            }
        }
        Ok(self.state.remove(store).await?)
    }

    /// Names a folder of another layout, if a look at its first keys shows a log.
    async fn pass_over(&mut self, folder: String) -> Result<(), S3Error> {
        let first = self.ingest.store.pages(&folder).next().await?.unwrap_or_default();
        let is_log = |key: &str| matches!(KeyKind::of(key), KeyKind::NamedByAws(_) | KeyKind::Delivered);
        let holds_logs = first.objects.iter().any(|object| is_log(&object.key));
        if holds_logs && self.report.passed_over.len() < NAMED {
            self.report.passed_over.push(folder);
        }
        Ok(())
    }

    async fn keep_progress_at_times(&mut self) -> Result<(), StateError> {
        if self.stored.elapsed() < PROGRESS_EVERY {
            return Ok(());
        }
        self.stored = Instant::now();
        self.keep_progress().await
    }

    async fn keep_progress(&self) -> Result<(), StateError> {
        self.state.save(&self.ingest.store, &self.reached).await
    }

    /// Puts a folder's logs into the queue, from the one after `reached`, which moves on with them:
    /// the future may be dropped anywhere, and what is sent twice is harmless.
    async fn feed(&mut self, folder: &str) -> Result<(), BackfillError> {
        let Ingest { store, config, settings, folder: state, .. } = self.ingest;
        let mut pages = store.pages(regions::within(folder, &config.prefix));
        // Where a folder came in between, the mark is another's.
        if let Some(within) = self.reached.within.as_ref().filter(|key| key.starts_with(folder)) {
            pages = pages.after(within);
        }
        while let Some(page) = pages.next().await? {
            let (all, mut objects) = (page.objects.len(), page.objects);
            objects.retain(|object| refusal(config, settings, &object.key).is_none());
            self.report.left_alone += (all - objects.len()) as u64;
            if config.settle == Settle::Keep {
                let days: BTreeSet<i32> = objects.iter().map(|object| Version::listed(object).day).collect();
                self.done.ready(store, state, &days).await?;
                let open = objects.len();
                objects.retain(|object| !self.done.contains(Version::listed(object)));
                self.report.done_before += (open - objects.len()) as u64;
            }
            for objects in objects.chunks(queue::BATCH) {
                let messages: Vec<ObjectRef> =
                    objects.iter().map(|object| ObjectRef::listed(store.bucket(), object)).collect();
                self.queue.send(&messages).await?;
                self.report.enqueued += objects.len() as u64;
                self.reached.within = objects.last().map(|object| object.key.clone());
            }
        }
        Ok(())
    }
}

/// One line per backfill.
fn log_backfill(report: &BackfillReport, state: &str) {
    tracing::info!(
        state,
        folders = report.folders,
        folders_done = report.folders_done,
        enqueued = report.enqueued,
        done_before = report.done_before,
        left_alone = report.left_alone,
        passed_over = json(&report.passed_over),
        alarm = !report.passed_over.is_empty(),
        stopped = report.stopped.as_ref().map(ToString::to_string),
        "ended a backfill"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goes_on_where_it_was_though_that_region_is_gone() {
        let day = |day: u32| NaiveDate::from_ymd_opt(2024, 1, day).unwrap();
        let folder = |region: &str, day: u32| format!("AWSLogs/1/elasticloadbalancing/{region}/2024/01/{day:02}/");
        let reached = Reached { last: Some((day(5).to_string(), folder("eu-west-1", 5))), within: None };
        for (region, of, covered) in [
            ("eu-west-1", 5, true),
            ("us-east-1", 4, true),
            ("af-south-1", 5, true),
            ("us-east-1", 5, false),
            ("af-south-1", 6, false),
        ] {
            assert_eq!(reached.covers(day(of), &folder(region, of)), covered, "{region} {of}");
        }
        assert!(!Reached::default().covers(day(1), &folder("eu-west-1", 1)));
    }
}
