//! How many requests may be in flight to one service, over all objects: the service decides.

use std::sync::Mutex;

use tokio::sync::Notify;

/// After so many failures in a row the circuit is open: one request at a time goes through, as a
/// probe, until one succeeds.
const OPENS_AFTER: u32 = 3;

/// Additive increase, multiplicative decrease, as in congestion control (RFC 5681, section 3.1):
/// failure halves the requests admitted, each success adds a fraction of one.
#[derive(Debug)]
pub struct Limiter {
    state: Mutex<State>,
    left: Notify,
}

#[derive(Debug, Clone, PartialEq)]
struct State {
    most: f64,
    admitted: f64,
    in_flight: usize,
    failures: u32,
    /// How often `admitted` was halved.
    round: u64,
    /// How many answers brought anything.
    progress: u64,
}

/// Room for one request. It is given back when the answer has been judged, or when this is dropped
/// because nothing can be learnt from it.
#[derive(Debug)]
pub(crate) struct Admission<'a> {
    limiter: &'a Limiter,
    round: u64,
}

impl Limiter {
    pub(crate) fn new(most: usize) -> Self {
        Self { state: Mutex::new(State::new(most)), left: Notify::new() }
    }

    /// Waits for room.
    pub(crate) async fn admit(&self) -> Admission<'_> {
        loop {
            let left = self.left.notified();
            if let Some(round) = self.with(State::enter) {
                return Admission { limiter: self, round };
            }
            left.await;
        }
    }

    /// Whether the service is in trouble, so that no further objects should be taken up.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.with(|state| state.is_open())
    }

    /// A number that grows whenever the service has done anything for anybody.
    pub(crate) fn progress(&self) -> u64 {
        self.with(|state| state.progress)
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        // Nothing panics while it is held; and if it did, the numbers would still be numbers.
        let mut state = self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        act(&mut state)
    }
}

impl Admission<'_> {
    /// The service did all that was asked.
    pub(crate) fn succeeded(self) {
        self.limiter.with(State::succeed);
    }

    /// The service did a part, and was too busy for the rest.
    pub(crate) fn succeeded_in_part(self) {
        self.limiter.with(|state| {
            state.failures = 0;
            state.push_back(self.round);
        });
    }

    /// The service was too busy, or did not answer.
    pub(crate) fn failed(self) {
        self.limiter.with(|state| {
            state.failures = state.failures.saturating_add(1);
            state.push_back(self.round);
        });
    }
}

impl Drop for Admission<'_> {
    fn drop(&mut self) {
        self.limiter.with(|state| state.in_flight -= 1);
        self.limiter.left.notify_waiters();
    }
}

impl State {
    fn new(most: usize) -> Self {
        #[allow(clippy::cast_precision_loss, reason = "at most a thousand or so")]
        let most = most as f64;
        Self { most, admitted: most, in_flight: 0, failures: 0, round: 0, progress: 0 }
    }

    fn is_open(&self) -> bool {
        self.failures >= OPENS_AFTER
    }

    /// Takes room for a request, if there is any: the round it belongs to.
    fn enter(&mut self) -> Option<u64> {
        let room = if self.is_open() { 1.0 } else { self.admitted };
        #[allow(clippy::cast_precision_loss, reason = "at most a thousand or so")]
        let fits = (self.in_flight as f64) + 1.0 <= room;
        self.in_flight += usize::from(fits);
        fits.then_some(self.round)
    }

    fn succeed(&mut self) {
        self.failures = 0;
        self.progress += 1;
        self.admitted = (self.admitted + 1.0 / self.admitted).min(self.most);
    }

    /// Halves, once a round trip: what was in flight together fails together, for one reason.
    fn push_back(&mut self, round: u64) {
        if round == self.round {
            self.round += 1;
            self.admitted = (self.admitted / 2.0).max(1.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A request of its own that fails.
    fn fail(state: &mut State) {
        state.failures += 1;
        state.push_back(state.round);
    }

    #[test]
    fn halves_on_failure_and_comes_back_by_and_by() {
        let mut state = State::new(8);
        fail(&mut state);
        assert_eq!(state.admitted, 4.0);
        state.succeed();
        assert_eq!(state.admitted, 4.25);
        (0..100).for_each(|_| state.succeed());
        assert_eq!(state.admitted, 8.0);
        (0..100).for_each(|_| fail(&mut state));
        assert_eq!(state.admitted, 1.0);
    }

    #[tokio::test]
    async fn requests_that_fail_together_halve_once() {
        let limiter = Limiter::new(8);
        let (first, second, third) = (limiter.admit().await, limiter.admit().await, limiter.admit().await);
        [first, second, third].into_iter().for_each(Admission::failed);
        assert_eq!(limiter.with(|state| (state.admitted, state.in_flight)), (4.0, 0));
        assert!(limiter.is_paused());
        limiter.admit().await.failed();
        assert_eq!(limiter.with(|state| state.admitted), 2.0, "the next one halves again");
    }

    #[tokio::test]
    async fn a_part_done_is_progress_and_push_back() {
        let limiter = Limiter::new(8);
        for _ in 0..OPENS_AFTER {
            limiter.admit().await.failed();
        }
        assert!(limiter.is_paused());
        limiter.admit().await.succeeded_in_part();
        assert!(!limiter.is_paused());
        assert_eq!(limiter.with(|state| state.admitted), 1.0);
    }

    #[test]
    fn an_open_circuit_lets_one_probe_through() {
        let mut state = State { failures: OPENS_AFTER, ..State::new(8) };
        assert!(state.is_open() && state.enter().is_some() && state.enter().is_none());
        state.in_flight = 0;
        state.succeed();
        assert!(!state.is_open() && state.enter().is_some() && state.enter().is_some());
    }

    #[tokio::test]
    async fn whoever_waits_gets_in_when_another_leaves() {
        let limiter = Limiter::new(1);
        let first = limiter.admit().await;
        let (second, ()) = tokio::join!(limiter.admit(), async { drop(first) });
        drop(second);
        assert_eq!(limiter.with(|state| state.in_flight), 0);
    }
}
