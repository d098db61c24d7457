//! One object, from GET to settlement.

mod settlement;

use std::sync::Arc;
use std::time::{Duration, Instant};

use parser_wasm::{Damage, KeyKind, Limits, Source, Told};

use self::settlement::Settlement;
use crate::bulk::pipeline::{Blocked, Pipeline};
use crate::bulk::{Origin, Refusals};
use crate::cancel::{Cancel, Phase, StopReason};
use crate::config::Settle;
use crate::ingest::{Ingest, Logs};
use crate::ledger::Ledger;
use crate::lines::LogLines;
use crate::outcome::{Settled, Unsettled, Worked};
use crate::quarantine::{self, QuarantineFile};
use crate::s3::Download;
use crate::state::{Account, Done, Notes, RELEASE, ResumePoint, StateError, Version};

/// Objects of so many bytes in S3 are resumed where an earlier run ended: others are read again in
/// less time, however far they expand.
const RESUMABLE_BYTES: u64 = 1 << 20;

/// A run that ends so soon after an object was begun says nothing about the object.
const SHORT_TURN: Duration = Duration::from_secs(10);

/// So many turns in a row without a line more are a failure.
const TURNS_WITHOUT_PROGRESS: u32 = 2;

/// What is to be done with an object.
#[derive(Debug)]
pub(crate) struct Task {
    pub(crate) key: String,
    /// The version that a listing showed; empty where an event named the object.
    pub(crate) etag: String,
    pub(crate) todo: Todo,
}

/// What is left to do.
#[derive(Debug)]
pub(crate) enum Todo {
    /// All of it.
    Read,
    /// All of it, unless the state says otherwise: somebody may have had it before, and this job has not asked.
    AskFirst,
    /// Only the settlement of this version.
    Settle(Account),
}

impl Task {
    /// Reads an object, of which the caller knows what the state says.
    pub(crate) fn read(key: &str, etag: &str) -> Self {
        Self { key: key.to_owned(), etag: etag.to_owned(), todo: Todo::Read }
    }
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
            Blocked::Everybody(reason) => Self::Run(reason),
            Blocked::Object(parked) => Self::Object(Unsettled::Parked(parked)),
            Blocked::Quarantine(error) => Self::Object(error.into()),
        }
    }
}

/// Indexes an object's lines and settles it if its ledger allows. The ledger tells what was done
/// here in either case.
pub(crate) async fn work(ingest: &Ingest, logs: &Logs, task: &Task, cancel: &Cancel) -> Worked {
    let worked = match &task.todo {
        Todo::Settle(account) => settle_only(ingest, logs, &task.key, &task.etag, account, cancel).await,
        Todo::Read => read_and_settle(ingest, logs, &task.key, false, cancel).await,
        Todo::AskFirst => read_and_settle(ingest, logs, &task.key, true, cancel).await,
    };
    // A refusal that holds for everybody need not be had from every object.
    if let Err(Unsettled::Denied(why)) = &worked.outcome {
        cancel.cancel(StopReason::Denied(why.clone()));
    }
    worked
}

async fn settle_only(
    ingest: &Ingest,
    logs: &Logs,
    key: &str,
    etag: &str,
    account: &Account,
    cancel: &Cancel,
) -> Worked {
    let settlement = Settlement { ingest, logs, key, etag, account };
    let outcome = match cancel.until(Phase::Settle, settlement.carry_out()).await {
        Some(Ok(())) => Ok(Settled::Whole),
        Some(Err(error)) => Err(settlement::failed(error)),
        None => Err(Unsettled::Interrupted),
    };
    Worked {
        etag: Some(etag.to_owned()),
        ledger: Ledger::default(),
        outcome,
        account: Some(account.clone()),
        line: None,
    }
}

