//! Who decided a request's outcome, and why.
//!
//! The facts are AWS's: "Troubleshoot your Application Load Balancers" and the log entries' pages. A verdict never
//! claims more than the line shows: where several causes fit, the reason is the common one and its text says so.

mod connection;
mod explain;
mod http;

pub(crate) use explain::explain;

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
    TlsHandshakeFailed Client "tls_handshake_failed" "The TLS handshake with the client did not come to its end."
    ClientCertificateRefused Client "client_certificate_refused" "The client's certificate was refused."
    HealthCheckPassed Target "health_check_passed" "The target passed the health check."
    HealthCheckFailed Target "health_check_failed" "The target failed the health check."
    Redirected Rule "redirected" "A listener rule redirected the client."
    FixedResponse Rule "fixed_response" "A listener rule answered with a fixed response."
    LoadBalancerError LoadBalancer "load_balancer_error" "The load balancer answered by itself; the line does not say why."
    ConnectionEstablished LoadBalancer "connection_established" "The connection was established."
    NotDispatched LoadBalancer "not_dispatched" "The connection was not passed on: the client sent nothing, or the instance closed it or could not be reached."
}

/// The reason that fits a line.
pub fn verdict(record: &Record<'_>) -> Reason {
    match record {
        Record::AlbAccess(record) => http::verdict(&Evidence::of_alb(record)),
        Record::AlbConnection(record) => connection::of_alb(record),
        Record::AlbHealthCheck(record) => match record.passed() {
            Some(true) => Reason::HealthCheckPassed,
            Some(false) => Reason::HealthCheckFailed,
            None => Reason::LoadBalancerError,
        },
        Record::NlbTls(record) => connection::of_nlb(record),
        Record::Classic(record) if record.is_tcp() => connection::of_classic(record),
        Record::Classic(record) => http::verdict(&Evidence::of_classic(record)),
    }
}

#[cfg(test)]
mod tests;
