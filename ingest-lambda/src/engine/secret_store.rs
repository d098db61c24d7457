//! Credentials that Secrets Manager or SSM keeps.

use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_config::{Region, SdkConfig};
use reqwest::header::HeaderValue;
use serde_json::Value;
use tokio::sync::Mutex;

use super::auth::{AuthError, header};
use crate::causes::with_causes;
use crate::config::Credentials;
use crate::secret::Secret;

/// Reading a secret is one small request; in a VPC without a way to AWS it would hang.
const TIMEOUT: Duration = Duration::from_secs(10);

/// One secret, read once and kept as the header that it makes.
#[derive(Debug)]
pub(super) struct SecretStore {
    arn: String,
    client: Client,
    header: Mutex<Option<HeaderValue>>,
}

#[derive(Debug)]
enum Client {
    SecretsManager(aws_sdk_secretsmanager::Client),
    Ssm(aws_sdk_ssm::Client),
}

impl SecretStore {
    /// `arn:PARTITION:SERVICE:REGION:ACCOUNT:...`: it is read in its own region.
    pub(super) fn new(arn: &str, sdk: &SdkConfig) -> Self {
        let part = |number| arn.split(':').nth(number).unwrap_or_default();
        let region = Region::new(part(3).to_owned());
        let timeouts = TimeoutConfig::builder().operation_timeout(TIMEOUT).build();
        let client = if part(2) == "ssm" {
            let config = aws_sdk_ssm::config::Builder::from(sdk).region(region).timeout_config(timeouts);
            Client::Ssm(aws_sdk_ssm::Client::from_conf(config.build()))
        } else {
            let config = aws_sdk_secretsmanager::config::Builder::from(sdk).region(region).timeout_config(timeouts);
            Client::SecretsManager(aws_sdk_secretsmanager::Client::from_conf(config.build()))
        };
        Self { arn: arn.to_owned(), client, header: Mutex::default() }
    }

    /// The header; the secret is read the first time.
    pub(super) async fn header(&self) -> Result<HeaderValue, AuthError> {
        let mut kept = self.header.lock().await;
        if let Some(header) = kept.as_ref() {
            return Ok(header.clone());
        }
        Ok(kept.insert(self.read().await?).clone())
    }

    /// Reads the secret again, unless another request has had the same refusal and done so.
    /// Returns whether the header is another one now.
    pub(super) async fn renew(&self, refused: &HeaderValue) -> Result<bool, AuthError> {
        let mut kept = self.header.lock().await;
        if kept.as_ref() == Some(refused) {
            *kept = Some(self.read().await?);
        }
        Ok(kept.as_ref() != Some(refused))
    }

    async fn read(&self) -> Result<HeaderValue, AuthError> {
        let text = self.text().await.map_err(|message| AuthError::Unreadable { arn: self.arn.clone(), message })?;
        let unusable = || AuthError::Unusable { arn: self.arn.clone() };
        header(&credentials(&text.ok_or_else(unusable)?).ok_or_else(unusable)?)
    }

    /// The secret's text; none where it is binary.
    async fn text(&self) -> Result<Option<String>, String> {
        match &self.client {
            Client::SecretsManager(client) => {
                let answer = client.get_secret_value().secret_id(&self.arn).send().await;
                answer.map(|secret| secret.secret_string).map_err(|error| with_causes(&error))
            }
            Client::Ssm(client) => {
                // The operation takes an ARN where it asks for a name.
                let answer = client.get_parameter().name(&self.arn).with_decryption(true).send().await;
                answer
                    .map(|answer| answer.parameter.and_then(|parameter| parameter.value))
                    .map_err(|error| with_causes(&error))
            }
        }
    }
}

/// What the text holds. Other members are allowed, as secrets made for a database or cluster
/// have them. No error of the JSON parser's: it would quote the secret.
fn credentials(text: &str) -> Option<Credentials> {
    let secret: Value = serde_json::from_str(text).ok()?;
    let member = |name| secret.get(name).and_then(Value::as_str).map(str::to_owned);
    match (member("api_key"), member("username"), member("password")) {
        (Some(key), None, None) => Some(Credentials::ApiKey(Secret::new(key))),
        (None, Some(username), Some(password)) => {
            Some(Credentials::Basic { username, password: Secret::new(password) })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_a_user_with_password_or_a_key() {
        let basic = Credentials::Basic { username: "u".to_owned(), password: Secret::new("p".to_owned()) };
        assert_eq!(credentials(r#"{"username":"u","password":"p","host":"h"}"#), Some(basic));
        assert_eq!(credentials(r#"{"api_key":"k"}"#), Some(Credentials::ApiKey(Secret::new("k".to_owned()))));
        for unusable in
            ["", "k", "\"k\"", "{}", r#"{"username":"u"}"#, r#"{"api_key":7}"#, r#"{"api_key":"k","username":"u"}"#]
        {
            assert_eq!(credentials(unusable), None, "{unusable}");
        }
    }
}
