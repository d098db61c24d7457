//! Where everything of a deployment lies.

use parser_wasm::Settings;

use super::digest;
use crate::config::Config;

/// An object of this name lies at the root of every own prefix and archive: below it nothing is ever
/// swept, whatever is configured. It sorts before everything that lies beside it.
pub const MARKER: &str = "!albatross";

/// The key of the marker of a prefix.
#[must_use]
pub fn marker(prefix: &str) -> String {
    format!("{prefix}{MARKER}")
}

/// The folder `{own prefix}{index}-{digest}/` of a deployment. What is done for one engine, under one prefix
/// and with one shape of documents is not done for another, and nobody touches another's quarantine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    path: String,
}

impl Folder {
    /// The folder of this configuration.
    #[must_use]
    pub fn of(config: &Config, settings: &Settings) -> Self {
        let whose = [&config.prefix, config.endpoint.as_str(), &settings.digest()].join("\n");
        Self { path: format!("{}{}-{:016x}/", config.own_prefix, settings.index, digest(&whose)) }
    }

    /// A folder by its path, which ends in a slash.
    pub(crate) fn at(path: &str) -> Self {
        Self { path: path.to_owned() }
    }

    /// Its path: what all of its keys begin with.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The last part of the path, for people.
    #[must_use]
    pub fn name(&self) -> &str {
        let path = self.path.trim_end_matches('/');
        path.rsplit_once('/').map_or(path, |(_, name)| name)
    }

    /// The key of one of its state objects.
    #[must_use]
    pub fn state(&self, name: &str) -> String {
        format!("{}state/{name}", self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(extra: &[(&str, &str)], settings: &Settings) -> Folder {
        let needed =
            [("ALBATROSS_BUCKET", "logs"), ("ALBATROSS_ENDPOINT", "http://engine"), ("ALBATROSS_SETTLE", "delete")];
        // The last of equal names holds.
        let variables = needed.iter().chain(extra).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Folder::of(&Config::from_variables(variables).unwrap(), settings)
    }

    #[test]
    fn each_deployment_has_a_folder_of_its_own() {
        let mine = folder(&[], &Settings::default());
        assert!(mine.path().starts_with("albatross/albatross-elb-"), "{}", mine.path());
        assert_eq!(mine.path(), format!("albatross/{}/", mine.name()));
        assert_eq!(mine, folder(&[("ALBATROSS_SETTLE", "keep"), ("ALBATROSS_EVENTS", "true")], &Settings::default()));
        let monthly = Settings { target: parser_wasm::Target::Monthly, ..Settings::default() };
        for other in [
            folder(&[("ALBATROSS_PREFIX", "a/")], &Settings::default()),
            folder(&[("ALBATROSS_ENDPOINT", "http://another")], &Settings::default()),
            folder(&[], &monthly),
        ] {
            assert_ne!(other, mine);
        }
    }
}
