//! AWS's side of the configuration: region, credentials, endpoints, HTTP client.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_s3::config::ResponseChecksumValidation;
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};
use parser_wasm::Settings;

use crate::config::settings::settings;
use crate::config::{Config, ConfigError};
use crate::engine::Engine;

/// A service that says nothing for so long is asked again.
const READ_TIMEOUT: Duration = Duration::from_secs(20);

/// An attempt takes no longer, the body of an object apart.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(60);

/// A body of which nothing comes for so long counts as a lost connection.
const STALL: Duration = Duration::from_secs(15);

/// What the environment says, and what was made of it.
pub(crate) struct Started {
    pub(crate) config: Config,
    pub(crate) sdk: SdkConfig,
    pub(crate) settings: Settings,
    pub(crate) engine: Engine,
}

/// Reads both sides of the configuration, our variables and those that every AWS tool reads, and
/// what they name: the settings' object, the file of certificates.
///
/// # Errors
/// All problems of all of them at once.
pub(crate) async fn start() -> Result<Started, ConfigError> {
    let sdk = load().await;
    let (config, mut problems) = Config::read_env();
    let has_region = sdk.region().is_some();
    if !has_region {
        problems.push("AWS_REGION is not set, and no profile names a region".to_owned());
    }
    let engine = Engine::new(&config, &sdk).map_err(|error| problems.push(error.to_string())).ok();
    // Without a region S3 could only say the same again.
    let settings = match config.settings {
        crate::config::SettingsSource::Uri(_) if !has_region => None,
        ref source => settings(source, &sdk).await.map_err(|error| problems.push(error.to_string())).ok(),
    };
    if settings.as_ref().is_some_and(|settings| settings.redact.needs_key()) && config.redaction_key.is_none() {
        problems.push("ALBATROSS_REDACT_KEY is not set, but the settings replace addresses under a key".to_owned());
    }
    match (engine, settings) {
        (Some(engine), Some(settings)) if problems.is_empty() => Ok(Started { config, sdk, settings, engine }),
        _ => Err(ConfigError { problems }),
    }
}

/// AWS's own variables and profile files, and one HTTP client for all services.
pub(crate) async fn load() -> SdkConfig {
    let http =
        aws_smithy_http_client::Builder::new().tls_provider(tls::Provider::Rustls(CryptoMode::Ring)).build_https();
    let timeouts = TimeoutConfig::builder().read_timeout(READ_TIMEOUT).operation_attempt_timeout(ATTEMPT_TIMEOUT);
    aws_config::from_env()
        .http_client(http)
        .timeout_config(timeouts.build())
        .stalled_stream_protection(StalledStreamProtectionConfig::enabled().grace_period(STALL).build())
        .load()
        .await
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
