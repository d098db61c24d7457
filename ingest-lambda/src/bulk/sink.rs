//! The engine's `_bulk`: sends batches, and knows what became of all of them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use parser_wasm::Settings;
use reqwest::Method;
use tokio::time::timeout;

use super::batch::{Batch, SLACK_BYTES, Sent};
use super::buffers::Pool;
use super::delivery::Delivery;
use super::entry::{Origin, Refusal};
use super::name_in_url::without_names;
use super::old_indices::OldIndices;
use super::parked::Parked;
use super::pipeline::Blocked;
use super::progress::{Control, Progress};
use super::refusal_rate::LatestRefusals;
use super::response::{Judgement, Verdict, judge};
use super::stats::SinkStats;
use crate::cancel::StopReason;
use crate::config::{Config, MOST_IN_FLIGHT, is_loopback};
use crate::engine::{Answer, Body, Engine};
use crate::limiter::{Admission, Limiter};

/// Only what [`judge`] reads: it shortens the answer to a batch by three quarters.
const PATH: &str = "_bulk?filter_path=errors,items.*.status,items.*.result,items.*._index,items.*.failure_store,\
                    items.*.error.type,items.*.error.reason";

/// The engine's `_bulk`, and what was learnt of it: shared by all objects of all runs.
#[derive(Debug)]
pub struct Sink {
    engine: Engine,
    gzip: bool,
    batch_bytes: usize,
    pool: Pool,
    limiter: Limiter,
    progress: Progress,
    latest: Mutex<LatestRefusals>,
    names_in_urls: AtomicBool,
    old_indices: OldIndices,
    stats: Mutex<SinkStats>,
}

/// What many refused documents mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusals {
    /// Something else than the documents is wrong: their object is parked.
    Guarded,
    /// Nothing: they were refused before.
    Expected,
}

/// One request, and how it was.
pub(super) struct Exchange<'a> {
    pub(super) admission: Admission<'a>,
    pub(super) retry_after: Option<Duration>,
    /// How long it waited for its turn.
    pub(super) queued: Duration,
    pub(super) started: Instant,
    /// From there to the answer's end.
    pub(super) time: Duration,
}

impl Sink {
    /// Sends to this engine.
    #[must_use]
    pub fn new(engine: Engine, config: &Config, settings: &Settings) -> Self {
        let most_requests = config.objects_in_flight * MOST_IN_FLIGHT;
        Self {
            // Over the loopback compressing costs more than it saves.
            gzip: !is_loopback(engine.endpoint()),
            engine,
            batch_bytes: config.batch_bytes,
            pool: Pool::new(most_requests, config.batch_bytes + SLACK_BYTES),
            limiter: Limiter::new(most_requests),
            progress: Progress::default(),
            latest: Mutex::default(),
            names_in_urls: AtomicBool::default(),
            old_indices: OldIndices::new(settings, config.old_indices),
            stats: Mutex::default(),
        }
    }

    /// An empty batch for lines of this object.
    #[must_use]
    pub fn batch(&self, origin: &Arc<Origin>) -> Batch {
        Batch::new(Arc::clone(origin), self.batch_bytes, self.pool.take())
    }

    /// A run begins: what an earlier one wrote to does not count.
    pub fn begin_run(&self) {
        self.old_indices.begin();
    }

