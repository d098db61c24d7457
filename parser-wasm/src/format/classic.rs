//! Classic Load Balancer access logs, of HTTP and of TCP listeners.
//!
//! Source: AWS, "Access logs for your Classic Load Balancer", access log entries; 12 columns until mid-2015, then 15.

use super::columns::{self, Columns, Extra, Field, Quoting, field_table};
use super::error::{ErrorKind, Foreign, ParseError};
use crate::logged::Logged;
use crate::record::{Endpoint, Request, Seconds, Timestamp};
use crate::text::Text;

field_table! {
    TIME "time" | "timestamp" | "request_timestamp" Either
    ELB "elb" | "elb_name" Either
    CLIENT "client:port" Either
    BACKEND "backend:port" Either
    REQUEST_PROCESSING_TIME "request_processing_time" Either
    BACKEND_PROCESSING_TIME "backend_processing_time" Either
    RESPONSE_PROCESSING_TIME "response_processing_time" | "client_response_time" Either
    ELB_STATUS_CODE "elb_status_code" | "elb_response_code" Either
    BACKEND_STATUS_CODE "backend_status_code" | "backend_response_code" Either
    RECEIVED_BYTES "received_bytes" Either
    SENT_BYTES "sent_bytes" Either
    REQUEST "request" | "request_line" Quoted
    USER_AGENT "user_agent" Quoted
    SSL_CIPHER "ssl_cipher" Either
    SSL_PROTOCOL "ssl_protocol" Either
}

/// The columns of the first version (2014).
pub(super) const REQUIRED: usize = 12;

/// One request, or one TCP connection, as a Classic Load Balancer logged it. Fields have AWS's names.
#[derive(Debug)]
pub struct Classic<'a> {
    /// When the request came in.
    pub time: Timestamp<'a>,
    /// The load balancer's name.
    pub elb: Logged<Text<'a>>,
    /// The client.
    pub client: Logged<Endpoint<'a>>,
    /// The instance; absent when the request reached none.
    pub backend: Logged<Endpoint<'a>>,
    /// Until the request was sent to the instance; `Dash` also for `-1` (not dispatched).
    pub request_processing_time: Logged<Seconds<'a>>,
    /// Until the instance began to answer; `Dash` also for `-1`.
    pub backend_processing_time: Logged<Seconds<'a>>,
    /// Until the response was sent to the client; `Dash` also for `-1`.
    pub response_processing_time: Logged<Seconds<'a>>,
    /// The status that the client got; absent for TCP.
    pub elb_status_code: Logged<u16>,
    /// The instance's status; 0 where it gave none.
    pub backend_status_code: Logged<u16>,
    /// Bytes from the client.
    pub received_bytes: Logged<u64>,
    /// Bytes to the client.
    pub sent_bytes: Logged<u64>,
    /// The request line; of TCP connections it has no part.
    pub request: Logged<Request<'a>>,
    /// The client's name for itself.
    pub user_agent: Logged<Text<'a>>,
    /// TLS cipher.
    pub ssl_cipher: Logged<Text<'a>>,
    /// TLS protocol: `TLSv1.2`.
    pub ssl_protocol: Logged<Text<'a>>,
    /// Columns newer than this table, as logged.
    pub extra: Extra<'a>,
}

impl<'a> Classic<'a> {
    /// Reads one line, without its line ending.
    ///
    /// # Errors
    /// When the line has fewer than 12 columns, a column is not separated or quoted as AWS does it, or a value is not
    /// of its field's type; or when a target group follows, which these load balancers do not have. The error names
    /// the first such field.
    pub fn parse(line: &'a [u8]) -> Result<Self, ParseError> {
        columns::parse(line, &FIELDS, REQUIRED, Self::of)
    }

