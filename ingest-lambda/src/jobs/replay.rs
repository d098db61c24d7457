//! What lies in quarantine, sent again after a fix.

mod lines;
mod object;

use std::collections::VecDeque;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio::task::{Id, JoinSet};
use tracing::Instrument;

use crate::bulk::Refusals;
use crate::bulk::pipeline::{Blocked, Pipeline};
use crate::cancel::{Cancel, Phase, StopReason};
use crate::ingest::Ingest;
use crate::ledger::Ledger;
use crate::log::json;
use crate::outcome::RunError;
use crate::quarantine::{QuarantineFile, is_record, lines_prefix, objects_prefix};
use crate::s3::S3Error;
use crate::state::{Folder, Progress};

/// Files that were left are named in the log, up to so many.
const NAMED: usize = 5;

/// And in the report.
const REPORTED: usize = 100;

/// What is sent again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct What {
    /// Of source objects whose keys begin so.
    pub prefix: String,
    /// Damaged objects, whole; otherwise lines.
    pub objects: bool,
    /// Whether documents that are there are written anew.
    pub overwrite: bool,
}

impl What {
    /// Below which it lies.
    fn lies_below(&self, folder: &Folder) -> String {
        let all = if self.objects { objects_prefix(folder.path()) } else { lines_prefix(folder.path()) };
        format!("{all}{}", self.prefix)
    }

    /// The state object that says how far such a replay came.
    fn state(&self) -> &'static str {
        if self.objects { "replay-objects.json" } else { "replay.json" }
    }
}

/// What a replay did.
#[derive(Debug, Default, Serialize)]
pub struct ReplayReport {
    /// Files of quarantined lines, or damaged objects, that had their turn.
    pub files: u64,
    /// Those that are gone: every line of them is accounted for now, or the object is whole.
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

/// A file of quarantined lines, or a damaged object, that was left as it is.
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

/// Why a file was not worked on to its end.
enum Halt {
    Run(StopReason),
    File(String),
}

impl From<Blocked> for Halt {
    fn from(blocked: Blocked) -> Self {
        match blocked {
            Blocked::Everybody(reason) => Self::Run(reason),
            Blocked::Object(parked) => Self::File(parked.to_string()),
            Blocked::Quarantine(error) => error.into(),
        }
    }
}

impl From<S3Error> for Halt {
    fn from(error: S3Error) -> Self {
        Self::File(error.to_string())
    }
}

/// Sends again what every quarantine file holds, or the objects that were damaged, several at once. What the engine
/// takes now leaves the quarantine, and so do objects that are whole now; the rest stays. The next replay resumes behind
/// the files that one tried which did not end, and comes to those before afterwards.
///
/// # Errors
/// When the quarantine cannot be listed or the engine is not ready.
pub async fn replay(
    ingest: &Arc<Ingest>,
    what: &What,
    cancel: &Cancel,
    mut progress: impl FnMut(usize, usize),
) -> Result<ReplayReport, RunError> {
    ingest.check_engine(cancel).await?;
    let mut report = ReplayReport::default();
    let state = Progress::of(&ingest.folder, what.state());
    if let Some(reached) = cancel.unless_cancelled(state.load::<Reached>(&ingest.store)).await {
        let from = reached?.filter(|reached| reached.prefix == what.prefix).map(|reached| reached.after);
        let mut files = Files { ingest, what, cancel, report: &mut report, tried: from.clone() };
        files.replay(from.as_deref(), None, &mut progress).await?;
        if let Some(until) = from {
            files.tried = None;
            files.replay(None, Some(&until), &mut progress).await?;
        }
        let tried = files.tried;
        report.stopped = cancel.reason();
        let keeping = async {
            match tried.filter(|_| report.stopped.is_some()) {
                Some(after) => state.save(&ingest.store, &Reached { prefix: what.prefix.clone(), after }).await,
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

/// Sends one file again; what came of it is in the account in any case.
async fn replay_file(ingest: &Ingest, what: &What, file: &str, cancel: &Cancel) -> Replayed {
    let mut sending = None;
    let replaying = async {
        match what.objects {
            true => object::replay(ingest, file, what.overwrite, &mut sending).await,
            false => lines::replay(ingest, file, what.overwrite, &mut sending).await,
        }
    };
    let replayed = tokio::select! {
        biased;
        () = cancel.cancelled() => Err(Halt::File("the run ended".to_owned())),
        replayed = replaying => replayed,
    };
    let outcome = replayed.map_err(|halt| match halt {
        Halt::Run(reason) => {
            cancel.cancel(reason.clone());
            reason.to_string()
        }
        Halt::File(message) => message,
    });
    let Some(mut sending) = sending else { return Replayed { ledger: Ledger::default(), outcome } };
    if outcome.is_err() {
        sending.quarantine().abandon(&ingest.store).await;
    }
    Replayed { ledger: sending.ledger().clone(), outcome }
}

/// For lines of which some were refused before, and may be again.
fn pipeline(ingest: &Ingest, bad_lines: QuarantineFile) -> Pipeline {
    Pipeline::new(Arc::clone(&ingest.sink), Refusals::Expected, Ledger::default(), bad_lines, 0)
}

/// Files on their way.
struct Files<'a> {
    ingest: &'a Arc<Ingest>,
    what: &'a What,
    cancel: &'a Cancel,
    report: &'a mut ReplayReport,
    /// The last file that was tried, and all before it.
    tried: Option<String>,
}

impl Files<'_> {
    /// Replays the files between two keys.
    async fn replay(
        &mut self,
        after: Option<&str>,
        until: Option<&str>,
        progress: &mut impl FnMut(usize, usize),
    ) -> Result<(), RunError> {
        let mut pages = self.ingest.store.pages(&self.what.lies_below(&self.ingest.folder));
        if let Some(after) = after {
            pages = pages.after(after);
        }
        let mut running = JoinSet::new();
        // In the order of keys: which have ended.
        let mut begun: VecDeque<(Id, String, bool)> = VecDeque::new();
        let mut listed = 0;
        'pages: while let Some(page) = self.cancel.unless_cancelled(pages.next()).await {
            let Some(page) = page.map_err(RunError::Quarantine)? else { break };
            let files = page.objects.into_iter().map(|object| object.key).filter(|key| !is_record(key));
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
                let (ingest, what, cancel, file) =
                    (Arc::clone(self.ingest), self.what.clone(), self.cancel.clone(), key.clone());
                let task =
                    running.spawn(async move { replay_file(&ingest, &what, &file, &cancel).await }.in_current_span());
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
