//! The worker loop: several objects at once, until there are no more or the run is cancelled.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use tokio::task::{Id, JoinSet};
use tracing::Instrument;

use crate::cancel::{Cancel, Phase, StopReason};
use crate::ingest::{Ingest, Logs};
use crate::log::log_object;
use crate::object::{self, Task};
use crate::outcome::{Unsettled, Worked};
use crate::state::Attempt;

/// So many failures for one cause, in a row and without a success, are everybody's.
const IN_A_ROW: u32 = 25;

/// What came of one object.
#[derive(Debug)]
pub(crate) struct Done<T> {
    pub(crate) key: String,
    /// What the caller knows of the object.
    pub(crate) about: T,
    pub(crate) worked: Worked,
}

/// How the loop works.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    /// Objects worked on at once.
    pub(crate) at_once: usize,
    /// So many are announced before they have their turn; none where somebody else counts their attempts.
    pub(crate) announced: Option<usize>,
}

/// Works on objects, several at once. Those that had no turn are given back, and those that did not end
/// theirs in time.
pub(crate) async fn work_through<T>(
    ingest: &Arc<Ingest>,
    logs: &Arc<Logs>,
    tasks: impl IntoIterator<Item = (Task, T)>,
    pace: Pace,
    cancel: &Cancel,
    mut each: impl FnMut(Done<T>),
) -> Vec<(String, T, Unsettled)> {
    let mut rest = tasks.into_iter();
    let mut waiting = VecDeque::new();
    let mut running = JoinSet::new();
    let mut in_work = HashMap::new();
    let mut streak = Streak::default();
    loop {
        while running.len() < pace.at_once && cancel.reason().is_none() && streak.verdict().is_none() {
            // With the engine or S3 in trouble, more objects would only wait in memory.
            if (ingest.sink.limiter().is_paused() || logs.store.is_paused()) && !running.is_empty() {
                break;
            }
            if waiting.is_empty() {
                waiting.extend(rest.by_ref().take(pace.announced.unwrap_or(pace.at_once)));
                if pace.announced.is_some() && !waiting.is_empty() {
                    announce(ingest, waiting.iter().map(|(task, _)| task), &in_work, cancel).await;
                }
            }
            let Some((task, about)) = waiting.pop_front() else { break };
            let (key, etag) = (task.key.clone(), task.etag.clone());
            let (ingest, logs, cancel) = (Arc::clone(ingest), Arc::clone(logs), cancel.clone());
            let running =
                running.spawn(async move { object::work(&ingest, &logs, &task, &cancel).await }.in_current_span());
            in_work.insert(running.id(), (key, etag, about));
        }
        match cancel.until(Phase::Objects, running.join_next_with_id()).await {
            Some(Some(Ok((task, worked)))) => {
                if let Some((key, _, about)) = in_work.remove(&task) {
                    log_object(logs.store.bucket(), &key, &worked);
                    streak.enter(&worked);
                    each(Done { key, about, worked });
                }
            }
            Some(Some(Err(failed))) => std::panic::resume_unwind(failed.into_panic()),
            // What was in work is seen through: one success, and the cause is not everybody's.
            Some(None) => {
                streak.verdict().into_iter().for_each(|cause| cancel.cancel(StopReason::Denied(cause)));
                break;
            }
            None => {
                running.shutdown().await;
                break;
            }
        }
    }
    let broken_off = in_work.into_values().map(|(key, _, about)| (key, about, Unsettled::Interrupted));
    let not_reached = waiting.into_iter().chain(rest).map(|(task, about)| (task.key, about, Unsettled::NotReached));
    broken_off.chain(not_reached).collect()
}

/// Writes down what is about to have its turn, beside what has it.
async fn announce<T>(
    ingest: &Ingest,
    next: impl Iterator<Item = &Task>,
    in_work: &HashMap<Id, (String, String, T)>,
    cancel: &Cancel,
) {
    let next = next.map(|task| (task.key.clone(), task.etag.clone()));
    let now = in_work.values().map(|(key, etag, _)| (key.clone(), etag.clone()));
    let announced = Attempt::announce(&ingest.store, &ingest.folder, now.chain(next).collect());
    if let Some(Err(error)) = cancel.unless_cancelled(announced).await {
        ingest.not_remembered("", &error);
    }
}

/// Failures in a row for one cause.
#[derive(Debug, Default)]
struct Streak {
    cause: Option<&'static str>,
    count: u32,
    last: String,
}

impl Streak {
    /// Enters what came of an object.
    fn enter(&mut self, worked: &Worked) {
        let why = match &worked.outcome {
            Ok(_) => return *self = Self::default(),
            Err(why) => why,
        };
        let Some(cause) = why.cause() else { return };
        let count = if self.cause == Some(cause) { self.count } else { 0 };
        *self = Self { cause: Some(cause), count: count + 1, last: why.to_string() };
    }

    /// The cause, once it is everybody's.
    fn verdict(&self) -> Option<String> {
        (self.count >= IN_A_ROW).then(|| format!("{} objects in a row failed for one cause: {}", self.count, self.last))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Settled;

    #[test]
    fn one_cause_many_times_and_no_success_is_everybodys() {
        let denied = || Worked::nothing(Unsettled::AccessDenied("kms:Decrypt".to_owned()));
        let settled = || Worked { outcome: Ok(Settled::Whole), ..denied() };
        let mut streak = Streak::default();
        let enter = |streak: &mut Streak, count: u32| (0..count).for_each(|_| streak.enter(&denied()));
        enter(&mut streak, IN_A_ROW - 1);
        assert_eq!(streak.verdict(), None);
        enter(&mut streak, 1);
        assert!(streak.verdict().unwrap().contains("kms:Decrypt"));
        streak.enter(&settled());
        assert_eq!(streak.verdict(), None);
        enter(&mut streak, IN_A_ROW - 1);
        streak.enter(&Worked::nothing(Unsettled::Storage("503".to_owned())));
        enter(&mut streak, IN_A_ROW - 1);
        assert_eq!(streak.verdict(), None, "another cause in between");
    }
}
