//! What can be asked for: on the command line, by a schedule, an event or a work order.

mod candidates;
mod filtered;
mod listing;
mod regions;
mod work;

pub(crate) mod backfill;
pub(crate) mod named;
pub(crate) mod plan;
pub(crate) mod rederive;
pub(crate) mod replay;
pub(crate) mod status;
pub(crate) mod sweep;
