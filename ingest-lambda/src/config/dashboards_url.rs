//! Where OpenSearch Dashboards or Kibana is.

use std::str::FromStr;

use reqwest::Url;
use serde::Deserialize;
use thiserror::Error;

use super::{engine_url, is_loopback};

/// The address of OpenSearch Dashboards or Kibana, with its base path and space; ends in a slash. By TLS, or on this
/// machine: it is sent what the engine is sent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct DashboardsUrl(Url);

/// It is no such address. A password that it may hold is not shown.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the URL of OpenSearch Dashboards or Kibana {0}")]
pub struct NoDashboardsUrl(String);

impl DashboardsUrl {
    pub(crate) fn url(&self) -> &Url {
        &self.0
    }

    /// Whether it lies below this address: of the same scheme, host and port, and behind the same path. Whoever decodes
    /// a path could come out elsewhere by `%2e%2e%2f`.
    pub(crate) fn is_below(&self, address: &Url) -> bool {
        let rest = self.0.path().strip_prefix(address.path());
        self.0.origin() == address.origin() && rest.is_some_and(|rest| !rest.contains(['%', '\\', ';']))
    }
}

impl FromStr for DashboardsUrl {
    type Err = NoDashboardsUrl;

    fn from_str(text: &str) -> Result<Self, NoDashboardsUrl> {
        let url = engine_url(text).map_err(NoDashboardsUrl)?;
        if url.scheme() != "https" && !is_loopback(&url) {
            return Err(NoDashboardsUrl("must begin with https://: it is sent the engine's credentials".to_owned()));
        }
        Ok(Self(url))
    }
}

impl TryFrom<String> for DashboardsUrl {
    type Error = NoDashboardsUrl;

    fn try_from(text: String) -> Result<Self, NoDashboardsUrl> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_go_by_tls_or_stay_here() {
        for (good, url) in [
            ("https://search.example/_dashboards", "https://search.example/_dashboards/"),
            ("https://kibana.example:5601/base/s/ops/", "https://kibana.example:5601/base/s/ops/"),
            ("http://localhost:5601", "http://localhost:5601/"),
            ("http://[::1]:5601", "http://[::1]:5601/"),
        ] {
            assert_eq!(good.parse::<DashboardsUrl>().unwrap().url().as_str(), url);
        }
        for bad in ["http://kibana.example", "kibana:5601", "https://u:hunter2@kibana.example", "-"] {
            let error = bad.parse::<DashboardsUrl>().unwrap_err().to_string();
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn below_the_engine_is_its_origin_and_path() {
        let is_below = |dashboards: &str, engine: &str| {
            dashboards.parse::<DashboardsUrl>().unwrap().is_below(&Url::parse(engine).unwrap())
        };
        for (dashboards, engine, below) in [
            ("https://search.example/_dashboards", "https://search.example/", true),
            ("https://search.example:443/_dashboards", "https://search.example/", true),
            ("https://search.example:9200/_dashboards", "https://search.example/", false),
            ("https://search.example/_dashboards", "https://search.example:9200/", false),
            ("http://localhost:9200/x", "https://localhost:9200/", false),
            ("https://other.example/", "https://search.example/", false),
            ("https://proxy.example/mine/kibana", "https://proxy.example/mine/", true),
            ("https://proxy.example/theirs", "https://proxy.example/mine/", false),
            ("https://proxy.example/mine/../theirs", "https://proxy.example/mine/", false),
            ("https://proxy.example/mine/%2e%2e%2ftheirs", "https://proxy.example/mine/", false),
            ("https://proxy.example/mine-too/", "https://proxy.example/mine/", false),
        ] {
            assert_eq!(is_below(dashboards, engine), below, "{dashboards} {engine}");
        }
    }
}
