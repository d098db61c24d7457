//! Application Load Balancer access logs.
//!
//! Source: AWS, "Access logs for your Application Load Balancer", access log entries; field history from AWS's
//! documentation and genuine lines, 17 columns in 2016 to 36 in September 2026 (two of them undocumented).

use super::columns::{self, Columns, Extra, Field, Quoting, field_table};
use super::error::ParseError;
use crate::logged::Logged;
use crate::record::{Endpoint, List, Request, Seconds, Timestamp};
use crate::text::Text;
use std::net::IpAddr;

field_table! {
    TYPE "type" Bare
    TIME "time" | "timestamp" Bare
    ELB "elb" Bare
    CLIENT "client:port" | "client_ip_port" Bare
    TARGET "target:port" | "target_ip_port" Bare
    REQUEST_PROCESSING_TIME "request_processing_time" Bare
    TARGET_PROCESSING_TIME "target_processing_time" Bare
    RESPONSE_PROCESSING_TIME "response_processing_time" Bare
    ELB_STATUS_CODE "elb_status_code" Bare
    TARGET_STATUS_CODE "target_status_code" Bare
    RECEIVED_BYTES "received_bytes" Bare
    SENT_BYTES "sent_bytes" Bare
    REQUEST "request" | "request_line" Quoted
    USER_AGENT "user_agent" Quoted
    SSL_CIPHER "ssl_cipher" Bare
    SSL_PROTOCOL "ssl_protocol" Bare
    TARGET_GROUP_ARN "target_group_arn" Bare
    TRACE_ID "trace_id" Either
    DOMAIN_NAME "domain_name" Either
    CHOSEN_CERT_ARN "chosen_cert_arn" Either
    MATCHED_RULE_PRIORITY "matched_rule_priority" Either
    REQUEST_CREATION_TIME "request_creation_time" Either
    ACTIONS_EXECUTED "actions_executed" Either
    REDIRECT_URL "redirect_url" Either
    ERROR_REASON "error_reason" | "lambda_error_reason" Either
    TARGET_PORT_LIST "target:port_list" Either
    TARGET_STATUS_CODE_LIST "target_status_code_list" Either
    CLASSIFICATION "classification" Either
    CLASSIFICATION_REASON "classification_reason" Either
    CONN_TRACE_ID "conn_trace_id" Either
    TRANSFORMED_HOST "transformed_host" Either
    TRANSFORMED_URI "transformed_uri" Either
    REQUEST_TRANSFORM_STATUS "request_transform_status" Either
    IP_ADDRESS "ip_address" Either
}

/// The columns of the first version (2016-08); no line has fewer.
pub(super) const REQUIRED: usize = 17;

/// One request, as an Application Load Balancer logged it. Fields have AWS's names.
#[derive(Debug)]
pub struct AlbAccess<'a> {
    /// Protocol of the request: `http`, `https`, `h2`, `grpcs`, `ws`, `wss`; an open set.
    pub r#type: Logged<Text<'a>>,
    /// When the response was generated; for WebSockets, when the connection was closed.
    pub time: Timestamp<'a>,
    /// The load balancer: `app/NAME/ID`.
    pub elb: Logged<Text<'a>>,
    /// The client.
    pub client: Logged<Endpoint<'a>>,
    /// The target; absent for Lambda targets and when no target was chosen.
    pub target: Logged<Endpoint<'a>>,
    /// Until the request was sent to the target; `Dash` also for `-1` (not dispatched).
    pub request_processing_time: Logged<Seconds<'a>>,
    /// Until the target began to answer; `Dash` also for `-1`.
    pub target_processing_time: Logged<Seconds<'a>>,
    /// Until the response was sent to the client; `Dash` also for `-1`.
    pub response_processing_time: Logged<Seconds<'a>>,
    /// The status that the client got.
    pub elb_status_code: Logged<u16>,
    /// The target's status.
    pub target_status_code: Logged<u16>,
    /// Bytes of the request.
    pub received_bytes: Logged<u64>,
    /// Bytes of the response.
    pub sent_bytes: Logged<u64>,
    /// The request line.
    pub request: Logged<Request<'a>>,
    /// The client's name for itself, cut at 8 KB by the load balancer.
    pub user_agent: Logged<Text<'a>>,
    /// TLS cipher.
    pub ssl_cipher: Logged<Text<'a>>,
    /// TLS protocol: `TLSv1.3`.
    pub ssl_protocol: Logged<Text<'a>>,
    /// The target group that the request was routed to.
    pub target_group_arn: Logged<Text<'a>>,
    /// `Root=1-…`, from or for the X-Amzn-Trace-Id header.
    pub trace_id: Logged<Text<'a>>,
    /// The name that the client asked for in the TLS handshake (SNI).
    pub domain_name: Logged<Text<'a>>,
    /// The certificate shown to the client, or `session-reused`.
    pub chosen_cert_arn: Logged<Text<'a>>,
    /// 1 to 50,000; 0 the default rule; -1 an error while rules were evaluated.
    pub matched_rule_priority: Logged<i32>,
    /// When the load balancer received the request.
    pub request_creation_time: Logged<Timestamp<'a>>,
    /// What was done: `waf`, `authenticate`, `forward`, `redirect`, `fixed-response`, …
    pub actions_executed: Logged<List<'a>>,
    /// The Location of a redirect.
    pub redirect_url: Logged<Text<'a>>,
    /// AWS's error reason code.
    pub error_reason: Logged<Text<'a>>,
    /// The targets that handled the request.
    pub target_port_list: Logged<List<'a>>,
    /// Their statuses.
    pub target_status_code_list: Logged<List<'a>>,
    /// Desync mitigation: `Acceptable`, `Ambiguous` or `Severe`.
    pub classification: Logged<Text<'a>>,
    /// Its reason code.
    pub classification_reason: Logged<Text<'a>>,
    /// `TID_…`, which the connection log has too.
    pub conn_trace_id: Logged<Text<'a>>,
    /// The host after a rewrite.
    pub transformed_host: Logged<Text<'a>>,
    /// The URI after a rewrite.
    pub transformed_uri: Logged<Text<'a>>,
    /// What came of the rewrite.
    pub request_transform_status: Logged<Text<'a>>,
    /// The load balancer node's address.
    pub ip_address: Logged<IpAddr>,
    /// Columns newer than this table, as logged.
    pub extra: Extra<'a>,
    /// Whether the line names its columns: then one that is missing was left out, where a line of columns is older.
    pub is_named: bool,
}

