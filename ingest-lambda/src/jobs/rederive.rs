//! Documents overwritten from the objects that were kept, after an upgrade or a change of settings.

use std::sync::Arc;

use parser_wasm::KeyKind;
use thiserror::Error;

use super::work::{self, Pace, work_through};
use crate::cancel::Cancel;
use crate::config::{Location, Settle};
use crate::event::ObjectRef;
use crate::ingest::{Ingest, Logs};
use crate::object::Task;
use crate::outcome::RunError;
use crate::report::Report;

/// Why nothing can be written anew.
#[derive(Debug, Error)]
pub enum RederiveError {
    /// There are no objects to do it from.
    #[error("ALBATROSS_SETTLE is delete: there are no kept objects to derive documents from again")]
    NothingKept,
    /// A data stream, or an engine without ids.
    #[error("a data stream, or an engine without ids, takes no document twice")]
    NoIds,
    /// Neither contains the other.
    #[error("{0} lies outside ALBATROSS_PREFIX")]
    Outside(String),
    /// The run could not begin.
    #[error(transparent)]
    Run(#[from] RunError),
}

/// Overwrites the documents of all kept objects, in the order of keys: of those in the bucket where they stay
/// there, of the archive where they are moved. `prefix` begins the keys that the objects had when they
/// were written. Nothing is changed in S3, but the quarantine of their bad lines; nothing is remembered.
///
/// # Errors
/// When nothing is kept, or no object could be worked on at all.
pub async fn rederive(
    ingest: &Arc<Ingest>,
    prefix: &str,
    cancel: &Cancel,
    mut progress: impl FnMut(usize, usize),
) -> Result<Report, RederiveError> {
    if !ingest.can_overwrite() {
        return Err(RederiveError::NoIds);
    }
    let wanted = wanted(ingest, prefix)?;
    let logs = Arc::new(kept(ingest)?);
    let mut report = ingest.report();
    ingest.check_engine(cancel).await?;
    let pace = Pace { at_once: ingest.config.objects_in_flight, announced: None };
    let (mut total, mut done) = (0, 0);
    let mut pages = logs.store.pages(&format!("{}{wanted}", logs.moved_below));
    while let Some(page) = cancel.unless_cancelled(pages.next()).await {
        let Some(page) = page.map_err(RunError::List)? else { break };
        let is_kept =
            |key: &str| KeyKind::of(key).may_be_log() && (!logs.moved_below.is_empty() || !ingest.config.is_own(key));
        let objects = page.objects.into_iter().filter(|object| is_kept(&object.key));
        let tasks: Vec<(Task, ())> = objects.map(|object| (Task::read(&object.key, &object.etag), ())).collect();
        report.objects.listed += tasks.len() as u64;
        total += tasks.len();
        let left = work_through(ingest, &logs, tasks, pace, cancel, |work::Done { key, worked, .. }| {
            report.enter(key, &worked);
            done += 1;
            progress(done, total);
        });
        for (key, (), why) in left.await {
            report.leave(key, &why);
        }
    }
    ingest.end(&mut report, cancel);
    Ok(report)
}

/// The kept objects, which stay as they are.
pub(super) fn kept(ingest: &Ingest) -> Result<Logs, RederiveError> {
    let place = match &ingest.config.settle {
        Settle::Delete => return Err(RederiveError::NothingKept),
        Settle::Keep => Location { bucket: ingest.config.bucket.clone(), prefix: String::new() },
        Settle::Archive(to) => to.clone(),
    };
    let store = ingest.store.with_bucket(&place.bucket);
    Ok(Logs { store, settle: Settle::Keep, overwrite: true, moved_below: place.prefix })
}

/// What the original keys begin with: the narrower one of the prefix asked for and the one that is swept.
fn wanted<'a>(ingest: &'a Ingest, prefix: &'a str) -> Result<&'a str, RederiveError> {
    let swept = ingest.config.prefix.as_str();
    if prefix.starts_with(swept) {
        Ok(prefix)
    } else if swept.starts_with(prefix) {
        Ok(swept)
    } else {
        Err(RederiveError::Outside(prefix.to_owned()))
    }
}

/// Where an object was archived to, if it was: there it stays as it is.
pub(crate) fn archived(ingest: &Ingest, object: &ObjectRef) -> Option<Logs> {
    let Settle::Archive(to) = &ingest.config.settle else { return None };
    let is_there = object.bucket == to.bucket && object.key.starts_with(&to.prefix) && !to.prefix.is_empty()
        || object.bucket == to.bucket && to.bucket != ingest.config.bucket;
    is_there.then(|| kept(ingest).ok()).flatten()
}

/// Overwrites the documents of one archived object.
///
/// # Errors
/// When the engine is not ready.
pub(crate) async fn one(ingest: &Arc<Ingest>, logs: Logs, key: &str, cancel: &Cancel) -> Result<Report, RunError> {
    let mut report = ingest.report();
    report.objects.listed = 1;
    ingest.check_engine(cancel).await?;
    let pace = Pace { at_once: 1, announced: None };
    let (logs, task) = (Arc::new(logs), [(Task::read(key, ""), ())]);
    let left = work_through(ingest, &logs, task, pace, cancel, |work::Done { key, worked, .. }| {
        report.enter(key, &worked);
    });
    for (key, (), why) in left.await {
        report.leave(key, &why);
    }
    ingest.end(&mut report, cancel);
    Ok(report)
}
