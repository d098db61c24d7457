//! From items to their verdicts: the `_bulk` API of Elasticsearch and OpenSearch.

mod batch;
mod response;
mod sink;

pub use batch::Batch;
pub use response::{Judgement, Verdict, judge};
pub use sink::Sink;
