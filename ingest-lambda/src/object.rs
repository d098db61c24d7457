//! One object, from GET to settlement.

use parser_wasm::{ItemWriter, Limits, Line, LineOutcome, LogReader, Skip, Source};

use crate::bulk::Batch;
use crate::error::Unsettled;
use crate::ledger::Ledger;
use crate::s3::ListedObject;
use crate::stop::{Stop, StopReason};
use crate::sweep::Ingest;

/// What the object was when it was read; only that may be deleted.
struct ReadVersion {
    etag: String,
    length: u64,
}

/// Why indexing ended before the object did.
enum Halt {
    Object(Unsettled),
    Run(StopReason),
}

impl<E: Into<Unsettled>> From<E> for Halt {
    fn from(error: E) -> Self {
        Self::Object(error.into())
    }
}

impl Ingest {
    /// Indexes an object's lines and deletes it if its ledger allows. The ledger tells what was
    /// done in either case.
    pub(crate) async fn object(&self, object: &ListedObject, stop: &Stop) -> (Ledger, Result<(), Unsettled>) {
        let mut ledger = Ledger::default();
        // Indexing may be cut off anywhere: the next run repeats it under the same ids.
        let indexed = tokio::select! {
            biased;
            () = stop.pulled() => Err(Halt::Object(Unsettled::Interrupted)),
            indexed = self.index(&object.key, &mut ledger) => indexed,
        };
        let outcome = match indexed {
            // Not so settlement: once begun, it is seen through, so that the report is true.
            Ok(version) => self.settle(&object.key, &version, &ledger).await,
            Err(Halt::Object(why)) => Err(why),
            Err(Halt::Run(reason)) => {
                stop.pull(reason);
                Err(Unsettled::Interrupted)
            }
        };
        (ledger, outcome)
    }

    /// Reads the whole object and brings every good line into the index.
    async fn index(&self, key: &str, ledger: &mut Ledger) -> Result<ReadVersion, Halt> {
        let mut download = self.store.get(key).await?;
        let source = Source::s3(self.store.bucket(), key);
        let writer = ItemWriter::new(&self.settings, &source);
        let mut reader = LogReader::new(Limits::default());
        let mut batch = Batch::default();
        let mut damage = None;
        while damage.is_none() {
            let Some(chunk) = download.chunk().await? else { break };
            ledger.received_bytes += chunk.len() as u64;
            damage = reader.push(&chunk).err();
            while let Some(line) = reader.next_line() {
                enter(&line, &writer, &mut batch, ledger);
                if batch.is_full() {
                    self.sink.send(&mut batch, ledger).await.map_err(Halt::Run)?;
                }
            }
            ledger.inflated_bytes = reader.inflated_bytes();
        }
        if damage.is_none() {
            match reader.finish() {
                Ok(Some(line)) => enter(&line, &writer, &mut batch, ledger),
                Ok(None) => {}
                Err(error) => damage = Some(error),
            }
            ledger.inflated_bytes = reader.inflated_bytes();
        }
        self.sink.send(&mut batch, ledger).await.map_err(Halt::Run)?;
        match damage {
            Some(damage) => Err(Halt::Object(Unsettled::Damaged(damage))),
            None => Ok(ReadVersion { etag: download.etag().to_owned(), length: download.length() }),
        }
    }

    /// Deletes the object, if every line and byte of it is accounted for.
    async fn settle(&self, key: &str, version: &ReadVersion, ledger: &Ledger) -> Result<(), Unsettled> {
        if let (true, Some(first)) = (ledger.rejected > 0, ledger.first_rejected.clone()) {
            let (rejected, lines) = (ledger.rejected, ledger.lines);
            return Err(Unsettled::Rejected { rejected, lines, first });
        }
        if !ledger.may_settle(version.length) {
            return Err(Unsettled::Unbalanced);
        }
        Ok(self.store.delete(key, &version.etag).await?)
    }
}

/// Enters a line in the ledger, and its item, if it makes one, in the batch: the item's own fate
/// follows when the engine has spoken.
fn enter(line: &Line<'_>, writer: &ItemWriter, batch: &mut Batch, ledger: &mut Ledger) {
    ledger.lines += 1;
    match batch.write(writer, line) {
        LineOutcome::Item(_) => {}
        LineOutcome::Skipped(Skip::Blank) => ledger.blank += 1,
        LineOutcome::Skipped(Skip::Control) => ledger.control += 1,
        LineOutcome::Rejected(rejection) => {
            ledger.reject(line.number, || rejection.error.to_string());
        }
    }
}
