//! Settlement: what becomes of an object of which every line and byte is accounted for.
//!
//! It may be broken off anywhere and repeated: the original is the last thing to go.

use parser_wasm::Damage;
use serde::Serialize;
use serde_json::Value;

use super::RESUMABLE_BYTES;
use crate::config::{Location, Settle};
use crate::ingest::{Ingest, Logs};
use crate::ledger::Ledger;
use crate::outcome::Unsettled;
use crate::quarantine;
use crate::s3::{Condition, Reach, S3Error};
use crate::state::{Account, ResumePoint, StateError};

/// The record beside a damaged object in quarantine.
#[derive(Serialize)]
struct DamageRecord<'a> {
    bucket: &'a str,
    key: &'a str,
    etag: &'a str,
    bytes: u64,
    #[serde(flatten)]
    damage: &'a Damage,
    message: String,
    ledger: &'a Ledger,
}

/// The record of what is wrong with an object that was written there.
pub(super) fn record(bucket: &str, key: &str, etag: &str, bytes: u64, damage: &Damage, ledger: &Ledger) -> Value {
    let message = damage.to_string();
    let record = DamageRecord { bucket, key, etag, bytes, damage, message, ledger };
    // Of types that are always JSON.
    serde_json::to_value(record).unwrap_or_default()
}

/// What an error of a settlement means for the object.
pub(super) fn failed(error: StateError) -> Unsettled {
    match error {
        StateError::Storage(error) => match error {
            S3Error::Gone { .. } | S3Error::Changed { .. } => error.into(),
            error if error.reach() == Reach::Everybody => error.into(),
            error => Unsettled::Settlement(error.to_string()),
        },
        error => Unsettled::Settlement(error.to_string()),
    }
}

/// An object that is only to be settled.
pub(super) struct Settlement<'a> {
    pub(super) ingest: &'a Ingest,
    pub(super) logs: &'a Logs,
    pub(super) key: &'a str,
    pub(super) etag: &'a str,
    pub(super) account: &'a Account,
}

impl Settlement<'_> {
    /// Settles the object.
    pub(super) async fn carry_out(&self) -> Result<(), StateError> {
        let Self { ingest, logs, key, etag, account } = *self;
        if !account.quarantined {
            // An object that had bad lines when it was read before has none now.
            let file = quarantine::lines_key(ingest.folder.path(), logs.original(key), etag);
            ingest.store.remove(&file).await?;
        }
        // Whoever writes the same object again wants it read from its first line.
        if account.length >= RESUMABLE_BYTES {
            ResumePoint::remove(&ingest.store, &ingest.folder, key).await?;
        }
        match &account.damage {
            Some(record) => self.move_to_quarantine(record).await,
            None => self.settle_whole().await,
        }
    }

    async fn settle_whole(&self) -> Result<(), StateError> {
        let Self { logs, key, etag, account, .. } = *self;
        match &logs.settle {
            Settle::Delete => logs.store.delete(key, etag).await?,
            Settle::Archive(archive) => {
                let to = Location { bucket: archive.bucket.clone(), prefix: format!("{}{key}", archive.prefix) };
                logs.store.copy(key, etag, account.length, &to).await?;
                logs.store.delete(key, etag).await?;
            }
            Settle::Keep => {}
        }
        Ok(())
    }

    async fn move_to_quarantine(&self, record: &Value) -> Result<(), StateError> {
        let Self { ingest, logs, key, etag, account } = *self;
        let to = quarantine::object_key(ingest.folder.path(), logs.original(key), etag);
        ingest.store.put(&quarantine::record_key(&to), record.to_string(), Condition::Always).await?;
        let to = Location { bucket: ingest.store.bucket().to_owned(), prefix: to };
        logs.store.copy(key, etag, account.length, &to).await?;
        if logs.settle != Settle::Keep {
            logs.store.delete(key, etag).await?;
        }
        Ok(())
    }
}
