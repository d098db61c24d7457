//! TLS connections of Network Load Balancers.

use super::{Context, End, Event, What, backend, handshake_outcome, head, items, known, related, tls};
use crate::document::json::Object;
use crate::enrich::Known;
use crate::format::{NlbTls, escapes_of};
use crate::lines::Line;
use crate::text::Text;

pub(super) fn write(o: &mut Object<'_>, record: &NlbTls<'_>, line: &Line<'_>, context: &Context, known: &Known<'_>) {
    let established = record.tls_established();
    let client = record.client.value();
    let domain = record.domain_name.value().map(escapes_of);
    let domain = domain.as_deref().map(Text);
    let event = Event {
        what: What::Connection,
        outcome: handshake_outcome(established),
        start: record.tls_connection_creation_time.value(),
        end: Some(End::Logged(record.time)),
        duration_nanos: record.connection_time_ms.value().and_then(nanoseconds),
    };
    head(o, record.time, &event, line, context);
    o.object("source", |o| {
        known::client(o, client, known);
        o.number("bytes", record.received_bytes.value());
    });
    o.object("destination", |o| {
        o.text("domain", domain);
        o.number("bytes", record.sent_bytes.value());
    });
    o.object("tls", |o| {
        tls(o, record.tls_cipher, record.tls_protocol_version);
        o.flag("established", established);
    });
    o.object("related", |o| related(o, client, record.destination.value(), [domain, None]));
    o.object("aws", |o| o.object("elb", |o| elb(o, record)));
}

/// A connection of 292 years is beyond what an engine's `long` holds.
fn nanoseconds(ms: u64) -> Option<u64> {
    ms.checked_mul(1_000_000).filter(|nanos| i64::try_from(*nanos).is_ok())
}

fn elb(o: &mut Object<'_>, record: &NlbTls<'_>) {
    o.text("type", record.r#type.value());
    o.text("name", record.elb.value());
    o.text("listener", record.listener.value());
    o.constant(r#""protocol":"tcp""#);
    o.object("backend", |o| {
        if let Some(destination) = record.destination.value() {
            backend(o, destination);
        }
    });
    o.object("connection_time", |o| o.number("ms", record.connection_time_ms.value()));
    o.object("tls_handshake_time", |o| o.number("ms", record.tls_handshake_time_ms.value()));
    if let Some(alert) = record.incoming_tls_alert.value() {
        o.string("incoming_tls_alert", itoa::Buffer::new().format(alert));
    }
    o.object("chosen_cert", |o| {
        o.text("arn", record.chosen_cert_arn.value());
        o.text("serial", record.chosen_cert_serial.value());
    });
    o.text("ssl_cipher", record.tls_cipher.value());
    o.text("ssl_protocol", record.tls_protocol_version.value());
    o.text("tls_named_group", record.tls_keyexchange.value());
    o.text("alpn_fe_protocol", record.alpn_fe_protocol.value());
    o.text("alpn_be_protocol", record.alpn_be_protocol.value());
    let offered: Vec<_> = items(record.alpn_client_preference_list).map(escapes_of).collect();
    o.texts("alpn_client_preference_list", offered.iter().map(|protocol| Text(protocol)));
    if let Some(time) = record.tls_connection_creation_time.value() {
        o.time("tls_connection_creation_time", time.text);
    }
    o.texts("extra", record.extra.clone());
}
