//! AWS load-balancer logs, from bytes to documents: `LogReader` (bytes → lines), the formats' records
//! (line → fields), `enrich` (what the fields imply) and [`ItemWriter`] (line → bulk item).
//!
//! No I/O, no clock, no environment: the same input gives the same bytes in a Lambda and in a browser.

#![warn(clippy::indexing_slicing, clippy::string_slice, clippy::expect_used, clippy::panic)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used, clippy::panic))]

mod address;
mod damage;
mod document;
mod enrich;
mod filter;
mod format;
mod gzip;
mod inspect;
mod item;
mod lines;
mod logged;
mod reader;
mod record;
mod redact;
mod text;
mod unwrap;
#[cfg(target_arch = "wasm32")]
mod wasm;
#[cfg(target_arch = "wasm32")]
pub use wasm::JsInspection;

pub use damage::{Damage, DamageKind};
pub use document::{EngineKind, Schema};
pub use enrich::{
    AutonomousSystem, Decider, ENRICHMENT_VERSION, Geo, GeoDatabase, GeoDatabases, GeoError, Knowledge, Latency,
    Location, Network, Place, Reason, RulesError, UAP_CORE_RULES, UrlParts, UserAgent, UserAgents, alert_name, verdict,
};
pub use filter::{Filter, FilterError, FilterErrorKind, Matcher};
pub use format::{
    AlbAccess, AlbConnection, AlbHealthCheck, Around, Classic, ErrorKind, Extra, Foreign, Format, Hint, KeyKind,
    NlbTls, ParseError, Record, Scratch, Span, account_of, number_of, region_of,
};
pub use inspect::{
    FileSummary, FilterProblem, Histogram, Inspection, Progress, RejectedLine, Row, Summary, VerdictCount,
};
pub use item::{
    Item, ItemWriter, KeptLine, KeptLineError, LineOutcome, Rejection, Settings, SettingsError, Skip, Source,
    SourceError, TEMPLATE_VERSION, Target, TemplatePlace, Told, index_template, takes_documents, template_meta,
};
pub use lines::Line;
pub use logged::Logged;
pub use reader::{Limits, LogReader, NextFile};
pub use record::{Endpoint, HealthTarget, List, Phase, Request, Seconds, Timestamp, Validity};
pub use redact::{AddressRedaction, KeyError, QueryRedaction, Redaction, RedactionError, RedactionKey};
pub use text::{Text, is_shown};
pub use unwrap::passed_over;
