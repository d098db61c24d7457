//! One line becomes one bulk item, a pure function of the line, its source and the settings.

mod id;
mod kept;
mod rejection;
mod settings;
mod source;
mod template;
#[cfg(test)]
mod tests;
mod told;
mod writer;

pub use kept::{KeptLine, KeptLineError};
pub use rejection::Rejection;
pub use settings::{Settings, SettingsError, Target};
pub use source::{Source, SourceError};
pub use template::{TEMPLATE_VERSION, TemplatePlace, index_template, takes_documents, template_meta};
pub use told::Told;
pub use writer::{Item, ItemWriter, LineOutcome, Skip};
pub(crate) use writer::{Unread, read};
