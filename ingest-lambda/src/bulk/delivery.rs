//! One batch on its way: what follows from each answer, until every item has met its fate.
//!
//! The tables of `response.rs` judge by codes. Where a code may mean several sizes of failure, what
//! happens to others decides. A document is set aside only where each of its failures stands against
//! a control: a document that the index has is sent again, and taken. A batch that gets nowhere is
//! its object's failure while others get through.

use std::time::{Duration, Instant};

use super::batch::Batch;
use super::entry::Refusal;
use super::parked::{Parked, ParkedCode};
use super::pipeline::Blocked;
use super::progress::Kind;
use super::refusal_rate::RefusalRate;
use super::response::{Judgement, Verdict};
use super::sink::{Exchange, Refusals, Sink};
use crate::backoff::{Backoff, PATIENCE};
use crate::cancel::StopReason;

/// A document fails so often, with growing waits and a control for each, before it is set aside: some seconds.
const TRIES: u32 = 5;
/// The same where controls fail, too: an engine in which much fails by chance must not have good documents set aside.
const TRIES_IN_DOUBT: u32 = 15;
/// And where it says no and means it, or has done so with others of the batch.
const FEWER_TRIES: u32 = 2;
/// The same body is sent so often before it is halved: most failures pass.
const TRIES_OF_A_BODY: u32 = 3;
/// Who fails after so long has no time to fail again before patience ends: such a failure is searched for at once, and
/// the search waits no longer for each of its answers.
const SLOW: Duration = Duration::from_secs(5);
/// Patience with what others have lost theirs with, and with a refusal that has nothing to do with load.
const LITTLE_PATIENCE: Duration = Duration::from_secs(10);
/// So many failed items say nothing of the engine.
const FEW: usize = 10;

pub(super) struct Delivery<'a> {
    sink: &'a Sink,
    batch: Batch,
    refusals: Refusals,
    rate: RefusalRate,
    /// Most items of the next request: half as many after a failure that lasts, twice as many after a success.
    window: usize,
    /// What a request that was too big has left of it.
    most: usize,
    /// A body that failed for good is being halved, down to the document that may be to blame.
    is_searching: bool,
    /// What is searched for makes the engine answer late or never.
    is_slow: bool,
    /// How often in a row the items in the window failed, and no control did.
    tries: u32,
    backoff: Backoff,
    last_refusal: Option<Refusal>,
    /// Documents that failed often enough.
    set_aside: u32,
}

/// Items that have to be sent again, and how the first of each kind was answered.
#[derive(Default)]
struct Left {
    busy: Option<(String, Refusal)>,
    failed: Vec<Refusal>,
}

impl<'a> Delivery<'a> {
    pub(super) fn new(sink: &'a Sink, batch: Batch, refusals: Refusals) -> Self {
        Self {
            sink,
            refusals,
            rate: RefusalRate { refused: 0, documents: batch.len() },
            window: batch.len(),
            most: usize::MAX,
            is_searching: false,
            is_slow: false,
            tries: 0,
            backoff: Backoff::default(),
            last_refusal: None,
            set_aside: 0,
            batch,
        }
    }

    /// Sends until nothing is left.
    pub(super) async fn complete(mut self) -> Result<Batch, Blocked> {
        while !self.batch.is_empty() {
            let most = self.window.min(self.batch.len());
            let count = if self.sink.names_in_urls() { self.batch.of_one_index(most) } else { most };
            let limit = self.time_limit();
            let (judgement, exchange) = self.sink.post(&mut self.batch, count, limit).await?;
            self.backoff.excuse(exchange.queued);
            match judgement {
                Judgement::Items(verdicts) => self.enter(verdicts, exchange).await?,
                Judgement::Busy(cause) => self.busy(count, cause, exchange).await?,
                Judgement::Failed(refusal) if count == 1 => self.failed_alone(refusal, exchange).await?,
                Judgement::Failed(refusal) => self.failed_together(count, refusal, exchange).await?,
                Judgement::NameInBody(_) => self.sink.put_names_in_urls(),
                Judgement::Everybody(cause) => return Err(Blocked::Everybody(StopReason::Refused(cause))),
            }
        }
        if self.refusals == Refusals::Guarded {
            let latest = self.sink.latest().enter(self.rate);
            if let Some(rate) = latest {
                return Err(self.too_many(rate));
            }
        }
        Ok(self.batch)
    }

