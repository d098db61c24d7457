//! Application Load Balancer connection logs (since November 2023).
//!
//! Source: AWS, "Connection logs for your Application Load Balancer", connection log entries; genuine lines have had 11,
//! 12 (May 2024) and 15 columns (September 2026).

use super::columns::{self, Columns, Extra, Field, Quoting, field_table};
use super::error::ParseError;
use crate::logged::Logged;
use crate::record::{Endpoint, Seconds, Timestamp, Validity};
use crate::text::Text;
use std::net::IpAddr;

field_table! {
    TIMESTAMP "timestamp" | "time" Either
    CLIENT_IP "client_ip" Either
    CLIENT_PORT "client_port" Either
    LISTENER_PORT "listener_port" Either
    TLS_PROTOCOL "tls_protocol" Either
    TLS_CIPHER "tls_cipher" Either
    TLS_HANDSHAKE_LATENCY "tls_handshake_latency" Either
    LEAF_CLIENT_CERT_SUBJECT "leaf_client_cert_subject" Quoted
    LEAF_CLIENT_CERT_VALIDITY "leaf_client_cert_validity" Either
    LEAF_CLIENT_CERT_SERIAL_NUMBER "leaf_client_cert_serial_number" Either
    TLS_VERIFY_STATUS "tls_verify_status" Either
    CONN_TRACE_ID "conn_trace_id" Either
    TLS_KEYEXCHANGE "tls_keyexchange" Either
    ELB "elb" Either
    IP_ADDRESS "ip_address" Either
}

/// The columns of the first version (2023-11).
pub(super) const REQUIRED: usize = 11;

/// One connection of a client, as an Application Load Balancer logged it. Fields have AWS's names.
#[derive(Debug)]
pub struct AlbConnection<'a> {
    /// When the connection was established, or failed to be.
    pub timestamp: Timestamp<'a>,
    /// The client, with its port where that was delivered as well.
    pub client: Logged<Endpoint<'a>>,
    /// The client's port, which is a column of its own.
    pub client_port: Logged<u16>,
    /// The listener's port.
    pub listener_port: Logged<u16>,
    /// TLS protocol: `TLSv1.3`; absent on HTTP listeners and when no handshake came about.
    pub tls_protocol: Logged<Text<'a>>,
    /// TLS cipher.
    pub tls_cipher: Logged<Text<'a>>,
    /// How long the handshake took; absent when it failed.
    pub tls_handshake_latency: Logged<Seconds<'a>>,
    /// The client certificate's subject.
    pub leaf_client_cert_subject: Logged<Text<'a>>,
    /// From when to when the client certificate is valid.
    pub leaf_client_cert_validity: Logged<Validity<'a>>,
    /// The client certificate's serial number, in hex digits.
    pub leaf_client_cert_serial_number: Logged<Text<'a>>,
    /// `Success`, or `Failed:` and AWS's code.
    pub tls_verify_status: Logged<Text<'a>>,
    /// `TID_…`, which the access log has too.
    pub conn_trace_id: Logged<Text<'a>>,
    /// The key exchange: `x25519`.
    pub tls_keyexchange: Logged<Text<'a>>,
    /// The load balancer: `app/NAME/ID`.
    pub elb: Logged<Text<'a>>,
    /// The load balancer node's address.
    pub ip_address: Logged<IpAddr>,
    /// Columns newer than this table, as logged.
    pub extra: Extra<'a>,
}

impl<'a> AlbConnection<'a> {
    /// Reads one line, without its line ending.
    ///
    /// # Errors
    /// When the line has fewer than 11 columns, a column is not separated or quoted as AWS does it, or a value is not
    /// of its field's type. The error names the first such field.
    pub fn parse(line: &'a [u8]) -> Result<Self, ParseError> {
        columns::parse(line, &FIELDS, REQUIRED, Self::of)
    }

    pub(super) fn of(columns: &Columns<'a, { FIELDS.len() }>) -> Result<Self, ParseError> {
        let timestamp = columns.required_time(TIMESTAMP)?;
        let client = columns.client_address(CLIENT_IP)?;
        let client_port = columns.client_port(CLIENT_PORT)?;
        Ok(Self {
            timestamp,
            client: client.map(|client| Endpoint { port: client_port.value(), ..client }),
            client_port,
            listener_port: columns.port(LISTENER_PORT)?,
            tls_protocol: columns.text(TLS_PROTOCOL),
            tls_cipher: columns.text(TLS_CIPHER),
            tls_handshake_latency: columns.seconds(TLS_HANDSHAKE_LATENCY)?,
            leaf_client_cert_subject: columns.text(LEAF_CLIENT_CERT_SUBJECT),
            leaf_client_cert_validity: columns.validity(LEAF_CLIENT_CERT_VALIDITY)?,
            leaf_client_cert_serial_number: columns.text(LEAF_CLIENT_CERT_SERIAL_NUMBER),
            tls_verify_status: columns.text(TLS_VERIFY_STATUS),
            conn_trace_id: columns.text(CONN_TRACE_ID),
            tls_keyexchange: columns.text(TLS_KEYEXCHANGE),
            elb: columns.text(ELB),
            ip_address: columns.ip(IP_ADDRESS)?,
            extra: columns.extra()?,
        })
    }

    /// `Success` or `Failed`, and AWS's code of a failure.
    pub fn verification(&self) -> (Option<Text<'a>>, Option<Text<'a>>) {
        let Some(Text(status)) = self.tls_verify_status.value() else { return (None, None) };
        match memchr::memchr(b':', status).and_then(|colon| status.split_at_checked(colon)) {
            Some((status, code)) => (Text(status).present(), code.get(1..).and_then(|code| Text(code).present())),
            None => (Some(Text(status)), None),
        }
    }

