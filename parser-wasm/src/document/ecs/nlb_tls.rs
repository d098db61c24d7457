//! TLS connections of Network Load Balancers.

use super::known::client;
use super::{Context, Event, LOGS, backend, head, related, tls};
use crate::document::json::Object;
use crate::enrich::Known;
use crate::format::NlbTls;
use crate::lines::Line;

pub(super) fn write(o: &mut Object<'_>, record: &NlbTls<'_>, line: &Line<'_>, context: &Context, known: &Known<'_>) {
    let established = record.tls_established();
    let event = Event {
        dataset: LOGS,
        category: "network",
        kind: "connection",
        outcome: if established { "success" } else { "failure" },
        start: record.tls_connection_creation_time,
        end: Some(record.time),
        duration_nanos: record.connection_time_ms.map(|ms| ms.saturating_mul(1_000_000)),
    };
    head(o, record.time, &event, line, context);
    o.object("source", |o| {
        client(o, record.client, known);
        o.number("bytes", record.received_bytes);
    });
    o.object("destination", |o| {
        o.text("domain", record.domain_name);
        o.number("bytes", record.sent_bytes);
    });
    o.object("tls", |o| {
        tls(o, record.tls_cipher, record.tls_protocol_version);
        o.flag("established", Some(established));
    });
    o.object("related", |o| related(o, Some(record.client), record.destination, [record.domain_name, None]));
    o.object("aws", |o| o.object("elb", |o| elb(o, record)));
}

fn elb(o: &mut Object<'_>, record: &NlbTls<'_>) {
    o.text("type", Some(record.r#type));
    o.text("name", Some(record.elb));
    o.text("listener", record.listener);
    o.string("protocol", "tcp");
    o.object("backend", |o| {
        if let Some(destination) = record.destination {
            backend(o, destination);
        }
    });
    o.object("connection_time", |o| o.number("ms", record.connection_time_ms));
    o.object("tls_handshake_time", |o| o.number("ms", record.tls_handshake_time_ms));
    if let Some(alert) = record.incoming_tls_alert {
        o.string("incoming_tls_alert", itoa::Buffer::new().format(alert));
    }
    o.object("chosen_cert", |o| {
        o.text("arn", record.chosen_cert_arn);
        o.text("serial", record.chosen_cert_serial);
    });
    o.text("ssl_cipher", record.tls_cipher);
    o.text("ssl_protocol", record.tls_protocol_version);
    o.text("tls_named_group", record.tls_keyexchange);
    o.text("alpn_fe_protocol", record.alpn_fe_protocol);
    o.text("alpn_be_protocol", record.alpn_be_protocol);
    o.texts("alpn_client_preference_list", record.alpn_client_preference_list.iter());
    if let Some(time) = record.tls_connection_creation_time {
        o.time("tls_connection_creation_time", time.text);
    }
    o.texts("extra", record.extra.clone());
}
