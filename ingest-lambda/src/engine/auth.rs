//! How a request is authorized.

use aws_config::{Region, SdkConfig};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Request;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use thiserror::Error;

use super::secret_store::SecretStore;
use super::sigv4::Signer;
use super::{EngineError, clients};
use crate::config::{Auth, Config, Credentials, Signing, SigningName};
use crate::network::Proxies;

/// Why a request cannot be authorized. Nothing was sent; the run stops, and the next one tries
/// again.
#[derive(Debug, Error)]
pub enum AuthError {
    /// Secrets Manager or SSM does not give the secret.
    #[error("the secret {arn} cannot be read: {message}")]
    Unreadable {
        /// Which secret.
        arn: String,
        /// AWS's words.
        message: String,
    },
    /// There can be no client of the service that keeps the secret.
    #[error("{service} cannot be reached: {message}")]
    Unreachable {
        /// Which service.
        service: &'static str,
        /// Why.
        message: String,
    },
    /// The secret is binary.
    #[error("the secret {arn} cannot be used: it holds no text")]
    NoText {
        /// Which secret.
        arn: String,
    },
    /// The secret is something else. What it holds is not shown.
    #[error(
        "the secret {arn} cannot be used: it must be JSON text with \"username\" and \"password\", or with \"api_key\""
    )]
    Unusable {
        /// Which secret.
        arn: String,
    },
    /// A header cannot hold it, as it has line breaks or other control characters.
    #[error("the engine's password or API key holds characters that no header can")]
    Unsendable,
    /// There are no AWS credentials to sign with.
    #[error("there are no AWS credentials to sign with: {0}")]
    NoAwsCredentials(String),
    /// The request cannot be signed.
    #[error("the request cannot be signed: {0}")]
    Unsignable(String),
}

/// Puts on each request what authorizes it.
#[derive(Debug)]
pub(super) enum Authorizer {
    Nobody,
    Header(HeaderValue),
    Secret(Box<SecretStore>),
    Signature(Signer),
}

impl Authorizer {
    pub(super) fn new(config: &Config, sdk: &SdkConfig, proxies: &Proxies) -> Result<Self, EngineError> {
        Ok(match &config.auth {
            Auth::None => Self::Nobody,
            Auth::Given(credentials) => Self::Header(header(credentials)?),
            Auth::Secret(arn) => {
                Self::Secret(Box::new(SecretStore::new(arn, sdk, clients::for_aws(config, proxies)?)?))
            }
            Auth::SigV4(Signing { service, region }) => {
                let region = region.clone().map(Region::new).or_else(|| sdk.region().cloned());
                Self::Signature(Signer::new(service.as_str(), region, sdk)?)
            }
        })
    }

    /// Authorizes a request that is otherwise ready to be sent. Returns the header where it comes
    /// from a secret, to be told to [`Authorizer::renew`] should the engine not take it.
    pub(super) async fn authorize(&self, request: &mut Request) -> Result<Option<HeaderValue>, AuthError> {
        match self {
            Self::Nobody => {}
            Self::Header(header) => {
                request.headers_mut().insert(AUTHORIZATION, header.clone());
            }
            Self::Secret(secret) => {
                let header = secret.header().await?;
                request.headers_mut().insert(AUTHORIZATION, header.clone());
                return Ok(Some(header));
            }
            Self::Signature(signer) => signer.sign(request).await?,
        }
        Ok(None)
    }

    /// After a refusal: whether there is now something else to try than what was refused.
    pub(super) async fn renew(&self, refused: Option<&HeaderValue>) -> Result<bool, AuthError> {
        match (self, refused) {
            (Self::Secret(secret), Some(refused)) => secret.renew(refused).await,
            _ => Ok(false),
        }
    }

    /// Whether the engine is Amazon OpenSearch Serverless.
    pub(super) fn is_serverless(&self) -> bool {
        matches!(self, Self::Signature(signer) if signer.service() == SigningName::Aoss.as_str())
    }
}

/// The `Authorization` header of credentials; it does not show in debug output.
pub(super) fn header(credentials: &Credentials) -> Result<HeaderValue, AuthError> {
    let text = match credentials {
        Credentials::Basic { username, password } => {
            format!("Basic {}", STANDARD.encode(format!("{username}:{}", password.expose())))
        }
        Credentials::ApiKey(key) => format!("ApiKey {}", key.expose().trim()),
    };
    let mut header = HeaderValue::try_from(text).map_err(|_| AuthError::Unsendable)?;
    header.set_sensitive(true);
    Ok(header)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::secret::Secret;

    #[test]
    fn headers_of_credentials() {
        let secret = |text: &str| Secret::new(text.to_owned());
        let basic = Credentials::Basic { username: "elastic".to_owned(), password: secret("hunter2") };
        let basic = header(&basic).unwrap();
        assert_eq!(basic, "Basic ZWxhc3RpYzpodW50ZXIy");
        assert_eq!(format!("{basic:?}"), "Sensitive");
        assert_eq!(header(&Credentials::ApiKey(secret("a2V5\n"))).unwrap(), "ApiKey a2V5");
        assert!(matches!(header(&Credentials::ApiKey(secret("a\nb"))), Err(AuthError::Unsendable)));
    }
}
