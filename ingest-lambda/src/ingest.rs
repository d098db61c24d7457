//! Everything a run needs, made once and used for every run.

use std::sync::Arc;

use parser_wasm::{GeoDatabase, GeoDatabases, ItemWriter, Knowledge, Settings, Source};
use tokio::task::JoinSet;

use crate::aws;
use crate::bulk::Sink;
use crate::config::{Config, ConfigError};
use crate::engine::Engine;
use crate::error::{Disposition, RunError, StartError, Unsettled};
use crate::health;
use crate::ledger::Ledger;
use crate::object::Settled;
use crate::queue::Queue;
use crate::report::Report;
use crate::s3::Store;
use crate::settings::settings;
use crate::setup::{SetupError, SetupReport, setup};
use crate::stop::{Stop, StopReason};
use crate::template::{self, TemplateError};

/// Configuration and clients.
#[derive(Debug)]
pub struct Ingest {
    pub(crate) config: Config,
    pub(crate) settings: Settings,
    pub(crate) knowledge: Knowledge,
    pub(crate) store: Store,
    pub(crate) engine: Engine,
    pub(crate) sink: Arc<Sink>,
    pub(crate) queue: Option<Queue>,
}

/// What came of one object.
#[derive(Debug)]
pub(crate) struct Done<T> {
    /// What the caller knows of the object.
    pub(crate) about: T,
    pub(crate) ledger: Ledger,
    pub(crate) outcome: Result<Settled, Unsettled>,
}

impl Ingest {
    /// Reads the environment and makes the clients; connects to nobody yet, unless the settings lie in S3.
    ///
    /// # Errors
    /// Every problem of the configuration at once; settings that cannot be read; TLS that cannot
    /// be set up.
    pub async fn start() -> Result<Self, StartError> {
        let (config, sdk) = aws::start().await?;
        let settings = settings(&config.settings, &sdk).await?;
        if settings.redact.needs_key() && config.redaction_key.is_none() {
            let problem = "ALBATROSS_REDACT_KEY is not set, but the settings replace addresses under a key";
            return Err(ConfigError { problems: vec![problem.to_owned()] }.into());
        }
        let engine = Engine::new(&config, &sdk)?;
        let sink = Arc::new(Sink::new(engine.clone(), &config));
        let store = Store::new(&sdk, &config);
        let knowledge = Knowledge::of_uap_core(config.geo.clone());
        let queue = config.fanout_queue_url.as_ref().map(|url| Queue::new(&sdk, url));
        Ok(Self { config, settings, knowledge, store, engine, sink, queue })
    }

    /// With these databases instead of those of the configuration.
    #[must_use]
    pub fn with_geo(mut self, geo: GeoDatabases) -> Self {
        self.knowledge.geo = geo;
        self
    }

    /// A writer for the lines of an object.
    pub(crate) fn writer(&self, source: &Source, overwrite: bool) -> ItemWriter {
        let mut writer = ItemWriter::new(&self.settings, source, &self.knowledge);
        if let Some(key) = &self.config.redaction_key {
            writer = writer.with_key(key);
        }
        if overwrite { writer.overwriting() } else { writer }
    }

    /// Whether documents can be written anew: only where an id names one document for ever.
    #[must_use]
    pub fn can_overwrite(&self) -> bool {
        self.settings.can_overwrite()
    }

    /// Puts template and retention policy.
    ///
    /// # Errors
    /// When the engine does not take one of them.
    pub async fn setup(&self) -> Result<SetupReport, SetupError> {
        setup(&self.engine, &self.settings, self.config.retention_days).await
    }

    /// The bucket with the logs.
    #[must_use]
    pub fn bucket(&self) -> &str {
        self.store.bucket()
    }

    /// A report on nothing yet.
    pub(crate) fn report(&self) -> Report {
        Report { geo: self.knowledge.geo.list(), ..Report::new(self.settings.digest()) }
    }

