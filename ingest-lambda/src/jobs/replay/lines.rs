//! One file of quarantined lines.

use std::sync::Arc;

use parser_wasm::{ItemWriter, KeptLine, Source, Told};
use serde::Deserialize;

use super::{Halt, pipeline};
use crate::bulk::pipeline::Pipeline;
use crate::bulk::{Batch, Origin};
use crate::ingest::Ingest;
use crate::lines::LogLines;
use crate::quarantine::{ENTRY_LIMITS, QuarantineFile, lines_key};

/// What of an entry a replay reads.
#[derive(Deserialize)]
struct Entry {
    bucket: String,
    key: String,
    etag: String,
    #[serde(flatten)]
    line: KeptLine,
}

/// Sends the lines of a file again; what stays takes the place of the file, and where nothing stays it is deleted.
/// Gives whether it is.
pub(super) async fn replay(
    ingest: &Ingest,
    file: &str,
    overwrite: bool,
    sending: &mut Option<Pipeline>,
) -> Result<bool, Halt> {
    let mut download = ingest.store.get(file).await?;
    let mut lines = LogLines::of_entries(ENTRY_LIMITS);
    let rest = QuarantineFile::replacing(file.to_owned(), download.etag());
    let pipeline = sending.insert(pipeline(ingest, rest));
    let mut batch: Option<(ItemWriter, Batch)> = None;
    while lines.damage().is_none() && lines.take_up(&mut download).await? {
        while let Some(line) = lines.next_line() {
            let place = line.number;
            let entry: Entry = serde_json::from_slice(line.bytes)
                .map_err(|error| Halt::File(format!("line {place} is not an entry of a quarantine: {error}")))?;
            // Who can write here does not choose whose lines these are.
            if entry.bucket != ingest.bucket() || lines_key(ingest.folder.path(), &entry.key, &entry.etag) != file {
                let (number, Entry { bucket, key, .. }) = (place, entry);
                return Err(Halt::File(format!("line {number} is of s3://{bucket}/{key}, and its file is not")));
            }
            let (writer, batch) = batch.get_or_insert_with(|| {
                let writer = ingest.writer(&Source::s3(&entry.bucket, &entry.key), overwrite);
                let origin = Arc::new(Origin::new(&entry.bucket, &entry.key, &entry.etag));
                (writer, ingest.sink.batch(&origin))
            });
            batch.write(writer, &entry.line.line(), &mut Told::default());
            pipeline.push_if_full(&ingest.store, batch).await?;
        }
    }
    if let Some(damage) = lines.damage() {
        return Err(Halt::File(damage.to_string()));
    }
    if let Some((_, batch)) = batch {
        pipeline.push(&ingest.store, batch).await?;
    }
    pipeline.drain(&ingest.store).await?;
    let ledger = pipeline.ledger();
    if ledger.lines == 0 {
        return Err(Halt::File("it holds no entry of a quarantine".to_owned()));
    }
    if !ledger.balances() {
        return Err(Halt::File("not every line is accounted for".to_owned()));
    }
    let is_emptied = ledger.quarantined == 0;
    if is_emptied {
        ingest.store.delete(file, download.etag()).await?;
    } else {
        pipeline.quarantine().complete(&ingest.store).await?;
    }
    Ok(is_emptied)
}
