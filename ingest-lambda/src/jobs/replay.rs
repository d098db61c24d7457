//! Quarantined lines, sent again after a fix.

use std::sync::Arc;

use parser_wasm::{ItemWriter, KeptLine, Limits, LogReader, Source};
use serde::{Deserialize, Serialize};

use crate::bulk::Origin;
use crate::bulk::pipeline::{Blocked, Pipeline};
use crate::cancel::{Cancel, StopReason};
use crate::ingest::Ingest;
use crate::ledger::Ledger;
use crate::outcome::RunError;
use crate::quarantine::{QuarantineFile, lines_prefix};
use crate::s3::S3Error;

/// An entry holds a line of the longest length and perhaps its document, which tells parts of it several times; escaping
/// makes six bytes of one at worst.
const ENTRY_LIMITS: Limits = Limits { line_bytes: 16 << 20 };

/// What a replay did.
#[derive(Debug, Default, Serialize)]
pub struct ReplayReport {
    /// Files of quarantined lines found.
    pub files: u64,
    /// Those that are gone, since every line of them is accounted for now.
    pub emptied: u64,
    /// Lines sent again.
    pub lines: u64,
    /// Documents new in the index.
    pub indexed: u64,
    /// Documents that were there already.
    pub duplicate: u64,
    /// Lines that the filter leaves out.
    pub filtered: u64,
    /// Lines that stay in quarantine: still bad, or kept only in part.
    pub quarantined: u64,
    /// Files left as they are, and why.
    pub failed: Vec<FailedFile>,
    /// Why the replay ended before its work did, if it did.
    pub stopped: Option<StopReason>,
}

/// A file of quarantined lines that was left as it is.
#[derive(Debug, Serialize)]
pub struct FailedFile {
    /// Its key.
    pub key: String,
    /// Why.
    pub message: String,
}

/// What of an entry a replay reads.
#[derive(Deserialize)]
struct Entry {
    bucket: String,
    key: String,
    etag: String,
    #[serde(flatten)]
    line: KeptLine,
}

/// Why a file was not worked on to its end.
enum Halt {
    Run(StopReason),
    File(String),
}

impl From<Blocked> for Halt {
    fn from(blocked: Blocked) -> Self {
        match blocked {
            Blocked::Engine(reason) => Self::Run(reason),
            Blocked::Quarantine(error) => error.into(),
        }
    }
}

impl From<S3Error> for Halt {
    fn from(error: S3Error) -> Self {
        Self::File(error.to_string())
    }
}

impl Ingest {
    /// Sends the lines of every quarantine file under `prefix` (of the source objects' keys) again.
    /// What the engine takes now leaves the quarantine; the rest stays.
    ///
    /// # Errors
    /// When the quarantine cannot be listed or the engine is not ready.
    pub async fn replay(
        &self,
        prefix: &str,
        overwrite: bool,
        cancel: &Cancel,
        mut progress: impl FnMut(usize, usize),
    ) -> Result<ReplayReport, RunError> {
        let mut report = ReplayReport::default();
        self.check_engine(cancel).await?;
        let mut files = Vec::new();
        let prefix = format!("{}{prefix}", lines_prefix(&self.config.own_prefix));
        self.store.list(&prefix, |object| files.push(object.key)).await.map_err(RunError::Quarantine)?;
        report.files = files.len() as u64;
        for (done, file) in files.iter().enumerate() {
            progress(done, files.len());
            let replayed = tokio::select! {
                biased;
                () = cancel.cancelled() => break,
                replayed = self.replay_file(file, overwrite, &mut report) => replayed,
            };
            match replayed {
                Ok(()) => {}
                Err(Halt::Run(reason)) => cancel.cancel(reason),
                Err(Halt::File(message)) => report.failed.push(FailedFile { key: file.clone(), message }),
            }
        }
        report.stopped = cancel.reason();
        Ok(report)
    }

    async fn replay_file(&self, file: &str, overwrite: bool, report: &mut ReplayReport) -> Result<(), Halt> {
        let mut download = self.store.get(file).await?;
        let mut reader = LogReader::new(ENTRY_LIMITS);
        let rest = QuarantineFile::replacing(file.to_owned(), download.etag());
        let mut pipeline =
            Pipeline::new(Arc::clone(&self.sink), self.config.requests_in_flight, Ledger::default(), rest, 0);
        let mut batch: Option<(Arc<Origin>, ItemWriter, crate::bulk::Batch)> = None;
        let damaged = |damage: parser_wasm::Damage| Halt::File(damage.to_string());
        while let Some(chunk) = download.chunk().await? {
            let pushed = reader.push(&chunk);
            while let Some(entry) = reader.next_line() {
                let entry: Entry = serde_json::from_slice(entry.bytes).map_err(|error| {
                    Halt::File(format!("line {} is not an entry of a quarantine: {error}", entry.number))
                })?;
                // A file holds the lines of one object, so this happens once.
                if batch.is_none() {
                    let source = Source::s3(&entry.bucket, &entry.key);
                    let writer = self.writer(&source, overwrite);
                    let origin = Arc::new(Origin::new(&entry.bucket, &entry.key, &entry.etag));
                    let empty = self.sink.batch(&origin);
                    batch = Some((origin, writer, empty));
                }
                if let Some((origin, writer, batch)) = &mut batch {
                    batch.write(writer, &entry.line.line());
                    if batch.is_full() {
                        let full = std::mem::replace(batch, self.sink.batch(origin));
                        pipeline.push(&self.store, full).await?;
                    }
                }
            }
            pushed.map_err(damaged)?;
        }
        reader.finish().map_err(damaged)?;
        if let Some((_, _, batch)) = batch {
            pipeline.push(&self.store, batch).await?;
        }
        pipeline.drain(&self.store).await?;
        let ledger = pipeline.ledger().clone();
        report.lines += ledger.lines;
        report.indexed += ledger.indexed;
        report.duplicate += ledger.duplicate;
        report.filtered += ledger.filtered;
        report.quarantined += ledger.quarantined;
        if !ledger.balances() {
            return Err(Halt::File("not every line is accounted for".to_owned()));
        }
        if ledger.quarantined == 0 {
            self.store.delete(file, download.etag()).await?;
            report.emptied += 1;
        } else {
            pipeline.quarantine().complete(&self.store).await?;
        }
        Ok(())
    }
}
