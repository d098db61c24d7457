//! Credentials that Secrets Manager or SSM keeps.

use aws_config::SdkConfig;
use reqwest::Client;
use reqwest::header::HeaderValue;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::auth::{AuthError, header};
use super::aws_json::{AwsJson, SECRETS_MANAGER, SSM};
use super::{EngineError, clients};
use crate::config::secret::Secret;
use crate::config::{Config, Credentials};
use crate::network::Proxies;
use crate::pool::Pool;

/// A secret, and the service that keeps it.
#[derive(Debug)]
struct Kept {
    arn: String,
    keeper: AwsJson,
}

/// One secret, read once and kept as the header that it makes.
#[derive(Debug)]
pub(super) struct SecretStore {
    kept: Kept,
    header: Mutex<Option<HeaderValue>>,
}

/// Reads the text of a secret that is no credentials.
///
/// # Errors
/// When the service does not give it, or it is no text.
pub(crate) async fn secret_text(
    arn: &str,
    config: &Config,
    sdk: &SdkConfig,
    proxies: &Proxies,
) -> Result<Secret, EngineError> {
    let text = Kept::new(arn, sdk, clients::for_aws(config, proxies)?)?.text().await?;
    Ok(text.map(Secret::new).ok_or_else(|| AuthError::NoText { arn: arn.to_owned() })?)
}

impl Kept {
    /// `arn:PARTITION:SERVICE:REGION:ACCOUNT:...`: it is read in its own region.
    fn new(arn: &str, sdk: &SdkConfig, http: Pool<Client>) -> Result<Self, AuthError> {
        let part = |number| arn.split(':').nth(number).unwrap_or_default();
        let service = if part(2) == SSM.name { SSM } else { SECRETS_MANAGER };
        let keeper = AwsJson::new(service, part(1), part(3), sdk, http)?;
        Ok(Self { arn: arn.to_owned(), keeper })
    }

    /// The secret's text; none where it is binary.
    async fn text(&self) -> Result<Option<String>, AuthError> {
        let unreadable = |message| AuthError::Unreadable { arn: self.arn.clone(), message };
        // SSM takes an ARN where it asks for a name. A binary secret has no `SecretString`.
        let (operation, request, text) = if self.keeper.service() == SSM {
            ("GetParameter", json!({ "Name": self.arn, "WithDecryption": true }), "/Parameter/Value")
        } else {
            ("GetSecretValue", json!({ "SecretId": self.arn }), "/SecretString")
        };
        // Boxed, as it is deep inside every request to the engine: the compiler gives up on the layout.
        let answer = Box::pin(self.keeper.call(operation, &request)).await.map_err(unreadable)?;
        Ok(answer.pointer(text).and_then(Value::as_str).map(str::to_owned))
    }
}

impl SecretStore {
    pub(super) fn new(arn: &str, sdk: &SdkConfig, http: Pool<Client>) -> Result<Self, AuthError> {
        Ok(Self { kept: Kept::new(arn, sdk, http)?, header: Mutex::default() })
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
        let unusable = || AuthError::Unusable { arn: self.kept.arn.clone() };
        let text = self.kept.text().await?.ok_or_else(unusable)?;
        header(&credentials(&text).ok_or_else(unusable)?)
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
