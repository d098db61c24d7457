//! Old logs, day by day into the fan-out queue.

mod folders;

use chrono::NaiveDate;
use parser_wasm::KeyKind;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::cancel::{Cancel, StopReason};
use crate::event::ObjectRef;
use crate::ingest::Ingest;
use crate::log::log_backfill;
use crate::queue::{self, Queue, QueueError};
use crate::s3::{Condition, S3Error};

/// What a backfill handed over.
#[derive(Debug, Default, Serialize)]
pub struct BackfillReport {
    /// Day folders in the range, over all accounts and regions.
    pub folders: u64,
    /// Those done, by this call or an earlier one.
    pub folders_done: u64,
    /// Logs put into the queue by this call.
    pub enqueued: u64,
    /// Objects that are no logs, by their names.
    pub left_alone: u64,
    /// Why it ended before its work did, if it did.
    pub stopped: Option<StopReason>,
}

/// Why a backfill cannot go on. What is in the queue is worked on; another call goes on from there.
#[derive(Debug, Error)]
pub enum BackfillError {
    /// There is nobody to hand the logs to.
    #[error("ALBATROSS_FANOUT_QUEUE_URL is not set: a backfill feeds that queue")]
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
    #[error("no folder AWSLogs/ACCOUNT/elasticloadbalancing/ below s3://{bucket}/{prefix}: set ALBATROSS_PREFIX")]
    NoLogs {
        /// The bucket.
        bucket: String,
        /// The prefix looked under.
        prefix: String,
    },
    /// The bucket cannot be listed, or the state not kept.
    #[error("backfill: {0}")]
    Storage(#[from] S3Error),
    /// The queue does not take the logs.
    #[error(transparent)]
    Queue(#[from] QueueError),
}

/// How far it came.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Progress {
    /// The last folder that is in the queue as a whole.
    last: Option<String>,
    /// The last key in the queue of the folder after it, where it stopped within one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    within: Option<String>,
}

impl Progress {
    /// Whether a folder is in the queue as a whole. By order, not by equality: the last one's region
    /// may be gone by now, with all its logs settled.
    fn covers(&self, folder: &str) -> bool {
        self.last.as_deref().is_some_and(|last| order(folder) <= order(last))
    }
}

/// Day before region, as the folders come. The text of a broken state comes before all of them.
fn order(folder: &str) -> Option<(&str, &str)> {
    let (region, day) = folder.split_at_checked(folder.len().checked_sub("YYYY/MM/DD/".len())?)?;
    Some((day, region))
}

impl Ingest {
    /// Hands the logs of the days from `from` to `to` to the queue, folder by folder, oldest day
    /// first. `progress` is told how many of how many folders are done.
    ///
    /// # Errors
    /// When there is no queue, nothing to find, or AWS fails.
    pub async fn backfill(
        &self,
        from: NaiveDate,
        to: NaiveDate,
        cancel: &Cancel,
        mut progress: impl FnMut(usize, usize),
    ) -> Result<BackfillReport, BackfillError> {
        let queue = self.queue.as_ref().ok_or(BackfillError::NoQueue)?;
        if from > to {
            return Err(BackfillError::Order { from, to });
        }
        let mut report = BackfillReport::default();
        let fed = self.feed_days(queue, (from, to), cancel, &mut report, &mut progress).await;
        report.stopped = cancel.reason();
        log_backfill(&report, self.scope.folder());
        fed.map(|()| report)
    }

    async fn feed_days(
        &self,
        queue: &Queue,
        (from, to): (NaiveDate, NaiveDate),
        cancel: &Cancel,
        report: &mut BackfillReport,
        mut progress: impl FnMut(usize, usize),
    ) -> Result<(), BackfillError> {
        let state = self.scope.key(&format!("backfill/{from}_{to}.json"));
        let begun =
            cancel.unless_cancelled(async { Ok((self.day_folders(from, to).await?, self.reached(&state).await)) });
        let Some(begun) = begun.await else { return Ok(()) };
        let (folders, mut reached) = begun.map_err(|error: BackfillError| error)?;
        report.folders = folders.len() as u64;
        for (number, folder) in folders.iter().enumerate() {
            progress(number, folders.len());
            if !reached.covers(folder) {
                let enqueued = report.enqueued;
                let fed = cancel.unless_cancelled(self.feed(queue, folder, &mut reached.within, report)).await;
                let stopped = fed.is_none();
                let fed = fed.transpose();
                if matches!(fed, Ok(Some(()))) {
                    reached = Progress { last: Some(folder.clone()), within: None };
                }
                if report.enqueued > enqueued {
                    cancel.at_the_end(self.keep_progress(&state, &reached)).await;
                }
                fed?;
                if stopped {
                    return Ok(());
                }
            }
            report.folders_done += 1;
        }
        progress(folders.len(), folders.len());
        if let Some(Err(error)) = cancel.at_the_end(self.store.remove(&state)).await {
            tracing::warn!(state, %error, "these days count as done until this object is gone");
        }
        Ok(())
    }