impl<'a> AlbAccess<'a> {
    /// Reads one line, without its line ending.
    ///
    /// # Errors
    /// When the line has fewer than 17 columns, a column is not separated or quoted as AWS does it, or a value is
    /// not of its field's type. The error names the first such field.
    #[inline]
    pub fn parse(line: &'a [u8]) -> Result<Self, ParseError> {
        columns::parse(line, &FIELDS, REQUIRED, Self::of)
    }

    #[inline]
    pub(super) fn of(columns: &Columns<'a, { FIELDS.len() }>) -> Result<Self, ParseError> {
        Ok(Self {
            r#type: columns.protocol(TYPE)?,
            time: columns.required_time(TIME)?,
            elb: columns.never_dash(ELB)?,
            client: columns.client(CLIENT)?,
            target: columns.endpoint(TARGET)?,
            request_processing_time: columns.seconds(REQUEST_PROCESSING_TIME)?,
            target_processing_time: columns.seconds(TARGET_PROCESSING_TIME)?,
            response_processing_time: columns.seconds(RESPONSE_PROCESSING_TIME)?,
            elb_status_code: columns.status(ELB_STATUS_CODE)?,
            target_status_code: columns.status(TARGET_STATUS_CODE)?,
            received_bytes: columns.count(RECEIVED_BYTES)?,
            sent_bytes: columns.count(SENT_BYTES)?,
            request: columns.raw(REQUEST).map(Request::parse),
            user_agent: columns.text(USER_AGENT),
            ssl_cipher: columns.text(SSL_CIPHER),
            ssl_protocol: columns.text(SSL_PROTOCOL),
            target_group_arn: columns.text(TARGET_GROUP_ARN),
            trace_id: columns.text(TRACE_ID),
            domain_name: columns.text(DOMAIN_NAME),
            chosen_cert_arn: columns.text(CHOSEN_CERT_ARN),
            matched_rule_priority: columns.number(MATCHED_RULE_PRIORITY)?,
            request_creation_time: columns.time(REQUEST_CREATION_TIME)?,
            actions_executed: columns.list(ACTIONS_EXECUTED, b','),
            redirect_url: columns.text(REDIRECT_URL),
            error_reason: columns.text(ERROR_REASON),
            target_port_list: columns.list(TARGET_PORT_LIST, b' '),
            target_status_code_list: columns.list(TARGET_STATUS_CODE_LIST, b' '),
            classification: columns.text(CLASSIFICATION),
            classification_reason: columns.text(CLASSIFICATION_REASON),
            conn_trace_id: columns.text(CONN_TRACE_ID),
            transformed_host: columns.text(TRANSFORMED_HOST),
            transformed_uri: columns.text(TRANSFORMED_URI),
            request_transform_status: columns.text(REQUEST_TRANSFORM_STATUS),
            ip_address: columns.ip(IP_ADDRESS)?,
            extra: columns.extra()?,
            is_named: columns.are_named(),
        })
    }

