//! Quarantined lines, sent again after a fix.

mod file;

use std::collections::VecDeque;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio::task::{Id, JoinSet};
use tracing::Instrument;

use self::file::replay_file;
use crate::cancel::{Cancel, Phase, StopReason};
use crate::ingest::Ingest;
use crate::ledger::Ledger;
use crate::log::json;
use crate::outcome::RunError;
use crate::quarantine::lines_prefix;
use crate::state::Progress;

/// Files that were left are named in the log, up to so many.
const NAMED: usize = 5;

/// And in the report.
const REPORTED: usize = 100;

/// What a replay did.
#[derive(Debug, Default, Serialize)]
pub struct ReplayReport {
    /// Files of quarantined lines that had their turn.
    pub files: u64,
    /// Those that are gone, since every line of them is accounted for now.
    pub emptied: u64,
    /// Lines sent again.
    pub lines: u64,
    /// Documents new in the index.
    pub indexed: u64,
    /// Documents that were there already.
    pub duplicate: u64,
    /// Lines that the filter leaves out.
    pub filtered: u64,
    /// Lines that stay in quarantine: still bad, or kept only in part.
    pub quarantined: u64,
    /// How many files were left as they are.
    pub failed_files: u64,
    /// Some of them, up to a hundred, and why.
    pub failed: Vec<FailedFile>,
    /// Why the replay ended before its work did, if it did.
    pub stopped: Option<StopReason>,
}

impl ReplayReport {
    /// Whether something is left to be done.
    #[must_use]
    pub fn is_unfinished(&self) -> bool {
        self.stopped.is_some() || self.failed_files > 0
    }

    fn enter(&mut self, key: String, replayed: Replayed) {
        self.files += 1;
        let Ledger { lines, indexed, duplicate, filtered, quarantined, .. } = replayed.ledger;
        self.lines += lines;
        self.indexed += indexed;
        self.duplicate += duplicate;
        self.filtered += filtered;
        self.quarantined += quarantined;
        match replayed.outcome {
            Ok(is_emptied) => self.emptied += u64::from(is_emptied),
            Err(message) => {
                self.failed_files += 1;
                if self.failed.len() < REPORTED {
                    self.failed.push(FailedFile { key, message });
                }
            }
        }
    }
}

/// A file of quarantined lines that was left as it is.
#[derive(Debug, Serialize)]
pub struct FailedFile {
    /// Its key.
    pub key: String,
    /// Why.
    pub message: String,
}

/// What was done with a file.
#[derive(Debug)]
struct Replayed {
    ledger: Ledger,
    /// Whether it is gone now, or why it was left as it is.
    outcome: Result<bool, String>,
}

/// How far a replay came that did not end.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Reached {
    prefix: String,
    /// The last file that was tried, and all before it.
    after: String,
}

/// Sends the lines of every quarantine file under `prefix` (of the source objects' keys) again, several files
/// at once. What the engine takes now leaves the quarantine; the rest stays. The next replay resumes behind
/// the files that one tried which did not end, and comes to those before afterwards.
///
/// # Errors
/// When the quarantine cannot be listed or the engine is not ready.
pub async fn replay(
    ingest: &Arc<Ingest>,
    prefix: &str,
    overwrite: bool,
    cancel: &Cancel,
    mut progress: impl FnMut(usize, usize),
) -> Result<ReplayReport, RunError> {
    ingest.check_engine(cancel).await?;
    let mut report = ReplayReport::default();
    let state = Progress::of(&ingest.folder, "replay.json");
    if let Some(reached) = cancel.unless_cancelled(state.load::<Reached>(&ingest.store)).await {
        let from = reached?.filter(|reached| reached.prefix == prefix).map(|reached| reached.after);
        let all = format!("{}{prefix}", lines_prefix(ingest.folder.path()));
        let mut files = Files { ingest, overwrite, cancel, report: &mut report, tried: from.clone() };
        files.replay(&all, from.as_deref(), None, &mut progress).await?;
        if let Some(until) = from {
            files.tried = None;
            files.replay(&all, None, Some(&until), &mut progress).await?;
        }
        let tried = files.tried;
        report.stopped = cancel.reason();
        let keeping = async {
            match tried.filter(|_| report.stopped.is_some()) {
                Some(after) => state.save(&ingest.store, &Reached { prefix: prefix.to_owned(), after }).await,
                None => state.remove(&ingest.store).await,
            }
        };
        if let Some(Err(error)) = cancel.until(Phase::Save, keeping).await {
            tracing::warn!(%error, "cannot store how far this replay came");
        }
    }
    report.stopped = cancel.reason();
    log_replay(&report);
    Ok(report)
}