    /// Makes sure that the engine takes documents as they are meant.
    ///
    /// # Errors
    /// When the template is missing or another. An engine that is merely busy, away or red pulls
    /// `stop` instead.
    pub(crate) async fn check_engine(&self, stop: &Stop) -> Result<(), RunError> {
        let checked = tokio::select! {
            biased;
            () = stop.pulled() => return Ok(()),
            checked = template::check(&self.engine, &self.settings) => checked,
        };
        match checked {
            Ok(()) => {}
            Err(TemplateError::Engine(reason)) => stop.pull(reason),
            Err(error) => return Err(error.into()),
        }
        if let Err(reason) = health::check(&self.engine, &self.settings).await {
            stop.pull(reason);
        }
        Ok(())
    }

    /// Works on objects, a few at a time, until there are no more or `stop` is pulled. Those that
    /// were not reached are given back.
    pub(crate) async fn work_through<T: Send + 'static>(
        self: &Arc<Self>,
        objects: impl IntoIterator<Item = (String, T)>,
        overwrite: bool,
        stop: &Stop,
        mut each: impl FnMut(String, Done<T>),
    ) -> Vec<(String, T)> {
        let mut waiting = objects.into_iter();
        let mut running = JoinSet::new();
        loop {
            while running.len() < self.config.objects_in_flight && stop.reason().is_none() {
                // With the engine in trouble, more objects would only wait in memory.
                if self.sink.gate().is_paused() && !running.is_empty() {
                    break;
                }
                let Some((key, about)) = waiting.next() else { break };
                running.spawn(Arc::clone(self).work(key, about, overwrite, stop.clone()));
            }
            match running.join_next().await {
                None => break,
                Some(Ok((key, done))) => each(key, done),
                Some(Err(failed)) => std::panic::resume_unwind(failed.into_panic()),
            }
        }
        waiting.collect()
    }

    async fn work<T>(self: Arc<Self>, key: String, about: T, overwrite: bool, stop: Stop) -> (String, Done<T>) {
        let (ledger, outcome) = self.object(&key, overwrite, &stop).await;
        log_object(&key, &ledger, &outcome);
        (key, Done { about, ledger, outcome })
    }
}

/// One line per object in the log, to be filtered by `alarm`.
fn log_object(key: &str, ledger: &Ledger, outcome: &Result<Settled, Unsettled>) {
    let (code, message) = match outcome {
        Ok(Settled::Whole) => ("settled", "object settled".to_owned()),
        Ok(Settled::Quarantined(damage)) => ("quarantined", format!("damaged, and moved to quarantine: {damage}")),
        Err(why) => (why.code(), why.to_string()),
    };
    tracing::info!(
        key,
        outcome = code,
        alarm = outcome.as_ref().is_err_and(|why| why.disposition() == Disposition::Alarm),
        message,
        received_bytes = ledger.received_bytes,
        inflated_bytes = ledger.inflated_bytes,
        lines = ledger.lines,
        indexed = ledger.indexed,
        duplicate = ledger.duplicate,
        filtered = ledger.filtered,
        quarantined = ledger.quarantined,
        blank = ledger.blank,
        control = ledger.control,
    );
}

fn list(databases: &[GeoDatabase]) -> String {
    databases.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// One line per run in the log.
pub(crate) fn log_run(report: &Report) {
    tracing::info!(
        settings = report.settings,
        geo = (!report.geo.is_empty()).then(|| list(&report.geo)),
        listed = report.objects.listed,
        settled = report.objects.settled,
        quarantined_objects = report.objects.quarantined,
        enqueued = report.objects.enqueued,
        left = report.objects.left,
        alarm = report.stopped.as_ref().is_some_and(StopReason::is_alarming),
        stopped = report.stopped.as_ref().map(ToString::to_string),
        lines = report.lines,
        indexed = report.indexed,
        duplicate = report.duplicate,
        filtered = report.filtered,
        quarantined = report.quarantined,
        "run ended"
    );
}
