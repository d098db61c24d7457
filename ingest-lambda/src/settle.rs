//! Settlement: what becomes of an object of which every line and byte is accounted for.

use std::time::Duration;

use parser_wasm::Damage;
use serde::Serialize;

use crate::config::{Location, Settle};
use crate::error::Unsettled;
use crate::ingest::Ingest;
use crate::ledger::Ledger;
use crate::object::{ReadVersion, Settled};
use crate::quarantine::{self, QuarantineFile};
use crate::s3::{Condition, S3Error};
use crate::stop::Stop;

/// Settlement that has begun when a run ends is seen through if it takes no longer. Broken off
/// anywhere it does no harm: the original is the last thing to go.
const SETTLE_GRACE: Duration = Duration::from_secs(6);

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

impl Ingest {
    pub(crate) async fn settle(
        &self,
        key: &str,
        version: &ReadVersion,
        ledger: &Ledger,
        quarantine: QuarantineFile,
        damage: Option<Damage>,
        stop: &Stop,
    ) -> Result<Settled, Unsettled> {
        if !ledger.may_settle(version.length) {
            return Err(Unsettled::Unbalanced);
        }
        tokio::select! {
            biased;
            settled = self.settle_in_order(key, version, ledger, quarantine, damage) => Ok(settled?),
            () = async { stop.pulled().await; tokio::time::sleep(SETTLE_GRACE).await } => Err(Unsettled::Interrupted),
        }
    }

    /// First everything that keeps what cannot be indexed, then the original.
    async fn settle_in_order(
        &self,
        key: &str,
        version: &ReadVersion,
        ledger: &Ledger,
        quarantine: QuarantineFile,
        damage: Option<Damage>,
    ) -> Result<Settled, S3Error> {
        quarantine.complete(&self.store).await?;
        let Some(damage) = damage else {
            match &self.config.settle {
                Settle::Delete => self.store.delete(key, &version.etag).await?,
                Settle::Archive(archive) => {
                    let to = Location { bucket: archive.bucket.clone(), prefix: format!("{}{key}", archive.prefix) };
                    self.relocate(key, version, &to).await?;
                }
                Settle::Keep => {}
            }
            return Ok(Settled::Whole);
        };
        let to = quarantine::object_key(&self.config.own_prefix, key);
        let record = DamageRecord {
            bucket: self.store.bucket(),
            key,
            etag: &version.etag,
            bytes: version.length,
            damage: &damage,
            message: damage.to_string(),
            ledger,
        };
        // Of types that are always JSON.
        let record = serde_json::to_vec(&record).unwrap_or_default();
        self.store.put(&format!("{to}.damage.json"), record, Condition::Always).await?;
        let to = Location { bucket: self.store.bucket().to_owned(), prefix: to };
        if self.config.settle == Settle::Keep {
            self.store.copy(key, &version.etag, version.length, &to).await?;
        } else {
            self.relocate(key, version, &to).await?;
        }
        Ok(Settled::Quarantined(damage))
    }

    /// Copy, verify, conditional delete.
    async fn relocate(&self, key: &str, version: &ReadVersion, to: &Location) -> Result<(), S3Error> {
        self.store.copy(key, &version.etag, version.length, to).await?;
        self.store.delete(key, &version.etag).await
    }
}
