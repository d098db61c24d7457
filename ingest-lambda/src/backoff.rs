//! How long to wait before trying again, and when to give up.

use std::time::{Duration, Instant};

/// The first wait is at most this, each later one at most twice the one before.
const BASE: Duration = Duration::from_millis(200);
/// No wait of our own choice is longer.
const CAP: Duration = Duration::from_secs(10);
/// Without any progress for so long, the other side counts as unavailable.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Exponential backoff with full jitter: each wait is drawn evenly from zero to a ceiling that
/// doubles, so that many senders do not come back in step.
/// <https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>
#[derive(Debug, Default)]
pub struct Backoff {
    attempts: u32,
    failing_since: Option<Instant>,
}

impl Backoff {
    /// Forgets the failures: there was progress.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    /// Has patience anew, at the pace reached: there was progress, but for somebody else.
    pub(crate) fn renew_patience(&mut self) {
        self.failing_since = None;
    }

    /// Begins at the first pace again: what is tried next is another thing. Patience is not renewed.
    pub(crate) fn quicken(&mut self) {
        self.attempts = 0;
    }

    /// Does not count this time: it was spent on waiting for our turn, not for the other side.
    pub(crate) fn excuse(&mut self, waited: Duration) {
        self.failing_since = self.failing_since.map(|since| since + waited);
    }

    /// How often in a row the other side was waited for.
    pub(crate) fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Since when there was no progress.
    pub(crate) fn failing_since(&self) -> Option<Instant> {
        self.failing_since
    }

    /// Waits before the next attempt; false, at once, when it is time to give up.
    pub async fn pause(&mut self, retry_after: Option<Duration>) -> bool {
        self.pause_within(PATIENCE, retry_after).await
    }

    /// The same, with another patience.
    pub(crate) async fn pause_within(&mut self, patience: Duration, retry_after: Option<Duration>) -> bool {
        let now = Instant::now();
        let failing_for = now - *self.failing_since.get_or_insert(now);
        let Some(wait) = wait(self.attempts, failing_for, patience, retry_after, fastrand::f64()) else {
            return false;
        };
        self.attempts += 1;
        tokio::time::sleep(wait).await;
        true
    }
}

/// The wait after `attempts` earlier ones; `jitter` is in `0..1`. None when it would end after
/// our patience. The server's wish is a lower bound: it is never cut short.
fn wait(
    attempts: u32,
    failing_for: Duration,
    patience: Duration,
    retry_after: Option<Duration>,
    jitter: f64,
) -> Option<Duration> {
    let ceiling = CAP.min(BASE.saturating_mul(2_u32.saturating_pow(attempts)));
    let wait = ceiling.mul_f64(jitter).max(retry_after.unwrap_or_default());
    (failing_for.saturating_add(wait) <= patience).then_some(wait)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZERO: Duration = Duration::ZERO;

    fn waits(attempts: u32, failing_for: Duration, retry_after: Option<Duration>, jitter: f64) -> Option<Duration> {
        wait(attempts, failing_for, PATIENCE, retry_after, jitter)
    }

    #[test]
    fn ceilings_double_up_to_the_cap() {
        let ceilings: Vec<u128> = [0, 1, 2, 5, 6, 31, 32, u32::MAX]
            .iter()
            .filter_map(|attempts| waits(*attempts, ZERO, None, 1.0))
            .map(|wait| wait.as_millis())
            .collect();
        assert_eq!(ceilings, [200, 400, 800, 6_400, 10_000, 10_000, 10_000, 10_000]);
    }

    #[test]
    fn jitter_is_full() {
        assert_eq!(waits(9, ZERO, None, 0.0), Some(ZERO));
        assert_eq!(waits(9, ZERO, None, 0.5), Some(Duration::from_secs(5)));
    }

    #[test]
    fn the_servers_wish_is_honoured_and_never_shortened() {
        let wish = Duration::from_secs(20);
        assert_eq!(waits(0, ZERO, Some(wish), 1.0), Some(wish));
        assert_eq!(waits(9, ZERO, Some(Duration::from_secs(1)), 1.0), Some(CAP));
        assert_eq!(waits(0, Duration::from_secs(45), Some(wish), 1.0), None);
        assert_eq!(waits(0, ZERO, Some(Duration::MAX), 1.0), None);
    }

    #[test]
    fn patience_ends() {
        assert_eq!(waits(9, Duration::from_secs(50), None, 1.0), Some(CAP));
        assert_eq!(waits(9, Duration::from_secs(51), None, 1.0), None);
        assert_eq!(wait(9, Duration::from_secs(1), Duration::from_secs(5), None, 1.0), None);
    }

    #[tokio::test]
    async fn progress_renews_patience() {
        let mut backoff = Backoff { attempts: 9, failing_since: Some(Instant::now() - PATIENCE * 2) };
        assert!(!backoff.pause(None).await);
        backoff.reset();
        assert!(backoff.pause(None).await);
    }

    #[test]
    fn another_thing_is_tried_quickly_and_a_queue_costs_no_patience() {
        let since = Instant::now() - PATIENCE;
        let mut backoff = Backoff { attempts: 9, failing_since: Some(since) };
        backoff.quicken();
        backoff.excuse(Duration::from_secs(20));
        assert_eq!((backoff.attempts, backoff.failing_since()), (0, Some(since + Duration::from_secs(20))));
    }
}
