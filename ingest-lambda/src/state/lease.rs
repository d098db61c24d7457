//! Ticks do not overlap: one invocation at a time holds the lease.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Folder, iso, text};
use crate::s3::{Condition, S3Error, Store};

const NAME: &str = "lease.json";

/// No invocation takes longer than 15 minutes, and clocks differ by no more than one: a lease that would
/// last longer is garbage, and counts as expired.
const LONGEST: Duration = Duration::from_secs(16 * 60);

/// Held until released, or until the holder's own time is up: a holder that died blocks nobody for
/// longer than it could have run.
#[derive(Debug)]
pub struct Lease<'a> {
    store: &'a Store,
    key: String,
    etag: String,
}

/// Why the lease is not to be had.
#[derive(Debug, Error)]
pub enum LeaseError {
    /// Another run has it. Nothing is wrong; the next tick sees what is left.
    #[error("another run holds the lease until {0}")]
    Held(String),
    /// S3 does not say.
    #[error("the lease cannot be had: {0}")]
    Storage(#[from] S3Error),
}

#[derive(Serialize, Deserialize)]
struct Holder {
    until_epoch_s: u64,
    /// Drawn anew for each holder: so the holder knows its own, also where the answer to its put was
    /// lost and the client's second attempt met the first.
    #[serde(default)]
    owner: u64,
}

impl Holder {
    fn holds_at(&self, now: Duration) -> bool {
        (now.as_secs() + 1..=(now + LONGEST).as_secs()).contains(&self.until_epoch_s)
    }

    fn until(&self) -> String {
        iso(self.until_epoch_s)
    }
}

impl<'a> Lease<'a> {
    /// Takes the lease for so long.
    ///
    /// # Errors
    /// When somebody holds it.
    pub async fn take(store: &'a Store, folder: &Folder, time: Duration) -> Result<Self, LeaseError> {
        let key = folder.state(NAME);
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let mine = Holder { until_epoch_s: (now + time).as_secs(), owner: fastrand::u64(..) };
        let body = text(&mine);
        let etag = match store.read(&key).await? {
            None => store.put(&key, body, Condition::Absent).await,
            Some((found, etag)) => match serde_json::from_slice::<Holder>(&found) {
                Ok(holder) if holder.holds_at(now) => return Err(LeaseError::Held(holder.until())),
                _ => store.put(&key, body, Condition::Matches(&etag)).await,
            },
        };
        match etag {
            Ok(etag) => Ok(Self { store, key, etag }),
            // Somebody was quicker, or it was this put itself.
            Err(error) if error.is_changed() => match store.read(&key).await? {
                Some((found, etag)) => match serde_json::from_slice::<Holder>(&found) {
                    Ok(holder) if holder.owner == mine.owner => Ok(Self { store, key, etag }),
                    Ok(holder) => Err(LeaseError::Held(holder.until())),
                    Err(_) => Err(LeaseError::Held(mine.until())),
                },
                None => Err(LeaseError::Held(mine.until())),
            },
            Err(error) => Err(error.into()),
        }
    }

    /// Gives the lease back.
    pub async fn release(self) {
        if let Err(error) = self.store.delete(&self.key, &self.etag).await {
            tracing::debug!(%error, "the lease ends by itself");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_of_the_far_future_is_none() {
        let now = Duration::from_secs(1_795_475_456);
        let holder = |until_epoch_s| Holder { until_epoch_s, owner: 1 };
        assert!(holder(now.as_secs() + 300).holds_at(now) && holder(now.as_secs() + 900).holds_at(now));
        assert!(!holder(now.as_secs()).holds_at(now), "it is over");
        assert!(!holder(now.as_secs() * 1000).holds_at(now), "milliseconds");
        assert!(!holder(u64::MAX).holds_at(now));
    }
}
