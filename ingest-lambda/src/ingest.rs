//! Everything a run needs, made once and used for every run.

use std::collections::HashMap;
use std::sync::Arc;

use parser_wasm::{GeoDatabases, ItemWriter, Knowledge, Settings, Source};
use tokio::task::JoinSet;

use crate::aws::{Started, start};
use crate::bulk::Sink;
use crate::cancel::Cancel;
use crate::config::{Config, ConfigError, Settle};
use crate::engine::Engine;
use crate::engine::health;
use crate::ledger::Ledger;
use crate::log::log_object;
use crate::object::Settled;
use crate::outcome::{RunError, Unsettled};
use crate::queue::Queue;
use crate::report::Report;
use crate::s3::Store;
use crate::setup::dashboards::{DashboardsError, dashboards};
use crate::setup::template::{self, TemplateError};
use crate::setup::{SetupError, SetupExtras, SetupReport, setup};
use crate::state::Scope;

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
    pub(crate) scope: Scope,
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
    /// Every problem of the configuration at once, among them settings that cannot be read and TLS
    /// that cannot be set up.
    pub async fn start() -> Result<Self, ConfigError> {
        let Started { config, sdk, settings, engine } = start().await?;
        let sink = Arc::new(Sink::new(engine.clone(), &config));
        let store = Store::new(&sdk, &config);
        let knowledge = Knowledge::of_uap_core(config.geo.clone());
        let queue = config.fanout_queue_url.as_ref().map(|url| Queue::new(&sdk, url));
        let scope = Scope::of(&config, &settings);
        Ok(Self { config, settings, knowledge, store, engine, sink, queue, scope })
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

    /// Whether settled objects are kept, here or in an archive.
    #[must_use]
    pub fn keeps_objects(&self) -> bool {
        self.config.settle != Settle::Delete
    }

    /// Puts template, retention policy, and what else is asked for.
    ///
    /// # Errors
    /// When the engine does not take one of them.
    pub async fn setup(&self, extras: &SetupExtras) -> Result<SetupReport, SetupError> {
        setup(&self.engine, &self.settings, self.config.retention_days, extras).await
    }

    /// Dashboards for our documents, as a file.
    ///
    /// # Errors
    /// When there are none for such documents.
    pub fn dashboards(&self) -> Result<String, DashboardsError> {
        dashboards(&self.settings)
    }

    /// Whether nobody is sent the engine's credentials but the engine's own host.
    #[must_use]
    pub fn is_for_own_host(&self, extras: &SetupExtras) -> bool {
        extras.dashboards.as_ref().is_none_or(|url| url.is_beside(&self.config.endpoint))
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
    /// `cancel` instead.
    pub(crate) async fn check_engine(&self, cancel: &Cancel) -> Result<(), RunError> {
        let checked = cancel.unless_cancelled(async {
            template::check(&self.engine, &self.settings).await?;
            health::check(&self.engine, &self.settings).await.map_err(TemplateError::Engine)
        });
        match checked.await {
            None | Some(Ok(())) => {}
            Some(Err(TemplateError::Engine(reason))) => cancel.cancel(reason),
            Some(Err(error)) => return Err(error.into()),
        }
        Ok(())
    }

    /// Works on objects, a few at a time, until there are no more or `cancel` says so. Those that had
    /// no turn are given back, and those that did not end theirs in time.
    pub(crate) async fn work_through<T>(
        self: &Arc<Self>,
        objects: impl IntoIterator<Item = (String, T)>,
        overwrite: bool,
        cancel: &Cancel,
        mut each: impl FnMut(String, Done<T>),
    ) -> Vec<(String, T, Unsettled)> {
        let mut waiting = objects.into_iter();
        let mut running = JoinSet::new();
        let mut in_work = HashMap::new();
        loop {
            while running.len() < self.config.objects_in_flight && cancel.reason().is_none() {
                // With the engine in trouble, more objects would only wait in memory.
                if self.sink.limiter().is_paused() && !running.is_empty() {
                    break;
                }
                let Some((key, about)) = waiting.next() else { break };
                let task = running.spawn(Arc::clone(self).work(key.clone(), overwrite, cancel.clone()));
                in_work.insert(task.id(), (key, about));
            }
            match cancel.in_grace(running.join_next_with_id()).await {
                Some(Some(Ok((task, (ledger, outcome))))) => {
                    if let Some((key, about)) = in_work.remove(&task) {
                        each(key, Done { about, ledger, outcome });
                    }
                }
                Some(Some(Err(failed))) => std::panic::resume_unwind(failed.into_panic()),
                Some(None) => break,
                None => {
                    running.shutdown().await;
                    break;
                }
            }
        }
        let broken_off = in_work.into_values().map(|(key, about)| (key, about, Unsettled::Interrupted));
        broken_off.chain(waiting.map(|(key, about)| (key, about, Unsettled::NotReached))).collect()
    }

    async fn work(
        self: Arc<Self>,
        key: String,
        overwrite: bool,
        cancel: Cancel,
    ) -> (Ledger, Result<Settled, Unsettled>) {
        let (ledger, outcome) = self.object(&key, overwrite, &cancel).await;
        log_object(self.bucket(), &key, &ledger, &outcome);
        (ledger, outcome)
    }
}