    /// What cannot be read is a warning: those days come into the queue again.
    async fn reached(&self, state: &str) -> Progress {
        match self.store.read(state).await {
            Ok(found) => found.and_then(|(body, _)| serde_json::from_slice(&body).ok()).unwrap_or_default(),
            Err(error) => {
                tracing::warn!(state, %error, "how far an earlier backfill came cannot be read");
                Progress::default()
            }
        }
    }

    async fn keep_progress(&self, state: &str, reached: &Progress) {
        let body = serde_json::to_vec(reached).unwrap_or_default();
        if let Err(error) = self.store.put(state, body, Condition::Always).await {
            tracing::warn!(state, %error, "how far this backfill came is forgotten");
        }
    }

    /// Puts a folder's logs into the queue, from the one after `reached`, which moves on with them:
    /// the future may be dropped anywhere, and what is sent twice is harmless.
    async fn feed(
        &self,
        queue: &Queue,
        folder: &str,
        reached: &mut Option<String>,
        report: &mut BackfillReport,
    ) -> Result<(), BackfillError> {
        let mut pages = self.store.pages(folders::within(folder, &self.config.prefix));
        while let Some(page) = pages.next().await? {
            let mut logs = Vec::new();
            for object in page.objects {
                let ours = object.key.ends_with(&self.config.suffix) && !self.config.is_own(&object.key);
                match KeyKind::of(&object.key) {
                    KeyKind::NamedByAws(format) if !self.settings.takes(format) => report.left_alone += 1,
                    KeyKind::NamedByAws(_) | KeyKind::NamedLog if ours => {
                        logs.push(ObjectRef::listed(self.store.bucket(), &object));
                    }
                    _ => report.left_alone += 1,
                }
            }
            // S3 lists by key. Where a folder came in between, the mark is another's.
            if let Some(reached) = reached.as_ref().filter(|key| key.starts_with(folder)) {
                logs.retain(|object| object.key > *reached);
            }
            for objects in logs.chunks(queue::BATCH) {
                queue.send(objects).await?;
                report.enqueued += objects.len() as u64;
                *reached = objects.last().map(|object| object.key.clone());
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EU: &str = "AWSLogs/1/elasticloadbalancing/eu-west-1/";

    #[test]
    fn goes_on_where_it_was_though_that_region_is_gone() {
        let folder = |region: &str, day: &str| format!("AWSLogs/1/elasticloadbalancing/{region}/2024/01/{day}/");
        let reached = Progress { last: Some(folder("eu-west-1", "05")), within: None };
        for (region, day, covered) in [
            ("eu-west-1", "05", true),
            ("us-east-1", "04", true),
            ("af-south-1", "05", true),
            ("us-east-1", "05", false),
            ("af-south-1", "06", false),
        ] {
            assert_eq!(reached.covers(&folder(region, day)), covered, "{region} {day}");
        }
        assert!(!Progress::default().covers(&folder("eu-west-1", "01")));
        for broken in ["x", "ä23456789/1"] {
            assert!(!Progress { last: Some(broken.to_owned()), within: None }.covers(&folder("eu-west-1", "01")));
        }
    }

    #[test]
    fn its_state_is_json() {
        let reached = Progress { last: Some(format!("{EU}2024/01/05/")), within: None };
        let json = serde_json::to_string(&reached).unwrap();
        assert_eq!(json, format!("{{\"last\":\"{EU}2024/01/05/\"}}"));
        assert_eq!(serde_json::from_str::<Progress>(&json).unwrap(), reached);
    }
}
