//! What runs remember, as small objects below `{own prefix}state/`: never swept, and never needed
//! for correctness. Whatever is lost here is done again, under the same ids.

mod checkpoint;
mod failed;
mod lease;
mod resume;

use serde::Serialize;
use serde::de::DeserializeOwned;
use xxhash_rust::xxh3::xxh3_64;

pub use self::checkpoint::Checkpoint;
pub use self::failed::FailedObjects;
pub use self::lease::{Lease, LeaseError};
pub use self::resume::{ResumePoint, resume_key};

use crate::s3::{Condition, S3Error, Store};

/// The key of a state object.
fn key(own_prefix: &str, name: &str) -> String {
    format!("{own_prefix}state/{name}")
}

/// A key in eight bytes: a set of very many of them stays small.
fn digest(key: &str) -> u64 {
    xxh3_64(key.as_bytes())
}

/// Reads a state object. One that cannot be read as what it should be counts as not there: it was
/// written by another release.
async fn load<T: DeserializeOwned>(store: &Store, key: &str) -> Result<Option<T>, S3Error> {
    let Some((body, _)) = store.read(key).await? else { return Ok(None) };
    let state = serde_json::from_slice(&body);
    if let Err(error) = &state {
        tracing::warn!(key, %error, "the state is not readable and begins anew");
    }
    Ok(state.ok())
}

/// Writes a state object over the one before.
async fn save<T: Serialize>(store: &Store, key: &str, state: &T) -> Result<(), S3Error> {
    // Of types that are always JSON.
    let body = serde_json::to_vec(state).unwrap_or_default();
    store.put(key, body, Condition::Always).await.map(drop)
}
