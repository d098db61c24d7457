//! One object, from GET to settlement.

pub(crate) mod settlement;

use std::sync::Arc;
use std::time::Duration;

use parser_wasm::{Damage, KeyKind, Limits, LogReader, Source};

use crate::bulk::Origin;
use crate::bulk::pipeline::{Blocked, Pipeline};
use crate::cancel::{Cancel, StopReason};
use crate::ingest::Ingest;
use crate::ledger::Ledger;
use crate::outcome::Unsettled;
use crate::quarantine::{self, QuarantineFile};
use crate::s3::{Download, S3Error};
use crate::state::{ResumePoint, resume_key};

/// Objects of so many bytes in S3 are gone on with where an earlier run ended: others are read
/// again in less time, however far they expand.
const RESUMABLE_BYTES: u64 = 1 << 20;

/// How long requests in flight are waited for when a run ends inside a big object.
const DRAIN_GRACE: Duration = Duration::from_secs(4);

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
pub(crate) struct Work<'a> {
    pub(crate) key: &'a str,
    pub(crate) download: Download<'a>,
    pub(crate) pipeline: Pipeline,
    /// What earlier runs accounted for, up to the pipeline's first line.
    taken_over: Ledger,
    /// What makes the documents, and where they go.
    deployment: String,
    /// The number of the last line that the reader gave.
    pub(crate) lines_read: u64,
    received_bytes: u64,
    inflated_bytes: u64,
    /// Whether any line is an event.
    is_log: bool,
}

impl Work<'_> {
    /// The account of the whole object.
    pub(crate) fn ledger(&self) -> Ledger {
        let (received_bytes, inflated_bytes) = (self.received_bytes, self.inflated_bytes);
        Ledger { received_bytes, inflated_bytes, ..self.pipeline.ledger().clone() }
    }

    fn is_resumable(&self) -> bool {
        self.download.length() >= RESUMABLE_BYTES
    }
}

impl Ingest {
    /// Indexes an object's lines and settles it if its ledger allows. The ledger tells what was
    /// done here in either case.
    pub(crate) async fn object(
        &self,
        key: &str,
        overwrite: bool,
        cancel: &Cancel,
    ) -> (Ledger, Result<Settled, Unsettled>) {
        let opened = tokio::select! {
            biased;
            () = cancel.cancelled() => Err(Unsettled::Interrupted),
            opened = self.open(key, overwrite) => opened,
        };
        let mut work = match opened {
            Ok(work) => work,
            Err(why) => return (Ledger::default(), Err(why)),
        };
        // Indexing may be cut off anywhere: the next run repeats it under the same ids.
        let read = tokio::select! {
            biased;
            () = cancel.cancelled() => Err(Halt::Object(Unsettled::Interrupted)),
            read = self.read(&mut work, overwrite) => read,
        };
        let outcome = match read {
            Ok(damage) => self.settle(&mut work, damage, cancel).await,
            Err(Halt::Object(why)) => Err(why),
            Err(Halt::Run(reason)) => {
                cancel.cancel(reason.clone());
                Err(match reason {
                    StopReason::Refused(cause) => Unsettled::Refused(cause),
                    _ => Unsettled::Interrupted,
                })
            }
        };
        if !overwrite && matches!(outcome, Ok(_) | Err(Unsettled::NotLog { .. })) {
            self.note_done(key, work.download.etag()).await;
        }
        match &outcome {
            Ok(_) => {}
            Err(Unsettled::Interrupted) if work.is_resumable() => self.suspend(&mut work).await,
            Err(_) => self.begin_anew(&mut work).await,
        }
        (work.ledger().since(&work.taken_over), outcome)
    }

