//! Documents written anew from the objects that were kept, after an upgrade or a change of settings.

use std::sync::Arc;

use parser_wasm::KeyKind;
use thiserror::Error;

use crate::cancel::Cancel;
use crate::config::{Config, Location, Settle};
use crate::ingest::{Done, Ingest};
use crate::log::log_run;
use crate::outcome::RunError;
use crate::report::Report;

/// Why nothing can be written anew.
#[derive(Debug, Error)]
pub enum RederiveError {
    /// There are no objects to do it from.
    #[error("ALBATROSS_SETTLE is delete: there are no kept objects to derive documents from again")]
    NothingKept,
    /// A data stream, or an engine without ids.
    #[error("a data stream, or an engine without ids, takes no document twice")]
    NoIds,
    /// Neither contains the other.
    #[error("{0} lies outside ALBATROSS_PREFIX")]
    Outside(String),
    /// The run could not begin.
    #[error(transparent)]
    Run(#[from] RunError),
}

impl Ingest {
    /// Writes the documents of all kept objects anew, in the order of keys: of those in the bucket
    /// where they stay there, of the archive where they are moved. `prefix` begins the keys that the
    /// objects had when they were written. Nothing is changed in S3, but the quarantine of their bad
    /// lines; nothing is remembered.
    ///
    /// # Errors
    /// When nothing is kept, or no object could be worked on at all.
    pub async fn rederive(
        self: &Arc<Self>,
        prefix: &str,
        cancel: &Cancel,
        mut progress: impl FnMut(usize, usize),
    ) -> Result<Report, RederiveError> {
        if !self.can_overwrite() {
            return Err(RederiveError::NoIds);
        }
        let place = self.kept_at(prefix)?;
        let from = Arc::new(self.reading_from(&place.bucket));
        let mut report = self.report();
        self.check_engine(cancel).await?;
        let (mut total, mut done) = (0, 0);
        let mut pages = from.store.pages(&place.prefix);
        while let Some(page) = cancel.unless_cancelled(pages.next()).await {
            let Some(page) = page.map_err(RunError::List)? else { break };
            let logs = page.objects.into_iter().filter(|object| self.is_kept_log(&object.key));
            let logs: Vec<(String, ())> = logs.map(|object| (object.key, ())).collect();
            report.objects.listed += logs.len() as u64;
            total += logs.len();
            let left = from.work_through(logs, true, cancel, |key, Done { ledger, outcome, .. }| {
                report.enter(key, &ledger, &outcome);
                done += 1;
                progress(done, total);
            });
            for (key, (), why) in left.await {
                report.leave(key, &why);
            }
        }
        report.end(cancel.reason(), &self.sink);
        log_run(&report, self.scope.folder());
        Ok(report)
    }

    /// Where the objects lie whose keys began so.
    fn kept_at(&self, prefix: &str) -> Result<Location, RederiveError> {
        let swept = &self.config.prefix;
        let wanted = if prefix.starts_with(swept.as_str()) {
            prefix
        } else if swept.starts_with(prefix) {
            swept
        } else {
            return Err(RederiveError::Outside(prefix.to_owned()));
        };
        match &self.config.settle {
            Settle::Delete => Err(RederiveError::NothingKept),
            Settle::Keep => Ok(Location { bucket: self.config.bucket.clone(), prefix: wanted.to_owned() }),
            Settle::Archive(to) => Ok(Location { bucket: to.bucket.clone(), prefix: format!("{}{wanted}", to.prefix) }),
        }
    }

    /// Whether it is the key of a log that was kept. An archive may lie below our own prefix.
    fn is_kept_log(&self, key: &str) -> bool {
        let is_own = match &self.config.settle {
            Settle::Archive(_) => self.config.is_quarantine_or_state(key),
            Settle::Delete | Settle::Keep => self.config.is_own(key),
        };
        !is_own
            && key.ends_with(&self.config.suffix)
            && matches!(KeyKind::of(key), KeyKind::NamedByAws(_) | KeyKind::NamedLog)
    }

    /// The same, on objects of that bucket, which stay as they are.
    fn reading_from(&self, bucket: &str) -> Self {
        let config = Config { bucket: bucket.to_owned(), settle: Settle::Keep, ..self.config.clone() };
        Self {
            config,
            settings: self.settings.clone(),
            knowledge: self.knowledge.clone(),
            store: self.store.with_bucket(bucket),
            engine: self.engine.clone(),
            sink: Arc::clone(&self.sink),
            queue: None,
            scope: self.scope.clone(),
        }
    }
}
