//! What can be asked for: on the command line, by a schedule, an event or a work order.

pub(crate) mod backfill;
pub(crate) mod candidates;
pub(crate) mod plan;
pub(crate) mod rederive;
pub(crate) mod replay;
pub(crate) mod sweep;
