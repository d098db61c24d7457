//! AWS's side of the configuration: region, credentials, endpoints, HTTP client.

mod http;

use std::path::Path;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_s3::config::ResponseChecksumValidation;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_smithy_http_client::tls::{TlsContext, TrustStore};

use self::http::Client;
use crate::config::Config;
use crate::engine::tls;
use crate::network::{self, Proxies, ca_bundle};

/// A service that says nothing for so long is asked again.
const READ_TIMEOUT: Duration = Duration::from_secs(20);

/// An attempt takes no longer, the body of an object apart.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(60);

/// A body of which nothing comes for so long counts as a lost connection.
const STALL: Duration = Duration::from_secs(15);

/// AWS's own variables and profile files, and one HTTP client for all services. What cannot be used of the files of
/// authorities is a problem; those are trusted that remain.
pub(crate) async fn load(config: &Config, proxies: &Proxies, problems: &mut Vec<String>) -> SdkConfig {
    let trusted = trusted(config, problems);
    let timeouts = TimeoutConfig::builder().read_timeout(READ_TIMEOUT).operation_attempt_timeout(ATTEMPT_TIMEOUT);
    aws_config::from_env()
        .http_client(Client::new(proxies, &trusted))
        .timeout_config(timeouts.build())
        .stalled_stream_protection(StalledStreamProtectionConfig::enabled().grace_period(STALL).build())
        .load()
        .await
}

/// The authorities of `AWS_CA_BUNDLE` alone, where it is set, as all tools of AWS have it; else the system's, or those
/// of `SSL_CERT_FILE`. Besides, those of our own file, which is for the engine above all.
fn trusted(config: &Config, problems: &mut Vec<String>) -> TlsContext {
    let mut read = |variable, path: Option<&Path>| {
        tls::pem(variable, path?).map_err(|error| problems.push(error.to_string())).ok()
    };
    let mut store = match read(network::AWS_CA_BUNDLE, ca_bundle().as_deref()) {
        Some(pem) => TrustStore::empty().with_pem_certificate(pem),
        None => TrustStore::default(),
    };
    // A problem of this file is told once, where the engine's client is made.
    if let Some(pem) = config.ca_file.as_deref().and_then(|path| tls::pem(tls::CA_FILE, path).ok()) {
        store.add_pem_certificate(pem);
    }
    TlsContext::builder().with_trust_store(store).build().unwrap_or_default()
}

/// A client of S3.
pub(crate) fn s3(sdk: &SdkConfig, path_style: bool) -> aws_sdk_s3::Client {
    aws_sdk_s3::Client::from_conf(
        aws_sdk_s3::config::Builder::from(sdk)
            // Length and gzip trailers are verified here; a checksum over parts tells no more.
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
            // What is sent again is decided in one place, at the pace of all requests together.
            .retry_config(RetryConfig::disabled())
            .force_path_style(path_style || is_here(sdk))
            .build(),
    )
}

/// Whether S3 is on this machine: no name resolves to a bucket there. The SDK itself does the same for IP addresses.
fn is_here(sdk: &SdkConfig) -> bool {
    let variables = ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"].into_iter().filter_map(|name| std::env::var(name).ok());
    let endpoint = variables.chain(sdk.endpoint_url().map(str::to_owned)).next();
    endpoint
        .and_then(|url| reqwest::Url::parse(&url).ok())
        .is_some_and(|url| url.host_str().is_some_and(|host| host == "localhost" || host.ends_with(".localhost")))
}