    /// AWS's code where the verification of the client's certificate failed.
    pub fn verify_failure(&self) -> Option<Text<'a>> {
        match self.verification() {
            (Some(Text(b"Failed")), code) => code,
            _ => None,
        }
    }

    /// Whether a TLS handshake came to its end; `None` where the line does not tell. A handshake that failed early and a
    /// listener without TLS have the same dashes.
    pub fn tls_established(&self) -> Option<bool> {
        match self.verification().0 {
            Some(Text(b"Success")) => Some(true),
            Some(Text(b"Failed")) => Some(false),
            _ => self.tls_handshake_latency.is_value().then_some(true),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::error::ErrorKind;
    use super::*;

    const LINE: &str = r#"2026-09-23T07:11:27.691358Z 2001:db8::71 64326 443 TLSv1.2 ECDHE-ECDSA-AES128-GCM-SHA256 0.337 "CN=a b,O=\x22x\x22" NotBefore=2023-09-21T22:43:21Z;NotAfter=2026-06-17T22:43:21Z FEF257372D5C14D4 Success TID_9f39 secp256r1 app/web/98e3a879de9d6b42 198.51.100.60 new"#;

    #[test]
    fn all_columns() {
        let record = AlbConnection::parse(LINE.as_bytes()).expect("a record");
        let client = record.client.value().expect("a client");
        assert_eq!((client.address, client.port), ("2001:db8::71", Some(64326)));
        let until = record.leaf_client_cert_validity.value().map(|validity| validity.to.text);
        assert_eq!(until, Some("2026-06-17T22:43:21"));
        assert_eq!(record.tls_established(), Some(true));
        assert_eq!(record.extra.collect::<Vec<_>>(), [Text(b"new")]);
    }

    #[test]
    fn quotes_around_a_whole_column_are_none_of_it() {
        for (bare, quoted) in [
            (" Success", " \"Success\""),
            (
                " NotBefore=2023-09-21T22:43:21Z;NotAfter=2026-06-17T22:43:21Z",
                " \"NotBefore=2023-09-21T22:43:21Z;NotAfter=2026-06-17T22:43:21Z\"",
            ),
            (" FEF257372D5C14D4", " \"FEF257372D5C14D4\""),
            (" TLSv1.2", " \"TLSv1.2\""),
        ] {
            let line = LINE.replacen(bare, quoted, 1);
            let (record, plain) = (AlbConnection::parse(line.as_bytes()), AlbConnection::parse(LINE.as_bytes()));
            let shown = |record: Result<AlbConnection<'_>, ParseError>| {
                let record = record.expect("a record");
                (
                    record.tls_verify_status.map(|text| text.as_logged().into_owned()),
                    record.leaf_client_cert_validity.map(|validity| validity.to.text.to_owned()),
                    record.leaf_client_cert_serial_number.map(|text| text.as_logged().into_owned()),
                    record.tls_protocol.map(|text| text.as_logged().into_owned()),
                )
            };
            assert_eq!(shown(record), shown(plain), "{quoted}");
        }
    }

    #[test]
    fn dashes_of_plain_and_of_failed_connections() {
        let established = |port: &str, verify: &str| {
            let line = format!(r#"2026-09-23T07:11:32.882572Z 192.0.2.1 61814 {port} - - - "-" - - {verify}"#);
            AlbConnection::parse(line.as_bytes()).expect("a record").tls_established()
        };
        for port in ["80", "443", "8443"] {
            assert_eq!(established(port, "-"), None);
            assert_eq!(established(port, "Success"), Some(true));
            assert_eq!(established(port, "Failed:UnmappedConnectionError"), Some(false));
        }
    }

    /// AWS's guide prints them bare, its knowledge centre in quotes.
    #[test]
    fn certificates_and_status_stand_with_quotes_or_without() {
        let quoted = LINE
            .replacen(" Success ", " \"Failed:ClientCertExpired\" ", 1)
            .replacen(" FEF257372D5C14D4 ", " \"FEF257372D5C14D4\" ", 1)
            .replacen(" NotBefore", " \"NotBefore", 1)
            .replacen("Z FEF", "Z\" FEF", 1)
            .replacen("Z \"FEF", "Z\" \"FEF", 1);
        let record = AlbConnection::parse(quoted.as_bytes()).unwrap_or_else(|error| panic!("{error}: {quoted}"));
        assert_eq!(record.verify_failure(), Some(Text(b"ClientCertExpired")));
        assert_eq!(record.leaf_client_cert_serial_number, Logged::Value(Text(b"FEF257372D5C14D4")));
        assert!(record.leaf_client_cert_validity.is_value());
    }

    #[test]
    fn errors_name_field_and_place() {
        let with = |from: &str, to: &str| {
            let line = LINE.replacen(from, to, 1);
            let error = AlbConnection::parse(line.as_bytes()).expect_err("an error");
            (error.kind, error.field, String::from_utf8_lossy(error.span.of(line.as_bytes())).into_owned())
        };
        assert_eq!(with(" 64326", " 70000"), (ErrorKind::BadPort, Some("client_port"), "70000".into()));
        assert_eq!(with("2001:db8::71", "host"), (ErrorKind::BadAddress, Some("client_ip"), "host".into()));
        assert_eq!(with("0.337", "fast"), (ErrorKind::BadDuration, Some("tls_handshake_latency"), "fast".into()));
        assert_eq!(with(";NotAfter=", ";Until=").1, Some("leaf_client_cert_validity"));
        assert_eq!(with("\"CN=a b,O=\\x22x\\x22\"", "CN=a").0, ErrorKind::MissingQuote);
    }
}
