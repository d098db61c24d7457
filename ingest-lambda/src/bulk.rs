//! From items to their verdicts: the `_bulk` API of Elasticsearch and OpenSearch.

mod batch;
mod buffers;
mod entry;
mod limiter;
pub(crate) mod pipeline;
mod refusal_rate;
mod response;
mod sink;
mod size;
mod stats;
mod window;

pub use batch::{Batch, BatchLimits, Sent};
pub use entry::{Origin, Refusal};
pub use limiter::Limiter;
pub use response::{Judgement, Verdict, judge};
pub use sink::Sink;
pub use stats::SinkStats;
