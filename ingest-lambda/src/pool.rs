//! Connections that do not outlive a freeze.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

/// Idle for longer, a connection may be forgotten by what lies between, without a word to us.
const MAX_IDLE: Duration = Duration::from_secs(30);

/// A client with its pool of connections, made anew when it was not used for a while. By wall time: between two
/// invocations a Lambda is frozen, and clocks of the process may stand still, among them that of a client's own
/// pool. Requests under way keep the client that they have.
pub(crate) struct Pool<C> {
    make: Box<dyn Fn() -> C + Send + Sync>,
    current: Mutex<(C, SystemTime)>,
}

impl<C: Clone> Pool<C> {
    pub(crate) fn new(make: impl Fn() -> C + Send + Sync + 'static) -> Self {
        let current = Mutex::new((make(), SystemTime::now()));
        Self { make: Box::new(make), current }
    }

    /// The client for one request.
    pub(crate) fn client(&self) -> C {
        self.client_at(SystemTime::now())
    }

    fn client_at(&self, now: SystemTime) -> C {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        // A clock that was set back says nothing.
        if now.duration_since(current.1).is_ok_and(|idle| idle > MAX_IDLE) {
            current.0 = (self.make)();
        }
        current.1 = now;
        current.0.clone()
    }
}

impl<C: fmt::Debug> fmt::Debug for Pool<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pool").field(&self.current).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[test]
    fn a_client_is_made_anew_after_a_freeze_and_not_before() {
        let made = AtomicU32::new(0);
        let pool = Pool::new(move || made.fetch_add(1, Ordering::SeqCst));
        let start = SystemTime::now() + Duration::from_secs(1);
        let at = |seconds| pool.client_at(start + Duration::from_secs(seconds));
        assert_eq!([at(0), at(30), at(60)], [0, 0, 0], "it is in use");
        assert_eq!([at(91), at(92)], [1, 1]);
        assert_eq!(at(10), 1, "the clock was set back");
    }
}
