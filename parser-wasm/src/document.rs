//! What is indexed: one line becomes one bulk item, a pure function of the line, its source and the settings.

mod ecs;
mod engine;
mod field;
mod id;
mod item;
mod json;
mod kept;
mod network_log;
mod rejection;
mod schema;
mod settings;
mod source;
mod template;
#[cfg(test)]
mod tests;
mod walk;

pub use engine::EngineKind;
pub(crate) use field::{IGNORE_ABOVE, Type};
pub use item::{Item, ItemWriter, LineOutcome, Skip};
pub(crate) use item::{Unread, read};
pub(crate) use json::write_string;
pub use kept::{KeptLine, KeptLineError};
pub use rejection::Rejection;
pub use schema::Schema;
pub use settings::{Settings, SettingsError, Target};
pub use source::{Source, SourceError};
pub use template::{TEMPLATE_VERSION, TemplatePlace, index_template, takes_documents, template_meta};
pub(crate) use walk::{Cursor, Paths, Place, scalars, text};
