//! Services of AWS that take one JSON object by a signed POST. The SDK's clients of SSM and
//! Secrets Manager were a quarter of the whole build, for one operation each.
//! <https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html>

use std::time::Duration;

use aws_config::{Region, SdkConfig};
use aws_types::service_config::ServiceConfigKey;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Client, Method, Request, Url};
use serde_json::Value;

use super::auth::AuthError;
use super::sigv4::Signer;
use crate::backoff::Backoff;
use crate::error_chain::error_chain;
use crate::pool::Pool;

/// A call is one small request; in a VPC without a way to AWS it would hang.
const TIMEOUT: Duration = Duration::from_secs(10);

/// One of the services.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Service {
    /// In ARNs, addresses and signatures.
    pub(super) name: &'static str,
    /// In variables and profiles that name an endpoint.
    id: &'static str,
    /// Before the operation's name, in `X-Amz-Target`.
    target: &'static str,
}

pub(super) const SECRETS_MANAGER: Service =
    Service { name: "secretsmanager", id: "Secrets Manager", target: "secretsmanager" };
pub(super) const SSM: Service = Service { name: "ssm", id: "SSM", target: "AmazonSSM" };

/// A client of one service in one region.
#[derive(Debug)]
pub(super) struct AwsJson {
    service: Service,
    http: Pool<Client>,
    endpoint: Url,
    signer: Signer,
}

/// Why a call has no result: what AWS or the way there says, and whether another try may help.
struct Failure {
    message: String,
    is_transient: bool,
}

impl AwsJson {
    pub(super) fn new(
        service: Service,
        partition: &str,
        region: &str,
        sdk: &SdkConfig,
        http: Pool<Client>,
    ) -> Result<Self, AuthError> {
        let unreachable = |message: String| AuthError::Unreachable { service: service.id, message };
        let endpoint = endpoint(service, partition, region, sdk);
        Ok(Self {
            service,
            http,
            endpoint: Url::parse(&endpoint).map_err(|error| unreachable(format!("{endpoint}: {error}")))?,
            signer: Signer::new(service.name, Some(Region::new(region.to_owned())), sdk)?,
        })
    }

    pub(super) fn service(&self) -> Service {
        self.service
    }

    /// Calls an operation, again while the service is merely busy or away. Returns its result, or
    /// what AWS says.
    pub(super) async fn call(&self, operation: &str, input: &Value) -> Result<Value, String> {
        let mut last = String::new();
        let tries = async {
            let mut backoff = Backoff::default();
            loop {
                match self.attempt(operation, input).await {
                    Err(Failure { message, is_transient: true }) => last = message,
                    Err(Failure { message, .. }) => return Err(message),
                    Ok(output) => return Ok(output),
                }
                if !backoff.pause(None).await {
                    return Err(last.clone());
                }
            }
        };
        match tokio::time::timeout(TIMEOUT, tries).await {
            Ok(result) => result,
            Err(_) if last.is_empty() => Err(format!("no answer within {} s: {}", TIMEOUT.as_secs(), self.endpoint)),
            Err(_) => Err(last),
        }
    }

    async fn attempt(&self, operation: &str, input: &Value) -> Result<Value, Failure> {
        let refused = |message| Failure { message, is_transient: false };
        let lost = |error: reqwest::Error| Failure { message: error_chain(&error), is_transient: true };
        let mut request = Request::new(Method::POST, self.endpoint.clone());
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.1"));
        let target = HeaderValue::try_from(format!("{}.{operation}", self.service.target));
        request.headers_mut().insert("x-amz-target", target.map_err(|error| refused(error.to_string()))?);
        *request.body_mut() = Some(input.to_string().into());
        self.signer.sign(&mut request).await.map_err(|error| refused(error.to_string()))?;
        let response = self.http.client().execute(request).await.map_err(lost)?;
        let status = response.status();
        let body = response.bytes().await.map_err(lost)?;
        // No error of the JSON parser's, and no excerpt: they would quote a secret.
        let answer = serde_json::from_slice(&body).unwrap_or(Value::Null);
        if status.is_success() {
            return Ok(answer);
        }
        Err(failure(status.as_u16(), &answer))
    }
}

