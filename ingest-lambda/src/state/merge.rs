//! State objects that several may write: each writes over the version that it has read, and over no other.

use super::StateError;
use crate::s3::{Condition, S3Error, Store};

/// An object that somebody else changes meanwhile is merged again so often.
const ATTEMPTS: u32 = 8;

/// Reads an object and its `ETag`; an absent one is empty.
pub(super) async fn load<T: Default>(
    store: &Store,
    key: &str,
    decode: impl Fn(&str, &[u8]) -> Result<T, StateError>,
) -> Result<(T, Option<String>), StateError> {
    match store.read(key).await? {
        Some((body, etag)) => Ok((decode(key, &body)?, Some(etag))),
        None => Ok((T::default(), None)),
    }
}

/// Reads an object and writes what `change` makes of it, if nobody else has written meanwhile; otherwise begins again.
pub(super) async fn merge<T: Default>(
    store: &Store,
    key: &str,
    decode: impl Fn(&str, &[u8]) -> Result<T, StateError>,
    change: impl Fn(T) -> Option<Vec<u8>>,
) -> Result<(), StateError> {
    let mut attempt = 1;
    loop {
        let (found, etag) = load(store, key, &decode).await?;
        match write(store, key, change(found), etag.as_deref()).await {
            Err(error) if error.is_changed() && attempt < ATTEMPTS => attempt += 1,
            written => return Ok(written?),
        }
    }
}

/// Writes an object over the version that was read; without a body it is removed.
pub(super) async fn write(
    store: &Store,
    key: &str,
    body: Option<Vec<u8>>,
    replaces: Option<&str>,
) -> Result<(), S3Error> {
    match (body, replaces) {
        (None, None) => Ok(()),
        (None, Some(_)) => store.remove(key).await,
        (Some(body), replaces) => {
            let condition = replaces.map_or(Condition::Absent, Condition::Matches);
            store.put(key, body, condition).await.map(drop)
        }
    }
}
