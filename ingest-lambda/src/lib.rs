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
mod backfill;
mod backoff;
pub mod bulk;
mod causes;
mod choose;
pub mod command;
mod config;
mod dashboards;
mod deadline;
mod engine;
mod error;
mod event;
mod geo;
mod grant;
mod health;
mod ingest;
mod ledger;
mod log;
mod memory;
mod metrics;
mod object;
mod pipeline;
mod plan;
mod quarantine;
mod queue;
mod rederive;
mod replay;
mod report;
mod retention;
mod s3;
mod secret;
mod settings;
mod settle;
mod setup;
mod state;
mod stop;
mod sweep;
mod template;

pub use backfill::{BackfillError, BackfillReport};
pub use backoff::Backoff;
pub use config::{
    Auth, Config, ConfigError, Credentials, Location, SettingsSource, Settle, SigningName, VARIABLES, Variable,
};
pub use dashboards::{DashboardsError, DashboardsUrl, Imported, NoDashboardsUrl, dashboards};
pub use deadline::{Deadline, TooShort};
pub use engine::{Answer, AuthError, Body, CaFileError, Engine, EngineError, NoAnswer};
pub use error::{Disposition, RunError, Unsettled};
pub use event::{Event, EventError, Message, ObjectRef, WorkOrder};
pub use grant::{BackendRole, Grant, GrantError, NoBackendRole};
pub use ingest::Ingest;
pub use ledger::Ledger;
pub use log::{log_as_json, log_replay};
pub use metrics::embedded as embedded_metrics;
pub use object::Settled;
pub use plan::{FaultyObject, Plan, Share};
pub use queue::{Queue, QueueError};
pub use rederive::RederiveError;
pub use replay::{FailedFile, ReplayReport};
pub use report::{LeftObject, Report};
pub use retention::{Lifecycle, RetentionError};
pub use s3::{Download, ListedObject, Page, Pages, S3Error, Store};
pub use secret::Secret;
pub use settings::{SettingsSourceError, settings};
pub use setup::{Retention, SetupError, SetupExtras, SetupReport, setup};
pub use state::LeaseError;
pub use stop::{Stop, StopReason};
pub use sweep::{Tick, Worked};
pub use template::TemplateError;