/// An error as AWS tells it: `{"__type":"NAMESPACE#KIND","message":"..."}`.
fn failure(status: u16, answer: &Value) -> Failure {
    let member = |names: [&str; 2]| names.iter().find_map(|name| answer.get(*name)?.as_str()).unwrap_or_default();
    let kind = member(["__type", "code"]).rsplit('#').next().unwrap_or_default();
    Failure {
        message: format!("HTTP {status} {kind}: {}", member(["message", "Message"])),
        is_transient: status >= 500 || status == 429 || kind.contains("Throttl"),
    }
}

/// Where the service is: as variables and profile say, or by AWS's rule.
/// <https://docs.aws.amazon.com/general/latest/gr/rande.html>
fn endpoint(service: Service, partition: &str, region: &str, sdk: &SdkConfig) -> String {
    let key = ServiceConfigKey::builder().service_id(service.id).env("AWS_ENDPOINT_URL").profile("endpoint_url");
    let configured = key.build().ok().and_then(|key| sdk.service_config()?.load_config(key));
    if let Some(url) = configured.or_else(|| sdk.endpoint_url().map(str::to_owned)) {
        return url;
    }
    let is_dual_stack = sdk.use_dual_stack() == Some(true);
    // GovCloud's ordinary name of SSM is the one with FIPS.
    let has_own_fips = service != SSM || partition != "aws-us-gov" || is_dual_stack;
    let fips = if sdk.use_fips() == Some(true) && has_own_fips { "-fips" } else { "" };
    let (ordinary, dual_stack) = match partition {
        "aws-cn" => ("amazonaws.com.cn", "api.amazonwebservices.com.cn"),
        "aws-eusc" => ("amazonaws.eu", "api.amazonwebservices.eu"),
        "aws-iso" => ("c2s.ic.gov", "api.aws.ic.gov"),
        "aws-iso-b" => ("sc2s.sgov.gov", "api.aws.scloud"),
        "aws-iso-e" => ("cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"),
        "aws-iso-f" => ("csp.hci.ic.gov", "api.aws.hci.ic.gov"),
        _ => ("amazonaws.com", "api.aws"),
    };
    format!("https://{}{fips}.{region}.{}", service.name, if is_dual_stack { dual_stack } else { ordinary })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The addresses are those of the SDK's clients.
    #[test]
    fn endpoints_follow_partition_region_and_the_sdks_settings() {
        let plain = SdkConfig::builder().build();
        let fips = SdkConfig::builder().use_fips(true).build();
        let dual_stack = SdkConfig::builder().use_fips(true).use_dual_stack(true).build();
        let own = SdkConfig::builder().endpoint_url("http://127.0.0.1:7").use_fips(true).build();
        for (service, partition, region, sdk, expected) in [
            (SSM, "aws", "eu-west-3", &plain, "https://ssm.eu-west-3.amazonaws.com"),
            (SECRETS_MANAGER, "aws-cn", "cn-north-1", &plain, "https://secretsmanager.cn-north-1.amazonaws.com.cn"),
            (
                SECRETS_MANAGER,
                "aws-iso",
                "us-iso-east-1",
                &fips,
                "https://secretsmanager-fips.us-iso-east-1.c2s.ic.gov",
            ),
            (SSM, "aws", "ca-central-1", &fips, "https://ssm-fips.ca-central-1.amazonaws.com"),
            (SSM, "aws-us-gov", "us-gov-east-1", &fips, "https://ssm.us-gov-east-1.amazonaws.com"),
            (SSM, "aws-us-gov", "us-gov-east-1", &dual_stack, "https://ssm-fips.us-gov-east-1.api.aws"),
            (SSM, "aws", "eu-west-3", &own, "http://127.0.0.1:7"),
        ] {
            assert_eq!(endpoint(service, partition, region, sdk), expected);
        }
    }

    #[test]
    fn busy_services_are_asked_again_and_refusals_are_told() {
        let denied = json!({ "__type": "com.amazon.coral.service#AccessDeniedException", "Message": "not authorized" });
        let denied = failure(400, &denied);
        assert_eq!(
            (denied.message.as_str(), denied.is_transient),
            ("HTTP 400 AccessDeniedException: not authorized", false)
        );
        assert!(failure(400, &json!({ "__type": "ThrottlingException" })).is_transient);
        assert!(failure(503, &Value::Null).is_transient);
    }
}