    /// The three times, in the order of [`Phase`](crate::record::Phase).
    pub fn times(&self) -> [Logged<Seconds<'a>>; 3] {
        [self.request_processing_time, self.target_processing_time, self.response_processing_time]
    }
}

#[cfg(test)]
mod tests {
    use super::super::error::ErrorKind;
    use super::*;

    const LINE: &str = r#"https 2026-09-23T07:15:47.805298Z app/web/98e3a879de9d6b42 192.0.2.26:5815 10.20.20.37:80 0.001 0.003 0.000 200 200 153 3860 "GET https://a.example:443/x HTTP/1.1" "curl/8" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:tg "Root=1-2-3" "a.example" "arn:aws:cert" 2 2026-09-23T07:15:47.801000Z "waf,forward" "-" "-" "10.20.20.37:80" "200" "-" "-" TID_1 "-" "-" "-" 198.51.100.60 "-" "new""#;

    /// The line's first `count` columns.
    fn columns(count: usize) -> String {
        let mut scanner = super::super::scan::Scanner::new(LINE.as_bytes(), super::super::scan::Backslash::Escapes);
        for _ in 0..count {
            let _ = scanner.next();
        }
        LINE.strip_suffix(std::str::from_utf8(scanner.rest()).expect("text")).expect("a prefix").trim_end().to_owned()
    }

    fn error(line: &str) -> (ErrorKind, Option<&'static str>, String) {
        let error = AlbAccess::parse(line.as_bytes()).expect_err("an error");
        (error.kind, error.field, String::from_utf8_lossy(error.span.of(line.as_bytes())).into_owned())
    }

    #[test]
    fn all_columns() {
        let record = AlbAccess::parse(LINE.as_bytes()).expect("a record");
        assert_eq!(record.r#type, Logged::Value(Text(b"https")));
        assert_eq!(record.matched_rule_priority, Logged::Value(2));
        assert!(record.actions_executed.value().is_some_and(|actions| actions.has("forward")));
        assert_eq!(record.redirect_url, Logged::Dash);
        assert_eq!(record.ip_address, Logged::Value(IpAddr::from([198, 51, 100, 60])));
        assert_eq!(record.extra.collect::<Vec<_>>(), [Text(b"-"), Text(b"new")]);
    }

    #[test]
    fn every_length_from_17_on() {
        for count in 17..=36 {
            let line = columns(count);
            let record = AlbAccess::parse(line.as_bytes()).expect("a record");
            assert_eq!(record.trace_id.is_missing(), count < 18, "{count}");
            assert_eq!(record.conn_trace_id.is_missing(), count < 30, "{count}");
            assert_eq!(record.extra.count(), count.saturating_sub(34), "{count}");
        }
        for count in 1..17 {
            let kind = ErrorKind::TooFewFields { found: count, expected: 17 };
            assert_eq!(error(&columns(count.into())).0, kind);
        }
    }

    #[test]
    fn columns_that_old_documentation_printed_without_quotes() {
        let line = columns(29)
            .replace(r#""10.20.20.37:80" "200""#, "10.20.20.37:80 200")
            .replace(r#""a.example""#, "a.example");
        let record = AlbAccess::parse(line.as_bytes()).expect("a record");
        assert!(record.target_port_list.value().is_some_and(|list| list.has("10.20.20.37:80")));
        assert_eq!(record.domain_name, Logged::Value(Text(b"a.example")));
    }

    #[test]
    fn errors_name_field_and_place() {
        let with = |from: &str, to: &str| error(&LINE.replacen(from, to, 1));
        assert_eq!(with(":5815", ":66666"), (ErrorKind::BadPort, Some("client:port"), "192.0.2.26:66666".into()));
        assert_eq!(with("192.0.2.26", "x.0.0.0").0, ErrorKind::BadAddress);
        assert_eq!(with("0.003", "fast"), (ErrorKind::BadDuration, Some("target_processing_time"), "fast".into()));
        assert_eq!(with("app/web", "app/web oops").1, Some("client:port"));
        assert_eq!(with("\"curl/8\"", "curl/8"), (ErrorKind::MissingQuote, Some("user_agent"), "curl/8".into()));
        assert_eq!(with(" 200 200 ", "  200 200 ").0, ErrorKind::EmptyField);
        assert_eq!(with("2026-09-23T07:15:47.805298Z", "-"), (ErrorKind::BadTime, Some("time"), "-".into()));
        assert_eq!(with("\"-\" \"new\"", "\"-\" \"new").0, ErrorKind::UnclosedQuote);
    }

    #[test]
    fn the_table_ends_where_the_documentation_does() {
        assert_eq!(FIELDS.len(), 34);
        assert_eq!(FIELDS[IP_ADDRESS].name, "ip_address");
    }
}