async fn read_and_settle(ingest: &Ingest, logs: &Logs, key: &str, ask_first: bool, cancel: &Cancel) -> Worked {
    let opened = tokio::select! {
        biased;
        () = cancel.cancelled() => Err(Unsettled::Interrupted),
        opened = Reading::open(ingest, logs, key, ask_first) => opened,
    };
    let mut reading = match opened {
        Ok(Opened::Reading(reading)) => reading,
        Ok(Opened::Done) => return Worked { outcome: Ok(Settled::Before), ..Worked::nothing(Unsettled::NotReached) },
        Ok(Opened::Accounted(etag, account)) => {
            return settle_only(ingest, logs, key, &etag, &account, cancel).await;
        }
        Err(why) => return Worked::nothing(why),
    };
    // Indexing may be cut off anywhere: the next run repeats it under the same ids.
    let read = tokio::select! {
        biased;
        () = cancel.cancelled() => Err(Halt::Object(Unsettled::Interrupted)),
        read = reading.read() => read,
    };
    let (mut account, mut line) = (None, None);
    let outcome = match read {
        Ok(damage) => reading.settle(damage, cancel, &mut account).await,
        Err(Halt::Object(why)) => Err(why),
        Err(Halt::Run(reason)) => {
            cancel.cancel(reason.clone());
            Err(match reason {
                StopReason::Refused(cause) => Unsettled::Refused(cause),
                _ => Unsettled::Interrupted,
            })
        }
    };
    let outcome = match outcome {
        Err(Unsettled::Interrupted) if account.is_none() && reading.is_resumable() => {
            Err(reading.suspend(cancel, &mut line).await)
        }
        Err(why) if account.is_none() => {
            reading.begin_anew().await;
            Err(why)
        }
        outcome => outcome,
    };
    let ledger = reading.ledger().since(&reading.taken_over);
    Worked { etag: Some(reading.download.etag().to_owned()), ledger, outcome, account, line }
}

enum Opened<'a> {
    /// Boxed, as it holds much more than the others.
    Reading(Box<Reading<'a>>),
    /// An earlier run was done with it.
    Done,
    /// An earlier run accounted for every line of this version.
    Accounted(String, Account),
}

/// What is known of an object while it is worked on.
struct Reading<'a> {
    ingest: &'a Ingest,
    logs: &'a Logs,
    key: &'a str,
    begun: Instant,
    download: Download<'a>,
    pipeline: Pipeline,
    /// What earlier runs accounted for, up to the pipeline's first line.
    taken_over: Ledger,
    /// Turns in a row that ended at that line.
    turns_without_progress: u32,
    /// The number of the last line that the reader gave.
    lines_read: u64,
    received_bytes: u64,
    inflated_bytes: u64,
    /// Whether any line is an event.
    is_log: bool,
    /// What was taken off its lines.
    taken_off: Told,
}

