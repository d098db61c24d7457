//! The configuration: one plain struct, read from environment variables.

use std::fmt;

use parser_wasm::Settings;
use reqwest::Url;
use thiserror::Error;

/// Everything that can be set. AWS's side (region, credentials, endpoint) comes from the
/// variables and files every AWS tool reads.
#[derive(Debug, Clone)]
pub struct Config {
    /// `ALBATROSS_BUCKET`: the bucket that the load balancers write to.
    pub bucket: String,
    /// `ALBATROSS_PREFIX`: only keys that begin with this; empty for all.
    pub prefix: String,
    /// `ALBATROSS_ENDPOINT`: the engine's URL, with its path where it sits behind one.
    pub endpoint: Url,
    /// `ALBATROSS_USERNAME` and `ALBATROSS_PASSWORD`: basic authentication; neither for none.
    pub auth: Option<BasicAuth>,
    /// `ALBATROSS_SETTINGS`: what documents look like, as JSON; the defaults when not set.
    pub settings: Settings,
}

/// A user and a password.
#[derive(Debug, Clone)]
pub struct BasicAuth {
    /// The user's name.
    pub username: String,
    /// The user's password.
    pub password: Secret,
}

/// Text that no log, report or error may show.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// The text itself, for the one place that needs it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Every problem of a configuration, each beginning with the variable's name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the configuration has problems: {}", problems.join("; "))]
pub struct ConfigError {
    /// One sentence each.
    pub problems: Vec<String>,
}

impl Config {
    /// Reads the process's environment.
    ///
    /// # Errors
    /// All problems at once.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::from_lookup(|name| std::env::var(name).ok())
    }

    /// Reads variables from wherever `lookup` finds them. An empty value is like none.
    ///
    /// # Errors
    /// All problems at once.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let mut problems = Vec::new();
        let get = |name: &str| lookup(name).filter(|value| !value.is_empty());

        let bucket = get("ALBATROSS_BUCKET");
        if bucket.is_none() {
            problems.push("ALBATROSS_BUCKET is not set: name the bucket with the logs".to_owned());
        }
        let endpoint = match get("ALBATROSS_ENDPOINT").as_deref().map(endpoint) {
            Some(Ok(url)) => Some(url),
            Some(Err(problem)) => {
                problems.push(format!("ALBATROSS_ENDPOINT {problem}"));
                None
            }
            None => {
                problems.push("ALBATROSS_ENDPOINT is not set: give the engine's URL".to_owned());
                None
            }
        };
        let auth = match (get("ALBATROSS_USERNAME"), get("ALBATROSS_PASSWORD").map(Secret)) {
            (Some(username), Some(password)) => Some(BasicAuth { username, password }),
            (None, None) => None,
            (Some(_), None) => {
                problems.push("ALBATROSS_PASSWORD is not set, but ALBATROSS_USERNAME is".to_owned());
                None
            }
            (None, Some(_)) => {
                problems.push("ALBATROSS_USERNAME is not set, but ALBATROSS_PASSWORD is".to_owned());
                None
            }
        };
        let settings = match get("ALBATROSS_SETTINGS").as_deref().map(Settings::from_json) {
            None => Settings::default(),
            Some(Ok(settings)) => settings,
            Some(Err(error)) => {
                problems.push(format!("ALBATROSS_SETTINGS: {error}"));
                Settings::default()
            }
        };

        match (bucket, endpoint) {
            (Some(bucket), Some(endpoint)) if problems.is_empty() => {
                Ok(Self { bucket, prefix: get("ALBATROSS_PREFIX").unwrap_or_default(), endpoint, auth, settings })
            }
            _ => Err(ConfigError { problems }),
        }
    }
}

/// An engine's URL, with a path that ends in a slash so that others can be joined to it.
fn endpoint(text: &str) -> Result<Url, String> {
    let mut url = Url::parse(text).map_err(|error| format!("is not a URL: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("must begin with http:// or https://".to_owned());
    }
    // A password in a URL would come to light in every error that names the URL.
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not hold a user or password: set ALBATROSS_USERNAME and ALBATROSS_PASSWORD".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("must have neither query nor fragment".to_owned());
    }
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::from_lookup(|name| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_least_that_is_needed() {
        let config = read(&[
            ("ALBATROSS_BUCKET", "logs"),
            ("ALBATROSS_ENDPOINT", "https://engine.example:9200/behind/a-path"),
            ("ALBATROSS_USERNAME", ""),
        ])
        .unwrap();
        assert_eq!(config.bucket, "logs");
        assert_eq!(config.prefix, "");
        assert_eq!(config.endpoint.as_str(), "https://engine.example:9200/behind/a-path/");
        assert!(config.auth.is_none());
    }

    #[test]
    fn all_problems_are_reported_at_once() {
        let error = read(&[
            ("ALBATROSS_ENDPOINT", "ftp://engine"),
            ("ALBATROSS_PASSWORD", "hunter2"),
            ("ALBATROSS_SETTINGS", "{"),
        ])
        .unwrap_err();
        let names: Vec<&str> = error.problems.iter().filter_map(|problem| problem.split([' ', ':']).next()).collect();
        assert_eq!(names, ["ALBATROSS_BUCKET", "ALBATROSS_ENDPOINT", "ALBATROSS_USERNAME", "ALBATROSS_SETTINGS"]);
        assert!(!error.to_string().contains("hunter2"));
    }

    #[test]
    fn endpoints_that_are_refused() {
        for (text, why) in [
            ("engine:9200", "must begin"),
            ("//engine", "is not a URL"),
            ("http://elastic:hunter2@engine", "must not hold"),
            ("http://engine/?pretty", "neither query"),
        ] {
            let problem = endpoint(text).unwrap_err();
            assert!(problem.contains(why), "{text}: {problem}");
            assert!(!problem.contains("hunter2"));
        }
    }

    #[test]
    fn secrets_do_not_show() {
        let config = read(&[
            ("ALBATROSS_BUCKET", "logs"),
            ("ALBATROSS_ENDPOINT", "http://127.0.0.1:9200"),
            ("ALBATROSS_USERNAME", "elastic"),
            ("ALBATROSS_PASSWORD", "hunter2"),
        ])
        .unwrap();
        assert_eq!(config.auth.as_ref().unwrap().password.expose(), "hunter2");
        assert!(!format!("{config:?}").contains("hunter2"));
    }
}
