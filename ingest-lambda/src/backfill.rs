//! Old logs, day by day into the fan-out queue.

use std::collections::BTreeSet;

use aws_sdk_s3::types::CommonPrefix;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::event::ObjectRef;
use crate::ingest::Ingest;
use crate::key::KeyKind;
use crate::queue::QueueError;
use crate::s3::{Condition, S3Error, classify};
use crate::stop::{Stop, StopReason};

/// The folder under which AWS puts logs: `AWSLogs/ACCOUNT/elasticloadbalancing/REGION/YYYY/MM/DD/`.
const ROOT: &str = "AWSLogs/";
const SERVICE: &str = "elasticloadbalancing/";

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

/// How far it came: the last folder that is in the queue as a whole.
#[derive(Serialize, Deserialize)]
struct Progress {
    last: String,
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
        stop: &Stop,
        mut progress: impl FnMut(usize, usize),
    ) -> Result<BackfillReport, BackfillError> {
        let queue = self.queue.as_ref().ok_or(BackfillError::NoQueue)?;
        if from > to {
            return Err(BackfillError::Order { from, to });
        }
        let regions = self.regions().await?;
        // Day before region: the oldest day of every region first.
        let days = from.iter_days().take_while(|day| *day <= to);
        let folders: Vec<String> = days
            .flat_map(|day| regions.iter().map(move |region| format!("{region}{}", day.format("%Y/%m/%d/"))))
            .collect();
        let state = format!("{}state/backfill/{from}_{to}.json", self.config.own_prefix);
        let last = match self.store.read(&state).await? {
            Some((body, _)) => serde_json::from_slice(&body).ok().map(|Progress { last }| last),
            None => None,
        };
        let done = last.and_then(|last| folders.iter().position(|folder| *folder == last)).map_or(0, |at| at + 1);
        let mut report = BackfillReport { folders: folders.len() as u64, ..BackfillReport::default() };
        for (number, folder) in folders.iter().enumerate() {
            progress(number, folders.len());
            if number >= done {
                if let Some(reason) = stop.reason() {
                    report.stopped = Some(reason);
                    return Ok(report);
                }
                let objects = self.logs_in(folder, &mut report).await?;
                queue.send(&objects).await?;
                report.enqueued += objects.len() as u64;
                if !objects.is_empty() {
                    let body = serde_json::to_vec(&Progress { last: folder.clone() }).unwrap_or_default();
                    self.store.put(&state, body, Condition::Always).await?;
                }
            }
            report.folders_done += 1;
        }
        self.store.remove(&state).await?;
        Ok(report)
    }

    async fn logs_in(&self, folder: &str, report: &mut BackfillReport) -> Result<Vec<ObjectRef>, S3Error> {
        let mut objects = Vec::new();
        let listing = self.store.list(folder, |object| {
            let ours = object.key.ends_with(&self.config.suffix) && !self.config.is_own(&object.key);
            match KeyKind::of(&object.key) {
                KeyKind::NamedByAws | KeyKind::NamedLog if ours => {
                    objects.push(ObjectRef::listed(self.store.bucket(), &object));
                }
                _ => report.left_alone += 1,
            }
        });
        listing.await?;
        Ok(objects)
    }

    /// Every `…AWSLogs/ACCOUNT/elasticloadbalancing/REGION/` at, below or above the prefix.
    async fn regions(&self) -> Result<BTreeSet<String>, BackfillError> {
        let prefix = &self.config.prefix;
        let mut regions = BTreeSet::new();
        // The prefix may end inside the layout: begin above it, and keep what lies below it.
        let roots = match prefix.find(ROOT) {
            Some(at) => BTreeSet::from([prefix[..at + ROOT.len()].to_owned()]),
            None => self.roots(prefix).await?,
        };
        for root in roots {
            for account in self.folders(&root).await? {
                for region in self.folders(&format!("{account}{SERVICE}")).await? {
                    if region.starts_with(prefix) || prefix.starts_with(&region) {
                        regions.insert(region);
                    }
                }
            }
        }
        if regions.is_empty() {
            let (bucket, prefix) = (self.store.bucket().to_owned(), prefix.clone());
            return Err(BackfillError::NoLogs { bucket, prefix });
        }
        Ok(regions)
    }

    /// `AWSLogs/` right below the prefix, or one folder further down.
    async fn roots(&self, prefix: &str) -> Result<BTreeSet<String>, S3Error> {
        let mut roots = BTreeSet::new();
        for folder in self.folders(prefix).await? {
            if folder.ends_with(ROOT) {
                roots.insert(folder);
            } else if !self.config.is_own(&folder) {
                roots.extend(self.folders(&folder).await?.into_iter().filter(|folder| folder.ends_with(ROOT)));
            }
        }
        Ok(roots)
    }

    /// The folders right below a prefix.
    async fn folders(&self, prefix: &str) -> Result<Vec<String>, S3Error> {
        let request = self.store.client().list_objects_v2().bucket(self.store.bucket()).prefix(prefix).delimiter("/");
        let mut pages = request.into_paginator().send();
        let mut folders = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| classify("ListObjectsV2", &error))?;
            let prefixes = page.common_prefixes.unwrap_or_default().into_iter();
            folders.extend(prefixes.filter_map(|CommonPrefix { prefix, .. }| prefix));
        }
        Ok(folders)
    }
}