    /// Whether a batch goes to indices that this run may write to; otherwise its object is parked.
    pub(super) fn admit(&self, batch: &Batch) -> Result<(), Parked> {
        self.old_indices.admit(batch)
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
    /// When its object has to be left, or the run has to end.
    pub async fn send(&self, batch: Batch, refusals: Refusals) -> Result<Sent, Blocked> {
        let batch = Delivery::new(self, batch, refusals).complete().await?;
        let (sent, buffers) = batch.into_sent();
        self.pool.give(buffers);
        Ok(sent)
    }

    /// Posts the first `count` items, when there is room for a request, and waits for the answer for as long as the engine
    /// is given, or for less.
    ///
    /// # Errors
    /// When nobody's request could be sent.
    pub(super) async fn post(
        &self,
        batch: &mut Batch,
        count: usize,
        limit: Option<Duration>,
    ) -> Result<(Judgement, Exchange<'_>), Blocked> {
        let named = self.names_in_urls();
        let path = if named { format!("{}/{PATH}", batch.index_of(0)) } else { PATH.to_owned() };
        let (lent, gzip) = match (named, self.gzip) {
            // Such engines are rare: not worth a buffer of its own.
            (true, _) => (batch.without_names(count), false),
            (false, true) => (batch.lend_compressed(count), true),
            (false, false) => (batch.lend(), false),
        };
        let bytes = if named || gzip { lent.len() } else { batch.bytes_of(count) };
        let body = Body::ndjson(lent.slice(..bytes));
        let exchanged = self.exchange(&path, if gzip { body.gzipped() } else { body }, limit).await;
        match (named, gzip) {
            (true, _) => {}
            (false, true) => batch.reclaim_compressed(lent),
            (false, false) => batch.reclaim(lent),
        }
        let (answer, exchange) = exchanged?;
        self.count(|stats| stats.enter(exchange.time, count, bytes));
        let judgement = match answer {
            Ok(answer) => judge(&answer, count, |item| batch.index_of(item)),
            Err(lost) => Judgement::Failed(Refusal::without_answer(lost)),
        };
        match judgement {
            Judgement::NameInBody(cause) if named => Ok((Judgement::Everybody(cause), exchange)),
            judgement => Ok((judgement, exchange)),
        }
    }

    /// Whether an index takes anything at present; none where that cannot be seen. One control for each failure that
    /// it stands against: of many requests of others, some always get through.
    pub(super) async fn takes(&self, index: &str, since: Instant, limit: Option<Duration>) -> Option<bool> {
        let item = match self.progress.control(index, since) {
            Control::Item(item) => item,
            Control::TookOthers => return Some(true),
            Control::None => return None,
        };
        let (path, body) = match self.names_in_urls() {
            true => (format!("{index}/{PATH}"), without_names([&item[..]].into_iter())),
            false => (PATH.to_owned(), item.clone()),
        };
        let bytes = body.len();
        let takes = match self.exchange(&path, Body::ndjson(body), limit).await {
            Ok((Ok(answer), exchange)) => {
                self.count(|stats| stats.enter(exchange.time, 1, bytes));
                matches!(judge(&answer, 1, |_| index), Judgement::Items(verdicts)
                    if matches!(verdicts[..], [Verdict::Indexed | Verdict::Duplicate]))
            }
            _ => false,
        };
        if takes {
            self.progress.took(index, &item)
        } else {
            self.progress.doubt()
        }
        Some(takes)
    }

    async fn exchange(
        &self,
        path: &str,
        body: Body,
        limit: Option<Duration>,
    ) -> Result<(Result<Answer, String>, Exchange<'_>), Blocked> {
        let asked = Instant::now();
        let admission = self.limiter.admit().await;
        let started = Instant::now();
        let sending = self.engine.send(Method::POST, path, body);
        let answer = match timeout(limit.unwrap_or(Duration::MAX), sending).await {
            Err(_) => Err(format!("no answer within {} s", limit.unwrap_or_default().as_secs())),
            Ok(Err(error)) if !error.is_transient() => {
                return Err(Blocked::Everybody(StopReason::Unavailable(error.to_string())));
            }
            Ok(answer) => answer.map_err(|error| error.to_string()),
        };
        let retry_after = answer.as_ref().ok().and_then(|answer| answer.retry_after);
        let (queued, time) = (started - asked, started.elapsed());
        Ok((answer, Exchange { admission, retry_after, queued, started, time }))
    }

    /// Whether the engine takes index names in URLs only.
    pub(super) fn names_in_urls(&self) -> bool {
        self.names_in_urls.load(Ordering::Relaxed)
    }

    /// From now on, each request is for one index, which its URL names.
    pub(super) fn put_names_in_urls(&self) {
        if !self.names_in_urls.swap(true, Ordering::Relaxed) {
            tracing::info!("the engine takes no index names in a bulk body: they go into the URL");
        }
    }

    /// What the engine took of late.
    pub(super) fn progress(&self) -> &Progress {
        &self.progress
    }

    /// What it refused of late.
    pub(super) fn latest(&self) -> MutexGuard<'_, LatestRefusals> {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn count(&self, count: impl FnOnce(&mut SinkStats)) {
        count(&mut self.stats.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
