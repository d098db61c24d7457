//! The bulk requests of one object: several in flight, their outcomes taken in the order of lines.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio_util::task::AbortOnDropHandle;

use crate::bulk::{Batch, Sent, Sink};
use crate::ledger::Ledger;
use crate::quarantine::{QuarantineFile, Suspended};
use crate::s3::{S3Error, Store};
use crate::stop::StopReason;

/// Batches on their way, and the account of those that have arrived. Because outcomes are taken
/// in order, the account always covers the object's lines up to one of them, without a gap.
pub struct Pipeline {
    sink: Arc<Sink>,
    in_flight: VecDeque<AbortOnDropHandle<Result<Sent, StopReason>>>,
    most_in_flight: usize,
    ledger: Ledger,
    quarantine: QuarantineFile,
    last_line: u64,
    /// While an outcome is entered: left so by a future that was dropped midway.
    is_torn: bool,
}

/// Why a batch is not accounted for.
#[derive(Debug)]
pub enum Blocked {
    /// The engine: the run has to stop.
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
        Self { sink, in_flight: VecDeque::new(), most_in_flight, ledger, quarantine, last_line, is_torn: false }
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
        Ok(())
    }

    async fn enter_oldest(&mut self, store: &Store) -> Result<(), Blocked> {
        let Some(oldest) = self.in_flight.front_mut() else { return Ok(()) };
        let outcome = oldest.await;
        self.is_torn = true;
        self.in_flight.pop_front();
        let sent = match outcome {
            Ok(sent) => sent.map_err(Blocked::Engine)?,
            Err(failed) if failed.is_panic() => std::panic::resume_unwind(failed.into_panic()),
            Err(_) => return Err(Blocked::Engine(StopReason::Interrupted)),
        };
        self.quarantine.append(store, &sent.quarantine).await.map_err(Blocked::Quarantine)?;
        self.ledger.add(&sent.ledger);
        self.last_line = sent.last_line;
        self.is_torn = false;
        Ok(())
    }

    /// The account of the lines up to [`Self::last_line`].
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// What was quarantined of them.
    pub fn into_quarantine(self) -> QuarantineFile {
        self.quarantine
    }

    /// The account to go on with later: line, ledger, quarantine. None when it has a gap.
    #[must_use]
    pub fn suspend(self) -> Option<(u64, Ledger, Suspended)> {
        (!self.is_torn).then(|| (self.last_line, self.ledger, self.quarantine.suspend()))
    }
}
