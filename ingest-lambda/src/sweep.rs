//! One run over the bucket: list, take the oldest, a few at a time.

use std::collections::BinaryHeap;
use std::sync::Arc;
use std::time::Duration;

use parser_wasm::Settings;
use tokio::task::JoinSet;

use crate::bulk::Sink;
use crate::config::{Config, SettingsSource};
use crate::engine::Engine;
use crate::error::{Disposition, RunError, StartError, Unsettled};
use crate::key::KeyKind;
use crate::ledger::Ledger;
use crate::report::Report;
use crate::s3::{ListedObject, S3Error, Store};
use crate::stop::{Stop, StopReason};
use crate::template::{self, TemplateError};

/// Work ends so long before the Lambda's time does: enough to see a delete through and to report.
pub const DEADLINE_MARGIN: Duration = Duration::from_secs(10);

/// Objects worked on at once. Each holds a batch, so this bounds the memory too.
const OBJECTS_IN_FLIGHT: usize = 4;

/// Objects taken up by one run; bounds the memory of the listing. The others are the next run's.
const OBJECTS_PER_RUN: usize = 10_000;

/// Everything a run needs, made once and used for every run.
#[derive(Debug)]
pub struct Ingest {
    pub(crate) store: Store,
    pub(crate) sink: Sink,
    pub(crate) settings: Settings,
    engine: Engine,
}

/// What came of one object, from the task that worked on it.
struct Done {
    object: ListedObject,
    ledger: Ledger,
    outcome: Result<(), Unsettled>,
}

impl Ingest {
    /// Makes the clients.
    ///
    /// # Errors
    /// When AWS's region is not known or TLS cannot be set up.
    pub async fn new(config: Config) -> Result<Self, StartError> {
        let engine = Engine::new(&config)?;
        let store = Store::connect(&config).await?;
        let sink = Sink::new(engine.clone());
        let settings = match config.settings {
            SettingsSource::Inline(settings) => settings,
            SettingsSource::Uri(_) => Settings::default(),
        };
        Ok(Self { store, sink, settings, engine })
    }

    /// Sweeps the bucket once: oldest objects first, until none is left or `stop` is pulled.
    /// `progress` is told how many of how many objects are done with.
    ///
    /// # Errors
    /// When no object could be worked on at all. Whatever happens to objects is in the report.
    pub async fn sweep(
        self: &Arc<Self>,
        stop: &Stop,
        mut progress: impl FnMut(usize, usize),
    ) -> Result<Report, RunError> {
        let mut report = Report::new(self.settings.digest());
        let prepared = tokio::select! {
            biased;
            () = stop.pulled() => None,
            prepared = self.prepare(&mut report) => Some(prepared),
        };
        let mut waiting = match prepared {
            None => Vec::new(),
            Some(Ok(oldest)) => oldest,
            Some(Err(RunError::Template(TemplateError::Engine(reason)))) => {
                stop.pull(reason);
                Vec::new()
            }
            Some(Err(error)) => return Err(error),
        }
        .into_iter();

        let total = waiting.len();
        let mut running = JoinSet::new();
        loop {
            while running.len() < OBJECTS_IN_FLIGHT
                && stop.reason().is_none()
                && let Some(object) = waiting.next()
            {
                running.spawn(Arc::clone(self).work(object, stop.clone()));
            }
            match running.join_next().await {
                None => break,
                Some(Ok(done)) => enter(&mut report, done),
                Some(Err(failed)) => std::panic::resume_unwind(failed.into_panic()),
            }
            progress(total - waiting.len() - running.len(), total);
        }
        for object in waiting {
            report.leave(object.key, &Unsettled::NotReached);
        }
        report.stopped = stop.reason();
        log_run(&report);
        Ok(report)
    }

    /// Makes sure that the engine is ready, and chooses the objects.
    async fn prepare(&self, report: &mut Report) -> Result<Vec<ListedObject>, RunError> {
        template::check(&self.engine, &self.settings).await?;
        self.choose(report).await.map_err(RunError::List)
    }

    /// The oldest logs under the prefix, oldest first. Everything else goes to the report.
    async fn choose(&self, report: &mut Report) -> Result<Vec<ListedObject>, S3Error> {
        let mut oldest = BinaryHeap::new();
        let listing = self.store.list(|object| {
            report.objects.listed += 1;
            match KeyKind::of(&object.key) {
                KeyKind::TestFile => report.leave(object.key, &Unsettled::TestFile),
                KeyKind::Other => report.leave(object.key, &Unsettled::NotAccessLog),
                KeyKind::AccessLog => {
                    oldest.push(object);
                    if oldest.len() > OBJECTS_PER_RUN
                        && let Some(newest) = oldest.pop()
                    {
                        report.leave(newest.key, &Unsettled::NotReached);
                    }
                }
            }
        });
        listing.await?;
        Ok(oldest.into_sorted_vec())
    }

    async fn work(self: Arc<Self>, object: ListedObject, stop: Stop) -> Done {
        let (ledger, outcome) = self.object(&object, &stop).await;
        Done { object, ledger, outcome }
    }
}

/// Enters an object in the report, and in the log: one line each, to be filtered by `alarm`.
fn enter(report: &mut Report, done: Done) {
    let Done { object, ledger, outcome } = done;
    let why = outcome.as_ref().err();
    tracing::info!(
        key = object.key,
        outcome = why.map_or("settled", Unsettled::code),
        alarm = why.is_some_and(|why| why.disposition() == Disposition::Alarm),
        message = why.map_or_else(|| "object settled".to_owned(), ToString::to_string),
        received_bytes = ledger.received_bytes,
        inflated_bytes = ledger.inflated_bytes,
        lines = ledger.lines,
        indexed = ledger.indexed,
        duplicate = ledger.duplicate,
        blank = ledger.blank,
        control = ledger.control,
        rejected = ledger.rejected,
    );
    report.add(&ledger);
    match outcome {
        Ok(()) => report.objects.settled += 1,
        Err(why) => report.leave(object.key, &why),
    }
}

fn log_run(report: &Report) {
    tracing::info!(
        settings = report.settings,
        listed = report.objects.listed,
        settled = report.objects.settled,
        left = report.objects.left,
        alarm = report.stopped.as_ref().is_some_and(StopReason::is_alarming),
        stopped = report.stopped.as_ref().map(ToString::to_string),
        lines = report.lines,
        indexed = report.indexed,
        duplicate = report.duplicate,
        rejected = report.rejected,
        "run ended"
    );
}
