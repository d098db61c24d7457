//! What is indexed: the documents' fields, and how a line's are written and read.

pub(crate) mod ecs;
mod engine;
mod field;
mod json;
pub(crate) mod network_log;
mod schema;
mod walk;

pub use engine::EngineKind;
#[cfg(test)]
pub(crate) use field::FIELDS;
pub(crate) use field::{IGNORE_ABOVE, Type};
pub(crate) use json::write_string;
pub use schema::Schema;
pub(crate) use walk::{Cursor, Paths, Place, scalars, text};