/// Files on their way.
struct Files<'a> {
    ingest: &'a Arc<Ingest>,
    overwrite: bool,
    cancel: &'a Cancel,
    report: &'a mut ReplayReport,
    /// The last file that was tried, and all before it.
    tried: Option<String>,
}

impl Files<'_> {
    /// Replays the files between two keys.
    async fn replay(
        &mut self,
        prefix: &str,
        after: Option<&str>,
        until: Option<&str>,
        progress: &mut impl FnMut(usize, usize),
    ) -> Result<(), RunError> {
        let mut pages = self.ingest.store.pages(prefix);
        if let Some(after) = after {
            pages = pages.after(after);
        }
        let mut running = JoinSet::new();
        // In the order of keys: which have ended.
        let mut begun: VecDeque<(Id, String, bool)> = VecDeque::new();
        let mut listed = 0;
        'pages: while let Some(page) = self.cancel.unless_cancelled(pages.next()).await {
            let Some(page) = page.map_err(RunError::Quarantine)? else { break };
            let files = page.objects.into_iter().map(|object| object.key);
            let files: Vec<String> = files.take_while(|key| until.is_none_or(|until| key.as_str() <= until)).collect();
            listed += files.len();
            for key in files {
                while running.len() >= self.ingest.config.objects_in_flight {
                    self.one_ends(&mut running, &mut begun).await;
                    progress(usize::try_from(self.report.files).unwrap_or(usize::MAX), listed);
                }
                if self.cancel.reason().is_some() {
                    break 'pages;
                }
                let (ingest, overwrite, cancel, file) =
                    (Arc::clone(self.ingest), self.overwrite, self.cancel.clone(), key.clone());
                let task = running
                    .spawn(async move { replay_file(&ingest, &file, overwrite, &cancel).await }.in_current_span());
                begun.push_back((task.id(), key, false));
            }
        }
        while !running.is_empty() {
            self.one_ends(&mut running, &mut begun).await;
            progress(usize::try_from(self.report.files).unwrap_or(usize::MAX), listed);
        }
        Ok(())
    }

    async fn one_ends(&mut self, running: &mut JoinSet<Replayed>, begun: &mut VecDeque<(Id, String, bool)>) {
        match self.cancel.until(Phase::Objects, running.join_next_with_id()).await {
            Some(Some(Ok((task, replayed)))) => {
                if let Some((_, key, has_ended)) = begun.iter_mut().find(|(id, ..)| *id == task) {
                    // One that the end of the run broke off is tried again first.
                    *has_ended = replayed.outcome.is_ok() || self.cancel.reason().is_none();
                    self.report.enter(key.clone(), replayed);
                }
                while let Some((_, key, true)) = begun.front() {
                    self.tried = Some(key.clone());
                    begun.pop_front();
                }
            }
            Some(Some(Err(failed))) => std::panic::resume_unwind(failed.into_panic()),
            Some(None) => {}
            None => running.shutdown().await,
        }
    }
}

/// One line per replay.
fn log_replay(report: &ReplayReport) {
    let failed: Vec<&FailedFile> = report.failed.iter().take(NAMED).collect();
    tracing::info!(
        files = report.files,
        emptied = report.emptied,
        lines = report.lines,
        indexed = report.indexed,
        duplicate = report.duplicate,
        quarantined = report.quarantined,
        failed_files = report.failed_files,
        failed = json(&failed),
        alarm = report.failed_files > 0 || report.stopped.as_ref().is_some_and(StopReason::is_alarming),
        stopped = report.stopped.as_ref().map(ToString::to_string),
        "ended a replay"
    );
}
