//! Where OpenSearch Dashboards or Kibana is.

use std::net::IpAddr;
use std::str::FromStr;

use reqwest::Url;
use serde::Deserialize;
use thiserror::Error;

use crate::config;

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
    pub(super) fn url(&self) -> &Url {
        &self.0
    }

    /// Whether it is on the same host as the engine.
    pub(crate) fn is_beside(&self, engine: &Url) -> bool {
        self.0.host_str() == engine.host_str()
    }
}

impl FromStr for DashboardsUrl {
    type Err = NoDashboardsUrl;

    fn from_str(text: &str) -> Result<Self, NoDashboardsUrl> {
        let url = config::engine_url(text).map_err(NoDashboardsUrl)?;
        if url.scheme() != "https" && !url.host_str().is_some_and(is_loopback) {
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

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse().is_ok_and(|address: IpAddr| address.is_loopback())
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
    fn beside_the_engine_is_on_its_host() {
        let url: DashboardsUrl = "https://search.example/_dashboards".parse().unwrap();
        assert!(url.is_beside(&Url::parse("https://search.example:9200/").unwrap()));
        assert!(!url.is_beside(&Url::parse("https://other.example/").unwrap()));
    }
}