    /// Enters what became of each item, and leaves in the batch what has to be sent again.
    async fn enter(&mut self, verdicts: Vec<Verdict>, exchange: Exchange<'_>) -> Result<(), Blocked> {
        let sent = verdicts.len();
        let before = self.batch.len();
        let left = self.settle(verdicts)?;
        let settled = before - self.batch.len();
        if settled > 0 {
            self.backoff.reset();
        }
        let Exchange { admission, retry_after, started, .. } = exchange;
        if let Some((index, refusal)) = left.busy {
            match settled {
                0 => admission.failed(),
                _ => admission.succeeded_in_part(),
            }
            self.tries = 0;
            return self.wait(&refusal, Some(&index), retry_after).await;
        }
        let Some(refusal) = left.failed.first().cloned() else {
            admission.succeeded();
            self.tries = 0;
            self.grow();
            return Ok(());
        };
        match left.failed.len() {
            ..=FEW if settled > 0 => admission.succeeded(),
            ..=FEW => drop(admission),
            failed if failed < sent => admission.succeeded_in_part(),
            _ => admission.failed(),
        }
        let index = self.batch.index_of(0).to_owned();
        // What was taken in the same answer is as good as a control.
        let takes = if settled > 0 { Some(true) } else { self.takes(&index, started).await };
        self.tries = match takes {
            _ if settled > 0 => 1,
            Some(false) => 0,
            _ => self.tries + 1,
        };
        if self.tries >= self.tries_for(&refusal) {
            if self.set_aside(&left.failed, started).await? {
                return Ok(());
            }
            if takes.is_none() && refusal.is_final() {
                return Err(self.refused_by_index(index, &refusal));
            }
        }
        self.wait(&refusal, Some(&index), retry_after).await
    }

    /// How often what is refused so is tried.
    fn tries_for(&self, why: &Refusal) -> u32 {
        match self.set_aside {
            _ if why.is_too_big() => 1,
            _ if self.sink.progress().is_in_doubt() => TRIES_IN_DOUBT,
            // A firewall, say.
            _ if why.is_final() && self.is_searching => FEWER_TRIES,
            3.. => FEWER_TRIES,
            _ => TRIES,
        }
    }

    /// The synchronous part of it: an account is never left halfway.
    fn settle(&mut self, verdicts: Vec<Verdict>) -> Result<Left, Blocked> {
        let sent = verdicts.len();
        let (mut keep, mut left) = (vec![false; sent], Left::default());
        let (mut indexed, mut duplicate, mut head) = (0, 0, Vec::new());
        let (mut index_refused, mut denied) = (None, None);
        for (item, verdict) in verdicts.into_iter().enumerate() {
            match verdict {
                Verdict::Indexed | Verdict::Duplicate => {
                    let is_new = u64::from(verdict == Verdict::Indexed);
                    (indexed, duplicate) = (indexed + is_new, duplicate + 1 - is_new);
                    if head.is_empty() || !self.batch.item(item).starts_with(&head) {
                        head = self.batch.head_of(item).to_owned();
                        self.sink.progress().took(self.batch.index_of(item), self.batch.item(item));
                    }
                }
                Verdict::Unstored(words) => self.batch.miss(item, words),
                Verdict::Rejected(refusal) => self.refuse(item, refusal),
                Verdict::IndexRefused(refusal) => drop(index_refused.get_or_insert((item, refusal))),
                Verdict::Denied(refusal) => drop(denied.get_or_insert((item, refusal))),
                Verdict::Busy(refusal) => {
                    keep[item] = true;
                    left.busy.get_or_insert_with(|| (self.batch.index_of(item).to_owned(), refusal));
                }
                Verdict::Failed(refusal) => {
                    keep[item] = true;
                    left.failed.push(refusal);
                }
            }
        }
        self.batch.enter(indexed, duplicate);
        if let Some((item, refusal)) = denied {
            return Err(self.denied(self.batch.index_of(item).to_owned(), &refusal));
        }
        if let Some((item, refusal)) = index_refused {
            return Err(self.refused_by_index(self.batch.index_of(item).to_owned(), &refusal));
        }
        self.check_rate()?;
        if left.busy.is_none() && left.failed.is_empty() && sent == self.batch.len() {
            // As nearly always: no need to look at each.
            self.batch.clear();
        } else {
            self.batch.retain(sent, |item| keep[item]);
        }
        Ok(left)
    }

