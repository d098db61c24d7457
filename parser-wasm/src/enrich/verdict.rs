//! Who decided a request's outcome, and why.
//!
//! The facts are AWS's: "Troubleshoot your Application Load Balancers" and "Access log entries". A verdict never
//! claims more than the line shows: where several causes fit, the reason is the common one and its text says so.

use crate::enrich::UrlParts;
use crate::format::AlbAccess;
use crate::text::Text;

/// Who decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Decider {
    /// The target that the request was routed to.
    Target,
    /// The client.
    Client,
    /// The load balancer itself.
    LoadBalancer,
    /// How the load balancer is set up.
    Configuration,
    /// The web application firewall.
    Waf,
    /// Authentication by the load balancer.
    Auth,
    /// A listener rule.
    Rule,
}

impl Decider {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Target => "target",
            Self::Client => "client",
            Self::LoadBalancer => "load_balancer",
            Self::Configuration => "configuration",
            Self::Waf => "waf",
            Self::Auth => "auth",
            Self::Rule => "rule",
        }
    }
}

macro_rules! reasons {
    ($($reason:ident $by:ident $code:literal $text:literal)+) => {
        /// Why a request ended as it did. Codes are stable: reasons are added, never renamed.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Reason {
            $(#[doc = $text] $reason,)+
        }

        impl Reason {
            /// Every reason.
            pub const ALL: &[Self] = &[$(Self::$reason),+];

            /// Who decides when this is the reason.
            pub fn by(self) -> Decider {
                match self { $(Self::$reason => Decider::$by),+ }
            }

            /// The stable code.
            pub fn code(self) -> &'static str {
                match self { $(Self::$reason => $code),+ }
            }

            /// One sentence for a person.
            pub fn text(self) -> &'static str {
                match self { $(Self::$reason => $text),+ }
            }
        }
    };
}

reasons! {
    Answered Target "answered" "The target answered."
    Target4xx Target "target_4xx" "The target answered with a client error."
    Target5xx Target "target_5xx" "The target answered with a server error."
    TargetConnectionFailed Target "target_connection_failed" "No connection to the target: it refused, was unreachable, did not answer within 10 seconds, or the TLS handshake failed."
    TargetClosedConnection Target "target_closed_connection" "The target closed the connection before it answered; often its keep-alive timeout is shorter than the load balancer's idle timeout."
    TargetBadResponse Target "target_bad_response" "The target answered, but the load balancer could not pass it on: the response was malformed, its headers were too large, or it broke off."
    TargetTimeout Target "target_timeout" "The target did not answer before the idle timeout."
    LambdaError Target "lambda_error" "The Lambda function failed or its answer could not be used."
    LambdaThrottled Target "lambda_throttled" "The Lambda function was throttled: too many invocations at once."
    LambdaTooLarge Target "lambda_too_large" "The Lambda function's response was over the limit of 1 MB."
    MalformedRequest Client "malformed_request" "The request was malformed: not HTTP, headers over the limits, or the client closed before the whole body came."
    NotARequest Client "not_a_request" "A connection that never became a request: a scanner, TLS on a plain port, or an early close."
    RequestTimeout Client "request_timeout" "The client sent nothing before the idle timeout."
    ClientClosed Client "client_closed" "The client closed the connection before the load balancer could answer; often the target was slow."
    TooManyForwardedAddresses Client "too_many_forwarded_addresses" "X-Forwarded-For had more than 30 addresses."
    MethodNotAllowed Client "method_not_allowed" "The client used TRACE, which load balancers refuse."
    UriTooLong Client "uri_too_long" "The URL or its query was too long."
    BodyTooLarge Client "body_too_large" "The body was over the 1 MB that a Lambda target takes."
    UnsupportedTransferEncoding Client "unsupported_transfer_encoding" "The client used a Transfer-Encoding other than chunked or identity."
    HttpVersionUnsupported Client "http_version_unsupported" "The client used an HTTP version that the load balancer does not speak."
    Http2Limit Client "http2_limit" "The client went over an HTTP/2 limit: a compressed header over 8 K, or 10,000 requests on one connection."
    DesyncRefused Client "desync_refused" "The request could have been used for HTTP desync and was refused."
    NoRegisteredTarget Configuration "no_registered_target" "The target groups have no registered targets."
    ProtocolMismatch Configuration "protocol_mismatch" "The request's protocol does not fit the target group's protocol version."
    RuleEvaluationError Configuration "rule_evaluation_error" "The listener's rules could not be evaluated."
    TransformFailed Configuration "transform_failed" "The rule's rewrite of host or path failed."
    WafBlocked Waf "waf_blocked" "The web application firewall blocked the request."
    WafError Waf "waf_error" "The web application firewall could not be asked, or failed."
    AuthenticationStarted Auth "authentication_started" "The client was sent to the identity provider to sign in."
    AuthenticationDenied Auth "authentication_denied" "Authentication by the load balancer did not succeed: denied, timed out, or its cookie or state was not valid."
    IdentityProviderError Auth "identity_provider_error" "The identity provider returned an error or an answer that could not be used."
    IdentityProviderUnreachable Auth "identity_provider_unreachable" "The identity provider's token or user-info endpoint could not be reached."
    TokenInvalid Auth "token_invalid" "The client's JSON web token was missing or not valid."
    KeysUnavailable Auth "keys_unavailable" "The keys that verify JSON web tokens could not be fetched."
    Redirected Rule "redirected" "A listener rule redirected the client."
    FixedResponse Rule "fixed_response" "A listener rule answered with a fixed response."
    LoadBalancerError LoadBalancer "load_balancer_error" "The load balancer answered by itself; the line does not say why."
}

