//! Sends batches until every item has met its fate, or the run has to cancel.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use reqwest::Method;

use super::batch::{Batch, BatchLimits, SLACK_BYTES, Sent};
use super::buffers::Pool;
use super::entry::{Origin, Refusal};
use super::limiter::{Admission, Limiter};
use super::refusal_rate::RefusalRate;
use super::response::{Judgement, Verdict, judge};
use super::size::{BatchSize, Reception};
use super::stats::SinkStats;
use super::window::Window;
use crate::backoff::Backoff;
use crate::cancel::StopReason;
use crate::config::Config;
use crate::engine::{Answer, Body, Engine, NoAnswer};

/// Only what [`judge`] reads: it shortens the answer to a batch by nine tenths.
const PATH: &str = "_bulk?filter_path=errors,items.*.status,items.*.error.type,items.*.error.reason";

/// The engine's `_bulk`, and what was learnt of it: shared by all objects of all runs.
#[derive(Debug)]
pub struct Sink {
    engine: Engine,
    gzip: bool,
    refused_percent: usize,
    most_items: usize,
    size: BatchSize,
    pool: Pool,
    limiter: Limiter,
    latest: Mutex<RefusalRate>,
    stats: Mutex<SinkStats>,
}

impl Sink {
    /// Sends to this engine.
    #[must_use]
    pub fn new(engine: Engine, config: &Config) -> Self {
        let most_requests = config.objects_in_flight * config.requests_in_flight;
        Self {
            engine,
            gzip: config.gzip,
            refused_percent: config.refused_percent,
            most_items: config.batch_items,
            size: BatchSize::new(config.batch_bytes),
            pool: Pool::new(most_requests, config.batch_bytes + SLACK_BYTES),
            limiter: Limiter::new(most_requests),
            latest: Mutex::default(),
            stats: Mutex::default(),
        }
    }

    /// An empty batch for lines of this object.
    #[must_use]
    pub fn batch(&self, origin: &Arc<Origin>) -> Batch {
        let limits = BatchLimits { bytes: self.size.bytes(), items: self.most_items };
        Batch::new(Arc::clone(origin), limits, self.pool.take())
    }

    /// Whether the engine takes requests.
    #[must_use]
    pub fn limiter(&self) -> &Limiter {
        &self.limiter
    }

