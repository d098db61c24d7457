//! Objects that somebody named: an event, a message, a work order, the command line.

use std::sync::Arc;

use super::candidates::refusal;
use super::work::{self, Pace, work_through};
use crate::cancel::{Cancel, Phase};
use crate::event::ObjectRef;
use crate::ingest::Ingest;
use crate::log::log_object;
use crate::object::{Task, Todo};
use crate::outcome::{RunError, Unsettled, Worked};
use crate::report::Report;
use crate::state::{Entry, Notes};

/// An object that somebody named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The object.
    pub object: ObjectRef,
    /// Whether it may have had its turn already: a message that came again, a repeat by hand.
    pub again: bool,
}

/// An object that somebody named, and what became of it.
#[derive(Debug)]
pub struct Answered {
    /// The object.
    pub object: ObjectRef,
    /// Why it is not settled, if it is not.
    pub outcome: Result<(), Unsettled>,
}

/// Works on objects that somebody named.
///
/// # Errors
/// When no object could be worked on at all.
pub async fn work_on(
    ingest: &Arc<Ingest>,
    named: Vec<Named>,
    overwrite: bool,
    cancel: &Cancel,
) -> Result<(Report, Vec<Answered>), RunError> {
    let mut report = ingest.report();
    let (mut answered, mut mine) = (Vec::new(), Vec::new());
    for Named { object, again } in named {
        report.objects.listed += 1;
        let elsewhere = object.bucket != ingest.config.bucket;
        match refusal(&ingest.config, &ingest.settings, &object.key) {
            None if !elsewhere => {
                // Where a repeat doubles documents, everybody asks.
                let ask = !overwrite && (again || !ingest.can_overwrite());
                let todo = if ask { Todo::AskFirst } else { Todo::Read };
                mine.push((Task { todo, ..Task::read(&object.key, "") }, object));
            }
            refused => {
                let worked = Worked::nothing(refused.filter(|_| !elsewhere).unwrap_or(Unsettled::NotOurs));
                log_object(&object.bucket, &object.key, &worked);
                report.enter(object.key.clone(), &worked);
                answered.push(Answered { object, outcome: worked.outcome.map(drop) });
            }
        }
    }
    // Only now: for keys that are not ours the engine need not be asked.
    if !mine.is_empty() {
        ingest.check_engine(cancel).await?;
    }
    let logs = Arc::new(ingest.logs(overwrite));
    let pace = Pace { at_once: ingest.config.objects_in_flight, announced: None };
    let mut failed: Vec<Entry> = Vec::new();
    let left = work_through(ingest, &logs, mine, pace, cancel, |work::Done { key, about, worked }| {
        failed.extend(worked.entry(&key, ""));
        report.enter(key, &worked);
        answered.push(Answered { object: about, outcome: worked.outcome.map(drop) });
    });
    for (key, object, why) in left.await {
        report.leave(key, &why);
        answered.push(Answered { object, outcome: Err(why) });
    }
    let noted = cancel.until(Phase::Save, async {
        for entry in &failed {
            if let Err(error) = Notes::put_open(&ingest.store, &ingest.folder, entry).await {
                ingest.not_remembered(&entry.key, &error);
            }
        }
    });
    noted.await;
    ingest.end(&mut report, cancel);
    Ok((report, answered))
}
