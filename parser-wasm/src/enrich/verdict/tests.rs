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
    of_record(&Record::AlbAccess(record)).1
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
    assert_eq!(reason("-", "-1 -1 -1", "- -", 0, "- - -", "-", &tail("-", "-", "-")), "not_told");
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

/// The verdict and its words.
fn of_record(record: &Record<'_>) -> (&'static str, &'static str, String) {
    let latency = Latency::of_request(record);
    let reason = verdict(record, latency);
    (reason.by().map_or("", Decider::code), reason.code(), explain(record, reason, latency).into_owned())
}

/// The same for a whole line of any format.
fn of_line(line: &str) -> (&'static str, &'static str, String) {
    let mut scratch = Scratch::default();
    let record =
        Record::parse(line.as_bytes(), Hint::None, &mut scratch).unwrap_or_else(|error| panic!("{error}: {line}"));
    of_record(&record)
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
        (
            connection(r#"443 TLSv1.3 TLS_AES 0.004 "-" - - -"#),
            "load_balancer",
            "connection_established",
            "was established.",
        ),
        (connection(r#"80 - - - "-" - - -"#), "", "not_told", "whether the connection came about."),
        (connection(r#"443 - - - "-" - - -"#), "", "not_told", "whether the connection came about."),
        (connection(r#"443 TLSv1.3 TLS_AES - "-" - - -"#), "", "not_told", "whether the connection came about."),
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
        (health("SKIPPED - -"), "", "not_told", "whether the target passed the health check."),
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

/// A request's line with all its columns.
fn request(
    elapsed_s: u32,
    target: &str,
    times: &str,
    statuses: &str,
    request: &str,
    actions: &str,
    error: &str,
) -> String {
    let (minutes, seconds) = (elapsed_s / 60, elapsed_s % 60);
    format!(
        r#"https 2026-11-23T00:{minutes:02}:{seconds:02}.025113Z app/a/1 192.0.2.1:1 {target} {times} {statuses} 9 0 "{request}" "-" - - arn:aws:tg "-" "-" "-" 1 2026-11-23T00:00:00.000000Z "{actions}" "-" "{error}" "{target}" "-" "-" "-" TID_1 "-" "-" "-" 198.51.100.60"#
    )
}

const GET: &str = "GET https://a.example:443/x HTTP/1.1";
const NONE: &str = "-1 -1 -1";

#[test]
fn the_firewall_decides_where_it_is_the_last_action() {
    for (status, actions, error, expected) in [
        ("403", "waf", "-", "waf_blocked"),
        ("405", "waf", "-", "waf_captcha"),
        ("202", "waf", "-", "waf_challenge"),
        ("200", "waf", "-", "waf_custom_response"),
        ("302", "waf", "-", "waf_custom_response"),
        ("400", "waf", "-", "waf_custom_response"),
        ("401", "waf", "-", "waf_custom_response"),
        ("404", "waf", "-", "waf_custom_response"),
        ("429", "waf", "-", "waf_custom_response"),
        ("500", "waf", "-", "waf_custom_response"),
        ("503", "waf", "-", "waf_custom_response"),
        ("403", "authenticate,waf", "-", "waf_blocked"),
        ("500", "waf", "WAFServiceError", "waf_error"),
        ("500", "waf-failed", "-", "waf_error"),
        ("403", "waf,fixed-response", "-", "fixed_response"),
        ("503", "waf,fixed-response", "-", "fixed_response"),
        ("301", "waf,redirect", "-", "redirected"),
        ("403", "waf,forward", "-", "load_balancer_error"),
    ] {
        let found = of_line(&request(0, "-", NONE, &format!("{status} -"), GET, actions, error));
        assert_eq!(found.1, expected, "{status} {actions}");
    }
    let trace = of_line(&request(0, "-", NONE, "405 -", "TRACE https://a.example:443/ HTTP/1.1", "waf", "-"));
    assert_eq!(trace.1, "method_not_allowed");
    assert_eq!(
        of_line(&request(0, "10.0.0.1:80", "0.001 0.002 0", "403 403", GET, "waf,forward", "-")).1,
        "target_4xx"
    );
}

#[test]
fn a_gateway_timeout_is_what_the_elapsed_time_says() {
    for (elapsed, times, expected, words) in [
        (10, NONE, "target_connection_failed", "No connection to the target within 10 seconds"),
        (60, NONE, "target_timeout", "The target did not answer before the idle timeout."),
        (30, NONE, "target_timeout", "or no connection to it came about in time"),
        (2, NONE, "target_timeout", "or no connection to it came about in time"),
        (60, "0.001 -1 -1", "target_timeout", "The target did not answer before the idle timeout."),
        (10, "0.001 -1 -1", "target_timeout", "The target did not answer before the idle timeout."),
    ] {
        let (by, reason, text) = of_line(&request(elapsed, "10.0.0.1:80", times, "504 -", GET, "forward", "-"));
        assert_eq!((by, reason), ("target", expected), "{elapsed} {times}");
        assert!(text.contains(words), "{elapsed} {times}: {text}");
    }
    let (_, reason, text) = of_line(&request(10, "10.0.0.1:80", NONE, "502 -", GET, "forward", "-"));
    assert_eq!(reason, "target_connection_failed");
    assert!(!text.contains("10 seconds"), "{text}");
    let classic = r#"2026-09-23T07:11:27.691358Z web 192.0.2.71:64326 10.0.0.1:80 -1 -1 -1 504 0 0 0 "GET http://a:80/ HTTP/1.1" "-" - -"#;
    let text = of_line(classic).2;
    assert!(
        text.contains("within 10 seconds") && text.contains("idle timeout") && text.contains("does not say"),
        "{text}"
    );
}

#[test]
fn words_say_what_the_line_does() {
    for (line, reason, words) in [
        (
            request(
                0,
                "-",
                NONE,
                "302 -",
                "GET https://a.example:443/oauth2/idpresponse?code=a&state=b HTTP/1.1",
                "authenticate",
                "-",
            ),
            "authentication_returned",
            "came back from the identity provider",
        ),
        (request(0, "-", NONE, "302 -", GET, "authenticate", "-"), "authentication_started", "to sign in."),
        (
            request(0, "-", NONE, "302 -", GET, "authenticate", "AuthInvalidCookie"),
            "authentication_started",
            "sign in again, since its cookie was not valid. AWS's code is AuthInvalidCookie.",
        ),
        (
            request(0, "-", NONE, "302 -", GET, "authenticate", "AuthMissingAWSALBAuthNonce"),
            "authentication_started",
            "to sign in again.",
        ),
        (
            request(0, "-", NONE, "401 -", GET, "authenticate", "AuthInvalidStateParam"),
            "authentication_denied",
            "AWS's code is AuthInvalidStateParam.",
        ),
        (request(0, "-", NONE, "507 -", GET, "redirect", "-"), "redirect_too_long", "redirects to was too long."),
        (request(0, "-", NONE, "562 -", GET, "-", "-"), "keys_unavailable", "could not be fetched."),
        (
            request(0, "-", NONE, "405 -", "PROPFIND https://a.example:443/ HTTP/1.1", "-", "-"),
            "method_not_allowed",
            "refused the request's method.",
        ),
        (
            request(0, "-", NONE, "405 -", "TRACE https://a.example:443/ HTTP/1.1", "-", "-"),
            "method_not_allowed",
            "used TRACE",
        ),
        (request(0, "-", NONE, "413 -", GET, "forward", "-"), "body_too_large", "or headers over 16 K"),
        (
            request(0, "-", NONE, "413 -", GET, "forward", "LambdaRequestTooLarge"),
            "body_too_large",
            "The body was over the 1 MB",
        ),
        (request(0, "-", NONE, "503 -", GET, "forward", "-"), "no_registered_target", "all of them are unused"),
        (request(0, "-", NONE, "501 -", GET, "forward", "-"), "unsupported_transfer_encoding", "WebSocket"),
        (request(0, "-", NONE, "400 -", GET, "forward", "LambdaBadRequest"), "malformed_request", "UTF-8"),
        (
            request(0, "-", NONE, "502 -", GET, "forward", "LambdaUnhandledException"),
            "load_balancer_error",
            "an error of its own. AWS's code is LambdaUnhandledException.",
        ),
        (
            request(0, "-", NONE, "502 -", GET, "forward", "LambdaConnectionError"),
            "target_connection_failed",
            "AWS Lambda could not be reached.",
        ),
        (request(0, "-", NONE, "502 -", GET, "forward", "LambdaAccessDenied"), "lambda_error", "could not be invoked"),
        (
            request(0, "10.0.0.1:80", "0.001 0.024 0.000", "000 200", GET, "forward", "-"),
            "http2_limit",
            "before the client got a status (000). The target had said 200.",
        ),
        (request(0, "-", "0.003 0.120 0.000", "200 -", GET, "forward", "-"), "not_told", "does not tell who decided."),
        (request(0, "-", NONE, "200 -", GET, "-", "-"), "not_told", "does not tell who decided."),
        (
            request(0, "10.0.0.1:80", "0.001 0.120 -1", "502 -", GET, "forward", "-"),
            "target_closed_connection",
            "before its answer could be passed on",
        ),
        (
            request(45, "10.0.0.1:80", "0.001 -1 -1", "460 -", GET, "forward", "-"),
            "client_closed",
            "The target had not answered yet. 45 s had passed.",
        ),
        (request(0, "-", NONE, "460 -", GET, "forward", "-"), "client_closed", "could answer. 25 ms had passed."),
    ] {
        let (_, found, text) = of_line(&line);
        assert_eq!(found, reason, "{line}");
        assert!(text.contains(words), "{text}: {line}");
    }
}

/// Columns that are named, of which some were left out.
#[test]
fn what_was_not_delivered_proves_nothing() {
    let line = |rest: &str| format!(r#"{{"time":"2026-11-23T00:00:00.000001Z","client_port":"192.0.2.1:1",{rest}}}"#);
    for (rest, by, reason) in [
        (r#""elb_status_code":200"#, "", "not_told"),
        (r#""elb_status_code":502"#, "", "not_told"),
        (r#""elb_status_code":503,"target_status_code":"-""#, "", "not_told"),
        (r#""elb_status_code":403,"target_status_code":"-""#, "", "not_told"),
        (
            r#""elb_status_code":403,"target_status_code":"-","actions_executed":"-""#,
            "load_balancer",
            "load_balancer_error",
        ),
        (r#""elb_status_code":502,"target_status_code":"-","actions_executed":"forward""#, "target", "target_failed"),
        (r#""elb_status_code":504,"target_status_code":"-","target_port":"10.0.0.1:80""#, "target", "target_failed"),
        (
            r#""elb_status_code":502,"target_status_code":"-","request_processing_time":0.001,"target_processing_time":-1"#,
            "target",
            "target_closed_connection",
        ),
        (r#""elb_status_code":502,"target_status_code":200"#, "target", "target_bad_response"),
        (r#""target_status_code":404"#, "target", "target_4xx"),
        (r#""elb_status_code":405,"actions_executed":"waf""#, "waf", "waf_captcha"),
        (r#""elb_status_code":301,"actions_executed":"redirect""#, "rule", "redirected"),
        (r#""elb_status_code":500,"error_reason":"JWKSRequestFailed""#, "auth", "keys_unavailable"),
        (r#""elb_status_code":464"#, "configuration", "protocol_mismatch"),
        (r#""elb_status_code":460"#, "client", "client_closed"),
        (r#""type":"https","trace_id":"-""#, "", "not_told"),
    ] {
        let (found_by, found, _) = of_line(&line(rest));
        assert_eq!((found_by, found), (by, reason), "{rest}");
    }
    for line in [
        r#"{"type":"tls","time":"2026-11-23T00:00:00","tls_cipher":"TLS_AES_128_GCM_SHA256","connection_time":5000}"#,
        r#"{"timestamp":"2026-11-23T00:00:00Z","client_ip":"192.0.2.1","listener_port":443,"conn_trace_id":"TID_1"}"#,
        r#"{"type":"http","time":"2026-11-23T00:00:00Z","latency":0.1,"target_addr":"10.0.0.1:80"}"#,
        r#"{"time":"2026-11-23T00:00:00Z","elb":"a","backend_port":"10.0.0.1:80","elb_status_code":"-","request":"- - - "}"#,
    ] {
        assert_eq!(of_line(line).1, "not_told", "{line}");
    }
}

/// docs/verdicts.md lists every reason. `UPDATE_DOCS=1 cargo test -p parser-wasm verdict_reference` writes it anew.
#[cfg(not(target_arch = "wasm32"))]
#[test]
fn verdict_reference() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/verdicts.md");
    let page = std::fs::read_to_string(&path).expect("the page");
    let head = page.split_once("| by |").expect("the table").0;
    let mut table = "| by | reason | in words | rests on |\n|---|---|---|---|\n".to_owned();
    for reason in Reason::ALL {
        let by = reason.by().map_or("", Decider::code);
        table += &format!("| {by} | `{}` | {} | {} |\n", reason.code(), reason.text(), reason.rests_on());
    }
    let written = format!("{head}{table}");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, written).expect("written");
    } else {
        assert!(page == written, "docs/verdicts.md is stale: run with UPDATE_DOCS=1");
    }
}