    async fn open<'a>(&'a self, key: &'a str, overwrite: bool) -> Result<Work<'a>, Unsettled> {
        let download = self.store.get(key).await?;
        let file = quarantine::lines_key(&self.config.own_prefix, key, download.etag());
        let (endpoint, digest, geo) = (self.engine.endpoint(), self.settings.digest(), &self.knowledge.geo);
        let deployment = format!("{endpoint} {digest} {overwrite} {geo:?}");
        let (mut taken_over, mut quarantine, mut done_lines) = (Ledger::default(), None, 0);
        if download.length() >= RESUMABLE_BYTES {
            let point = ResumePoint::load(&self.store, &resume_key(&self.config.own_prefix, key)).await;
            if let Err(error) = &point {
                tracing::warn!(key, %error, "how far this object was read cannot be read: it is begun anew");
            }
            if let Some(point) =
                point.ok().flatten().filter(|point| point.etag == download.etag() && point.deployment == deployment)
            {
                quarantine = QuarantineFile::resume(file.clone(), point.quarantine);
                if quarantine.is_some() {
                    (taken_over, done_lines) = (point.ledger, point.line);
                }
            }
        }
        let quarantine = quarantine.unwrap_or_else(|| QuarantineFile::new(file));
        let sink = Arc::clone(&self.sink);
        let requests = self.config.requests_in_flight;
        let is_log = taken_over.indexed + taken_over.duplicate + taken_over.filtered > 0;
        let pipeline = Pipeline::new(sink, requests, taken_over.clone(), quarantine, done_lines);
        Ok(Work {
            key,
            download,
            pipeline,
            taken_over,
            deployment,
            lines_read: 0,
            received_bytes: 0,
            inflated_bytes: 0,
            is_log,
        })
    }

    /// Reads the whole object and brings every good line into the index; gives the damage, if it
    /// has one.
    async fn read(&self, work: &mut Work<'_>, overwrite: bool) -> Result<Option<Damage>, Halt> {
        let source = Source::s3(self.store.bucket(), work.key);
        let origin = Arc::new(Origin::new(self.store.bucket(), work.key, work.download.etag()));
        let writer = self.writer(&source, overwrite);
        let mut reader = LogReader::new(Limits::default());
        let done_lines = work.pipeline.last_line();
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
                work.lines_read = line.number;
                if line.number > done_lines {
                    work.is_log |= batch.write(&writer, &line);
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
                Ok(Some(line)) => {
                    work.lines_read = line.number;
                    if line.number > done_lines {
                        work.is_log |= batch.write(&writer, &line);
                    }
                }
                Ok(None) => {}
                Err(error) => damage = Some(error),
            }
            work.inflated_bytes = reader.inflated_bytes();
        }
        work.pipeline.push(&self.store, batch).await?;
        work.pipeline.drain(&self.store).await?;
        let ledger = work.pipeline.ledger();
        let nothing_good = !work.is_log && ledger.quarantined > 0;
        let named_by_aws = matches!(KeyKind::of(work.key), KeyKind::NamedByAws(_));
        // Whose file it is, only the name can tell: of AWS's the lines are kept, and the whole of what is packed
        // in a way that AWS has not used so far.
        match damage {
            Some(damage) if !named_by_aws && damage.kind.is_other_file() => Err(Halt::Object(Unsettled::Other(damage))),
            _ if !named_by_aws && nothing_good => Err(Halt::Object(Unsettled::NotLog { lines: ledger.lines })),
            damage => Ok(damage),
        }
    }

    /// Keeps how far the object was read, if that can be told in time.
    async fn suspend(&self, work: &mut Work<'_>) {
        // Batches behind a failed one are given up; the account up to it still stands.
        drop(tokio::time::timeout(DRAIN_GRACE, work.pipeline.drain(&self.store)).await);
        let line = work.pipeline.last_line();
        if line == 0 {
            return;
        }
        let point = ResumePoint {
            etag: work.download.etag().to_owned(),
            deployment: work.deployment.clone(),
            line,
            ledger: work.pipeline.ledger().clone(),
            quarantine: work.pipeline.quarantine().suspend(),
        };
        let key = resume_key(&self.config.own_prefix, work.key);
        match tokio::time::timeout(DRAIN_GRACE, point.save(&self.store, &key)).await {
            Ok(Ok(())) => tracing::info!(key = work.key, line, "the next run goes on after this line"),
            Ok(Err(error)) => tracing::warn!(key = work.key, %error, "the next run begins this object anew"),
            Err(_) => tracing::warn!(key = work.key, "no time to keep how far this object was read"),
        }
    }

    /// Leaves nothing that the next run could go on with.
    async fn begin_anew(&self, work: &mut Work<'_>) {
        work.pipeline.quarantine().abandon(&self.store).await;
        if let Err(error) = self.forget(work).await {
            tracing::warn!(key = work.key, %error, "a resume point is left behind");
        }
    }

    /// Removes the resume point, if there can be one.
    pub(crate) async fn forget(&self, work: &Work<'_>) -> Result<(), S3Error> {
        match work.is_resumable() {
            true => self.store.remove(&resume_key(&self.config.own_prefix, work.key)).await,
            false => Ok(()),
        }
    }
}
