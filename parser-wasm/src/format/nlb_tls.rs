//! Network Load Balancer access logs, which only TLS listeners write.
//!
//! Source: AWS, "Access logs for your Network Load Balancer", access log entries; 18 columns in January 2019 (version
//! 1.0), 21 in June 2020 (2.0), then 22.

use super::columns::{self, Columns, Extra, Field, Quoting, field_table};
use super::error::ParseError;
use crate::logged::Logged;
use crate::record::{Endpoint, List, Timestamp};
use crate::text::Text;

field_table! {
    TYPE "type" Either
    VERSION "version" Either
    TIME "time" | "timestamp" Either
    ELB "elb" Either
    LISTENER "listener" | "listener_id" Either
    CLIENT "client:port" Either
    DESTINATION "destination:port" | "listener:port" Either
    CONNECTION_TIME "connection_time" | "tcp_connection_time_ms" Either
    TLS_HANDSHAKE_TIME "tls_handshake_time" | "tls_handshake_time_ms" Either
    RECEIVED_BYTES "received_bytes" Either
    SENT_BYTES "sent_bytes" Either
    INCOMING_TLS_ALERT "incoming_tls_alert" Either
    CHOSEN_CERT_ARN "chosen_cert_arn" | "cert_arn" Either
    CHOSEN_CERT_SERIAL "chosen_cert_serial" | "certificate_serial" Either
    TLS_CIPHER "tls_cipher" | "tls_cipher_suite" Either
    TLS_PROTOCOL_VERSION "tls_protocol_version" Either
    TLS_KEYEXCHANGE "tls_keyexchange" | "tls_named_group" Either
    DOMAIN_NAME "domain_name" Either
    ALPN_FE_PROTOCOL "alpn_fe_protocol" Either
    ALPN_BE_PROTOCOL "alpn_be_protocol" Either
    ALPN_CLIENT_PREFERENCE_LIST "alpn_client_preference_list" Items
    TLS_CONNECTION_CREATION_TIME "tls_connection_creation_time" Either
}

/// The columns of version 1.0 (2019-01).
pub(super) const REQUIRED: usize = 18;

/// One TLS connection, as a Network Load Balancer logged it at its end. Fields have AWS's names.
#[derive(Debug)]
pub struct NlbTls<'a> {
    /// `tls`.
    pub r#type: Logged<Text<'a>>,
    /// The version of the log's format: `2.0`.
    pub version: Logged<Text<'a>>,
    /// When the connection ended, without a zone in the log: UTC.
    pub time: Timestamp<'a>,
    /// The load balancer: `net/NAME/ID`.
    pub elb: Logged<Text<'a>>,
    /// The listener's id.
    pub listener: Logged<Text<'a>>,
    /// The client.
    pub client: Logged<Endpoint<'a>>,
    /// The target; in version 1.0 the listener.
    pub destination: Logged<Endpoint<'a>>,
    /// From the connection's start to its end, in milliseconds.
    pub connection_time_ms: Logged<u64>,
    /// How long the handshake took, in milliseconds; absent when it failed.
    pub tls_handshake_time_ms: Logged<u64>,
    /// Bytes from the client, after decryption.
    pub received_bytes: Logged<u64>,
    /// Bytes to the client, before encryption.
    pub sent_bytes: Logged<u64>,
    /// The TLS alert that the client sent (RFC 8446, section 6).
    pub incoming_tls_alert: Logged<i32>,
    /// The certificate shown to the client.
    pub chosen_cert_arn: Logged<Text<'a>>,
    /// Reserved by AWS.
    pub chosen_cert_serial: Logged<Text<'a>>,
    /// TLS cipher.
    pub tls_cipher: Logged<Text<'a>>,
    /// TLS protocol: `tlsv12`.
    pub tls_protocol_version: Logged<Text<'a>>,
    /// The key exchange, `tls_named_group` at first: `x25519`.
    pub tls_keyexchange: Logged<Text<'a>>,
    /// The name that the client asked for in the TLS handshake (SNI), URL-encoded.
    pub domain_name: Logged<Text<'a>>,
    /// The application protocol agreed on with the client: `h2`.
    pub alpn_fe_protocol: Logged<Text<'a>>,
    /// The application protocol agreed on with the target.
    pub alpn_be_protocol: Logged<Text<'a>>,
    /// The application protocols that the client offered, URL-encoded.
    pub alpn_client_preference_list: Logged<List<'a>>,
    /// When the connection began.
    pub tls_connection_creation_time: Logged<Timestamp<'a>>,
    /// Columns newer than this table, as logged.
    pub extra: Extra<'a>,
}

impl<'a> NlbTls<'a> {
    /// Reads one line, without its line ending.
    ///
    /// # Errors
    /// When the line has fewer than 18 columns, a column is not separated or quoted as AWS does it, or a value is not
    /// of its field's type. The error names the first such field.
    pub fn parse(line: &'a [u8]) -> Result<Self, ParseError> {
        columns::parse(line, &FIELDS, REQUIRED, Self::of)
    }

