//! The bulk requests of one object: several in flight, their outcomes taken in the order of lines.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio_util::task::AbortOnDropHandle;

use crate::bulk::{Batch, Sent, Sink};
use crate::cancel::StopReason;
use crate::ledger::Ledger;
use crate::quarantine::QuarantineFile;
use crate::s3::{S3Error, Store};

/// Batches on their way, and the account of those that have arrived. Because outcomes are taken
/// in order, and entered between two points where a future can be dropped, the account always covers
/// the object's lines up to one of them, without a gap.
pub struct Pipeline {
    sink: Arc<Sink>,
    in_flight: VecDeque<AbortOnDropHandle<Result<Sent, StopReason>>>,
    most_in_flight: usize,
    ledger: Ledger,
    quarantine: QuarantineFile,
    last_line: u64,
}

/// Why a batch is not accounted for.
#[derive(Debug)]
pub enum Blocked {
    /// The engine: the run has to cancel.
    Engine(StopReason),
    /// S3, which did not take a part of the quarantine.
    Quarantine(S3Error),
}

impl Pipeline {
    /// A pipeline that goes on after `last_line`, which `ledger` and `quarantine` cover.
    #[must_use]
    pub fn new(
        sink: Arc<Sink>,
        most_in_flight: usize,
        ledger: Ledger,
        quarantine: QuarantineFile,
        last_line: u64,
    ) -> Self {
        Self { sink, in_flight: VecDeque::new(), most_in_flight, ledger, quarantine, last_line }
    }

    /// Sends a batch, once there is room for it.
    ///
    /// # Errors
    /// Those of earlier batches.
    pub async fn push(&mut self, store: &Store, batch: Batch) -> Result<(), Blocked> {
        while self.in_flight.len() >= self.most_in_flight {
            self.enter_oldest(store).await?;
        }
        let sink = Arc::clone(&self.sink);
        self.in_flight.push_back(AbortOnDropHandle::new(tokio::spawn(async move { sink.send(batch).await })));
        Ok(())
    }

    /// Waits for everything in flight.
    ///
    /// # Errors
    /// Of any batch; those behind it are given up.
    pub async fn drain(&mut self, store: &Store) -> Result<(), Blocked> {
        while !self.in_flight.is_empty() {
            self.enter_oldest(store).await?;
        }
        self.quarantine.flush(store).await.map_err(Blocked::Quarantine)
    }

    async fn enter_oldest(&mut self, store: &Store) -> Result<(), Blocked> {
        // What is left of a part that was not taken, or not waited for.
        self.quarantine.flush(store).await.map_err(Blocked::Quarantine)?;
        let Some(oldest) = self.in_flight.front_mut() else { return Ok(()) };
        let outcome = oldest.await;
        self.in_flight.pop_front();
        let sent = match outcome {
            Ok(Ok(sent)) => sent,
            Ok(Err(reason)) => return Err(self.give_up(reason)),
            Err(failed) if failed.is_panic() => std::panic::resume_unwind(failed.into_panic()),
            Err(_) => return Err(self.give_up(StopReason::Interrupted)),
        };
        self.quarantine.enter(&sent.quarantine);
        self.ledger.add(&sent.ledger);
        self.last_line = sent.last_line;
        Ok(())
    }

    /// What comes behind a batch that failed would leave a gap.
    fn give_up(&mut self, reason: StopReason) -> Blocked {
        self.in_flight.clear();
        Blocked::Engine(reason)
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
