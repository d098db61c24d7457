//! The intelligence layer: answers that the line implies and does not spell out. Pure; no table is consulted
//! that is not in this folder.

mod latency;
mod tls_alert;
mod url;
mod verdict;

pub use latency::{Latency, Phase};
pub use tls_alert::alert_name;
pub use url::UrlParts;
pub(crate) use verdict::explain;
pub use verdict::{Decider, Reason, verdict};

/// Raised when an answer of this layer may change for the same line.
pub const ENRICHMENT_VERSION: u32 = 1;
