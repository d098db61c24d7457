//! What runs remember, as small objects below `{own prefix}state/`: never swept, and never needed
//! for correctness. Whatever is lost here is done again, under the same ids.

mod checkpoint;
mod failed;
mod lease;
pub(crate) mod memory;
mod notes;
mod resume;

use parser_wasm::Settings;
use serde::Serialize;
use serde::de::DeserializeOwned;
use xxhash_rust::xxh3::xxh3_64;

pub use self::checkpoint::Checkpoint;
pub use self::failed::FailedObjects;
pub use self::lease::{Lease, LeaseError};
pub use self::notes::Notes;
pub use self::resume::{ResumePoint, resume_key};

use crate::config::Config;
use crate::s3::{Condition, S3Error, Store};

/// Whose state it is. What is done for one engine, under one prefix and with one shape of documents
/// is not done for another: each has a folder of its own, `{own prefix}state/{index}-{digest}/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    folder: String,
}

impl Scope {
    /// The folder of this configuration.
    #[must_use]
    pub fn of(config: &Config, settings: &Settings) -> Self {
        let whose = [&config.prefix, &config.suffix, config.endpoint.as_str(), &settings.digest()].join("\n");
        let name = format!("{}-{:016x}/", settings.index, digest(&whose));
        Self { folder: key(&config.own_prefix, &name) }
    }

    /// What its keys begin with.
    #[must_use]
    pub fn folder(&self) -> &str {
        &self.folder
    }

    /// The key of one of its objects.
    #[must_use]
    pub fn key(&self, name: &str) -> String {
        format!("{}{name}", self.folder)
    }
}

/// The key of a state object that names its owner itself.
fn key(own_prefix: &str, name: &str) -> String {
    format!("{own_prefix}state/{name}")
}

/// A key in eight bytes: a set of very many of them stays small.
fn digest(key: &str) -> u64 {
    xxh3_64(key.as_bytes())
}

/// Reads a state object. One that cannot be read as what it should be counts as not there: it was
/// written by another release.
async fn load<T: DeserializeOwned>(store: &Store, key: &str) -> Result<Option<T>, S3Error> {
    let Some((body, _)) = store.read(key).await? else { return Ok(None) };
    let state = serde_json::from_slice(&body);
    if let Err(error) = &state {
        tracing::warn!(key, %error, "the state is not readable and begins anew");
    }
    Ok(state.ok())
}

/// Writes a state object over the one before.
async fn save<T: Serialize>(store: &Store, key: &str, state: &T) -> Result<(), S3Error> {
    // Of types that are always JSON.
    let body = serde_json::to_vec(state).unwrap_or_default();
    store.put(key, body, Condition::Always).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(extra: &[(&str, &str)], settings: &Settings) -> Scope {
        let needed = [("ALBATROSS_BUCKET", "logs"), ("ALBATROSS_ENDPOINT", "http://engine")];
        // The last of equal names holds.
        let variables = needed.iter().chain(extra).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Scope::of(&Config::from_variables(variables).unwrap(), settings)
    }

    #[test]
    fn each_deployment_has_a_folder_of_its_own() {
        let mine = scope(&[], &Settings::default());
        assert!(mine.folder().starts_with("albatross/state/albatross-elb-"), "{}", mine.folder());
        assert_eq!(mine, scope(&[("ALBATROSS_SETTLE", "keep"), ("ALBATROSS_GZIP", "false")], &Settings::default()));
        let monthly = Settings { target: parser_wasm::Target::Monthly, ..Settings::default() };
        for other in [
            scope(&[("ALBATROSS_PREFIX", "a/")], &Settings::default()),
            scope(&[("ALBATROSS_SUFFIX", ".log.gz")], &Settings::default()),
            scope(&[("ALBATROSS_ENDPOINT", "http://another")], &Settings::default()),
            scope(&[], &monthly),
        ] {
            assert_ne!(other, mine);
        }
    }
}
