//! The engines that take documents, and what they differ in.

use serde::{Deserialize, Serialize};

/// The kinds of engine that want different actions or templates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum EngineKind {
    /// Elasticsearch from 7.8 to 9, OpenSearch 2 and 3, search collections of OpenSearch Serverless.
    #[default]
    #[serde(rename = "current")]
    Current,
    /// Elasticsearch 6: actions name a type (`_doc`), and the template is one of the older kind.
    #[serde(rename = "elasticsearch-6")]
    Elasticsearch6,
    /// A time-series collection of OpenSearch Serverless. It gives every document an id of its own and takes none from
    /// outside (AWS, "Supported operations in Amazon OpenSearch Serverless"), so a line that is sent twice is there
    /// twice: after a lost answer, a run that was cut off, or a replay.
    #[serde(rename = "serverless-time-series")]
    ServerlessTimeSeries,
}

impl EngineKind {
    /// Whether its dates may have nanoseconds (`date_nanos`). Elasticsearch has them since 7.0; a time-series
    /// collection's timestamp is a `date` (AWS, "Using the timestamp field in time series collections").
    pub(crate) fn has_nanoseconds(self) -> bool {
        self == Self::Current
    }
}