    /// The engine takes no request at present. Smaller ones may fit what memory it has; no document is to blame.
    async fn busy(&mut self, count: usize, cause: String, exchange: Exchange<'_>) -> Result<(), Blocked> {
        exchange.admission.failed();
        self.tries = 0;
        if self.backoff.attempts() >= TRIES {
            self.window = count.div_ceil(2);
        }
        let refusal = Refusal { status: 503, kind: String::new(), reason: cause };
        self.wait(&refusal, None, exchange.retry_after).await
    }

    /// A request of several documents was not taken: halved, once that lasts.
    async fn failed_together(&mut self, count: usize, why: Refusal, exchange: Exchange<'_>) -> Result<(), Blocked> {
        self.tries += 1;
        let lasts = self.tries >= TRIES_OF_A_BODY || exchange.time > SLOW || why.is_final();
        if !lasts && !self.is_searching {
            exchange.admission.failed();
            return self.wait(&why, None, exchange.retry_after).await;
        }
        // What follows is a search: it says nothing of other batches.
        drop(exchange.admission);
        self.is_searching = true;
        self.window = count.div_ceil(2);
        if exchange.time >= SLOW {
            self.failed_late(exchange.started).await;
        }
        if why.is_too_big() {
            self.most = self.window;
        }
        self.tries = 0;
        if !why.is_final() {
            self.backoff.quicken();
            self.wait(&why, None, exchange.retry_after).await?;
        }
        self.backoff.quicken();
        Ok(())
    }

    /// A request of several documents was not answered in time. While their index takes another one at once, the engine
    /// is there, and each half that fails brings the search on.
    async fn failed_late(&mut self, started: Instant) {
        let index = self.batch.index_of(0).to_owned();
        let takes = self.takes(&index, started).await;
        self.is_slow = takes != Some(false);
        match takes {
            Some(true) => self.backoff.renew_patience(),
            Some(false) => {}
            // The sooner one is taken, the sooner that can be seen.
            None => self.window = 1,
        }
    }

    /// How long an answer is waited for, where not as long as for any.
    fn time_limit(&self) -> Option<Duration> {
        self.is_slow.then_some(SLOW)
    }

    async fn takes(&self, index: &str, since: Instant) -> Option<bool> {
        self.sink.takes(index, since, self.time_limit()).await
    }

    /// A document was not taken by itself. Where nothing of its index is known to be taken, the others have their turn
    /// first.
    async fn failed_alone(&mut self, why: Refusal, exchange: Exchange<'_>) -> Result<(), Blocked> {
        let Exchange { admission, started, retry_after, .. } = exchange;
        if self.is_searching {
            drop(admission)
        } else {
            admission.failed()
        }
        let index = self.batch.index_of(0).to_owned();
        match self.takes(&index, started).await {
            Some(true) => {
                self.tries += 1;
                if self.is_slow {
                    self.backoff.renew_patience();
                }
            }
            Some(false) => (self.tries, self.is_slow) = (0, false),
            None if self.batch.len() > 1 => {
                self.batch.postpone();
                (self.tries, self.most) = (0, usize::MAX);
                self.backoff.quicken();
            }
            None => {}
        }
        if self.tries >= self.tries_for(&why) && self.set_aside(std::slice::from_ref(&why), started).await? {
            if why.is_too_big() {
                self.most = usize::MAX;
            }
            self.grow();
            return Ok(());
        }
        self.wait(&why, None, retry_after).await
    }

