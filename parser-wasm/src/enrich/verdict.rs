//! Who decided a request's outcome, and why.
//!
//! The facts are AWS's: "Troubleshoot your Application Load Balancers" ("Troubleshoot" below), the log entries' pages and
//! AWS WAF's. A verdict never claims more than the line shows: where several causes fit, the reason is the common one and
//! its text names them; a cause that the line contradicts is not named; a column that was not delivered proves nothing.

mod connection;
mod explain;
mod http;

pub(crate) use explain::explain;

use super::Latency;
use crate::format::Record;
use http::Evidence;

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
    ($($reason:ident $by:ident $code:literal $text:literal $rests_on:literal)+) => {
        /// Why a request ended as it did. Codes are stable: reasons are added, never renamed.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Reason {
            $(#[doc = $text] $reason,)+
        }

        impl Reason {
            /// Every reason.
            pub const ALL: &[Self] = &[$(Self::$reason),+];

            /// Who decides when this is the reason; nobody is blamed where the line does not tell.
            pub fn by(self) -> Option<Decider> {
                match self { $(Self::$reason => reasons!(@by $by)),+ }
            }

            /// The stable code.
            pub fn code(self) -> &'static str {
                match self { $(Self::$reason => $code),+ }
            }

            /// One sentence for a person, where the line adds nothing to it.
            pub fn text(self) -> &'static str {
                match self { $(Self::$reason => $text),+ }
            }

            /// AWS's page, or the rule, that the verdict rests on.
            pub fn rests_on(self) -> &'static str {
                match self { $(Self::$reason => $rests_on),+ }
            }
        }
    };
    (@by Nobody) => { None };
    (@by $by:ident) => { Some(Decider::$by) };
}

