//! One request: when it is sent, and when it is sent again. S3 decides how many are in flight.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use super::classify::Classified;
use super::{Failure, Reach, S3Error, Store, reach};
use crate::backoff::Backoff;
use crate::limiter::Limiter;

/// Requests in flight at most, over all objects; the body of an object that is being read does not count.
const IN_FLIGHT: usize = 64;

/// When nobody got through for so long, nobody waits any more, and the failure is everybody's.
const PATIENCE: Duration = Duration::from_secs(60);

/// A request to which S3 gives a code that nobody knows is sent so often.
const ATTEMPTS_AT_UNKNOWN: u32 = 3;

/// Whose object a request is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// A log that a load balancer wrote.
    Log,
    /// Our own: state, quarantine, a copy in the archive.
    Own,
}

/// What a request is about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject<'a> {
    /// The API operation.
    pub(super) operation: &'static str,
    pub(super) bucket: &'a str,
    /// A key, or the prefix of a listing.
    pub(super) key: &'a str,
    pub(super) whose: Whose,
}

impl Subject<'_> {
    /// An answer that lacks what it must have, or a request that cannot be made.
    pub(super) fn broken(&self, problem: &str) -> S3Error {
        S3Error::Failed(Box::new(self.failure(None, problem.to_owned(), Reach::Object)))
    }

    /// A refusal within an answer.
    pub(super) fn refused(&self, code: String, message: String) -> S3Error {
        let reach = reach::of_answer(Some(&code), 200).unwrap_or(Reach::Object);
        S3Error::Failed(Box::new(self.failure(Some(code), message, reach)))
    }

    fn failure(&self, code: Option<String>, message: String, reach: Reach) -> Failure {
        let (bucket, key) = (self.bucket.to_owned(), self.key.to_owned());
        let (operation, status, request_id, advice) = (self.operation, None, None, None);
        Failure { operation, bucket, key, status, code, message, request_id, advice, reach }
    }
}

/// The pace of all requests together.
#[derive(Debug)]
pub(super) struct Pace {
    limiter: Limiter,
    outage: Mutex<Option<Outage>>,
}

/// Nobody gets through.
#[derive(Debug)]
struct Outage {
    since: Instant,
    /// What the first request was about.
    key: String,
    /// Whether others failed too: one object that cannot be had is no outage.
    is_wide: bool,
}

impl Pace {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self { limiter: Limiter::new(IN_FLIGHT), outage: Mutex::default() })
    }

    pub(super) fn is_paused(&self) -> bool {
        self.limiter.is_paused()
    }

    /// Notes an answer, be it a refusal.
    fn got_through(&self) {
        *self.outage() = None;
    }

    /// Notes that S3 was busy or away for this key; gives whether it has been so for everybody and for too long.
    fn failed(&self, key: &str, now: Instant) -> bool {
        let mut outage = self.outage();
        let outage = outage.get_or_insert_with(|| Outage { since: now, key: key.to_owned(), is_wide: false });
        outage.is_wide |= outage.key != key;
        outage.is_wide && now - outage.since >= PATIENCE
    }

    fn outage(&self) -> MutexGuard<'_, Option<Outage>> {
        self.outage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store {
    /// What a request of ours is about, in this bucket.
    pub(super) fn subject<'a>(&'a self, operation: &'static str, key: &'a str, whose: Whose) -> Subject<'a> {
        Subject { operation, bucket: self.bucket(), key, whose }
    }

    /// Sends a request, again for as long as S3 is merely busy or away, and gives the answer.
    pub(super) async fn send<T, E, F>(&self, subject: Subject<'_>, request: impl Fn() -> F) -> Result<T, S3Error>
    where
        E: std::error::Error + ProvideErrorMetadata + 'static,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    {
        self.send_counted(subject, request).await.0
    }

    /// The same, and how often it was sent: what is repeated may have been done before.
    pub(super) async fn send_counted<T, E, F>(
        &self,
        subject: Subject<'_>,
        request: impl Fn() -> F,
    ) -> (Result<T, S3Error>, u32)
    where
        E: std::error::Error + ProvideErrorMetadata + 'static,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    {
        let Pace { limiter, .. } = &*self.pace;
        let (mut backoff, mut attempts, mut progress) = (Backoff::default(), 0, limiter.progress());
        loop {
            let admission = limiter.admit().await;
            let answer = request().await;
            attempts += 1;
            let failure = match answer {
                Ok(answer) => {
                    admission.succeeded();
                    self.pace.got_through();
                    return (Ok(answer), attempts);
                }
                Err(error) => self.classify(&subject, &error),
            };
            let Classified { error, is_unknown, retry_after } = failure;
            let is_passing = error.reach() == Reach::Passing;
            if is_passing {
                admission.failed();
                if self.pace.failed(subject.key, Instant::now()) {
                    return (Err(error.of_everybody()), attempts);
                }
            } else {
                // A refusal is an answer too.
                admission.succeeded();
                self.pace.got_through();
            }
            // S3 has no time for some, while others get through: their turn comes.
            let now = limiter.progress();
            if is_throttled(&error) && now != progress {
                backoff.renew_patience();
            }
            progress = now;
            let is_repeated = is_passing || is_unknown && attempts < ATTEMPTS_AT_UNKNOWN;
            tracing::debug!(%error, attempts, is_repeated, "S3 refused a request");
            if !is_repeated || !backoff.pause(retry_after).await {
                return (Err(error), attempts);
            }
        }
    }
}

fn is_throttled(error: &S3Error) -> bool {
    error.reach() == Reach::Passing && matches!(error.status(), Some(429 | 503))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_is_one_of_several_keys_and_of_some_time() {
        let (pace, now) = (Pace::new(), Instant::now());
        let later = now + PATIENCE;
        assert!(!pace.failed("a", now));
        assert!(!pace.failed("a", later), "one object that cannot be had");
        assert!(pace.failed("b", later));
        assert!(pace.failed("a", later));
        pace.got_through();
        assert!(!pace.failed("a", later) && !pace.failed("b", later), "it begins anew");
    }
}
