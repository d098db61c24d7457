//! Sends batches until every item has met its fate, or the run has to stop.

use bytes::Bytes;
use reqwest::Method;

use super::Batch;
use super::response::{Judgement, Verdict, judge};
use crate::backoff::Backoff;
use crate::engine::{Answer, Engine, NoAnswer};
use crate::ledger::Ledger;
use crate::stop::StopReason;

/// Only what [`judge`] reads: it shortens the answer to a batch by nine tenths.
const PATH: &str = "_bulk?filter_path=errors,items.*.status,items.*.error.type,items.*.error.reason";

/// When more than this share of a batch is refused, something is wrong with more than documents:
/// a mapping nobody meant, another program's index.
const REFUSED_PERCENT: usize = 20;
/// So many may be refused in any batch: in a small one the share says nothing.
const REFUSED_FEW: usize = 10;

/// The engine's `_bulk`.
#[derive(Debug)]
pub struct Sink {
    engine: Engine,
}

impl Sink {
    /// Sends to this engine.
    #[must_use]
    pub fn new(engine: Engine) -> Self {
        Self { engine }
    }

    /// Sends a batch and enters each item's fate in the ledger. The batch is empty afterwards.
    /// Sending again is harmless at any time: an item's id is a function of its line.
    ///
    /// # Errors
    /// When the run has to stop. What was acknowledged until then is in the ledger.
    pub async fn send(&self, batch: &mut Batch, ledger: &mut Ledger) -> Result<(), StopReason> {
        let total = batch.len();
        let mut refused = 0;
        // How many items the next request takes: all, until one was found too big.
        let mut window = total;
        let mut backoff = Backoff::default();
        while !batch.is_empty() {
            let count = window.min(batch.len());
            let (cause, retry_after) = match self.post(batch, count).await {
                Err(error) => (error.to_string(), None),
                Ok(answer) => match judge(&answer, count) {
                    Judgement::Items(verdicts) => {
                        let settled = settle(batch, verdicts, ledger)?;
                        refused += settled.refused;
                        if refused > REFUSED_FEW && refused * 100 > total * REFUSED_PERCENT {
                            return Err(too_many_refused(refused, total, ledger));
                        }
                        if settled.count > 0 {
                            backoff.reset();
                        }
                        match settled.again {
                            Some(cause) => (cause, answer.retry_after),
                            None => continue,
                        }
                    }
                    Judgement::Halve(cause) if count == 1 => {
                        ledger.reject(batch.line(0), || cause);
                        batch.retain(1, |_| false);
                        continue;
                    }
                    Judgement::Halve(_) => {
                        window = count.div_ceil(2);
                        continue;
                    }
                    Judgement::Again(cause) => (cause, answer.retry_after),
                    Judgement::Stop(cause) => return Err(StopReason::Refused(cause)),
                },
            };
            tracing::debug!(items = batch.len(), cause, "sending again");
            if !backoff.pause(retry_after).await {
                return Err(StopReason::Unavailable(cause));
            }
        }
        Ok(())
    }

    /// Posts the first `count` items.
    async fn post(&self, batch: &mut Batch, count: usize) -> Result<Answer, NoAnswer> {
        let buffer: Bytes = batch.lend();
        let body = buffer.slice(..batch.bytes_of(count));
        let answer = self.engine.send(Method::POST, PATH, "application/x-ndjson", body).await;
        batch.reclaim(buffer);
        answer
    }
}

/// What one answer brought.
struct Settled {
    /// Items that are done with, in whatever way.
    count: usize,
    /// Those of them that were refused.
    refused: usize,
    /// Why the first of the others has to be sent again.
    again: Option<String>,
}

/// Enters verdicts in the ledger and leaves in the batch what has to be sent again. All of them
/// are entered, also when one of them stops the run: the report tells what is in the index.
fn settle(batch: &mut Batch, verdicts: Vec<Verdict>, ledger: &mut Ledger) -> Result<Settled, StopReason> {
    let count = verdicts.len();
    let mut keep = vec![false; count];
    let mut settled = Settled { count: 0, refused: 0, again: None };
    let mut stop = None;
    for (item, verdict) in verdicts.into_iter().enumerate() {
        settled.count += 1;
        match verdict {
            Verdict::Indexed => ledger.indexed += 1,
            Verdict::Duplicate => ledger.duplicate += 1,
            Verdict::Rejected(reason) => {
                ledger.reject(batch.line(item), || reason);
                settled.refused += 1;
            }
            Verdict::Again(cause) => {
                keep[item] = true;
                settled.count -= 1;
                settled.again.get_or_insert(cause);
            }
            Verdict::Stop(cause) => {
                stop.get_or_insert(cause);
            }
        }
    }
    batch.retain(count, |item| keep[item]);
    stop.map_or(Ok(settled), |cause| Err(StopReason::Refused(cause)))
}

fn too_many_refused(refused: usize, total: usize, ledger: &Ledger) -> StopReason {
    let first = ledger.first_rejected.as_ref().map_or("", |first| first.reason.as_str());
    StopReason::Refused(format!("{refused} documents of a batch of {total}, the first for {first}"))
}

#[cfg(test)]
mod tests {
    use super::super::batch::tests::batch_of;
    use super::*;

    #[test]
    fn every_verdict_is_entered_once() {
        let mut batch = batch_of(&["a", "b", "c", "d", "not sent"]);
        let mut ledger = Ledger::default();
        let verdicts =
            vec![Verdict::Indexed, Verdict::Again("full".into()), Verdict::Rejected("bad".into()), Verdict::Duplicate];
        let settled = settle(&mut batch, verdicts, &mut ledger).unwrap();
        assert_eq!((settled.count, settled.refused), (3, 1));
        assert_eq!(settled.again.as_deref(), Some("full"));
        assert_eq!((ledger.indexed, ledger.duplicate, ledger.rejected), (1, 1, 1));
        assert_eq!(ledger.first_rejected.unwrap().line, 3);
        let left: Vec<u64> = (0..batch.len()).map(|item| batch.line(item)).collect();
        assert_eq!(left, [2, 5]);
    }

    #[test]
    fn a_stop_still_counts_the_others() {
        let mut batch = batch_of(&["a", "b", "c"]);
        let mut ledger = Ledger::default();
        let verdicts = vec![Verdict::Indexed, Verdict::Stop("blocked".into()), Verdict::Indexed];
        let error = settle(&mut batch, verdicts, &mut ledger).err();
        assert_eq!(error, Some(StopReason::Refused("blocked".into())));
        assert_eq!(ledger.indexed, 2);
    }
}
