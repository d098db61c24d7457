//! Settlement: what becomes of an object of which every line and byte is accounted for.

use std::time::Duration;

use parser_wasm::Damage;
use serde::Serialize;

use crate::cancel::Cancel;
use crate::config::{Location, Settle};
use crate::ingest::Ingest;
use crate::ledger::Ledger;
use crate::object::{Settled, Work};
use crate::outcome::Unsettled;
use crate::quarantine;
use crate::s3::{Condition, S3Error};

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
    /// Settles an object that was read to its end, if its account allows; `damage` is what is wrong with it.
    pub(crate) async fn settle(
        &self,
        work: &mut Work<'_>,
        damage: Option<Damage>,
        cancel: &Cancel,
    ) -> Result<Settled, Unsettled> {
        if !work.ledger().may_settle(work.lines_read, work.download.length()) {
            return Err(Unsettled::Unbalanced);
        }
        tokio::select! {
            biased;
            settled = self.settle_in_order(work, damage) => Ok(settled?),
            () = async { cancel.cancelled().await; tokio::time::sleep(SETTLE_GRACE).await } => Err(Unsettled::Interrupted),
        }
    }

    /// First everything that keeps what cannot be indexed, then the original.
    async fn settle_in_order(&self, work: &mut Work<'_>, damage: Option<Damage>) -> Result<Settled, S3Error> {
        work.pipeline.quarantine().complete(&self.store).await?;
        // Whoever writes the same object again wants it read from its beginning.
        self.forget(work).await?;
        let (key, etag, length) = (work.key, work.download.etag(), work.download.length());
        let Some(damage) = damage else {
            match &self.config.settle {
                Settle::Delete => self.store.delete(key, etag).await?,
                Settle::Archive(archive) => {
                    let to = Location { bucket: archive.bucket.clone(), prefix: format!("{}{key}", archive.prefix) };
                    self.store.copy(key, etag, length, &to).await?;
                    self.store.delete(key, etag).await?;
                }
                Settle::Keep => {}
            }
            return Ok(Settled::Whole);
        };
        let to = quarantine::object_key(&self.config.own_prefix, key, etag);
        let record = DamageRecord {
            bucket: self.store.bucket(),
            key,
            etag,
            bytes: length,
            damage: &damage,
            message: damage.to_string(),
            ledger: &work.ledger(),
        };
        // Of types that are always JSON.
        let record = serde_json::to_vec(&record).unwrap_or_default();
        self.store.put(&format!("{to}.damage.json"), record, Condition::Always).await?;
        let to = Location { bucket: self.store.bucket().to_owned(), prefix: to };
        self.store.copy(key, etag, length, &to).await?;
        if self.config.settle != Settle::Keep {
            self.store.delete(key, etag).await?;
        }
        Ok(Settled::Quarantined(damage))
    }
}