    /// Quarantines those of the first documents, refused so, whose index takes another one now. Whether there were any.
    async fn set_aside(&mut self, refusals: &[Refusal], since: Instant) -> Result<bool, Blocked> {
        let mut indices: Vec<(String, bool)> = Vec::new();
        let mut keep = vec![true; refusals.len()];
        for (item, refusal) in refusals.iter().enumerate() {
            let index = self.batch.index_of(item).to_owned();
            let known = indices.iter().find(|(known, _)| *known == index).map(|(_, takes)| *takes);
            let takes = match known {
                Some(takes) => takes,
                None => {
                    let takes = self.takes(&index, since).await == Some(true);
                    indices.push((index, takes));
                    takes
                }
            };
            if takes {
                self.refuse(item, refusal.clone());
                self.set_aside += 1;
                keep[item] = false;
            }
        }
        self.batch.retain(refusals.len(), |item| keep[item]);
        self.check_rate()?;
        let any = keep.contains(&false);
        if any {
            self.backoff.reset();
            self.tries = 0;
        }
        Ok(any)
    }

    fn refuse(&mut self, item: usize, refusal: Refusal) {
        self.batch.refuse(item, &refusal);
        self.rate.refused += 1;
        self.last_refusal = Some(refusal);
    }

    fn grow(&mut self) {
        self.window = self.window.saturating_mul(2).min(self.most);
    }

    async fn wait(&mut self, why: &Refusal, index: Option<&str>, retry_after: Option<Duration>) -> Result<(), Blocked> {
        tracing::debug!(items = self.batch.len(), cause = %why, "sending again");
        let is_ill = self.sink.progress().is_ill(index);
        let patience = if is_ill || why.is_final() { LITTLE_PATIENCE } else { PATIENCE };
        if !self.backoff.pause_within(patience, retry_after).await {
            return Err(self.give_up(why, index));
        }
        self.sink.count(|stats| stats.retries += 1);
        Ok(())
    }

    /// Patience is at its end. While others get through, or nobody else has tried, it is the object's failure.
    fn give_up(&self, why: &Refusal, index: Option<&str>) -> Blocked {
        let progress = self.sink.progress();
        if let (Some(index), true) = (index, why.is_final()) {
            return self.refused_by_index(index.to_owned(), why);
        }
        let since = self.backoff.failing_since().unwrap_or_else(Instant::now);
        progress.mark_ill(index);
        let kind = if index.is_some() { Kind::Index } else { Kind::Engine };
        // An engine that answers item by item is there; one that does not was, if it took something just before.
        let was_there = index.is_some() || progress.shortly_before(since);
        if progress.since(since) || was_there && !progress.give_up(kind, self.batch.origin().key()) {
            return self.parked(ParkedCode::Stalled, index.map(str::to_owned), why.to_string());
        }
        Blocked::Everybody(match why.is_final() {
            true => StopReason::Refused(why.to_string()),
            false => StopReason::Unavailable(why.to_string()),
        })
    }

    fn refused_by_index(&self, index: String, why: &Refusal) -> Blocked {
        if self.sink.progress().give_up(Kind::Index, self.batch.origin().key()) {
            return Blocked::Everybody(StopReason::Refused(format!("{index}: {why}")));
        }
        self.parked(ParkedCode::IndexRefused, Some(index), why.to_string())
    }

    /// We are not allowed to write there: anywhere, or only there.
    fn denied(&self, index: String, why: &Refusal) -> Blocked {
        let progress = self.sink.progress();
        if progress.shortly_before(Instant::now()) && !progress.give_up(Kind::Denied, self.batch.origin().key()) {
            return self.parked(ParkedCode::IndexRefused, Some(index), why.to_string());
        }
        Blocked::Everybody(StopReason::Refused(format!("{index}: {why}")))
    }

    fn check_rate(&self) -> Result<(), Blocked> {
        if self.refusals == Refusals::Guarded && self.rate.is_too_large() {
            return Err(self.too_many(self.rate));
        }
        Ok(())
    }

    fn too_many(&self, rate: RefusalRate) -> Blocked {
        let RefusalRate { refused, documents } = rate;
        let cause = self.last_refusal.as_ref().map(ToString::to_string).unwrap_or_default();
        let why = format!("{refused} of the latest {documents} documents, one of them for {cause}");
        if self.sink.latest().park(self.batch.origin().key()) {
            return Blocked::Everybody(StopReason::Refused(why));
        }
        self.parked(ParkedCode::Refused, None, why)
    }

    fn parked(&self, code: ParkedCode, index: Option<String>, reason: String) -> Blocked {
        Blocked::Object(Parked { code, index, reason })
    }
}