/// The reason that fits an ALB access line, most telling evidence first.
pub fn verdict(record: &AlbAccess<'_>, url: &UrlParts<'_>) -> Reason {
    let status = record.elb_status_code;
    if status == Some(460) {
        return Reason::ClientClosed;
    }
    match (record.target_status_code, status) {
        (Some(target), Some(elb)) if target != elb && matches!(elb, 502 | 504) => Reason::TargetBadResponse,
        (Some(0..=399), _) => Reason::Answered,
        (Some(400..=499), _) => Reason::Target4xx,
        (Some(_), _) => Reason::Target5xx,
        (None, _) => by_error_reason(record).or_else(|| by_rule(record)).unwrap_or_else(|| by_status(record, url)),
    }
}

/// AWS's error reason codes; those that name no decider of their own leave it to the status.
fn by_error_reason(record: &AlbAccess<'_>) -> Option<Reason> {
    let Text(code) = record.error_reason?;
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
fn by_rule(record: &AlbAccess<'_>) -> Option<Reason> {
    let status = record.elb_status_code?;
    let did = |action| record.actions_executed.has(action);
    let transform = record.request_transform_status.map_or(&b"TransformSuccess"[..], |text| text.0);
    match status {
        500 if did("waf-failed") => Some(Reason::WafError),
        500.. if record.matched_rule_priority == Some(-1) => Some(Reason::RuleEvaluationError),
        400.. if transform != b"TransformSuccess" => Some(Reason::TransformFailed),
        _ if did("fixed-response") => Some(Reason::FixedResponse),
        300..=399 if did("redirect") || record.redirect_url.is_some() => Some(Reason::Redirected),
        302 if did("authenticate") => Some(Reason::AuthenticationStarted),
        403 if did("waf") && !did("forward") => Some(Reason::WafBlocked),
        _ => None,
    }
}

/// What the load balancer's own statuses mean.
fn by_status(record: &AlbAccess<'_>, url: &UrlParts<'_>) -> Reason {
    let dispatched = record.times().iter().any(Option::is_some);
    match record.elb_status_code {
        Some(0) => Reason::Http2Limit,
        Some(400) if record.request.method.is_none() && url.no_uri && record.received_bytes == Some(0) => {
            Reason::NotARequest
        }
        Some(400) if record.classification == Some(Text(b"Severe")) => Reason::DesyncRefused,
        Some(400) => Reason::MalformedRequest,
        Some(401) => Reason::AuthenticationDenied,
        Some(405) => Reason::MethodNotAllowed,
        Some(408) => Reason::RequestTimeout,
        Some(413) => Reason::BodyTooLarge,
        Some(414) => Reason::UriTooLong,
        Some(463) => Reason::TooManyForwardedAddresses,
        Some(464) => Reason::ProtocolMismatch,
        Some(501) => Reason::UnsupportedTransferEncoding,
        Some(502) if dispatched => Reason::TargetClosedConnection,
        Some(504) if dispatched => Reason::TargetTimeout,
        Some(502 | 504) => Reason::TargetConnectionFailed,
        Some(503) => Reason::NoRegisteredTarget,
        Some(505) => Reason::HttpVersionUnsupported,
        Some(561) => Reason::IdentityProviderError,
        _ => Reason::LoadBalancerError,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line with the columns a verdict looks at.
    fn reason(
        target: &str,
        times: &str,
        statuses: &str,
        received: u64,
        request: &str,
        rule: &str,
        tail: &str,
    ) -> &'static str {
        let line = format!(
            r#"http 2026-11-23T00:00:00.000000Z app/a/1 192.0.2.1:1 {target} {times} {statuses} {received} 0 "{request}" "-" - - - "-" "-" "-" {rule} - {tail}"#
        );
        let record = AlbAccess::parse(line.as_bytes()).expect("a record");
        let url = record.request.url.map(UrlParts::of).unwrap_or_default();
        verdict(&record, &url).code()
    }

    /// Actions, redirect URL and error reason; then lists and classification.
    fn tail(actions: &str, redirect: &str, error: &str) -> String {
        format!(r#""{actions}" "{redirect}" "{error}" "-" "-" "-" "-""#)
    }

    #[test]
    fn a_target_that_answered() {
        for (statuses, expected) in [
            ("200 200", "answered"),
            ("304 304", "answered"),
            ("101 101", "answered"),
            ("404 404", "target_4xx"),
            ("403 403", "target_4xx"),
            ("500 500", "target_5xx"),
            ("502 502", "target_5xx"),
            ("502 200", "target_bad_response"),
            ("504 200", "target_bad_response"),
            ("460 200", "client_closed"),
        ] {
            let found = reason(
                "10.0.0.1:80",
                "0.001 0.002 0.003",
                statuses,
                9,
                "GET http://a:80/ HTTP/1.1",
                "0",
                &tail("waf,forward", "-", "-"),
            );
            assert_eq!(found, expected, "{statuses}");
        }
    }

    #[test]
    fn a_target_that_did_not() {
        for (times, statuses, expected) in [
            ("-1 -1 -1", "502 -", "target_connection_failed"),
            ("0.001 -1 -1", "502 -", "target_closed_connection"),
            ("-1 -1 -1", "504 -", "target_connection_failed"),
            ("0.001 -1 -1", "504 -", "target_timeout"),
            ("0.001 -1 -1", "460 -", "client_closed"),
            ("-1 -1 -1", "503 -", "no_registered_target"),
        ] {
            let found =
                reason("10.0.0.1:80", times, statuses, 9, "GET http://a:80/ HTTP/1.1", "0", &tail("forward", "-", "-"));
            assert_eq!(found, expected, "{times} {statuses}");
        }
    }

    #[test]
    fn statuses_of_the_load_balancer_itself() {
        for (status, expected) in [
            (0, "http2_limit"),
            (400, "malformed_request"),
            (401, "authentication_denied"),
            (403, "load_balancer_error"),
            (405, "method_not_allowed"),
            (408, "request_timeout"),
            (413, "body_too_large"),
            (414, "uri_too_long"),
            (463, "too_many_forwarded_addresses"),
            (464, "protocol_mismatch"),
            (500, "load_balancer_error"),
            (501, "unsupported_transfer_encoding"),
            (505, "http_version_unsupported"),
            (561, "identity_provider_error"),
            (599, "load_balancer_error"),
        ] {
            let found = reason(
                "-",
                "-1 -1 -1",
                &format!("{status:03} -"),
                9,
                "GET http://a:80/ HTTP/1.1",
                "0",
                &tail("-", "-", "-"),
            );
            assert_eq!(found, expected, "{status}");
        }
        assert_eq!(reason("-", "-1 -1 -1", "- -", 0, "- - -", "-", &tail("-", "-", "-")), "load_balancer_error");
    }

    #[test]
    fn a_connection_that_never_became_a_request() {
        for (received, request, expected) in [
            (0, "- http://a:80- -", "not_a_request"),
            (0, "- http://a:80- ", "not_a_request"),
            (12, "- http://a:80- -", "malformed_request"),
            (0, "POST http://a:80- HTTP/1.1", "malformed_request"),
        ] {
            let found = reason("-", "-1 -1 -1", "400 -", received, request, "-", &tail("-", "-", "-"));
            assert_eq!(found, expected, "{request}");
        }
    }

    #[test]
    fn rules_firewall_and_authentication() {
        for (status, actions, redirect, expected) in [
            (301, "redirect", "https://a/", "redirected"),
            (302, "waf,redirect", "https://a/", "redirected"),
            (503, "waf,fixed-response", "-", "fixed_response"),
            (200, "fixed-response", "-", "fixed_response"),
            (302, "authenticate", "-", "authentication_started"),
            (401, "authenticate", "-", "authentication_denied"),
            (403, "waf", "-", "waf_blocked"),
            (403, "waf,fixed-response", "-", "fixed_response"),
            (500, "waf-failed", "-", "waf_error"),
        ] {
            let found = reason(
                "-",
                "-1 -1 -1",
                &format!("{status} -"),
                9,
                "GET http://a:80/ HTTP/1.1",
                "0",
                &tail(actions, redirect, "-"),
            );
            assert_eq!(found, expected, "{status} {actions}");
        }
        assert_eq!(
            reason("-", "-1 -1 -1", "500 -", 9, "GET http://a:80/ HTTP/1.1", "-1", &tail("-", "-", "-")),
            "rule_evaluation_error"
        );
        let severe = r#""-" "-" "-" "-" "-" "Severe" "BadMethod""#;
        assert_eq!(reason("-", "-1 -1 -1", "400 -", 9, "GET http://a:80/ HTTP/1.1", "-", severe), "desync_refused");
        let transform = r#""-" "-" "-" "-" "-" "-" "-" - "-" "-" "TransformInvalidHost""#;
        assert_eq!(
            reason("-", "-1 -1 -1", "500 -", 9, "GET http://a:80/ HTTP/1.1", "1", transform),
            "transform_failed"
        );
    }

    #[test]
    fn error_reasons() {
        for (status, error, expected) in [
            (502, "LambdaInvalidResponse", "lambda_error"),
            (502, "LambdaThrottling", "lambda_throttled"),
            (502, "LambdaResponseTooLarge", "lambda_too_large"),
            (413, "LambdaRequestTooLarge", "body_too_large"),
            (500, "WAFConnectionTimeout", "waf_error"),
            (401, "AuthInvalidCookie", "authentication_denied"),
            (500, "AuthTokenEpRequestTimeout", "identity_provider_unreachable"),
            (561, "AuthInvalidIdToken", "identity_provider_error"),
            (401, "JWTHeaderNotPresent", "token_invalid"),
            (500, "JWKSRequestTimeout", "keys_unavailable"),
            (500, "JWTValidationInternalError", "load_balancer_error"),
            (400, "AWSALBTGCookieInvalid", "malformed_request"),
        ] {
            let found = reason(
                "-",
                "-1 -1 -1",
                &format!("{status} -"),
                9,
                "GET http://a:80/ HTTP/1.1",
                "0",
                &tail("-", "-", error),
            );
            assert_eq!(found, expected, "{error}");
        }
    }

    #[test]
    fn codes_are_unique() {
        let codes: std::collections::BTreeSet<_> = Reason::ALL.iter().map(|reason| reason.code()).collect();
        assert_eq!(codes.len(), Reason::ALL.len());
    }
}
