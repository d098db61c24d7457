//! The engine's address.

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Url;

use crate::plain::excerpt;

/// An engine's URL, with a path that ends in a slash so that others can be joined to it.
pub(crate) fn from_url(text: &str) -> Result<Url, String> {
    let is_http = |url: &Url| matches!(url.scheme(), "http" | "https");
    let mut url = match Url::parse(text) {
        Ok(url) if is_http(&url) => url,
        // Where no scheme is, one may seem to be: `engine:9200`.
        Ok(_) => return Err(without_scheme(text)),
        Err(_) if !text.contains("://") => return Err(without_scheme(text)),
        Err(error) => return Err(format!("is not a URL: {error}")),
    };
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

/// What is wrong with an address that does not begin with a scheme of ours, and what it may be meant to be.
fn without_scheme(text: &str) -> String {
    const BEGIN: &str = "must begin with https:// or http://";
    let meant = format!("https://{}", text.trim_start_matches('/'));
    match Url::parse(&meant) {
        // A password is not repeated.
        Ok(url) if !text.contains("://") && url.has_host() && !text.contains('@') => {
            format!("{BEGIN}: write {}", excerpt(&meant))
        }
        _ => BEGIN.to_owned(),
    }
}

/// Whether the other side is on this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse();
    host == "localhost" || address.is_ok_and(|address: IpAddr| address.is_loopback())
}

/// The address in an Elastic Cloud id: `name:` and base64 of `host[:port]$elasticsearch[:port]$kibana`.
/// <https://www.elastic.co/docs/deploy-manage/deploy/elastic-cloud/find-cloud-id>
pub(super) fn from_cloud_id(text: &str) -> Result<Url, String> {
    let broken = || "is not an Elastic Cloud id: expected NAME:BASE64, as the console shows it".to_owned();
    let (_, encoded) = text.rsplit_once(':').ok_or_else(broken)?;
    let decoded = STANDARD.decode(encoded).map_err(|_| broken())?;
    let decoded = String::from_utf8(decoded).map_err(|_| broken())?;
    let mut parts = decoded.split('$');
    let (Some(domain), Some(deployment)) = (parts.next(), parts.next()) else { return Err(broken()) };
    if domain.is_empty() || deployment.is_empty() {
        return Err(broken());
    }
    let (domain, default_port) = domain.split_once(':').unwrap_or((domain, "443"));
    let (deployment, port) = deployment.split_once(':').unwrap_or((deployment, default_port));
    Url::parse(&format!("https://{deployment}.{domain}:{port}/")).map_err(|_| broken())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_that_are_refused() {
        for (text, why) in [
            ("engine:9200", "must begin"),
            ("//engine", "write https://engine"),
            ("search-x.eu-west-1.es.amazonaws.com", "write https://search-x.eu-west-1.es.amazonaws.com"),
            ("search.example:443/behind/it", "write https://search.example:443/behind/it"),
            ("10.0.0.1:9200", "write https://10.0.0.1:9200"),
            ("ftp://engine", "must begin with https:// or http://"),
            ("elastic:hunter2@engine:9200", "must begin with https:// or http://"),
            ("https://", "is not a URL"),
            ("http://elastic:hunter2@engine", "must not hold"),
            ("http://engine/?pretty", "neither query"),
        ] {
            let problem = from_url(text).unwrap_err();
            assert!(problem.contains(why), "{text}: {problem}");
            assert!(!problem.contains("hunter2"));
        }
    }

    #[test]
    fn cloud_ids_hold_an_address() {
        let id = |text: &str| format!("prod:{}", STANDARD.encode(text));
        for (text, url) in [
            ("eu.example.io$0123abcd$kibana", "https://0123abcd.eu.example.io/"),
            ("eu.example.io:9243$0123abcd$", "https://0123abcd.eu.example.io:9243/"),
            ("eu.example.io:9243$0123abcd:9244", "https://0123abcd.eu.example.io:9244/"),
        ] {
            assert_eq!(from_cloud_id(&id(text)).unwrap().as_str(), url);
        }
        for broken in ["prod", "prod:???", &id("eu.example.io"), &id("$x")] {
            assert!(from_cloud_id(broken).is_err(), "{broken}");
        }
    }
}
