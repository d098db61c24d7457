//! How long to wait before trying again, and when to give up.

use std::time::{Duration, Instant};

/// The first wait is at most this, each later one at most twice the one before.
const BASE: Duration = Duration::from_millis(200);
/// No wait of our own choice is longer.
const CAP: Duration = Duration::from_secs(10);
/// Without any progress for so long, the other side counts as unavailable.
const PATIENCE: Duration = Duration::from_secs(60);

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
    pub fn renew_patience(&mut self) {
        self.failing_since = None;
    }

    /// Waits before the next attempt; false, at once, when it is time to give up.
    pub async fn pause(&mut self, retry_after: Option<Duration>) -> bool {
        let now = Instant::now();
        let failing_for = now - *self.failing_since.get_or_insert(now);
        let Some(wait) = wait(self.attempts, failing_for, retry_after, fastrand::f64()) else {
            return false;
        };
        self.attempts += 1;
        tokio::time::sleep(wait).await;
        true
    }
}

/// The wait after `attempts` earlier ones; `jitter` is in `0..1`. None when it would end after
/// our patience. The server's wish is a lower bound: it is never cut short.
fn wait(attempts: u32, failing_for: Duration, retry_after: Option<Duration>, jitter: f64) -> Option<Duration> {
    let ceiling = CAP.min(BASE.saturating_mul(2_u32.saturating_pow(attempts)));
    let wait = ceiling.mul_f64(jitter).max(retry_after.unwrap_or_default());
    (failing_for.saturating_add(wait) <= PATIENCE).then_some(wait)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZERO: Duration = Duration::ZERO;

    #[test]
    fn ceilings_double_up_to_the_cap() {
        let ceilings: Vec<u128> = [0, 1, 2, 5, 6, 31, 32, u32::MAX]
            .iter()
            .filter_map(|attempts| wait(*attempts, ZERO, None, 1.0))
            .map(|wait| wait.as_millis())
            .collect();
        assert_eq!(ceilings, [200, 400, 800, 6_400, 10_000, 10_000, 10_000, 10_000]);
    }

    #[test]
    fn jitter_is_full() {
        assert_eq!(wait(9, ZERO, None, 0.0), Some(ZERO));
        assert_eq!(wait(9, ZERO, None, 0.5), Some(Duration::from_secs(5)));
    }

    #[test]
    fn the_servers_wish_is_honoured_and_never_shortened() {
        let wish = Duration::from_secs(20);
        assert_eq!(wait(0, ZERO, Some(wish), 1.0), Some(wish));
        assert_eq!(wait(9, ZERO, Some(Duration::from_secs(1)), 1.0), Some(CAP));
        assert_eq!(wait(0, Duration::from_secs(45), Some(wish), 1.0), None);
        assert_eq!(wait(0, ZERO, Some(Duration::MAX), 1.0), None);
    }

    #[test]
    fn patience_ends() {
        assert_eq!(wait(9, Duration::from_secs(50), None, 1.0), Some(CAP));
        assert_eq!(wait(9, Duration::from_secs(51), None, 1.0), None);
    }

    #[tokio::test]
    async fn progress_renews_patience() {
        let mut backoff = Backoff { attempts: 9, failing_since: Some(Instant::now() - PATIENCE * 2) };
        assert!(!backoff.pause(None).await);
        backoff.reset();
        assert!(backoff.pause(None).await);
    }

    #[test]
    fn progress_of_others_renews_patience_and_not_haste() {
        let mut backoff = Backoff { attempts: 9, failing_since: Some(Instant::now()) };
        backoff.renew_patience();
        assert_eq!((backoff.attempts, backoff.failing_since), (9, None));
    }
}
