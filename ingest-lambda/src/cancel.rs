//! The one way to end a run early.

use std::time::Duration;

use serde::Serialize;
use thiserror::Error;
use tokio::sync::watch;
use tokio::time::Instant;

/// How long a run may take to end, where nobody says otherwise.
const GRACE: Duration = Duration::from_secs(15);

/// Why a run ended before its work did.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StopReason {
    /// The Lambda's time runs out; what is left is left for the next run.
    #[error("deadline: the time of this invocation runs out")]
    Deadline,
    /// The operator pressed Ctrl-C, or the process was told to end.
    #[error("interrupted")]
    Interrupted,
    /// The engine refused in a way that is no fault of a document: authorization, a block, a
    /// limit, a wrong path. Going on would refuse every other object the same way.
    #[error("the engine refuses: {0}")]
    Refused(String),
    /// Something else answers than an engine: a gateway, a login page, another service.
    #[error(
        "this is not an engine: {0}; check ALBATROSS_ENDPOINT, its path and port, and what stands before the engine"
    )]
    NoEngine(String),
    /// The engine could not be reached, or was too busy, for as long as we are willing to wait.
    #[error("the engine is unavailable: {0}")]
    Unavailable(String),
    /// S3 refuses in a way that holds for every object: credentials, region, bucket, or one cause for
    /// many objects in a row.
    #[error("S3 refuses: {0}")]
    Denied(String),
    /// The listing's share of the time was over before it came to an end.
    #[error("listing: the listing did not come to its end in its share of the time; the next run goes on with it")]
    Listing,
    /// The filter leaves out nearly everything, and the objects would be deleted.
    #[error(
        "{0} objects in a row had nearly all of their lines filtered out, and none was deleted: check the filter, or \
             set ALBATROSS_DELETE_FILTERED=true"
    )]
    Filtered(u64),
}

impl StopReason {
    /// Whether somebody has to act before another run can do better.
    #[must_use]
    pub fn is_alarming(&self) -> bool {
        !matches!(self, Self::Deadline | Self::Interrupted | Self::Listing)
    }
}

impl Serialize for StopReason {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Shared by everything that works on a run: the first reason given is the run's.
#[derive(Debug, Clone)]
pub struct Cancel {
    cancelled: watch::Sender<Option<(StopReason, Instant)>>,
    /// When the time for work is over, where somebody set one.
    work_until: Option<Instant>,
    grace: Duration,
}

/// What may still go on after a run was cancelled, each until its own share of the grace is over. In
/// this order, so that what comes later always has time left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// A settlement that has begun is seen through.
    Settle,
    /// Requests in flight are waited for, inside a big object.
    Drain,
    /// Objects end: the resume point is stored.
    Objects,
    /// The run's state is stored.
    Save,
    /// Everything.
    All,
}

impl Phase {
    fn share(self) -> f64 {
        match self {
            Self::Settle => 0.35,
            Self::Drain => 0.45,
            Self::Objects => 0.6,
            Self::Save => 0.8,
            Self::All => 0.93,
        }
    }
}

impl Default for Cancel {
    fn default() -> Self {
        Self { cancelled: watch::Sender::new(None), work_until: None, grace: GRACE }
    }
}

impl Cancel {
    /// A run whose time for work is over after `work`, and which may take `grace` to end.
    #[must_use]
    pub fn after(work: Duration, grace: Duration) -> Self {
        Self { work_until: Some(Instant::now() + work), grace, ..Self::default() }
    }

    /// How much time for work is left; none where it is not limited.
    #[must_use]
    pub fn time_left(&self) -> Option<Duration> {
        self.work_until.map(|until| until.saturating_duration_since(Instant::now()))
    }

    /// Cancels the run when its time for work is over.
    pub async fn at_the_deadline(&self) {
        match self.work_until {
            Some(until) => {
                tokio::time::sleep_until(until).await;
                self.cancel(StopReason::Deadline);
            }
            None => std::future::pending().await,
        }
    }

    /// Ends the run for this reason, unless it is ending already.
    pub fn cancel(&self, reason: StopReason) {
        self.cancelled.send_if_modified(|current| {
            let first = current.is_none();
            if first {
                *current = Some((reason, Instant::now()));
            }
            first
        });
    }

    /// Why the run ends, if it does.
    #[must_use]
    pub fn reason(&self) -> Option<StopReason> {
        self.cancelled.borrow().as_ref().map(|(reason, _)| reason.clone())
    }

    /// Waits until the run is to end.
    pub async fn cancelled(&self) {
        // The sender lives as long as we do, so that the only way out is a reason.
        let _ = self.cancelled.subscribe().wait_for(Option::is_some).await;
    }

    /// Does what can be broken off at any moment: none when the run is to end before it is done.
    pub async fn unless_cancelled<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.cancelled() => None,
            done = work => Some(done),
        }
    }

    /// Does what may still go on after the run was cancelled: none where it does not end in its phase.
    pub async fn until<T>(&self, phase: Phase, work: impl Future<Output = T>) -> Option<T> {
        let over = async {
            self.cancelled().await;
            let at = self.cancelled.borrow().as_ref().map_or_else(Instant::now, |(_, at)| *at);
            tokio::time::sleep_until(at + self.grace.mul_f64(phase.share())).await;
        };
        tokio::select! {
            biased;
            done = work => Some(done),
            () = over => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_first_reason_stays() {
        let cancel = Cancel::default();
        assert_eq!(cancel.reason(), None);
        cancel.clone().cancel(StopReason::Interrupted);
        cancel.cancel(StopReason::Deadline);
        cancel.cancelled().await;
        assert_eq!(cancel.reason(), Some(StopReason::Interrupted));
    }

    #[tokio::test(start_paused = true)]
    async fn what_does_not_end_is_given_up_in_time() {
        let cancel = Cancel::after(Duration::from_secs(1), Duration::from_millis(100));
        assert_eq!(cancel.unless_cancelled(std::future::ready(1)).await, Some(1));
        let begun = Instant::now();
        cancel.cancel(StopReason::Deadline);
        let hung = std::future::pending::<()>;
        assert_eq!(cancel.unless_cancelled(hung()).await, None);
        assert_eq!(cancel.until(Phase::Objects, hung()).await, None);
        let middle = begun.elapsed();
        assert_eq!(cancel.until(Phase::Save, cancel.until(Phase::All, hung())).await, None);
        let end = begun.elapsed();
        // By a clock that only goes on where everybody waits.
        assert_eq!((middle.as_millis(), end.as_millis()), (60, 80));
        assert_eq!(cancel.until(Phase::Settle, std::future::ready(1)).await, Some(1), "what is done is done");
    }
}
