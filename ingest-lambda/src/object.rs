//! One object, from GET to settlement.

use std::sync::Arc;
use std::time::Duration;

use parser_wasm::{Damage, ItemWriter, Limits, LogReader, Source};

use crate::bulk::Origin;
use crate::error::Unsettled;
use crate::ingest::Ingest;
use crate::key::KeyKind;
use crate::ledger::Ledger;
use crate::pipeline::{Blocked, Pipeline};
use crate::quarantine::{self, QuarantineFile};
use crate::s3::Download;
use crate::state::{ResumePoint, resume_key};
use crate::stop::{Stop, StopReason};

/// Objects of so many bytes in S3 are gone on with where an earlier run ended: others are read
/// again in less time than the state object takes.
const RESUMABLE_BYTES: u64 = 16 << 20;

/// How long requests in flight are waited for when a run ends inside a big object.
const DRAIN_GRACE: Duration = Duration::from_secs(4);

/// What an object was when it was read; only that may be settled.
#[derive(Debug)]
pub(crate) struct ReadVersion {
    pub(crate) etag: String,
    pub(crate) length: u64,
}

/// How an object is done with.
#[derive(Debug)]
pub enum Settled {
    /// Every line is accounted for.
    Whole,
    /// It is damaged, and lies whole in quarantine; its good lines are indexed.
    Quarantined(Damage),
}

/// Why reading ended before the object did.
enum Halt {
    Object(Unsettled),
    Run(StopReason),
}

impl<E: Into<Unsettled>> From<E> for Halt {
    fn from(error: E) -> Self {
        Self::Object(error.into())
    }
}

impl From<Blocked> for Halt {
    fn from(blocked: Blocked) -> Self {
        match blocked {
            Blocked::Engine(reason) => Self::Run(reason),
            Blocked::Quarantine(error) => Self::Object(error.into()),
        }
    }
}

/// What is known of an object while it is worked on.
struct Work<'a> {
    key: &'a str,
    download: Download<'a>,
    pipeline: Pipeline,
    /// Lines that an earlier run accounted for.
    done_lines: u64,
    received_bytes: u64,
    inflated_bytes: u64,
}

impl Work<'_> {
    fn ledger(&self) -> Ledger {
        let (received_bytes, inflated_bytes) = (self.received_bytes, self.inflated_bytes);
        Ledger { received_bytes, inflated_bytes, ..self.pipeline.ledger().clone() }
    }
}

impl Ingest {
    /// Indexes an object's lines and settles it if its ledger allows. The ledger tells what was
    /// done in either case.
    pub(crate) async fn object(&self, key: &str, overwrite: bool, stop: &Stop) -> (Ledger, Result<Settled, Unsettled>) {
        let opened = tokio::select! {
            biased;
            () = stop.pulled() => Err(Unsettled::Interrupted),
            opened = self.open(key) => opened,
        };
        let mut work = match opened {
            Ok(work) => work,
            Err(why) => return (Ledger::default(), Err(why)),
        };
        // Indexing may be cut off anywhere: the next run repeats it under the same ids.
        let read = tokio::select! {
            biased;
            () = stop.pulled() => Err(Halt::Object(Unsettled::Interrupted)),
            read = self.read(&mut work, overwrite) => read,
        };
        let ledger = work.ledger();
        match read {
            Ok(damage) => {
                let version = ReadVersion { etag: work.download.etag().to_owned(), length: work.download.length() };
                let quarantine = work.pipeline.into_quarantine();
                let settled = self.settle(key, &version, &ledger, quarantine, damage, stop).await;
                if settled.is_ok() && version.length >= RESUMABLE_BYTES {
                    self.forget(key).await;
                }
                if settled.is_ok() && !overwrite {
                    self.note_done(key, &version.etag).await;
                }
                (ledger, settled)
            }
            Err(Halt::Object(Unsettled::Interrupted)) if work.download.length() >= RESUMABLE_BYTES => {
                self.suspend(work).await;
                (ledger, Err(Unsettled::Interrupted))
            }
            Err(Halt::Object(why)) => {
                if matches!(why, Unsettled::NotLog { .. }) && !overwrite {
                    self.note_done(key, work.download.etag()).await;
                }
                work.pipeline.into_quarantine().abandon(&self.store).await;
                (ledger, Err(why))
            }
            Err(Halt::Run(reason)) => {
                stop.pull(reason);
                (ledger, Err(Unsettled::Interrupted))
            }
        }
    }