reasons! {
    Answered Target "answered" "The target answered." "Access log entries: target_status_code"
    Target4xx Target "target_4xx" "The target answered with a client error." "Access log entries: target_status_code"
    Target5xx Target "target_5xx" "The target answered with a server error." "Access log entries: target_status_code"
    TargetConnectionFailed Target "target_connection_failed" "No connection to the target: it refused, was unreachable, or the TLS handshake with it failed." "Troubleshoot: HTTP 502, HTTP 504; Access log entries: request_processing_time is -1"
    TargetClosedConnection Target "target_closed_connection" "The target closed the connection before it answered; often its keep-alive timeout is shorter than the load balancer's idle timeout." "Troubleshoot: HTTP 502; Access log entries: target_processing_time is -1"
    TargetBadResponse Target "target_bad_response" "The target answered, but the load balancer could not pass it on: the response was malformed, its headers were too large, or it broke off." "Troubleshoot: HTTP 502"
    TargetTimeout Target "target_timeout" "The target did not answer before the idle timeout." "Troubleshoot: HTTP 504; Access log entries: target_processing_time is -1"
    TargetFailed Target "target_failed" "No answer came from the target that could be passed on; the line does not tell in which way the target failed." "Troubleshoot: HTTP 502, HTTP 504; Access log entries: target_status_code is -"
    LambdaError Target "lambda_error" "The Lambda function could not be invoked, failed, or gave an answer that could not be used." "Error reason codes: Lambda…"
    LambdaThrottled Target "lambda_throttled" "The Lambda function was throttled: too many invocations at once." "Error reason codes: LambdaThrottling, LambdaEC2ThrottledException"
    LambdaTooLarge Target "lambda_too_large" "The Lambda function's response was over the limit of 1 MB." "Error reason codes: LambdaResponseTooLarge"
    MalformedRequest Client "malformed_request" "The request was malformed: not HTTP, headers over the limits, or the client closed before the whole body came." "Troubleshoot: HTTP 400"
    NotARequest Client "not_a_request" "A connection that never became a request: a scanner, TLS on a plain port, or an early close." "the request `- http://host:port- -` with 400, and nothing received"
    RequestTimeout Client "request_timeout" "The client sent nothing before the idle timeout." "Troubleshoot: HTTP 408"
    ClientClosed Client "client_closed" "The client closed the connection before the load balancer could answer." "Troubleshoot: HTTP 460"
    TooManyForwardedAddresses Client "too_many_forwarded_addresses" "X-Forwarded-For had more than 30 addresses." "Troubleshoot: HTTP 463"
    MethodNotAllowed Client "method_not_allowed" "The load balancer refused the request's method." "Troubleshoot: HTTP 405"
    UriTooLong Client "uri_too_long" "The URL or its query was too long." "Troubleshoot: HTTP 414"
    BodyTooLarge Client "body_too_large" "The request was too large: a body over the 1 MB that a Lambda target takes, or headers over 16 K a line, 16 K each or 64 K in all." "Troubleshoot: HTTP 413"
    UnsupportedTransferEncoding Client "unsupported_transfer_encoding" "The client used a Transfer-Encoding other than chunked or identity, or a WebSocket where the target group's target optimizer takes none." "Troubleshoot: HTTP 501"
    HttpVersionUnsupported Client "http_version_unsupported" "The client used an HTTP version that the load balancer does not speak, or HTTP/2 on a connection that began as HTTP/1." "Troubleshoot: HTTP 505"
    Http2Limit Client "http2_limit" "The HTTP/2 connection ended, as it does after 10,000 requests, before the client got a status (000)." "Troubleshoot: HTTP 000"
    DesyncRefused Client "desync_refused" "The request could have been used for HTTP desync and was refused." "Access log entries: classification is Severe"
    NoRegisteredTarget Configuration "no_registered_target" "No target to send to: the target groups have none registered, all of them are unused, or the target optimizer had none ready." "Troubleshoot: HTTP 503"
    ProtocolMismatch Configuration "protocol_mismatch" "The request's protocol does not fit the target group's protocol version." "Troubleshoot: HTTP 464"
    RuleEvaluationError Configuration "rule_evaluation_error" "The listener's rules could not be evaluated." "Access log entries: matched_rule_priority is -1"
    TransformFailed Configuration "transform_failed" "The rule's rewrite of host or path failed." "Access log entries: request_transform_status"
    RedirectTooLong Configuration "redirect_too_long" "The URL that the rule redirects to was too long." "Troubleshoot: HTTP 507"
    WafBlocked Waf "waf_blocked" "The web application firewall blocked the request." "Actions taken: waf is the final action; 403"
    WafCaptcha Waf "waf_captcha" "The web application firewall asked for a CAPTCHA, or rejected the request with a 405 of its own." "Actions taken: waf is the final action; AWS WAF, CAPTCHA and Challenge action behavior: 405"
    WafChallenge Waf "waf_challenge" "The web application firewall put a silent challenge to the client, or rejected the request with a 202 of its own." "Actions taken: waf is the final action; AWS WAF, CAPTCHA and Challenge action behavior: 202"
    WafCustomResponse Waf "waf_custom_response" "The web application firewall rejected the request with a response of its own." "Actions taken: waf is the final action; AWS WAF, Sending custom responses for Block actions"
    WafError Waf "waf_error" "The web application firewall could not be asked, or failed." "Actions taken: waf-failed; Error reason codes: WAF…"
    AuthenticationStarted Auth "authentication_started" "The client was sent to the identity provider to sign in." "Actions taken: authenticate; 302"
    AuthenticationReturned Auth "authentication_returned" "The client came back from the identity provider and was sent on to its page." "Authenticate users: the callback /oauth2/idpresponse; 302"
    AuthenticationDenied Auth "authentication_denied" "Authentication by the load balancer did not succeed: denied, timed out, or its cookie or state was not valid." "Troubleshoot: HTTP 401; Error reason codes: Auth…"
    IdentityProviderError Auth "identity_provider_error" "The identity provider returned an error or an answer that could not be used." "Troubleshoot: HTTP 561; Error reason codes: Auth…"
    IdentityProviderUnreachable Auth "identity_provider_unreachable" "The identity provider's token or user-info endpoint could not be reached." "Troubleshoot: HTTP 500; Error reason codes: Auth…EpRequest…"
    TokenInvalid Auth "token_invalid" "The client's JSON web token was missing or not valid." "Error reason codes: JWT…"
    KeysUnavailable Auth "keys_unavailable" "The keys that verify JSON web tokens could not be fetched." "Troubleshoot: HTTP 562; Error reason codes: JWKS…"
    TlsHandshakeFailed Client "tls_handshake_failed" "The TLS handshake with the client did not come to its end." "Network Load Balancer access logs: tls_handshake_time is -; Connection log entries: UnmappedConnectionError"
    ClientCertificateRefused Client "client_certificate_refused" "The client's certificate was refused." "Connection log entries: tls_verify_status is Failed"
    HealthCheckPassed Target "health_check_passed" "The target passed the health check." "Health check log entries: status"
    HealthCheckFailed Target "health_check_failed" "The target failed the health check." "Health check log entries: status"
    Redirected Rule "redirected" "A listener rule redirected the client." "Actions taken: redirect"
    FixedResponse Rule "fixed_response" "A listener rule answered with a fixed response." "Actions taken: fixed-response"
    LoadBalancerError LoadBalancer "load_balancer_error" "The load balancer answered by itself; the line does not say why." "Access log entries: target_status_code is -, and none of the above"
    ConnectionEstablished LoadBalancer "connection_established" "The connection was established." "Connection log entries: tls_verify_status is Success; Network Load Balancer access logs: tls_handshake_time"
    NotDispatched LoadBalancer "not_dispatched" "The connection was not passed on: the client sent nothing, or the instance closed it or could not be reached." "Classic Load Balancer access logs: the times are -1"
    NotTold Nobody "not_told" "The line does not tell who decided." "a column that would decide was not delivered, or its dashes prove nothing"
}

/// The reason that fits a line. `latency` is the line's, which whoever asks has already.
pub fn verdict(record: &Record<'_>, latency: Option<Latency>) -> Reason {
    match record {
        Record::AlbAccess(record) => http::verdict(&Evidence::of_alb(record, latency)),
        Record::AlbConnection(record) => connection::of_alb(record),
        Record::AlbHealthCheck(record) => match record.passed() {
            Some(true) => Reason::HealthCheckPassed,
            Some(false) => Reason::HealthCheckFailed,
            None => Reason::NotTold,
        },
        Record::NlbTls(record) => connection::of_nlb(record),
        Record::Classic(record) if record.is_tcp() => connection::of_classic(record),
        Record::Classic(record) => http::verdict(&Evidence::of_classic(record, latency)),
    }
}

#[cfg(test)]
mod tests;
