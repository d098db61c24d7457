//! One file of quarantined lines.

use std::sync::Arc;

use parser_wasm::{ItemWriter, KeptLine, Source};
use serde::Deserialize;

use super::Replayed;
use crate::bulk::pipeline::{Blocked, Pipeline};
use crate::bulk::{Batch, Origin, Refusals};
use crate::cancel::{Cancel, StopReason};
use crate::ingest::Ingest;
use crate::ledger::Ledger;
use crate::lines::LogLines;
use crate::quarantine::{ENTRY_LIMITS, QuarantineFile};
use crate::s3::S3Error;

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
            Blocked::Everybody(reason) => Self::Run(reason),
            Blocked::Object(parked) => Self::File(parked.to_string()),
            Blocked::Quarantine(error) => error.into(),
        }
    }
}

impl From<S3Error> for Halt {
    fn from(error: S3Error) -> Self {
        Self::File(error.to_string())
    }
}

/// Sends the lines of a file again; what stays takes the place of the file, and where nothing stays it is deleted.
pub(super) async fn replay_file(ingest: &Ingest, file: &str, overwrite: bool, cancel: &Cancel) -> Replayed {
    let mut ledger = Ledger::default();
    let replayed = tokio::select! {
        biased;
        () = cancel.cancelled() => Err(Halt::File("the run ended".to_owned())),
        replayed = replay(ingest, file, overwrite, &mut ledger) => replayed,
    };
    let outcome = replayed.map_err(|halt| match halt {
        Halt::Run(reason) => {
            cancel.cancel(reason.clone());
            reason.to_string()
        }
        Halt::File(message) => message,
    });
    Replayed { ledger, outcome }
}

async fn replay(ingest: &Ingest, file: &str, overwrite: bool, ledger: &mut Ledger) -> Result<bool, Halt> {
    let mut download = ingest.store.get(file).await?;
    let mut lines = LogLines::new(ENTRY_LIMITS);
    let rest = QuarantineFile::replacing(file.to_owned(), download.etag());
    let mut pipeline = Pipeline::new(Arc::clone(&ingest.sink), Refusals::Expected, Ledger::default(), rest, 0);
    let mut batch: Option<(Arc<Origin>, ItemWriter, Batch)> = None;
    while lines.damage().is_none() && lines.take_up(&mut download).await? {
        while let Some(entry) = lines.next_line() {
            let entry: Entry = serde_json::from_slice(entry.bytes).map_err(|error| {
                Halt::File(format!("line {} is not an entry of a quarantine: {error}", entry.number))
            })?;
            // A file holds the lines of one object, so this happens once.
            let (origin, writer, batch) = batch.get_or_insert_with(|| {
                let writer = ingest.writer(&Source::s3(&entry.bucket, &entry.key), overwrite);
                let origin = Arc::new(Origin::new(&entry.bucket, &entry.key, &entry.etag));
                let empty = ingest.sink.batch(&origin);
                (origin, writer, empty)
            });
            batch.write(writer, &entry.line.line());
            if batch.is_full() {
                let full = std::mem::replace(batch, ingest.sink.batch(origin));
                pipeline.push(&ingest.store, full).await?;
            }
        }
    }
    if let Some(damage) = lines.damage() {
        return Err(Halt::File(damage.to_string()));
    }
    if let Some((_, _, batch)) = batch {
        pipeline.push(&ingest.store, batch).await?;
    }
    pipeline.drain(&ingest.store).await?;
    *ledger = pipeline.ledger().clone();
    if ledger.lines == 0 {
        return Err(Halt::File("it holds no entry of a quarantine".to_owned()));
    }
    if !ledger.balances() {
        return Err(Halt::File("not every line is accounted for".to_owned()));
    }
    if ledger.quarantined == 0 {
        ingest.store.delete(file, download.etag()).await?;
    } else {
        pipeline.quarantine().complete(&ingest.store).await?;
    }
    Ok(ledger.quarantined == 0)
}
