//! The start: reads the configuration and makes everything that it names.

mod settings;

use aws_config::SdkConfig;
use parser_wasm::{RedactionKey, Settings};

use self::settings::settings;
use crate::aws;
use crate::config::{Config, ConfigError, SettingsSource};
use crate::engine::{Engine, secret_text};
use crate::network::Proxies;
use crate::s3::Store;

/// What the environment says, and what was made of it.
pub(crate) struct Started {
    pub(crate) config: Config,
    pub(crate) sdk: SdkConfig,
    pub(crate) settings: Settings,
    pub(crate) engine: Engine,
    pub(crate) store: Store,
}

/// Reads both sides of the configuration, our variables and those that every AWS tool reads, and
/// what they name: the settings' object, the file of certificates.
///
/// # Errors
/// All problems of all of them at once.
pub(crate) async fn start() -> Result<Started, ConfigError> {
    let (mut config, mut problems) = Config::read_env();
    let proxies = Proxies::from_env().map_err(|them| problems.extend(them)).unwrap_or_default();
    let sdk = aws::load(&config, &proxies, &mut problems).await;
    let has_region = sdk.region().is_some();
    if !has_region {
        problems.push("AWS_REGION is not set, and no profile names a region".to_owned());
    }
    let engine = Engine::new(&config, &sdk, &proxies).map_err(|error| problems.push(error.to_string())).ok();
    let store = Store::new(&sdk, &config);
    // Without a region S3 could only say the same again.
    let settings = match config.settings {
        SettingsSource::Uri(_) if !has_region => None,
        ref source => settings(source, &store).await.map_err(|error| problems.push(error.to_string())).ok(),
    };
    if let Some(arn) = config.redaction_key_arn.as_deref().filter(|_| has_region) {
        match redaction_key(arn, &config, &sdk, &proxies).await {
            Ok(key) => config.redaction_key = Some(key),
            Err(problem) => problems.push(format!("ALBATROSS_REDACT_KEY_ARN: {problem}")),
        }
    } else if settings.as_ref().is_some_and(|settings| settings.redact.needs_key()) && config.redaction_key.is_none() {
        problems.push(
            "ALBATROSS_REDACT_KEY is not set, nor ALBATROSS_REDACT_KEY_ARN, but the settings replace addresses under a key"
                .to_owned(),
        );
    }
    problems.extend(function_mib().and_then(|mib| config.memory_problem(mib)));
    match (engine, settings) {
        (Some(engine), Some(settings)) if problems.is_empty() => Ok(Started { config, sdk, settings, engine, store }),
        _ => Err(ConfigError { problems }),
    }
}

async fn redaction_key(arn: &str, config: &Config, sdk: &SdkConfig, proxies: &Proxies) -> Result<RedactionKey, String> {
    let key = secret_text(arn, config, sdk, proxies).await.map_err(|error| error.to_string())?;
    RedactionKey::new(key.expose().as_bytes()).map_err(|error| format!("the secret cannot be used: {error}"))
}

/// The memory of the function that this is, if it is one.
fn function_mib() -> Option<u64> {
    std::env::var("AWS_LAMBDA_FUNCTION_MEMORY_SIZE").ok()?.parse().ok()
}