    /// What was counted since this was called last.
    #[must_use]
    pub fn take_stats(&self) -> SinkStats {
        std::mem::take(&mut *self.stats.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Sends a batch until each of its items has met its fate. Sending again is harmless at any
    /// time, since an item's id is a function of its line; so is dropping the future.
    ///
    /// # Errors
    /// When the run has to cancel.
    pub async fn send(&self, mut batch: Batch) -> Result<Sent, StopReason> {
        let mut share = RefusalRate { refused: 0, documents: batch.len() };
        let mut last_refusal = None;
        let mut window = Window::new(batch.len());
        let mut backoff = Backoff::default();
        let mut progress = self.limiter.progress();
        while !batch.is_empty() {
            let count = window.of(batch.len());
            let bytes = batch.bytes_of(count);
            let Exchange { answer, time, admission } = self.post(&mut batch, count).await;
            let (is_first, cause, retry_after) = match answer {
                Err(error) if !error.is_transient() => return Err(StopReason::Unavailable(error.to_string())),
                Err(error) => (admission.failed(), error.to_string(), None),
                Ok(answer) => match judge(&answer, count) {
                    Judgement::Items(verdicts) => {
                        let settled = settle(&mut batch, verdicts)?;
                        share.refused += settled.refused;
                        if let Some(refusal) = settled.first_refusal {
                            share.check(self.refused_percent, &refusal)?;
                            last_refusal = Some(refusal);
                        }
                        if settled.count > 0 {
                            backoff.reset();
                        }
                        match settled.again {
                            None => {
                                admission.succeeded();
                                self.size.learn(Reception::Taken { bytes, time });
                                window.taken();
                                continue;
                            }
                            Some(cause) if settled.count > 0 => {
                                (admission.succeeded_in_part(), cause, answer.retry_after)
                            }
                            Some(cause) => (admission.failed(), cause, answer.retry_after),
                        }
                    }
                    Judgement::Halve(cause) if count == 1 => {
                        let refusal = Refusal { status: 413, kind: String::new(), reason: cause };
                        batch.refuse(0, &refusal);
                        batch.retain(1, |_| false);
                        window.dropped_one();
                        share.refused += 1;
                        share.check(self.refused_percent, &refusal)?;
                        last_refusal = Some(refusal);
                        continue;
                    }
                    Judgement::Halve(_) => {
                        // What follows is a search for what fits: it says nothing of other batches.
                        if window.is_whole(share.documents) {
                            self.size.learn(Reception::TooBig(bytes));
                        }
                        window.halve(count);
                        continue;
                    }
                    Judgement::Again(cause) => (admission.failed(), cause, answer.retry_after),
                    Judgement::Cancel(cause) => return Err(StopReason::Refused(cause)),
                },
            };
            if is_first {
                self.size.learn(Reception::PushedBack);
            }
            tracing::debug!(items = batch.len(), cause, "sending again");
            // While others get through, the engine is there: it is only a matter of our turn.
            let now = self.limiter.progress();
            if std::mem::replace(&mut progress, now) != now {
                backoff.renew_patience();
            }
            if !backoff.pause(retry_after).await {
                return Err(StopReason::Unavailable(cause));
            }
            self.count(|stats| stats.retries += 1);
        }
        self.enter_share(share, last_refusal)?;
        let (sent, buffers) = batch.into_sent();
        self.pool.give(buffers);
        Ok(sent)
    }

    /// Small batches say little one by one, so the latest are judged together.
    fn enter_share(&self, share: RefusalRate, refusal: Option<Refusal>) -> Result<(), StopReason> {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        latest.enter(share);
        let Some(refusal) = refusal else { return Ok(()) };
        // A run that comes after one that stopped begins anew.
        latest.check(self.refused_percent, &refusal).inspect_err(|_| *latest = RefusalRate::default())
    }

    /// Posts the first `count` items, when there is room for a request. Our own work on the body is
    /// no part of the time.
    async fn post(&self, batch: &mut Batch, count: usize) -> Exchange<'_> {
        let (lent, bytes) = if self.gzip {
            let body = batch.lend_compressed(count);
            let bytes = body.len();
            (body, bytes)
        } else {
            let bytes = batch.bytes_of(count);
            (batch.lend(), bytes)
        };
        let body = Body::ndjson(lent.slice(..bytes));
        let body = if self.gzip { body.gzipped() } else { body };
        let admission = self.limiter.admit().await;
        let started = Instant::now();
        let answer = self.engine.send(Method::POST, PATH, body).await;
        let time = started.elapsed();
        if self.gzip {
            batch.reclaim_compressed(lent);
        } else {
            batch.reclaim(lent);
        }
        self.count(|stats| stats.enter(time, count, bytes));
        Exchange { answer, time, admission }
    }

    fn count(&self, count: impl FnOnce(&mut SinkStats)) {
        count(&mut self.stats.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// One request, and what came back.
struct Exchange<'a> {
    answer: Result<Answer, NoAnswer>,
    time: Duration,
    admission: Admission<'a>,
}

/// What one answer brought.
struct Settled {
    /// Items that are done with, in whatever way.
    count: usize,
    /// Those of them that were refused.
    refused: usize,
    first_refusal: Option<Refusal>,
    /// Why the first of the others has to be sent again.
    again: Option<String>,
}

/// Enters verdicts in the batch's account and leaves in it what has to be sent again.
fn settle(batch: &mut Batch, verdicts: Vec<Verdict>) -> Result<Settled, StopReason> {
    let count = verdicts.len();
    let mut keep = vec![false; count];
    let mut settled = Settled { count, refused: 0, first_refusal: None, again: None };
    for (item, verdict) in verdicts.into_iter().enumerate() {
        match verdict {
            Verdict::Indexed => batch.enter(1, 0),
            Verdict::Duplicate => batch.enter(0, 1),
            Verdict::Rejected(refusal) => {
                batch.refuse(item, &refusal);
                settled.refused += 1;
                settled.first_refusal.get_or_insert(refusal);
            }
            Verdict::Again(cause) => {
                keep[item] = true;
                settled.count -= 1;
                settled.again.get_or_insert(cause);
            }
            Verdict::Cancel(cause) => return Err(StopReason::Refused(cause)),
        }
    }
    batch.retain(count, |item| keep[item]);
    Ok(settled)
}

#[cfg(test)]
mod tests {
    use super::super::batch::tests::batch_of;
    use super::*;

    #[test]
    fn every_verdict_is_entered_once() {
        let mut batch = batch_of(&["a", "b", "c", "d", "not sent"]);
        let refusal = Refusal { status: 400, kind: "bad".into(), reason: String::new() };
        let verdicts =
            vec![Verdict::Indexed, Verdict::Again("full".into()), Verdict::Rejected(refusal), Verdict::Duplicate];
        let settled = settle(&mut batch, verdicts).unwrap();
        assert_eq!((settled.count, settled.refused, batch.len()), (3, 1, 2));
        assert_eq!(settled.again.as_deref(), Some("full"));
        settle(&mut batch, vec![Verdict::Indexed, Verdict::Indexed]).unwrap();
        let (sent, _) = batch.into_sent();
        assert!(sent.ledger.balances());
        assert_eq!((sent.ledger.indexed, sent.ledger.duplicate, sent.ledger.quarantined), (3, 1, 1));
        assert_eq!(sent.last_line, 5);
    }

    #[test]
    fn a_systemic_refusal_of_one_item_stops_the_run() {
        let mut batch = batch_of(&["a", "b"]);
        let error = settle(&mut batch, vec![Verdict::Indexed, Verdict::Cancel("blocked".into())]).err();
        assert_eq!(error, Some(StopReason::Refused("blocked".into())));
    }
}
