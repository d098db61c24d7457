//! From items to their verdicts: the `_bulk` API of Elasticsearch and OpenSearch.

mod batch;
mod buffers;
mod entry;
mod gate;
pub(crate) mod pipeline;
mod response;
mod share;
mod sink;
mod size;
mod stats;
mod window;

pub use batch::{Batch, BatchLimits, Sent};
pub use entry::{Origin, Refusal};
pub use gate::Gate;
pub use response::{Judgement, Verdict, judge};
pub use sink::Sink;
pub use stats::SinkStats;
