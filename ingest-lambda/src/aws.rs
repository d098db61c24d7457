//! AWS's side of the configuration: region, credentials, endpoints, HTTP client.

use aws_config::SdkConfig;
use aws_sdk_s3::config::ResponseChecksumValidation;
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};

use crate::config::{Config, ConfigError};

/// Reads both sides of the configuration: our variables, and those that every AWS tool reads.
///
/// # Errors
/// All problems of both at once.
pub async fn start() -> Result<(Config, SdkConfig), ConfigError> {
    let sdk = load().await;
    let mut problems = Vec::new();
    if sdk.region().is_none() {
        problems.push("AWS_REGION is not set, and no profile names a region".to_owned());
    }
    match Config::from_env() {
        Ok(config) if problems.is_empty() => Ok((config, sdk)),
        Ok(_) => Err(ConfigError { problems }),
        Err(ours) => Err(ConfigError { problems: [ours.problems, problems].concat() }),
    }
}

/// AWS's own variables and profile files, and one HTTP client for all services.
pub(crate) async fn load() -> SdkConfig {
    let http =
        aws_smithy_http_client::Builder::new().tls_provider(tls::Provider::Rustls(CryptoMode::Ring)).build_https();
    aws_config::from_env().http_client(http).load().await
}

/// A client of S3.
pub(crate) fn s3(sdk: &SdkConfig) -> aws_sdk_s3::Client {
    aws_sdk_s3::Client::from_conf(
        aws_sdk_s3::config::Builder::from(sdk)
            // Length and gzip trailers are verified here; a checksum over parts tells no more.
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
            .build(),
    )
}
