//! What decided an HTTP request's outcome.

use super::Reason;
use crate::enrich::{Latency, UrlParts};
use crate::format::{AlbAccess, Classic};
use crate::logged::Logged;
use crate::record::{List, Request, Seconds};
use crate::text::Text;

/// What a line shows of a request. A Classic Load Balancer's line has the first part of it only.
pub(super) struct Evidence<'a> {
    elb_status: Logged<u16>,
    target_status: Logged<u16>,
    /// Of the request, the target, the response.
    times: [Logged<Seconds<'a>>; 3],
    latency: Option<Latency>,
    received_bytes: Logged<u64>,
    request: Request<'a>,
    /// Whether a target was chosen.
    target_is_there: bool,
    error_reason: Option<Text<'a>>,
    actions_executed: Option<List<'a>>,
    /// Whether all that rules and firewall did is known: no answer of theirs is behind a status without them.
    actions_are_told: bool,
    redirect_url: Option<Text<'a>>,
    matched_rule_priority: Option<i32>,
    request_transform_status: Option<Text<'a>>,
    classification: Option<Text<'a>>,
}

impl<'a> Evidence<'a> {
    pub(super) fn of_alb(record: &AlbAccess<'a>, latency: Option<Latency>) -> Self {
        Self {
            elb_status: record.elb_status_code,
            target_status: record.target_status_code,
            times: record.times(),
            latency,
            received_bytes: record.received_bytes,
            request: record.request.value().unwrap_or_default(),
            target_is_there: record.target.is_value(),
            error_reason: record.error_reason.value(),
            actions_executed: record.actions_executed.value(),
            // A line of columns that ends before them is older than what they tell of.
            actions_are_told: !(record.is_named && record.actions_executed.is_missing()),
            redirect_url: record.redirect_url.value(),
            matched_rule_priority: record.matched_rule_priority.value(),
            request_transform_status: record.request_transform_status.value(),
            classification: record.classification.value(),
        }
    }

    pub(super) fn of_classic(record: &Classic<'a>, latency: Option<Latency>) -> Self {
        Self {
            elb_status: record.elb_status_code,
            target_status: match record.backend_status_code {
                // Classic Load Balancers write 0 where no instance answered.
                Logged::Value(0) => Logged::Dash,
                status => status,
            },
            times: record.times(),
            latency,
            received_bytes: record.received_bytes,
            request: record.request.value().unwrap_or_default(),
            target_is_there: record.backend.is_value(),
            error_reason: None,
            actions_executed: None,
            actions_are_told: true,
            redirect_url: None,
            matched_rule_priority: None,
            request_transform_status: None,
            classification: None,
        }
    }

    fn did(&self, action: &str) -> bool {
        self.actions_executed.is_some_and(|actions| actions.has(action))
    }

    /// Whether the request was handed to a target.
    fn is_sent(&self) -> bool {
        let [request, ..] = self.times;
        request.is_value()
    }

    /// Whether the target began to answer.
    fn is_answered(&self) -> bool {
        let [_, target, _] = self.times;
        target.is_value()
    }
}

/// The reason that fits, most telling evidence first.
pub(super) fn verdict(line: &Evidence<'_>) -> Reason {
    let reason = match (line.elb_status, line.target_status) {
        (Logged::Value(460), _) => return Reason::ClientClosed,
        // 000 is no status: whatever the target said, nobody got it.
        (Logged::Value(0), _) => return Reason::Http2Limit,
        (status, Logged::Value(target)) => return by_target(status.value(), target),
        (_, Logged::Dash) => by_error_reason(line).or_else(|| by_rule(line)).or_else(|| by_status(line)),
        // A target may have answered. What names its decider by itself is no less true.
        (_, Logged::Missing) => by_error_reason(line).or_else(|| by_rule(line)).or_else(|| by_own_status(line)),
    };
    reason.unwrap_or(Reason::NotTold)
}

/// The target answered.
fn by_target(status: Option<u16>, target: u16) -> Reason {
    match target {
        _ if status.is_some_and(|status| status != target && matches!(status, 502 | 504)) => Reason::TargetBadResponse,
        0..=399 => Reason::Answered,
        400..=499 => Reason::Target4xx,
        _ => Reason::Target5xx,
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
        // What the client sent was not UTF-8.
        "LambdaBadRequest" => Reason::MalformedRequest,
        "LambdaConnectionError" | "LambdaConnectionTimeout" => Reason::TargetConnectionFailed,
        "AuthTokenEpRequestFailed"
        | "AuthTokenEpRequestTimeout"
        | "AuthUserinfoEpRequestFailed"
        | "AuthUserinfoEpRequestTimeout" => Reason::IdentityProviderUnreachable,
        "AuthInvalidGrantError"
        | "AuthInvalidIdToken"
        | "AuthInvalidTokenResponse"
        | "AuthInvalidUserinfoResponse"
        | "AuthUserinfoResponseSizeExceeded" => Reason::IdentityProviderError,
        // The load balancer's own failures in checking a token or a session, or in calling a function.
        "JWTValidationInternalError" | "AuthUnhandledException" | "LambdaUnhandledException" => {
            Reason::LoadBalancerError
        }
        _ if code.starts_with("Lambda") => Reason::LambdaError,
        _ if code.starts_with("WAF") => Reason::WafError,
        _ if code.starts_with("JWKS") => Reason::KeysUnavailable,
        _ if code.starts_with("JWT") => Reason::TokenInvalid,
        // A client whose cookie is not valid is sent to sign in again.
        _ if code.starts_with("Auth") && line.elb_status == Logged::Value(302) => Reason::AuthenticationStarted,
        _ if code.starts_with("Auth") => Reason::AuthenticationDenied,
        _ => return None,
    })
}

