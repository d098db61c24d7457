//! How many bulk requests may be in flight, over all objects: the engine decides.

use std::sync::Mutex;

use tokio::sync::Notify;

/// After so many failures in a row the circuit is open: one request at a time goes through, as a
/// probe, until one succeeds.
const OPENS_AFTER: u32 = 3;

/// Additive increase, multiplicative decrease, as in congestion control (RFC 5681, section 3.1):
/// each failure halves the requests admitted, each success adds a fraction of one.
#[derive(Debug)]
pub struct Gate {
    state: Mutex<State>,
    left: Notify,
}

#[derive(Debug, Clone, PartialEq)]
struct State {
    most: f64,
    admitted: f64,
    in_flight: usize,
    failures: u32,
}

/// Room for one request; given back when dropped.
#[derive(Debug)]
pub(super) struct Admission<'a>(&'a Gate);

impl Gate {
    pub(super) fn new(most: usize) -> Self {
        #[allow(clippy::cast_precision_loss, reason = "at most a thousand or so")]
        let most = most as f64;
        Self { state: Mutex::new(State { most, admitted: most, in_flight: 0, failures: 0 }), left: Notify::new() }
    }

    /// Waits for room.
    pub(super) async fn admit(&self) -> Admission<'_> {
        loop {
            let left = self.left.notified();
            if self.with(State::enter) {
                return Admission(self);
            }
            left.await;
        }
    }

    /// The engine took a request up.
    pub(super) fn succeeded(&self) {
        self.with(State::succeed);
        self.left.notify_waiters();
    }

    /// The engine was too busy, or did not answer.
    pub(super) fn failed(&self) {
        self.with(State::fail);
    }

    /// Whether the engine is in trouble, so that no further objects should be taken up.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.with(|state| state.is_open())
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        // Nothing panics while it is held; and if it did, the numbers would still be numbers.
        let mut state = self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        act(&mut state)
    }
}

impl Drop for Admission<'_> {
    fn drop(&mut self) {
        self.0.with(|state| state.in_flight -= 1);
        self.0.left.notify_waiters();
    }
}

impl State {
    fn is_open(&self) -> bool {
        self.failures >= OPENS_AFTER
    }

    fn enter(&mut self) -> bool {
        let room = if self.is_open() { 1.0 } else { self.admitted };
        #[allow(clippy::cast_precision_loss, reason = "at most a thousand or so")]
        let fits = (self.in_flight as f64) + 1.0 <= room;
        self.in_flight += usize::from(fits);
        fits
    }

    fn succeed(&mut self) {
        self.failures = 0;
        self.admitted = (self.admitted + 1.0 / self.admitted).min(self.most);
    }

    fn fail(&mut self) {
        self.failures = self.failures.saturating_add(1);
        self.admitted = (self.admitted / 2.0).max(1.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_on_failure_and_comes_back_by_and_by() {
        let mut state = State { most: 8.0, admitted: 8.0, in_flight: 0, failures: 0 };
        state.fail();
        assert_eq!(state.admitted, 4.0);
        state.succeed();
        assert_eq!(state.admitted, 4.25);
        (0..100).for_each(|_| state.succeed());
        assert_eq!(state.admitted, 8.0);
        (0..100).for_each(|_| state.fail());
        assert_eq!(state.admitted, 1.0);
    }

    #[test]
    fn an_open_circuit_lets_one_probe_through() {
        let mut state = State { most: 8.0, admitted: 8.0, in_flight: 0, failures: OPENS_AFTER };
        assert!(state.is_open() && state.enter() && !state.enter());
        state.in_flight = 0;
        state.succeed();
        assert!(!state.is_open() && state.enter() && state.enter());
    }

    #[tokio::test]
    async fn whoever_waits_gets_in_when_another_leaves() {
        let gate = Gate::new(1);
        let first = gate.admit().await;
        let (second, ()) = tokio::join!(gate.admit(), async { drop(first) });
        drop(second);
        assert_eq!(gate.with(|state| state.in_flight), 0);
    }
}