impl<'a> Reading<'a> {
    async fn open(ingest: &'a Ingest, logs: &'a Logs, key: &'a str, ask_first: bool) -> Result<Opened<'a>, Unsettled> {
        let download = logs.store.get(key).await?;
        if ask_first && let Some(known) = known(ingest, logs, key, &download).await? {
            return Ok(known);
        }
        let file = quarantine::lines_key(ingest.folder.path(), logs.original(key), download.etag());
        let (mut taken_over, mut quarantine, mut done_lines, mut turns_without_progress) =
            (Ledger::default(), None, 0, 0);
        if is_resumable(&download)
            && let Some(point) = ResumePoint::load(&ingest.store, &ingest.folder, key).await?
            && (point.etag.as_str(), &point.maker) == (download.etag(), &maker(ingest, logs))
        {
            quarantine = QuarantineFile::resume(file.clone(), point.quarantine);
            if quarantine.is_some() {
                (taken_over, done_lines) = (point.ledger, point.line);
                turns_without_progress = point.turns_without_progress;
            }
        }
        let quarantine = quarantine.unwrap_or_else(|| QuarantineFile::new(file));
        let is_log = taken_over.indexed + taken_over.duplicate + taken_over.filtered > 0;
        let pipeline =
            Pipeline::new(Arc::clone(&ingest.sink), Refusals::Guarded, taken_over.clone(), quarantine, done_lines);
        Ok(Opened::Reading(Box::new(Self {
            ingest,
            logs,
            key,
            begun: Instant::now(),
            download,
            pipeline,
            taken_over,
            turns_without_progress,
            lines_read: 0,
            received_bytes: 0,
            inflated_bytes: 0,
            is_log,
            taken_off: Told::default(),
        })))
    }

    /// The account of the whole object.
    fn ledger(&self) -> Ledger {
        let (received_bytes, inflated_bytes) = (self.received_bytes, self.inflated_bytes);
        Ledger { received_bytes, inflated_bytes, ..self.pipeline.ledger().clone() }
    }

    fn is_resumable(&self) -> bool {
        is_resumable(&self.download)
    }

    /// Reads the whole object and brings every good line into the index; gives the damage, if it
    /// has one.
    async fn read(&mut self) -> Result<Option<Damage>, Halt> {
        // Where it was written: there its documents and bad lines say that they come from.
        let (bucket, key) = (self.ingest.bucket(), self.logs.original(self.key));
        let origin = Arc::new(Origin::new(bucket, key, self.download.etag()));
        let writer = self.ingest.writer(&Source::s3(bucket, key), self.logs.overwrite);
        let done_lines = self.pipeline.last_line();
        let mut lines = LogLines::new(Limits::default());
        let mut batch = self.ingest.sink.batch(&origin);
        while lines.take_up(&mut self.download).await? {
            self.received_bytes = self.download.received();
            while let Some(line) = lines.next_line() {
                self.lines_read = line.number;
                if line.number > done_lines {
                    self.is_log |= batch.write(&writer, &line, &mut self.taken_off);
                    self.pipeline.push_if_full(&self.ingest.store, &mut batch).await?;
                }
            }
            self.inflated_bytes = lines.inflated_bytes();
        }
        for told in lines.told().into_iter().chain(self.taken_off.sentences()) {
            tracing::info!(key = self.key, "unwrapped an object: {told}");
        }
        self.pipeline.push(&self.ingest.store, batch).await?;
        self.pipeline.drain(&self.ingest.store).await?;
        let ledger = self.pipeline.ledger();
        let nothing_good = !self.is_log && ledger.quarantined > 0;
        let named_by_aws = matches!(KeyKind::of(self.key), KeyKind::NamedByAws(_));
        // Whose file it is, only the name can tell: of AWS's the lines are kept, and the whole of what is packed
        // in a way that AWS has not used so far.
        match lines.fault() {
            Some(damage) if !named_by_aws && damage.kind.is_other_file() => {
                Err(Halt::Object(Unsettled::Other(*damage)))
            }
            _ if !named_by_aws && nothing_good => Err(Halt::Object(Unsettled::NotLog { lines: ledger.lines })),
            damage => Ok(damage.cloned()),
        }
    }

    /// Settles an object that was read to its end, if its account allows; `damage` is what is wrong with it.
    async fn settle(
        &mut self,
        damage: Option<Damage>,
        cancel: &Cancel,
        accounted: &mut Option<Account>,
    ) -> Result<Settled, Unsettled> {
        let ledger = self.ledger();
        let length = self.download.length();
        if !ledger.may_settle(self.lines_read, length) {
            return Err(Unsettled::Unbalanced);
        }
        let (ingest, logs, key, etag) = (self.ingest, self.logs, self.key, self.download.etag());
        let record = damage
            .as_ref()
            .map(|damage| settlement::record(ingest.bucket(), logs.original(key), etag, length, damage, &ledger));
        let quarantined = !self.pipeline.quarantine().is_empty();
        // First everything that keeps what cannot be indexed.
        match cancel.until(Phase::Settle, self.pipeline.quarantine().complete(&ingest.store)).await {
            Some(completed) => completed?,
            None => return Err(Unsettled::Interrupted),
        }
        let account = &*accounted.insert(Account { length, quarantined, damage: record });
        if ledger.is_nearly_all_filtered() && logs.settle == Settle::Delete && !ingest.config.delete_filtered {
            return Err(Unsettled::Filtered);
        }
        let settlement = Settlement { ingest, logs, key, etag, account };
        if !ingest.can_overwrite() {
            self.remember_account(account, Unsettled::Interrupted).await;
        }
        match cancel.until(Phase::Settle, settlement.carry_out()).await {
            Some(Ok(())) => self.note_done(cancel).await,
            Some(Err(error)) => {
                let why = settlement::failed(error);
                if let Unsettled::Settlement(reason) = &why {
                    self.remember_account(account, Unsettled::Settlement(reason.clone())).await;
                }
                return Err(why);
            }
            None => return Err(Unsettled::Interrupted),
        }
        Ok(damage.map_or(Settled::Whole, Settled::Quarantined))
    }

    /// Says at once that only the settlement is left, and why, where a repeat would double documents or cost as much
    /// again.
    async fn remember_account(&self, account: &Account, why: Unsettled) {
        if self.logs.settle == Settle::Keep {
            return;
        }
        let worked = Worked {
            etag: Some(self.download.etag().to_owned()),
            account: Some(account.clone()),
            ..Worked::nothing(why)
        };
        if let Some(entry) = worked.entry(self.key, self.download.etag())
            && let Err(error) = Notes::put_open(&self.ingest.store, &self.ingest.folder, &entry).await
        {
            self.ingest.not_remembered(self.key, &error);
        }
    }

    /// Says of a version that stays in the bucket that it is done with; of one that is gone, that nothing is left
    /// to do.
    async fn note_done(&self, cancel: &Cancel) {
        let (store, folder) = (&self.ingest.store, &self.ingest.folder);
        let noted = async {
            if self.logs.settle == Settle::Keep && !self.logs.overwrite {
                let version = Version::of(self.key, self.download.etag(), self.download.modified_ms());
                Notes::put_done(store, folder, version).await
            } else if !self.ingest.can_overwrite() {
                Notes::remove_open(store, folder, self.key).await
            } else {
                Ok(())
            }
        };
        if let Some(Err(error)) = cancel.until(Phase::Objects, noted).await {
            self.ingest.not_remembered(self.key, &error);
        }
    }

    /// Keeps how far the object was read, if that can be told in time.
    async fn suspend(&mut self, cancel: &Cancel, line: &mut Option<u64>) -> Unsettled {
        // Batches behind a failed one are given up; the account up to it still stands.
        drop(cancel.until(Phase::Drain, self.pipeline.drain(&self.ingest.store)).await);
        let (before, now) = (self.taken_over.lines, self.pipeline.last_line());
        let turns_without_progress = match now > before {
            true => 0,
            false => self.turns_without_progress + u32::from(self.begun.elapsed() >= SHORT_TURN),
        };
        let point = ResumePoint {
            etag: self.download.etag().to_owned(),
            maker: maker(self.ingest, self.logs),
            line: now,
            ledger: self.pipeline.ledger().clone(),
            quarantine: self.pipeline.quarantine().suspend(),
            turns_without_progress,
        };
        if now > 0 || turns_without_progress > 0 {
            let saving = point.save(&self.ingest.store, &self.ingest.folder, self.key);
            match cancel.until(Phase::Objects, saving).await {
                Some(Ok(())) => {
                    *line = Some(now);
                    tracing::info!(key = self.key, line = now, "suspended; the next run resumes after this line");
                }
                Some(Err(error)) => {
                    tracing::warn!(key = self.key, %error, "cannot store how far this object was read");
                }
                None => tracing::warn!(key = self.key, "cannot store how far this object was read: the time is over"),
            }
        }
        if turns_without_progress >= TURNS_WITHOUT_PROGRESS {
            return Unsettled::NoProgress { line: now };
        }
        Unsettled::Interrupted
    }

    /// Leaves nothing that the next run could resume.
    async fn begin_anew(&mut self) {
        self.pipeline.quarantine().abandon(&self.ingest.store).await;
        if self.is_resumable()
            && let Err(error) = ResumePoint::remove(&self.ingest.store, &self.ingest.folder, self.key).await
        {
            tracing::warn!(key = self.key, %error, "cannot remove a resume point");
        }
    }
}

fn is_resumable(download: &Download<'_>) -> bool {
    download.length() >= RESUMABLE_BYTES
}

/// What makes the documents; the deployment's folder already says where they go.
fn maker(ingest: &Ingest, logs: &Logs) -> String {
    format!("{} {} {:?}", RELEASE, logs.overwrite, ingest.knowledge.geo)
}

/// What the state says of an object that somebody named: that it is done with, or accounted for.
async fn known<'a>(
    ingest: &Ingest,
    logs: &Logs,
    key: &str,
    download: &Download<'_>,
) -> Result<Option<Opened<'a>>, StateError> {
    let (store, folder) = (&ingest.store, &ingest.folder);
    if logs.settle == Settle::Keep {
        let version = Version::of(key, download.etag(), download.modified_ms());
        let is_done = Notes::find_done(store, folder, version).await? || Done::find(store, folder, version).await?;
        return Ok(is_done.then_some(Opened::Done));
    }
    let found = match Notes::find_open(store, folder, key).await? {
        None => ingest.find_entry(key).await?,
        found => found,
    };
    let found = found.filter(|entry| entry.etag == download.etag() && !entry.held);
    Ok(found.and_then(|entry| Some(Opened::Accounted(entry.etag, entry.account?))))
}
