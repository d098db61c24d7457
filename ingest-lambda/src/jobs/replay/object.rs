//! One damaged object, which somebody may have mended where it lies.

use std::sync::Arc;

use parser_wasm::{Limits, Source, Told};
use serde::Deserialize;

use super::{Halt, pipeline};
use crate::bulk::Origin;
use crate::bulk::pipeline::Pipeline;
use crate::ingest::Ingest;
use crate::lines::LogLines;
use crate::quarantine::{self, QuarantineFile};

/// What the record beside the object says of the log that it was.
#[derive(Deserialize)]
struct Record {
    bucket: String,
    key: String,
    etag: String,
}

/// Sends the lines of an object again. One that is whole now leaves the quarantine, with its record; its bad lines take
/// the place of those that were kept when it was damaged. Gives true, as then it is gone.
pub(super) async fn replay(
    ingest: &Ingest,
    object: &str,
    overwrite: bool,
    sending: &mut Option<Pipeline>,
) -> Result<bool, Halt> {
    let store = &ingest.store;
    let beside = quarantine::record_key(object);
    let Some((record, _)) = store.read(&beside).await? else {
        return Err(Halt::File("there is no .damage.json beside it, which says whose log it was".to_owned()));
    };
    let Record { bucket, key, etag } = serde_json::from_slice(&record)
        .map_err(|error| Halt::File(format!("the .damage.json beside it is not a record of a quarantine: {error}")))?;
    let is_its_own = bucket == ingest.bucket() && quarantine::object_key(ingest.folder.path(), &key, &etag) == object;
    if !is_its_own {
        return Err(Halt::File(format!("the .damage.json beside it is that of s3://{bucket}/{key}")));
    }
    let mut download = store.get(object).await?;
    let bad_lines = quarantine::lines_key(ingest.folder.path(), &key, &etag);
    let pipeline = sending.insert(pipeline(ingest, QuarantineFile::new(bad_lines.clone())));
    let writer = ingest.writer(&Source::s3(&bucket, &key), overwrite);
    let mut batch = ingest.sink.batch(&Arc::new(Origin::new(&bucket, &key, &etag)));
    let mut lines = LogLines::new(Limits::default());
    let mut lines_read = 0;
    while lines.damage().is_none() && lines.take_up(&mut download).await? {
        while let Some(line) = lines.next_line() {
            lines_read = line.number;
            batch.write(&writer, &line, &mut Told::default());
            pipeline.push_if_full(store, &mut batch).await?;
        }
    }
    pipeline.push(store, batch).await?;
    pipeline.drain(store).await?;
    if let Some(damage) = lines.fault() {
        return Err(Halt::File(format!("it is still damaged: {damage}")));
    }
    let ledger = pipeline.ledger();
    if ledger.lines != lines_read || !ledger.balances() {
        return Err(Halt::File("not every line is accounted for".to_owned()));
    }
    if pipeline.quarantine().is_empty() {
        store.remove(&bad_lines).await?;
    } else {
        pipeline.quarantine().complete(store).await?;
    }
    store.delete(object, download.etag()).await?;
    store.remove(&beside).await?;
    Ok(true)
}
