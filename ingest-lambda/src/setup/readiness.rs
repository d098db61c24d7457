//! Whether the engine takes documents as they are meant: asked for before a run, and remembered for a while.

use std::time::{Duration, SystemTime};

use parser_wasm::Settings;
use tokio::sync::Mutex;

use super::shape;
use super::template::{self, TemplateError};
use crate::engine::{Engine, health};

/// So long a good answer holds: batches of messages come many a second, and what answers is the node that manages the
/// whole cluster.
const HOLDS: Duration = Duration::from_secs(60);

/// When the engine was last seen to be ready. By the wall clock, as no other goes on while a Lambda is frozen.
#[derive(Debug, Default)]
pub(crate) struct Readiness(Mutex<Option<SystemTime>>);

impl Readiness {
    /// Asks, unless somebody has done so lately; who comes meanwhile waits for that answer.
    ///
    /// # Errors
    /// When the template is not there, is another or does not shape our indices, or the engine does not answer.
    pub(crate) async fn check(&self, engine: &Engine, settings: &Settings) -> Result<(), TemplateError> {
        let mut seen = self.0.lock().await;
        // A clock that was set back tells nothing.
        if seen.is_some_and(|at| at.elapsed().is_ok_and(|age| age < HOLDS)) {
            return Ok(());
        }
        *seen = None;
        template::check(engine, settings).await?;
        shape::check(engine, settings).await?;
        health::warn(engine, settings).await;
        *seen = Some(SystemTime::now());
        Ok(())
    }
}
