//! The engine's address.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Url;

/// An engine's URL, with a path that ends in a slash so that others can be joined to it.
pub(crate) fn from_url(text: &str) -> Result<Url, String> {
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
            ("//engine", "is not a URL"),
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
