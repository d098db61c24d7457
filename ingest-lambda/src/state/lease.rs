//! Ticks do not overlap: one invocation at a time holds the lease.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::key;
use crate::s3::{Condition, S3Error, Store};

const NAME: &str = "lease.json";

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
    #[error("another run holds the lease until {0} s after the epoch")]
    Held(u64),
    /// S3 does not say.
    #[error("the lease cannot be had: {0}")]
    Storage(#[from] S3Error),
}

#[derive(Serialize, Deserialize)]
struct Holder {
    until_epoch_s: u64,
}

impl<'a> Lease<'a> {
    /// Takes the lease for so long.
    ///
    /// # Errors
    /// When somebody holds it.
    pub async fn take(store: &'a Store, own_prefix: &str, time: Duration) -> Result<Self, LeaseError> {
        let key = key(own_prefix, NAME);
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let holder = Holder { until_epoch_s: (now + time).as_secs() };
        let body = serde_json::to_vec(&holder).unwrap_or_default();
        let etag = match store.read(&key).await? {
            None => store.put(&key, body, Condition::Absent).await,
            Some((found, etag)) => match serde_json::from_slice(&found) {
                Ok(Holder { until_epoch_s }) if until_epoch_s > now.as_secs() => {
                    return Err(LeaseError::Held(until_epoch_s));
                }
                _ => store.put(&key, body, Condition::Matches(&etag)).await,
            },
        };
        match etag {
            Ok(etag) => Ok(Self { store, key, etag }),
            // Somebody was quicker.
            Err(S3Error::Changed) => Err(LeaseError::Held(holder.until_epoch_s)),
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
