//! From items to their verdicts: the `_bulk` API of Elasticsearch and OpenSearch.

mod batch;
mod buffers;
mod delivery;
mod entry;
mod items;
mod name_in_url;
mod old_indices;
mod parked;
pub(crate) mod pipeline;
mod place;
mod progress;
mod refusal_rate;
mod response;
mod sink;
mod stats;

pub use batch::{Batch, Sent};
pub use entry::Origin;
pub use parked::{Parked, ParkedCode};
pub use response::ANSWERS;
pub use sink::{Refusals, Sink};
pub use stats::SinkStats;
