//! Moves load-balancer logs from S3 into Elasticsearch or OpenSearch.
//!
//! One engine, [`Ingest`], behind two front doors: the Lambda (`main.rs`) and the operator's
//! command `albatross` ([`command`]). What a line becomes is not decided here but in
//! `parser_wasm`; this crate moves bytes and accounts for every line of them. An object is
//! deleted only when its [`Ledger`] says that nothing of it could be lost.
//!
//! Decisions are pure functions ([`bulk::judge`], [`Backoff`], [`Ledger::may_settle`],
//! [`Unsettled::disposition`]); the rest is concrete I/O, tested over real sockets.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod aws;
mod backoff;
pub mod bulk;
mod cancel;
pub mod command;
mod config;
mod deadline;
mod engine;
mod error_chain;
mod event;
mod ingest;
mod jobs;
mod ledger;
mod log;
mod metrics;
mod object;
mod outcome;
mod quarantine;
mod queue;
mod report;
mod s3;
mod setup;
mod state;

pub use backoff::Backoff;
pub use cancel::{Cancel, StopReason};
pub use config::secret::Secret;
pub use config::settings::{SettingsSourceError, settings};
pub use config::{
    Auth, Config, ConfigError, Credentials, Location, SettingsSource, Settle, SigningName, VARIABLES, Variable,
};
pub use deadline::{Deadline, TooShort};
pub use engine::{Answer, AuthError, Body, CaFileError, Engine, EngineError, NoAnswer};
pub use event::{Event, EventError, Message, ObjectRef, WorkOrder};
pub use ingest::Ingest;
pub use jobs::backfill::{BackfillError, BackfillReport};
pub use jobs::plan::{FaultyObject, Plan, Share};
pub use jobs::rederive::RederiveError;
pub use jobs::replay::{FailedFile, ReplayReport};
pub use jobs::sweep::{Tick, Worked};
pub use ledger::Ledger;
pub use log::{log_as_json, log_replay};
pub use metrics::embedded as embedded_metrics;
pub use object::Settled;
pub use outcome::{Disposition, RunError, Unsettled};
pub use queue::{Queue, QueueError};
pub use report::{LeftObject, Report};
pub use s3::{Download, ListedObject, Page, Pages, S3Error, Store};
pub use setup::dashboards::{DashboardsError, DashboardsUrl, Imported, NoDashboardsUrl, dashboards};
pub use setup::grant::{BackendRole, Grant, GrantError, NoBackendRole};
pub use setup::retention::{Lifecycle, RetentionError};
pub use setup::template::TemplateError;
pub use setup::{Retention, SetupError, SetupExtras, SetupReport, setup};
pub use state::LeaseError;
