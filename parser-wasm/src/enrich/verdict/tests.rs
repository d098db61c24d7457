use super::*;
use crate::enrich::Latency;
use crate::format::{AlbAccess, Hint, Scratch};

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
    verdict(&Record::AlbAccess(record)).code()
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
    assert_eq!(reason("-", "-1 -1 -1", "500 -", 9, "GET http://a:80/ HTTP/1.1", "1", transform), "transform_failed");
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

/// The verdict and its words for a whole line of any format.
fn of_line(line: &str) -> (&'static str, &'static str, String) {
    let mut scratch = Scratch::default();
    let record =
        Record::parse(line.as_bytes(), Hint::None, &mut scratch).unwrap_or_else(|error| panic!("{error}: {line}"));
    let reason = verdict(&record);
    (reason.by().code(), reason.code(), explain(&record, reason, Latency::of_request(&record)).into_owned())
}

#[test]
fn connections_and_health_checks() {
    let connection = |rest: &str| format!("2026-09-23T07:11:27.691358Z 192.0.2.71 64326 {rest}");
    let health = |rest: &str| format!("http 2026-09-23T07:11:27.691358Z 0.019584011 10.0.0.97:80 web {rest}");
    let nlb = |handshake: &str, alert: &str| {
        format!(
            "tls 2.0 2026-10-25T17:41:05 net/a/1 b 192.0.2.10:51341 10.0.0.20:443 1 {handshake} 0 0 {alert} - - - - - - - - - -"
        )
    };
    for (line, by, reason, words) in [
        (
            connection(r#"443 TLSv1.3 TLS_AES 0.004 "-" - - Success"#),
            "load_balancer",
            "connection_established",
            "was established.",
        ),
        (connection(r#"80 - - - "-" - - -"#), "load_balancer", "connection_established", "was established."),
        (connection(r#"443 - - - "-" - - -"#), "client", "tls_handshake_failed", "did not come to its end."),
        (
            connection(r#"443 TLSv1.3 TLS_AES - "-" - - -"#),
            "client",
            "tls_handshake_failed",
            "did not come to its end.",
        ),
        (
            connection(r#"443 TLSv1.3 TLS_AES - "CN=a" - - Failed:ClientCertExpired"#),
            "client",
            "client_certificate_refused",
            "AWS's code is ClientCertExpired.",
        ),
        (
            connection(r#"443 - - - "-" - - Failed:UnmappedConnectionError"#),
            "client",
            "tls_handshake_failed",
            "AWS's code is UnmappedConnectionError.",
        ),
        (nlb("2", "-"), "load_balancer", "connection_established", "was established."),
        (nlb("-", "-"), "client", "tls_handshake_failed", "did not come to its end."),
        (nlb("-", "48"), "client", "tls_handshake_failed", "The client sent the TLS alert 48, unknown_ca."),
        (nlb("-", "255"), "client", "tls_handshake_failed", "The client sent the TLS alert 255."),
        (health("PASS 200 -"), "target", "health_check_passed", "passed the health check."),
        (
            health("FAIL 502 TargetError"),
            "target",
            "health_check_failed",
            "AWS's code is TargetError, the status was 502.",
        ),
        (health("FAIL - TimedOut"), "target", "health_check_failed", "AWS's code is TimedOut."),
        (health("FAIL 500 -"), "target", "health_check_failed", "The status was 500."),
        (health("FAIL - -"), "target", "health_check_failed", "failed the health check."),
        (health("SKIPPED - -"), "load_balancer", "load_balancer_error", "does not say why."),
    ] {
        let found = of_line(&line);
        assert_eq!((found.0, found.1), (by, reason), "{line}");
        assert!(found.2.ends_with(words), "{}: {line}", found.2);
    }
}

#[test]
fn classic_requests_as_far_as_their_columns_tell() {
    let line = |backend: &str, times: &str, statuses: &str, request: &str| {
        format!(
            r#"2026-09-23T07:11:27.691358Z web 192.0.2.71:64326 {backend} {times} {statuses} 0 0 "{request}" "-" - -"#
        )
    };
    let (there, get, tcp) = ("10.0.0.1:80", "GET http://a:80/ HTTP/1.1", "- - - ");
    let (known, none, sent) = ("0.001 0.002 0.003", "-1 -1 -1", "0.001 -1 -1");
    for (line, reason) in [
        (line(there, known, "200 200", get), "answered"),
        (line(there, known, "404 404", get), "target_4xx"),
        (line(there, known, "500 500", get), "target_5xx"),
        (line(there, known, "502 200", get), "target_bad_response"),
        (line("-", none, "503 0", get), "no_registered_target"),
        (line(there, sent, "504 0", get), "target_timeout"),
        (line(there, none, "504 0", get), "target_connection_failed"),
        (line(there, sent, "502 -", get), "target_closed_connection"),
        (line("-", none, "400 0", "- http://a:80- "), "not_a_request"),
        (line("-", none, "400 0", get), "malformed_request"),
        (line("-", none, "408 0", tcp), "request_timeout"),
        (line(there, known, "- -", tcp), "connection_established"),
        (line(there, none, "- -", tcp), "not_dispatched"),
        (line("-", none, "- -", tcp), "not_dispatched"),
    ] {
        assert_eq!(of_line(&line).1, reason, "{line}");
    }
    let words = |statuses: &str| of_line(&line("-", none, statuses, get)).2;
    assert!(words("503 0").starts_with("No instance was registered or healthy"));
    assert!(of_line(&line(there, known, "502 200", get)).2.ends_with("The client got 502, the target said 200."));
}

#[test]
fn codes_are_unique() {
    let codes: std::collections::BTreeSet<_> = Reason::ALL.iter().map(|reason| reason.code()).collect();
    assert_eq!(codes.len(), Reason::ALL.len());
}
