//! Configuration and clients, made once and handed to every job.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_config::SdkConfig;
use parser_wasm::{GeoDatabases, ItemWriter, Knowledge, Settings, Source};

use crate::bulk::Sink;
use crate::cancel::Cancel;
use crate::config::{Config, ConfigError, Settle};
use crate::engine::Engine;
use crate::log::log_run;
use crate::outcome::RunError;
use crate::queue::Queue;
use crate::report::Report;
use crate::s3::Store;
use crate::setup::readiness::Readiness;
use crate::setup::template::TemplateError;
use crate::start::{Started, start};
use crate::state::{Deployment, Entry, Folder, StateError, WorkList};

/// Configuration and clients.
#[derive(Debug)]
pub struct Ingest {
    pub(crate) config: Config,
    pub(crate) settings: Settings,
    pub(crate) knowledge: Knowledge,
    /// The bucket, in which everything of our own lies too.
    pub(crate) store: Store,
    pub(crate) engine: Engine,
    readiness: Readiness,
    pub(crate) sink: Arc<Sink>,
    pub(crate) queue: Option<Queue>,
    pub(crate) backfill_queue: Option<Queue>,
    sdk: SdkConfig,
    pub(crate) folder: Folder,
    not_remembered: AtomicU64,
}

/// Where logs are read, and what becomes of them there.
#[derive(Debug, Clone)]
pub(crate) struct Logs {
    pub(crate) store: Store,
    pub(crate) settle: Settle,
    /// Whether documents that are there are overwritten.
    pub(crate) overwrite: bool,
    /// What stands before the keys that the objects had when they were written.
    pub(crate) moved_below: String,
}

impl Logs {
    /// The key that the object had when it was written.
    pub(crate) fn original<'k>(&self, key: &'k str) -> &'k str {
        key.strip_prefix(&self.moved_below).unwrap_or(key)
    }
}

impl Ingest {
    /// Reads the environment and makes the clients; connects to nobody yet, unless the settings lie in S3.
    ///
    /// # Errors
    /// Every problem of the configuration at once, among them settings that cannot be read and TLS
    /// that cannot be set up.
    pub async fn start() -> Result<Self, ConfigError> {
        let Started { config, sdk, settings, engine, store } = start().await?;
        let sink = Arc::new(Sink::new(engine.clone(), &config, &settings));
        let knowledge = Knowledge::of_uap_core(config.geo.clone());
        let queue = |url: &Option<String>| url.as_ref().map(|url| Queue::new(&sdk, url));
        let (fanout, backfill) = (queue(&config.fanout_queue_url), queue(&config.backfill_queue_url));
        let folder = Folder::of(&config, &settings);
        Ok(Self {
            config,
            settings,
            knowledge,
            store,
            engine,
            readiness: Readiness::default(),
            sink,
            queue: fanout,
            backfill_queue: backfill,
            sdk,
            folder,
            not_remembered: AtomicU64::new(0),
        })
    }

    /// With these databases instead of those of the configuration.
    #[must_use]
    pub fn with_geo(mut self, geo: GeoDatabases) -> Self {
        self.knowledge.geo = geo;
        self
    }

    /// The logs of the configuration, where the load balancers write them.
    pub(crate) fn logs(&self, overwrite: bool) -> Logs {
        let (store, settle) = (self.store.clone(), self.config.settle.clone());
        Logs { store, settle, overwrite, moved_below: String::new() }
    }

    /// A writer for the lines of an object.
    pub(crate) fn writer(&self, source: &Source, overwrite: bool) -> ItemWriter {
        let mut writer = ItemWriter::new(&self.settings, source, &self.knowledge);
        if let Some(key) = &self.config.redaction_key {
            writer = writer.with_key(key);
        }
        if overwrite { writer.overwriting() } else { writer }
    }

    /// Whether documents can be overwritten: only where an id names one document for ever. Elsewhere a
    /// repeat doubles them.
    #[must_use]
    pub fn can_overwrite(&self) -> bool {
        self.settings.can_overwrite()
    }

    /// Whether settled objects are kept, here or in an archive.
    #[must_use]
    pub fn keeps_objects(&self) -> bool {
        self.config.settle != Settle::Delete
    }

    /// The name of this deployment, as its metrics have it.
    #[must_use]
    pub fn deployment(&self) -> String {
        std::env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_else(|_| self.folder.name().to_owned())
    }

    /// The queue of this ARN, `arn:PARTITION:sqs:REGION:ACCOUNT:NAME`.
    pub(crate) fn queue_of(&self, arn: &str) -> Option<Queue> {
        let parts: Vec<&str> = arn.split(':').collect();
        let ["arn", partition, "sqs", region, account, name] = parts[..] else { return None };
        let domain = if partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
        Some(Queue::new(&self.sdk, &format!("https://sqs.{region}.{domain}/{account}/{name}")))
    }

    /// The bucket with the logs.
    #[must_use]
    pub fn bucket(&self) -> &str {
        self.store.bucket()
    }

    /// A run begins: a report on nothing yet.
    pub(crate) fn report(&self) -> Report {
        self.sink.begin_run();
        Report { geo: self.knowledge.geo.list(), ..Report::new(self.settings.digest()) }
    }

    /// A report on what was done, at the end of a run, and its line in the log.
    pub(crate) fn end(&self, report: &mut Report, cancel: &Cancel) {
        report.not_remembered = self.not_remembered.swap(0, Ordering::Relaxed);
        report.end(cancel.reason(), &self.sink);
        log_run(report, self.folder.path());
    }

    /// Counts, and says, that something could not be written to the state.
    pub(crate) fn not_remembered(&self, key: &str, error: &StateError) {
        self.not_remembered.fetch_add(1, Ordering::Relaxed);
        let alarm = !self.can_overwrite();
        tracing::warn!(key, %error, alarm, "cannot write to the state what became of this object");
    }

    /// What the work list says of one object, without the rest of it.
    pub(crate) async fn find_entry(&self, key: &str) -> Result<Option<Entry>, StateError> {
        let (store, folder) = (&self.store, &self.folder);
        match Deployment::load(store, folder).await? {
            Some(deployment) => WorkList::find(store, folder, deployment.work_bits, key).await,
            None => Ok(None),
        }
    }

    /// Makes sure that the engine takes documents as they are meant.
    ///
    /// # Errors
    /// When the template is missing, or another, or shapes no index of ours. An engine that is merely busy or away cancels
    /// the run instead.
    pub(crate) async fn check_engine(&self, cancel: &Cancel) -> Result<(), RunError> {
        let checked = self.readiness.check(&self.engine, &self.settings);
        match cancel.unless_cancelled(checked).await {
            None | Some(Ok(())) => {}
            Some(Err(TemplateError::Engine(reason))) => cancel.cancel(reason),
            Some(Err(error)) => return Err(error.into()),
        }
        Ok(())
    }
}