    pub(super) fn of(columns: &Columns<'a, { FIELDS.len() }>) -> Result<Self, ParseError> {
        Ok(Self {
            r#type: columns.protocol(TYPE)?,
            version: columns.text(VERSION),
            time: columns.required_time(TIME)?,
            elb: columns.never_dash(ELB)?,
            listener: columns.text(LISTENER),
            client: columns.client(CLIENT)?,
            destination: columns.endpoint(DESTINATION)?,
            connection_time_ms: columns.count(CONNECTION_TIME)?,
            tls_handshake_time_ms: columns.count(TLS_HANDSHAKE_TIME)?,
            received_bytes: columns.count(RECEIVED_BYTES)?,
            sent_bytes: columns.count(SENT_BYTES)?,
            incoming_tls_alert: columns.number(INCOMING_TLS_ALERT)?,
            chosen_cert_arn: columns.text(CHOSEN_CERT_ARN),
            chosen_cert_serial: columns.text(CHOSEN_CERT_SERIAL),
            tls_cipher: columns.text(TLS_CIPHER),
            tls_protocol_version: columns.text(TLS_PROTOCOL_VERSION),
            tls_keyexchange: columns.text(TLS_KEYEXCHANGE),
            domain_name: columns.text(DOMAIN_NAME),
            alpn_fe_protocol: columns.text(ALPN_FE_PROTOCOL),
            alpn_be_protocol: columns.text(ALPN_BE_PROTOCOL),
            alpn_client_preference_list: columns.items(ALPN_CLIENT_PREFERENCE_LIST)?,
            tls_connection_creation_time: columns.time(TLS_CONNECTION_CREATION_TIME)?,
            extra: columns.extra()?,
        })
    }

    /// Whether the TLS handshake came to its end; `None` where its time was not delivered.
    pub fn tls_established(&self) -> Option<bool> {
        (!self.tls_handshake_time_ms.is_missing()).then(|| self.tls_handshake_time_ms.is_value())
    }
}

#[cfg(test)]
mod tests {
    use super::super::error::ErrorKind;
    use super::*;

    const LINE: &str = r#"tls 2.0 2020-04-01T08:51:42 net/web/c6e77e28c25b2234 g3d4b5e8bb8464cd 192.0.2.154:51341 10.0.1.85:443 5 2 98 246 - arn:aws:acm:cert - ECDHE-RSA-AES128-SHA tlsv12 - a.example h2 h2 "h2","http/1.1" 2020-04-01T08:51:20 new"#;

    #[test]
    fn the_list_of_protocols_is_one_column() {
        let record = NlbTls::parse(LINE.as_bytes()).expect("a record");
        let list = |record: NlbTls<'static>| {
            let list = record.alpn_client_preference_list.value().into_iter().flat_map(List::iter);
            list.map(|text| text.0).collect::<Vec<_>>()
        };
        assert_eq!(record.tls_connection_creation_time.map(|time| time.text), Logged::Value("2020-04-01T08:51:20"));
        assert_eq!(record.extra.clone().collect::<Vec<_>>(), [Text(b"new")]);
        assert_eq!(list(record), [&b"h2"[..], b"http/1.1"]);
        for (logged, meant) in [
            ("\"h2\"", &["h2"][..]),
            (r#"\"http/1.1\""#, &["http/1.1"]),
            (r#"\"h2\",\"http/1.1\""#, &["h2", "http/1.1"]),
            ("-", &[]),
            ("\"-\"", &[]),
        ] {
            let line = LINE.replacen(r#""h2","http/1.1""#, logged, 1).leak();
            assert_eq!(
                list(NlbTls::parse(line.as_bytes()).expect("a record")),
                meant.iter().map(|t| t.as_bytes()).collect::<Vec<_>>()
            );
        }
        let line = LINE.replacen(r#""h2","http/1.1""#, r#""h2",http/1.1"#, 1);
        let error = NlbTls::parse(line.as_bytes()).expect_err("an error");
        assert_eq!((error.kind, error.field), (ErrorKind::MissingQuote, Some("alpn_client_preference_list")));
    }

    #[test]
    fn every_length_from_18_on() {
        let tokens: Vec<&str> = LINE.split(' ').collect();
        for count in 1..=tokens.len() {
            let line = tokens[..count].join(" ");
            match NlbTls::parse(line.as_bytes()) {
                Ok(record) => assert_eq!((count >= 18, record.extra.count()), (true, count.saturating_sub(22))),
                Err(error) => {
                    assert!(count < 18, "{count}: {error}");
                    let kind = ErrorKind::TooFewFields { found: u16::try_from(count).expect("small"), expected: 18 };
                    assert_eq!(error.kind, kind);
                }
            }
        }
    }

    #[test]
    fn a_failed_handshake_is_mostly_dashes() {
        let line = "tls 2.0 2024-10-25T17:41:05 net/web/a684497e53a94f43 aa9f66461c97830c 192.0.2.10:51341 10.0.0.20:443 1 - 0 0 48 - - - - - - - - - 2024-10-25T17:41:05";
        let record = NlbTls::parse(line.as_bytes()).expect("a record");
        assert_eq!(record.tls_established(), Some(false));
        assert_eq!(record.incoming_tls_alert, Logged::Value(48));
    }
}
