//! The intelligence layer: answers that the line implies and does not spell out. Pure; no table is consulted
//! that is not in this crate, or given by the caller.

mod bot;
mod geo;
mod knowledge;
mod latency;
mod network;
mod tls_alert;
mod url;
mod user_agent;
mod verdict;

pub use geo::{AutonomousSystem, Geo, GeoDatabase, GeoDatabases, GeoError, Location, Place};
pub use knowledge::Knowledge;
pub(crate) use knowledge::Known;
pub use latency::Latency;
pub use network::Network;
pub use tls_alert::alert_name;
pub use url::UrlParts;
pub use user_agent::{RulesError, UAP_CORE_RULES, UserAgent, UserAgents};
pub(crate) use verdict::explain;
pub use verdict::{Decider, Reason, verdict};

/// Raised when an answer of this layer may change for the same line.
pub const ENRICHMENT_VERSION: u32 = 2;