/// What firewall and rules did, where it explains the status.
fn by_rule(line: &Evidence<'_>) -> Option<Reason> {
    let status = line.elb_status.value();
    let last = line.actions_executed.and_then(|actions| actions.iter().last());
    // Where it is the final action, it rejected the request. TRACE alone is refused with the CAPTCHA's status.
    if last == Some(Text(b"waf")) && !(status == Some(405) && is_trace(line)) {
        return Some(match status {
            None | Some(403) => Reason::WafBlocked,
            Some(405) => Reason::WafCaptcha,
            Some(202) => Reason::WafChallenge,
            Some(_) => Reason::WafCustomResponse,
        });
    }
    let transform = line.request_transform_status.unwrap_or(Text(b"TransformSuccess"));
    match status? {
        500 if line.did("waf-failed") => Some(Reason::WafError),
        500.. if line.matched_rule_priority == Some(-1) => Some(Reason::RuleEvaluationError),
        400.. if transform != Text(b"TransformSuccess") => Some(Reason::TransformFailed),
        _ if line.did("fixed-response") => Some(Reason::FixedResponse),
        507 if line.did("redirect") => Some(Reason::RedirectTooLong),
        300..=399 if line.did("redirect") || line.redirect_url.is_some() => Some(Reason::Redirected),
        302 if line.did("authenticate") && is_callback(line) => Some(Reason::AuthenticationReturned),
        302 if line.did("authenticate") => Some(Reason::AuthenticationStarted),
        _ => None,
    }
}

/// What a status means where no target answered and no rule.
fn by_status(line: &Evidence<'_>) -> Option<Reason> {
    if let Some(reason) = by_own_status(line) {
        return Some(reason);
    }
    if !line.actions_are_told && !line.target_is_there && !line.is_sent() {
        return None;
    }
    Some(match line.elb_status.value()? {
        // That the load balancer answered so by itself is nothing that AWS describes.
        ..400 => return None,
        400 => Reason::MalformedRequest,
        401 => Reason::AuthenticationDenied,
        405 => Reason::MethodNotAllowed,
        408 => Reason::RequestTimeout,
        413 => Reason::BodyTooLarge,
        414 => Reason::UriTooLong,
        501 => Reason::UnsupportedTransferEncoding,
        502 => bad_gateway(line),
        503 => Reason::NoRegisteredTarget,
        504 => gateway_timeout(line),
        505 => Reason::HttpVersionUnsupported,
        507 => Reason::RedirectTooLong,
        _ if line.is_answered() => return None,
        _ => Reason::LoadBalancerError,
    })
}

/// What nothing but a load balancer answers.
fn by_own_status(line: &Evidence<'_>) -> Option<Reason> {
    Some(match line.elb_status.value()? {
        400 if is_no_request(line) => Reason::NotARequest,
        400 if line.classification == Some(Text(b"Severe")) => Reason::DesyncRefused,
        463 => Reason::TooManyForwardedAddresses,
        464 => Reason::ProtocolMismatch,
        561 => Reason::IdentityProviderError,
        562 => Reason::KeysUnavailable,
        _ => return None,
    })
}

fn bad_gateway(line: &Evidence<'_>) -> Reason {
    match line.times {
        [Logged::Value(_), Logged::Value(_) | Logged::Dash, _] => Reason::TargetClosedConnection,
        [Logged::Dash, Logged::Dash, _] => Reason::TargetConnectionFailed,
        _ => Reason::TargetFailed,
    }
}

/// Status and elapsed time decide: a connection is waited for 10 seconds, an answer until the idle timeout.
fn gateway_timeout(line: &Evidence<'_>) -> Reason {
    match line.times {
        _ if line.is_sent() => Reason::TargetTimeout,
        [Logged::Dash, Logged::Dash, _] => match line.latency {
            Some(latency) if !latency.is_connect_timeout() => Reason::TargetTimeout,
            _ => Reason::TargetConnectionFailed,
        },
        _ => Reason::TargetFailed,
    }
}

/// `- http://host:port- -`, and nothing came.
fn is_no_request(line: &Evidence<'_>) -> bool {
    let Request { method, url, .. } = line.request;
    method.is_none() && line.received_bytes == Logged::Value(0) && url.is_some_and(|url| UrlParts::of(url).no_uri)
}

fn is_trace(line: &Evidence<'_>) -> bool {
    line.request.method == Some(Text(b"TRACE"))
}

/// Where identity providers send clients back to: "Authenticate users using an Application Load Balancer".
fn is_callback(line: &Evidence<'_>) -> bool {
    line.request.url.and_then(|url| UrlParts::of(url).path) == Some(Text(b"/oauth2/idpresponse"))
}
