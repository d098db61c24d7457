//! The log formats: one file each, with one ordered field table each.

mod alb_access;
mod columns;

pub use alb_access::AlbAccess;
