//! Connections that do not outlive a freeze.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

/// Idle for longer, a connection may be forgotten by what lies between, without a word to us.
const MAX_IDLE: Duration = Duration::from_secs(30);

/// Idle for longer, what was true of a connection is not trusted before it has answered.
const TRUSTED_IDLE: Duration = Duration::from_secs(5);

/// The first question after that is answered within this, or asked again by a fresh connection.
const FIRST_ANSWER: Duration = Duration::from_secs(5);

/// A client with its pool of connections, made anew when it was not used for a while. By wall time: between two
/// invocations a Lambda is frozen, and clocks of the process may stand still, among them that of a client's own
/// pool. Requests under way keep the client that they have.
pub(crate) struct Pool<C> {
    make: Box<dyn Fn() -> C + Send + Sync>,
    current: Mutex<Current<C>>,
}

#[derive(Debug)]
struct Current<C> {
    client: C,
    used: SystemTime,
    /// How often the client was made anew.
    renewed: u64,
    trust: Trust,
}

/// What is known of a client's connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trust {
    /// They have answered since the last pause.
    Proven,
    /// There are none yet.
    Fresh,
    /// They may be dead.
    Doubtful,
}

impl<C: Clone> Pool<C> {
    pub(crate) fn new(make: impl Fn() -> C + Send + Sync + 'static) -> Self {
        let current = Current { client: make(), used: SystemTime::now(), renewed: 0, trust: Trust::Fresh };
        Self { make: Box::new(make), current: Mutex::new(current) }
    }

    /// The client for one request that may not be sent twice: its connections are not in doubt.
    pub(crate) fn client(&self) -> C {
        let (client, renewed, trust) = self.lend(SystemTime::now());
        if trust == Trust::Doubtful { self.renew(renewed) } else { client }
    }

    /// Asks what may be asked again; after a pause not for long by a connection that may be none any more.
    pub(crate) async fn ask<F: Future>(&self, ask: impl FnOnce(C) -> F, again: impl FnOnce(C) -> F) -> F::Output {
        let (client, renewed, trust) = self.lend(SystemTime::now());
        if trust == Trust::Proven {
            return ask(client).await;
        }
        match tokio::time::timeout(FIRST_ANSWER, ask(client)).await {
            Ok(answer) => {
                self.current().trust = Trust::Proven;
                answer
            }
            Err(_) => {
                tracing::debug!("no answer after a pause: asking again by a fresh connection");
                again(self.renew(renewed)).await
            }
        }
    }

    /// The client, how often it was made anew, and what is known of its connections.
    fn lend(&self, now: SystemTime) -> (C, u64, Trust) {
        let mut current = self.current();
        // A clock that was set back says nothing.
        let idle = now.duration_since(current.used).unwrap_or_default();
        if idle > MAX_IDLE {
            self.replace(&mut current);
        } else if idle > TRUSTED_IDLE {
            current.trust = Trust::Doubtful;
        }
        current.used = now;
        (current.client.clone(), current.renewed, current.trust)
    }

    /// Makes the client anew, unless somebody else has done so since.
    fn renew(&self, since: u64) -> C {
        let mut current = self.current();
        if current.renewed == since {
            self.replace(&mut current);
        }
        current.client.clone()
    }

    fn replace(&self, current: &mut Current<C>) {
        current.client = (self.make)();
        current.renewed += 1;
        current.trust = Trust::Fresh;
    }

    fn current(&self) -> MutexGuard<'_, Current<C>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
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
        let at = |seconds| pool.lend(start + Duration::from_secs(seconds)).0;
        assert_eq!([at(0), at(30), at(60)], [0, 0, 0], "idle for no more than that");
        assert_eq!([at(91), at(92)], [1, 1]);
        assert_eq!(at(10), 1, "the clock was set back");
    }

    /// By a clock that only goes on where everybody waits.
    #[tokio::test(start_paused = true)]
    async fn the_first_question_after_a_pause_is_asked_again_by_a_fresh_connection() {
        let made = AtomicU32::new(0);
        let pool = Pool::new(move || made.fetch_add(1, Ordering::SeqCst));
        let idle = |seconds| pool.current().used -= Duration::from_secs(seconds);
        // The first client's connections are dead.
        let answer = |client| async move { if client == 0 { std::future::pending().await } else { client } };
        let ask = || pool.ask(answer, answer);
        idle(10);
        let (first, second) = tokio::join!(ask(), ask());
        assert_eq!((first, second), (1, 1), "made anew once for both");
        assert_eq!(ask().await, 1);
        assert_eq!(pool.current().trust, Trust::Proven, "it has answered");
        idle(4);
        assert_eq!(pool.client(), 1, "in use");
        idle(10);
        assert_eq!(pool.client(), 2, "what may not be asked again is asked by no connection in doubt");
    }
}
