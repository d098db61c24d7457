//! Requests signed with AWS signature version 4.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

use std::time::{Duration, SystemTime};

use aws_config::{Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_sigv4::http_request::{PayloadChecksumKind, SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use reqwest::Request;
use reqwest::header::{HeaderName, HeaderValue};
use tokio::sync::Mutex;

use super::auth::AuthError;
use crate::error_chain::error_chain;

/// Credentials are fetched anew so long before they end: a request may be minutes under way.
const BEFORE_EXPIRY: Duration = Duration::from_secs(5 * 60);

/// Signs for one service in one region.
#[derive(Debug)]
pub(super) struct Signer {
    service: &'static str,
    region: Region,
    provider: SharedCredentialsProvider,
    /// A provider may ask a server each time it is asked.
    credentials: Mutex<Option<Credentials>>,
}

impl Signer {
    pub(super) fn new(service: &'static str, region: Option<Region>, sdk: &SdkConfig) -> Result<Self, AuthError> {
        let missing = |what: &str| AuthError::NoAwsCredentials(format!("{what} is not configured"));
        Ok(Self {
            service,
            region: region.ok_or_else(|| missing("a region"))?,
            provider: sdk.credentials_provider().ok_or_else(|| missing("a provider of them"))?,
            credentials: Mutex::default(),
        })
    }

    pub(super) fn service(&self) -> &'static str {
        self.service
    }

    /// Signs the method, the URL as it is sent, the headers present and the body.
    pub(super) async fn sign(&self, request: &mut Request) -> Result<(), AuthError> {
        let credentials = self.credentials().await?;
        sign_at(request, &credentials, &self.region, self.service, SystemTime::now())
    }

    async fn credentials(&self) -> Result<Credentials, AuthError> {
        let mut kept = self.credentials.lock().await;
        let good = |kept: &&Credentials| kept.expiry().is_none_or(|end| end > SystemTime::now() + BEFORE_EXPIRY);
        if let Some(credentials) = kept.as_ref().filter(good) {
            return Ok(credentials.clone());
        }
        let fresh = self.provider.provide_credentials().await;
        let fresh = fresh.map_err(|error| AuthError::NoAwsCredentials(error_chain(&error)))?;
        Ok(kept.insert(fresh).clone())
    }
}

fn sign_at(
    request: &mut Request,
    credentials: &Credentials,
    region: &Region,
    service: &str,
    time: SystemTime,
) -> Result<(), AuthError> {
    let unsignable = |error: &dyn std::error::Error| AuthError::Unsignable(error_chain(error));
    let mut settings = SigningSettings::default();
    // Serverless asks for the header; Amazon OpenSearch Service takes it.
    settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    let identity = credentials.clone().into();
    let params = SigningParams::builder()
        .identity(&identity)
        .region(region.as_ref())
        .name(service)
        .time(time)
        .settings(settings)
        .build()
        .map_err(|error| unsignable(&error))?
        .into();
    let headers = request.headers().iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    let body = request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
    let signable =
        SignableRequest::new(request.method().as_str(), request.url().as_str(), headers, SignableBody::Bytes(body))
            .map_err(|error| unsignable(&error))?;
    let (instructions, _signature) = sign(signable, &params).map_err(|error| unsignable(&error))?.into_parts();
    let (headers, _no_query) = instructions.into_parts();
    for header in headers {
        let mut value = HeaderValue::from_str(header.value()).map_err(|error| unsignable(&error))?;
        value.set_sensitive(header.sensitive());
        request.headers_mut().insert(HeaderName::from_static(header.name()), value);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::{Method, Url};

    fn signed(service: &str, mut request: Request) -> Request {
        let credentials = Credentials::builder()
            .access_key_id("AKIDEXAMPLE")
            .secret_access_key("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
            .session_token("TOKEN")
            .provider_name("test")
            .build();
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_486_500);
        sign_at(&mut request, &credentials, &Region::from_static("eu-central-1"), service, time).unwrap();
        request
    }

    fn request(method: Method, path: &str) -> Request {
        Request::new(method, Url::parse(&format!("https://engine.example:9200/{path}")).unwrap())
    }

    /// The signatures are botocore's (1.44.5, `SigV4Auth`) for the same requests.
    #[test]
    fn signatures_are_those_of_botocore() {
        for (service, signature) in [
            ("es", "8aed1c3af86a478165e120620617e89449c77ea63be003067ec4725d73ed87fc"),
            ("aoss", "40cbe09564e5d58e2f88582dfea1af328d1c3ba09c17ff8d7b36b7879860aa2e"),
        ] {
            let mut bulk = request(Method::POST, "_bulk?filter_path=errors,items.*.status");
            bulk.headers_mut().insert("content-type", HeaderValue::from_static("application/x-ndjson"));
            bulk.headers_mut().insert("content-encoding", HeaderValue::from_static("gzip"));
            *bulk.body_mut() = Some("{\"create\":{}}\n{\"a\":1}\n".into());
            let bulk = signed(service, bulk);
            assert_eq!(
                bulk.headers()["authorization"],
                format!(
                    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261124/eu-central-1/{service}/aws4_request, \
                     SignedHeaders=content-encoding;content-type;host;x-amz-content-sha256;x-amz-date;\
                     x-amz-security-token, Signature={signature}"
                )
            );
            assert_eq!(bulk.headers()["x-amz-date"], "20261124T021500Z");
            assert!(!format!("{:?}", bulk.headers()).contains("TOKEN"));
        }
        let health = signed("es", request(Method::GET, "_cluster/health/albatross-elb-*.*.*"));
        let authorization = health.headers()["authorization"].to_str().unwrap();
        assert!(
            authorization.ends_with("91731f53cffefedd52aeabd17ca3731d8eadcbfbba67f9d2ec28cf8065573718"),
            "{authorization}"
        );
        // Of no bytes at all: Serverless wants the header on every request.
        assert!(health.headers()["x-amz-content-sha256"].to_str().unwrap().starts_with("e3b0c442"));
    }
}
