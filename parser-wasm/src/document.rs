//! What is indexed: one line becomes one bulk item, a pure function of the line, its source and the settings.

mod ecs;
mod id;
mod item;
mod json;
mod settings;
mod source;
mod template;

pub use item::{Item, ItemWriter, LineOutcome, Rejection, Skip};
pub(crate) use item::{Unread, read};
pub use settings::{Settings, SettingsError};
pub use source::{Source, SourceError};
pub use template::{TEMPLATE_VERSION, index_template};
