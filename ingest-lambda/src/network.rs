//! What lies between us and everybody else, as the environment names it for all programs: proxies, and the
//! authorities that vouch for them.

use std::path::PathBuf;

use aws_smithy_http_client::proxy::ProxyConfig;
use reqwest::{ClientBuilder, NoProxy, Proxy, Url};

/// Names that of AWS's tools.
pub(crate) const AWS_CA_BUNDLE: &str = "AWS_CA_BUNDLE";

/// This machine is reached without a proxy, whatever is named, and so are the addresses at which AWS gives it its
/// credentials.
const THIS_MACHINE: &str = "localhost,127.0.0.0/8,::1,169.254.0.0/16,fd00:ec2::/32";

/// Proxies by the scheme of what is asked for, and who is asked without one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Proxies {
    http: Option<Url>,
    https: Option<Url>,
    none_for: String,
}

impl Proxies {
    /// Those of the environment.
    ///
    /// # Errors
    /// What cannot be used.
    pub(crate) fn from_env() -> Result<Self, Vec<String>> {
        Self::read(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
    }

    fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, Vec<String>> {
        let mut problems = Vec::new();
        // The lower case is older; curl reads no other for HTTP.
        let named = |name: &str| {
            let lower = name.to_ascii_lowercase();
            variable(&lower).map(|value| (lower, value)).or_else(|| Some((name.to_owned(), variable(name)?)))
        };
        let mut proxy = |name: &str| {
            let (name, value) = named(name).or_else(|| named("ALL_PROXY"))?;
            read_url(&value).map_err(|problem| problems.push(format!("{name} {problem}"))).ok()
        };
        let (http, https) = (proxy("HTTP_PROXY"), proxy("HTTPS_PROXY"));
        let mut none_for = named("NO_PROXY").map(|(_, value)| value + ",").unwrap_or_default();
        none_for.push_str(THIS_MACHINE);
        if problems.is_empty() { Ok(Self { http, https, none_for }) } else { Err(problems) }
    }

    /// For a client of AWS's services, for what it asks for by this scheme.
    pub(crate) fn for_aws(&self, scheme: Scheme) -> ProxyConfig {
        let proxy = match scheme {
            Scheme::Http => self.http.as_ref().and_then(|url| ProxyConfig::http(url.as_str()).ok()),
            Scheme::Https => self.https.as_ref().and_then(|url| ProxyConfig::https(url.as_str()).ok()),
        };
        proxy.map_or_else(ProxyConfig::disabled, |proxy| proxy.no_proxy(&self.none_for))
    }

    /// For a client of the engine.
    ///
    /// # Errors
    /// What cannot be used.
    pub(crate) fn apply(&self, client: ClientBuilder) -> Result<ClientBuilder, reqwest::Error> {
        let none_for = NoProxy::from_string(&self.none_for);
        let mut client = client.no_proxy();
        if let Some(url) = &self.http {
            client = client.proxy(Proxy::http(url.clone())?.no_proxy(none_for.clone()));
        }
        if let Some(url) = &self.https {
            client = client.proxy(Proxy::https(url.clone())?.no_proxy(none_for));
        }
        Ok(client)
    }
}

/// How something is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    Http,
    Https,
}

/// A proxy's URL; without a scheme it is `http`. The problem does not repeat it, as it may hold a password.
fn read_url(text: &str) -> Result<Url, String> {
    let text = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    match Url::parse(&text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(url),
        Ok(_) | Err(_) => Err("is not the URL of a proxy: expected http://HOST:PORT".to_owned()),
    }
}

/// The file that the tools of AWS are told to trust.
pub(crate) fn ca_bundle() -> Option<PathBuf> {
    std::env::var_os(AWS_CA_BUNDLE).filter(|value| !value.is_empty()).map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Proxies, Vec<String>> {
        Proxies::read(|name| variables.iter().find(|(it, _)| *it == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn proxies_are_named_in_both_cases_and_this_machine_needs_none() {
        let url = |text: &str| Some(Url::parse(text).unwrap());
        let proxies =
            read(&[("HTTPS_PROXY", "proxy:3128"), ("http_proxy", "http://a:b@other"), ("no_proxy", "engine")]);
        let proxies = proxies.unwrap();
        assert_eq!((proxies.https, proxies.http), (url("http://proxy:3128"), url("http://a:b@other")));
        assert_eq!(proxies.none_for, format!("engine,{THIS_MACHINE}"));
        assert_eq!(read(&[]).unwrap(), Proxies { http: None, https: None, none_for: THIS_MACHINE.to_owned() });
        assert_eq!(read(&[("ALL_PROXY", "http://all")]).unwrap().https, url("http://all"));
    }

    #[test]
    fn what_is_no_proxy_is_told_without_its_password() {
        let problems = read(&[("HTTPS_PROXY", "socks5://a:hunter2@proxy")]).unwrap_err();
        assert!(problems[0].starts_with("HTTPS_PROXY is not the URL"), "{problems:?}");
        assert!(!problems[0].contains("hunter2"));
    }
}
