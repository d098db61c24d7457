//! The one way to end a run early.

use serde::Serialize;
use thiserror::Error;
use tokio::sync::watch;

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
pub struct Stop(watch::Sender<Option<StopReason>>);

impl Default for Stop {
    fn default() -> Self {
        Self(watch::Sender::new(None))
    }
}

impl Stop {
    /// Ends the run for this reason, unless it is ending already.
    pub fn pull(&self, reason: StopReason) {
        self.0.send_if_modified(|current| {
            let first = current.is_none();
            if first {
                *current = Some(reason);
            }
            first
        });
    }

    /// The reason, once there is one.
    #[must_use]
    pub fn reason(&self) -> Option<StopReason> {
        self.0.borrow().clone()
    }

    /// Waits until the run is to end.
    pub async fn pulled(&self) {
        // `self` keeps the sender alive, so the only way out is a reason.
        let _ = self.0.subscribe().wait_for(Option::is_some).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_first_reason_stays() {
        let stop = Stop::default();
        assert_eq!(stop.reason(), None);
        stop.clone().pull(StopReason::Interrupted);
        stop.pull(StopReason::Deadline);
        stop.pulled().await;
        assert_eq!(stop.reason(), Some(StopReason::Interrupted));
    }
}
