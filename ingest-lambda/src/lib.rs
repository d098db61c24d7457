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

mod backoff;
pub mod bulk;
mod causes;
pub mod command;
mod config;
mod engine;
mod error;
mod event;
mod key;
mod ledger;
mod object;
mod report;
mod s3;
mod secret;
mod stop;
mod sweep;
mod template;

pub use backoff::Backoff;
pub use config::{
    Auth, Config, ConfigError, Credentials, Location, SettingsSource, Settle, SigningName, VARIABLES, Variable,
};
pub use engine::{Answer, Engine, EngineError, NoAnswer};
pub use error::{Disposition, RunError, StartError, Unsettled};
pub use event::{Event, EventError};
pub use key::KeyKind;
pub use ledger::{Ledger, Rejected};
pub use report::{LeftObject, Report};
pub use s3::{Download, ListedObject, S3Error, Store};
pub use secret::Secret;
pub use stop::{Stop, StopReason};
pub use sweep::{DEADLINE_MARGIN, Ingest};
pub use template::TemplateError;
