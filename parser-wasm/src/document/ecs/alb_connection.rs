//! Connections of Application Load Balancers.

use super::{Context, End, Event, What, handshake_outcome, head, known, related, tls};
use crate::document::json::Object;
use crate::enrich::Known;
use crate::format::AlbConnection;
use crate::lines::Line;

pub(super) fn write(
    o: &mut Object<'_>,
    record: &AlbConnection<'_>,
    line: &Line<'_>,
    context: &Context,
    known: &Known<'_>,
) {
    let event = Event {
        what: What::Connection,
        outcome: handshake_outcome(record.tls_established()),
        start: None,
        end: Some(End::Logged(record.timestamp)),
        duration_nanos: record.tls_handshake_latency.value().map(|latency| latency.nanos),
    };
    head(o, record.timestamp, &event, line, context);
    let client = record.client.value();
    o.object("source", |o| {
        known::client(o, client, known);
        if client.is_none() {
            o.number("port", record.client_port.value());
        }
    });
    // Elastic's name for the client of a connection, beside ECS's for all formats.
    o.object("client", |o| {
        o.optional("ip", client.map(|client| client.address));
        o.number("port", record.client_port.value());
    });
    o.object("tls", |o| {
        tls(o, record.tls_cipher, record.tls_protocol);
        o.flag("established", record.tls_established());
        o.object("client", |o| certificate(o, record));
    });
    o.object("related", |o| related(o, client, None, [None, None]));
    o.object("aws", |o| o.object("elb", |o| elb(o, record)));
}

fn certificate(o: &mut Object<'_>, record: &AlbConnection<'_>) {
    o.text("subject", record.leaf_client_cert_subject.value());
    if let Some(validity) = record.leaf_client_cert_validity.value() {
        o.time("not_before", validity.from.text);
        o.time("not_after", validity.to.text);
    }
    o.object("x509", |o| o.text("serial_number", record.leaf_client_cert_serial_number.value()));
}

fn elb(o: &mut Object<'_>, record: &AlbConnection<'_>) {
    o.text("name", record.elb.value());
    if let Some(port) = record.listener_port.value() {
        o.string("listener", itoa::Buffer::new().format(port));
        o.number("listener_port", Some(port));
    }
    o.constant(r#""protocol":"tcp""#);
    o.text("ssl_cipher", record.tls_cipher.value());
    o.text("ssl_protocol", record.tls_protocol.value());
    o.object("tls_handshake_time", |o| {
        if let Some(latency) = record.tls_handshake_latency.value() {
            o.milliseconds("ms", latency.nanos);
        }
    });
    if let Some(latency) = record.tls_handshake_latency.value() {
        o.literal("tls_handshake_latency", Some(latency.text));
    }
    let (status, code) = record.verification();
    o.text("tls_verify_status", status);
    o.text("tls_error_code", code);
    o.text("leaf_client_cert_subject", record.leaf_client_cert_subject.value());
    if let Some(validity) = record.leaf_client_cert_validity.value() {
        o.time("leaf_client_cert_not_before", validity.from.text);
        o.time("leaf_client_cert_not_after", validity.to.text);
    }
    o.text("leaf_client_cert_serial_number", record.leaf_client_cert_serial_number.value());
    o.text("tls_named_group", record.tls_keyexchange.value());
    o.text("conn_trace_id", record.conn_trace_id.value());
    o.ip("node_ip", record.ip_address.value());
    o.texts("extra", record.extra.clone());
}
