//! Moves load-balancer logs from S3 into Elasticsearch or OpenSearch.
//!
//! One engine, [`Ingest`], behind two front doors: the Lambda (`main.rs`) and the operator's
//! command `albatross` ([`command`]). What a line becomes is not decided here but in
//! `parser_wasm`; this crate moves bytes and accounts for every line of them. An object is
//! deleted only when its `Ledger` says that nothing of it could be lost.
//!
//! Decisions are pure functions (in `bulk`, `backoff`, `ledger`, `outcome`); the rest is concrete I/O, tested over
//! real sockets.

#![warn(clippy::print_stdout, clippy::print_stderr)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod at_once;
mod aws;
mod backoff;
mod bulk;
mod cancel;
pub mod command;
mod config;
mod console;
mod deadline;
mod deliveries;
mod engine;
mod error_chain;
mod event;
mod ingest;
mod jobs;
pub mod lambda;
mod ledger;
mod limiter;
mod lines;
mod log;
mod metrics;
mod network;
mod object;
mod outcome;
mod plain;
mod pool;
mod quarantine;
mod queue;
mod report;
mod s3;
mod setup;
mod start;
mod state;

pub use bulk::ANSWERS;
pub use config::{Config, VARIABLES, Variable};
pub use ingest::Ingest;
pub use log::log_as_json;
pub use outcome::Unsettled;
pub use setup::dashboards::{DashboardsError, dashboards};