    async fn open<'a>(&'a self, key: &'a str) -> Result<Work<'a>, Unsettled> {
        let download = self.store.get(key).await?;
        let file = quarantine::lines_key(&self.config.own_prefix, key, download.etag());
        let (mut ledger, mut quarantine, mut done_lines) = (Ledger::default(), None, 0);
        if download.length() >= RESUMABLE_BYTES {
            let point = ResumePoint::load(&self.store, &resume_key(&self.config.own_prefix, key)).await?;
            if let Some(point) = point.filter(|point| point.etag == download.etag()) {
                quarantine = QuarantineFile::resume(file.clone(), point.quarantine);
                if quarantine.is_some() {
                    (ledger, done_lines) = (point.ledger, point.line);
                }
            }
        }
        let quarantine = quarantine.unwrap_or_else(|| QuarantineFile::new(file));
        let sink = Arc::clone(&self.sink);
        let pipeline = Pipeline::new(sink, self.config.requests_in_flight, ledger, quarantine, done_lines);
        Ok(Work { key, download, pipeline, done_lines, received_bytes: 0, inflated_bytes: 0 })
    }

    /// Reads the whole object and brings every good line into the index; gives the damage, if it
    /// has one.
    async fn read(&self, work: &mut Work<'_>, overwrite: bool) -> Result<Option<Damage>, Halt> {
        let source = Source::s3(self.store.bucket(), work.key);
        let origin = Arc::new(Origin::new(self.store.bucket(), work.key, work.download.etag()));
        let writer = ItemWriter::new(&self.settings, &source);
        let writer = if overwrite { writer.overwriting() } else { writer };
        let mut reader = LogReader::new(Limits::default());
        let mut batch = self.sink.batch(&origin);
        let mut damage = None;
        while let Some(chunk) = work.download.chunk().await? {
            work.received_bytes += chunk.len() as u64;
            // After a damage the rest is received and not read: only what came whole can be corrupt.
            if damage.is_some() {
                continue;
            }
            damage = reader.push(&chunk).err();
            while let Some(line) = reader.next_line() {
                if line.number > work.done_lines {
                    batch.write(&writer, &line);
                    if batch.is_full() {
                        let full = std::mem::replace(&mut batch, self.sink.batch(&origin));
                        work.pipeline.push(&self.store, full).await?;
                    }
                }
            }
            work.inflated_bytes = reader.inflated_bytes();
        }
        if damage.is_none() {
            match reader.finish() {
                Ok(Some(line)) if line.number > work.done_lines => batch.write(&writer, &line),
                Ok(_) => {}
                Err(error) => damage = Some(error),
            }
            work.inflated_bytes = reader.inflated_bytes();
        }
        work.pipeline.push(&self.store, batch).await?;
        work.pipeline.drain(&self.store).await?;
        let ledger = work.pipeline.ledger();
        let nothing_good = ledger.indexed + ledger.duplicate == 0 && ledger.quarantined > 0;
        if nothing_good && KeyKind::of(work.key) != KeyKind::NamedByAws {
            return Err(Halt::Object(Unsettled::NotLog { lines: ledger.lines }));
        }
        Ok(damage)
    }

    /// Keeps how far the object was read, if that can be told in time.
    async fn suspend(&self, mut work: Work<'_>) {
        let drained = tokio::time::timeout(DRAIN_GRACE, work.pipeline.drain(&self.store)).await;
        // Batches behind a failed one are given up; the account up to it still stands.
        drop(drained);
        let etag = work.download.etag().to_owned();
        let Some((line, ledger, quarantine)) = work.pipeline.suspend() else { return };
        if line <= work.done_lines {
            return;
        }
        let point = ResumePoint { etag, line, ledger, quarantine };
        let key = resume_key(&self.config.own_prefix, work.key);
        match tokio::time::timeout(DRAIN_GRACE, point.save(&self.store, &key)).await {
            Ok(Ok(())) => tracing::info!(key = work.key, line, "the next run goes on after this line"),
            Ok(Err(error)) => tracing::warn!(key = work.key, %error, "the next run begins this object anew"),
            Err(_) => tracing::warn!(key = work.key, "no time to keep how far this object was read"),
        }
    }

    async fn forget(&self, key: &str) {
        let state = resume_key(&self.config.own_prefix, key);
        if let Err(error) = self.store.remove(&state).await {
            tracing::debug!(key, %error, "a resume point is left behind");
        }
    }
}
