//! The bulk requests of one object: several in flight, their outcomes taken in the order of lines.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument;

use crate::bulk::{Batch, Parked, ParkedCode, Refusals, Sent, Sink};
use crate::cancel::StopReason;
use crate::config::MOST_IN_FLIGHT;
use crate::ledger::Ledger;
use crate::quarantine::QuarantineFile;
use crate::s3::{S3Error, Store};

/// Batches on their way, and the account of those that have arrived. Because outcomes are taken
/// in order, and entered between two points where a future can be dropped, the account always covers
/// the object's lines up to one of them, without a gap.
pub struct Pipeline {
    sink: Arc<Sink>,
    refusals: Refusals,
    in_flight: VecDeque<AbortOnDropHandle<Result<Sent, Blocked>>>,
    ledger: Ledger,
    quarantine: QuarantineFile,
    /// The first of the lines that were acknowledged and not stored.
    unstored: Option<Parked>,
    last_line: u64,
}

/// Why a batch is not accounted for.
#[derive(Debug)]
pub enum Blocked {
    /// Nobody gets through: the run has to end.
    Everybody(StopReason),
    /// This object does not, while others may: they go on.
    Object(Parked),
    /// S3, which did not take a part of the quarantine.
    Quarantine(S3Error),
}

impl Pipeline {
    /// A pipeline that goes on after `last_line`, which `ledger` and `quarantine` cover.
    #[must_use]
    pub fn new(
        sink: Arc<Sink>,
        refusals: Refusals,
        ledger: Ledger,
        quarantine: QuarantineFile,
        last_line: u64,
    ) -> Self {
        Self { sink, refusals, in_flight: VecDeque::new(), ledger, quarantine, unstored: None, last_line }
    }

    /// Sends a batch, once there is room for it.
    ///
    /// # Errors
    /// Those of earlier batches; and where it goes to more old indices than a run may write to.
    pub async fn push(&mut self, store: &Store, batch: Batch) -> Result<(), Blocked> {
        // What comes from the quarantine was looked at by a person.
        if self.refusals == Refusals::Guarded {
            self.sink.admit(&batch).map_err(Blocked::Object)?;
        }
        while self.in_flight.len() >= MOST_IN_FLIGHT {
            self.enter_oldest(store).await?;
        }
        let (sink, refusals) = (Arc::clone(&self.sink), self.refusals);
        self.in_flight.push_back(AbortOnDropHandle::new(tokio::spawn(
            async move { sink.send(batch, refusals).await }.in_current_span(),
        )));
        Ok(())
    }

    /// Sends a batch that is full, and leaves an empty one in its place.
    ///
    /// # Errors
    /// Those of earlier batches.
    pub async fn push_if_full(&mut self, store: &Store, batch: &mut Batch) -> Result<(), Blocked> {
        if !batch.is_full() {
            return Ok(());
        }
        let empty = self.sink.batch(batch.origin());
        self.push(store, std::mem::replace(batch, empty)).await
    }

    /// Waits for everything in flight.
    ///
    /// # Errors
    /// Of any batch; those behind it are given up. And when lines were acknowledged and not stored: the others are in
    /// the index by now, but the object is not done with.
    pub async fn drain(&mut self, store: &Store) -> Result<(), Blocked> {
        while !self.in_flight.is_empty() {
            self.enter_oldest(store).await?;
        }
        self.quarantine.flush(store).await.map_err(Blocked::Quarantine)?;
        match self.ledger.unstored {
            0 => Ok(()),
            lines => Err(Blocked::Object(self.not_stored(lines))),
        }
    }

    fn not_stored(&self, lines: u64) -> Parked {
        let Parked { code, index, reason } = self.unstored.clone().unwrap_or(Parked {
            code: ParkedCode::NotStored,
            index: None,
            reason: "an earlier run has the engine's words".to_owned(),
        });
        Parked { code, index, reason: format!("{lines} lines are not there; {reason}") }
    }

    async fn enter_oldest(&mut self, store: &Store) -> Result<(), Blocked> {
        // What is left of a part that was not taken, or not waited for.
        self.quarantine.flush(store).await.map_err(Blocked::Quarantine)?;
        let Some(oldest) = self.in_flight.front_mut() else { return Ok(()) };
        let outcome = oldest.await;
        self.in_flight.pop_front();
        let sent = match outcome {
            Ok(Ok(sent)) => sent,
            Ok(Err(blocked)) => return Err(self.give_up(blocked)),
            Err(failed) if failed.is_panic() => std::panic::resume_unwind(failed.into_panic()),
            Err(_) => return Err(self.give_up(Blocked::Everybody(StopReason::Interrupted))),
        };
        self.quarantine.enter(&sent.quarantine);
        self.ledger.add(&sent.ledger);
        self.last_line = sent.last_line;
        self.unstored = self.unstored.take().or(sent.unstored);
        Ok(())
    }

    /// What comes behind a batch that failed would leave a gap.
    fn give_up(&mut self, blocked: Blocked) -> Blocked {
        self.in_flight.clear();
        blocked
    }

    /// The account of the lines up to [`Self::last_line`].
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The last line that the account covers.
    #[must_use]
    pub fn last_line(&self) -> u64 {
        self.last_line
    }

    /// What was quarantined of the lines.
    pub fn quarantine(&mut self) -> &mut QuarantineFile {
        &mut self.quarantine
    }
}
