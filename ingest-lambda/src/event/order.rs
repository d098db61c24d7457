//! Work orders: what an operator asks of the Lambda, so that an engine inside a VPC needs no shell.

use serde::Deserialize;

use crate::setup::SetupExtras;

/// `{"albatross": "setup"}` and its siblings.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "albatross", rename_all = "lowercase", deny_unknown_fields)]
pub enum WorkOrder {
    /// Puts index template and retention, and what else is asked for.
    Setup(SetupExtras),
    /// Feeds the fan-out queue with old logs.
    Backfill {
        /// The first day, `YYYY-MM-DD`.
        from: String,
        /// The last day.
        to: String,
    },
    /// Sends quarantined lines again, or objects that were damaged.
    Replay {
        /// Only those of objects whose keys begin so.
        #[serde(default)]
        prefix: String,
        /// Damaged objects instead of lines.
        #[serde(default)]
        objects: bool,
        /// Whether documents that are there are written anew.
        #[serde(default)]
        overwrite: bool,
    },
    /// Works on one object: what a sweep hands over to the queue.
    Ingest {
        /// Its bucket.
        bucket: String,
        /// Its key.
        key: String,
        /// Whether documents that are there are written anew.
        #[serde(default)]
        overwrite: bool,
    },
}
