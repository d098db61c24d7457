//! What decided an HTTP request's outcome.

use super::Reason;
use crate::enrich::UrlParts;
use crate::format::{AlbAccess, Classic};
use crate::logged::Logged;
use crate::record::{List, Request};
use crate::text::Text;

/// What a line shows of a request. A Classic Load Balancer's line has the first part of it only.
pub(super) struct Evidence<'a> {
    elb_status: Option<u16>,
    target_status: Option<u16>,
    /// One of the three times is known.
    dispatched: bool,
    received_bytes: Option<u64>,
    request: Request<'a>,
    error_reason: Option<Text<'a>>,
    actions_executed: Option<List<'a>>,
    redirect_url: Option<Text<'a>>,
    matched_rule_priority: Option<i32>,
    request_transform_status: Option<Text<'a>>,
    classification: Option<Text<'a>>,
}

impl<'a> Evidence<'a> {
    pub(super) fn of_alb(record: &AlbAccess<'a>) -> Self {
        Self {
            elb_status: record.elb_status_code.value(),
            target_status: record.target_status_code.value(),
            dispatched: record.times().iter().any(Logged::is_value),
            received_bytes: record.received_bytes.value(),
            request: record.request.value().unwrap_or_default(),
            error_reason: record.error_reason.value(),
            actions_executed: record.actions_executed.value(),
            redirect_url: record.redirect_url.value(),
            matched_rule_priority: record.matched_rule_priority.value(),
            request_transform_status: record.request_transform_status.value(),
            classification: record.classification.value(),
        }
    }

    pub(super) fn of_classic(record: &Classic<'a>) -> Self {
        Self {
            elb_status: record.elb_status_code.value(),
            // Classic Load Balancers write 0 where no instance answered.
            target_status: record.backend_status_code.value().filter(|status| *status != 0),
            dispatched: record.times().iter().any(Logged::is_value),
            received_bytes: record.received_bytes.value(),
            request: record.request.value().unwrap_or_default(),
            error_reason: None,
            actions_executed: None,
            redirect_url: None,
            matched_rule_priority: None,
            request_transform_status: None,
            classification: None,
        }
    }
}

/// The reason that fits, most telling evidence first.
pub(super) fn verdict(line: &Evidence<'_>) -> Reason {
    let status = line.elb_status;
    if status == Some(460) {
        return Reason::ClientClosed;
    }
    match (line.target_status, status) {
        (Some(target), Some(elb)) if target != elb && matches!(elb, 502 | 504) => Reason::TargetBadResponse,
        (Some(0..=399), _) => Reason::Answered,
        (Some(400..=499), _) => Reason::Target4xx,
        (Some(_), _) => Reason::Target5xx,
        (None, _) => by_error_reason(line).or_else(|| by_rule(line)).unwrap_or_else(|| by_status(line)),
    }
}

/// AWS's error reason codes; those that name no decider of their own leave it to the status.
fn by_error_reason(line: &Evidence<'_>) -> Option<Reason> {
    let Text(code) = line.error_reason?;
    let code = std::str::from_utf8(code).ok()?;
    Some(match code {
        "LambdaThrottling" | "LambdaEC2ThrottledException" => Reason::LambdaThrottled,
        "LambdaRequestTooLarge" => Reason::BodyTooLarge,
        "LambdaResponseTooLarge" => Reason::LambdaTooLarge,
        "AuthTokenEpRequestFailed"
        | "AuthTokenEpRequestTimeout"
        | "AuthUserinfoEpRequestFailed"
        | "AuthUserinfoEpRequestTimeout" => Reason::IdentityProviderUnreachable,
        "AuthInvalidGrantError"
        | "AuthInvalidIdToken"
        | "AuthInvalidTokenResponse"
        | "AuthInvalidUserinfoResponse"
        | "AuthUserinfoResponseSizeExceeded" => Reason::IdentityProviderError,
        // The load balancer's own failures in checking a token or a session.
        "JWTValidationInternalError" | "AuthUnhandledException" => Reason::LoadBalancerError,
        _ if code.starts_with("Lambda") => Reason::LambdaError,
        _ if code.starts_with("WAF") => Reason::WafError,
        _ if code.starts_with("JWKS") => Reason::KeysUnavailable,
        _ if code.starts_with("JWT") => Reason::TokenInvalid,
        _ if code.starts_with("Auth") => Reason::AuthenticationDenied,
        _ => return None,
    })
}

/// What the listener's rules did, where it explains the status.
fn by_rule(line: &Evidence<'_>) -> Option<Reason> {
    let status = line.elb_status?;
    let did = |action| line.actions_executed.is_some_and(|actions| actions.has(action));
    let transform = line.request_transform_status.map_or(&b"TransformSuccess"[..], |text| text.0);
    match status {
        500 if did("waf-failed") => Some(Reason::WafError),
        500.. if line.matched_rule_priority == Some(-1) => Some(Reason::RuleEvaluationError),
        400.. if transform != b"TransformSuccess" => Some(Reason::TransformFailed),
        _ if did("fixed-response") => Some(Reason::FixedResponse),
        300..=399 if did("redirect") || line.redirect_url.is_some() => Some(Reason::Redirected),
        302 if did("authenticate") => Some(Reason::AuthenticationStarted),
        403 if did("waf") && !did("forward") => Some(Reason::WafBlocked),
        _ => None,
    }
}

/// What the load balancer's own statuses mean.
fn by_status(line: &Evidence<'_>) -> Reason {
    match line.elb_status {
        Some(0) => Reason::Http2Limit,
        Some(400) if is_no_request(line) => Reason::NotARequest,
        Some(400) if line.classification == Some(Text(b"Severe")) => Reason::DesyncRefused,
        Some(400) => Reason::MalformedRequest,
        Some(401) => Reason::AuthenticationDenied,
        Some(405) => Reason::MethodNotAllowed,
        Some(408) => Reason::RequestTimeout,
        Some(413) => Reason::BodyTooLarge,
        Some(414) => Reason::UriTooLong,
        Some(463) => Reason::TooManyForwardedAddresses,
        Some(464) => Reason::ProtocolMismatch,
        Some(501) => Reason::UnsupportedTransferEncoding,
        Some(502) if line.dispatched => Reason::TargetClosedConnection,
        Some(504) if line.dispatched => Reason::TargetTimeout,
        Some(502 | 504) => Reason::TargetConnectionFailed,
        Some(503) => Reason::NoRegisteredTarget,
        Some(505) => Reason::HttpVersionUnsupported,
        Some(561) => Reason::IdentityProviderError,
        _ => Reason::LoadBalancerError,
    }
}

/// `- http://host:port- -`, and nothing came.
fn is_no_request(line: &Evidence<'_>) -> bool {
    let Request { method, url, .. } = line.request;
    method.is_none() && line.received_bytes == Some(0) && url.is_some_and(|url| UrlParts::of(url).no_uri)
}