    pub(super) fn of(columns: &Columns<'a, { FIELDS.len() }>) -> Result<Self, ParseError> {
        let record = Self {
            time: columns.required_time(TIME)?,
            elb: columns.never_dash(ELB)?,
            client: columns.client(CLIENT)?,
            backend: columns.endpoint(BACKEND)?,
            request_processing_time: columns.seconds(REQUEST_PROCESSING_TIME)?,
            backend_processing_time: columns.seconds(BACKEND_PROCESSING_TIME)?,
            response_processing_time: columns.seconds(RESPONSE_PROCESSING_TIME)?,
            elb_status_code: columns.status(ELB_STATUS_CODE)?,
            backend_status_code: columns.status(BACKEND_STATUS_CODE)?,
            received_bytes: columns.count(RECEIVED_BYTES)?,
            sent_bytes: columns.count(SENT_BYTES)?,
            request: columns.raw(REQUEST).map(Request::parse),
            user_agent: columns.text(USER_AGENT),
            ssl_cipher: columns.text(SSL_CIPHER),
            ssl_protocol: columns.text(SSL_PROTOCOL),
            extra: columns.extra()?,
        };
        match record.extra.spans().find(|(_, text)| is_target_group(text.0)) {
            Some((span, _)) => {
                let kind = ErrorKind::ForeignLine(Foreign::MixedClassic);
                Err(ParseError { kind, field: None, span })
            }
            None => Ok(record),
        }
    }

    /// The three times, in the order of [`Phase`](crate::record::Phase).
    pub fn times(&self) -> [Logged<Seconds<'a>>; 3] {
        [self.request_processing_time, self.backend_processing_time, self.response_processing_time]
    }

    /// Whether the line is about a TCP or SSL connection: `"- - - "` stands for a request.
    pub fn is_tcp(&self) -> bool {
        let is_empty = match self.request {
            Logged::Missing => false,
            Logged::Dash => true,
            Logged::Value(Request { method, url, version, .. }) => [method, url, version].iter().all(Option::is_none),
        };
        is_empty && self.elb_status_code.is_dash()
    }
}

/// `arn:aws:elasticloadbalancing:REGION:ACCOUNT:targetgroup/…`.
fn is_target_group(text: &[u8]) -> bool {
    text.starts_with(b"arn:") && memchr::memmem::find(text, b":targetgroup/").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = r#"2015-11-07T18:45:33.559871Z web 192.0.2.92:4586 10.0.0.215:80 0.00099 0.0003 -1 200 200 0 42355 "GET http://a.example:80/ HTTP/1.1" "Optional(\"Mozilla/5.0\") (app)" DHE-RSA-AES128-SHA TLSv1.2"#;

    fn parse(line: &str) -> Classic<'_> {
        Classic::parse(line.as_bytes()).unwrap_or_else(|error| panic!("{error}: {line}"))
    }

    #[test]
    fn http_and_tcp_in_both_lengths() {
        let record = parse(LINE);
        assert_eq!(record.user_agent, Logged::Value(Text(br#"Optional(\"Mozilla/5.0\") (app)"#)));
        assert_eq!(record.response_processing_time, Logged::Dash);
        assert!(!record.is_tcp());
        let old = LINE.split_once(" \"Optional").expect("a user agent").0;
        assert_eq!(parse(old).user_agent, Logged::Missing);
        let tcp = r#"2019-10-17T13:22:51.758784Z web 192.0.2.41:51600 10.0.0.47:80 0.000943 0.00001 0.000015 - - 134 859 "- - - " "-" - -"#;
        assert!(parse(tcp).is_tcp());
        assert_eq!(parse(&format!("{tcp} \"new\" x")).extra.count(), 2);
    }

    #[test]
    fn a_backslash_before_the_closing_quote_is_read_the_way_that_makes_a_line() {
        let with = |user_agent: &str| LINE.replacen(r#"Optional(\"Mozilla/5.0\") (app)"#, user_agent, 1);
        for user_agent in [r#"say \"hi\" there"#, r#"\"a\" \"b\""#, r"C:\", r"\", r#"\"x\\"#] {
            let line = with(user_agent);
            assert_eq!(parse(&line).user_agent, Logged::Value(Text(user_agent.as_bytes())), "{line}");
            assert_eq!(parse(&line).ssl_protocol, Logged::Value(Text(b"TLSv1.2")), "{line}");
        }
    }

    #[test]
    fn a_target_group_behind_the_columns_is_no_later_version() {
        let line = format!("{LINE} arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/a/1 \"Root=1-2-3\"");
        let error = Classic::parse(line.as_bytes()).expect_err("an error");
        assert_eq!(error.kind, ErrorKind::ForeignLine(Foreign::MixedClassic));
        assert!(error.span.of(line.as_bytes()).starts_with(b"arn:"));
    }
}
