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
    /// The engine could not be reached, or was too busy, for as long as we are willing to wait.
    #[error("the engine is unavailable: {0}")]
    Unavailable(String),
}

impl StopReason {
    /// Whether somebody has to act before another run can do better.
    #[must_use]
    pub fn is_alarming(&self) -> bool {
        matches!(self, Self::Refused(_) | Self::Unavailable(_))
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
    grace: Duration,
}

impl Default for Cancel {
    fn default() -> Self {
        Self::with_grace(GRACE)
    }
}

impl Cancel {
    /// A run that, once cancelled, may take so long to end.
    #[must_use]
    pub fn with_grace(grace: Duration) -> Self {
        Self { cancelled: watch::Sender::new(None), grace }
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

    /// Does what ends by itself soon after the run is to end: none where it does not.
    pub async fn in_grace<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        self.within(self.grace.mul_f64(0.6), work).await
    }

    /// Does the last things of a run: none where they take too long.
    pub async fn at_the_end<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        self.within(self.grace.mul_f64(0.8), work).await
    }

    /// Does all of it: none where it does not end before the time is quite over.
    pub async fn altogether<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        self.within(self.grace.mul_f64(0.93), work).await
    }

    async fn within<T>(&self, grace: Duration, work: impl Future<Output = T>) -> Option<T> {
        let over = async {
            self.cancelled().await;
            let at = self.cancelled.borrow().as_ref().map_or_else(Instant::now, |(_, at)| *at);
            tokio::time::sleep_until(at + grace).await;
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
        let cancel = Cancel::with_grace(Duration::from_millis(100));
        assert_eq!(cancel.unless_cancelled(std::future::ready(1)).await, Some(1));
        let begun = Instant::now();
        cancel.cancel(StopReason::Deadline);
        let hung = std::future::pending::<()>;
        assert_eq!(cancel.unless_cancelled(hung()).await, None);
        assert_eq!(cancel.in_grace(hung()).await, None);
        let middle = begun.elapsed();
        assert_eq!(cancel.at_the_end(cancel.altogether(hung())).await, None);
        let end = begun.elapsed();
        // By a clock that only goes on where everybody waits.
        assert_eq!((middle.as_millis(), end.as_millis()), (60, 80));
        assert_eq!(cancel.in_grace(std::future::ready(1)).await, Some(1), "what is done is done");
    }
}
