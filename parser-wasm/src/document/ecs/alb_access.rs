//! Application Load Balancer requests.

use super::{Context, End, Event, What, backend, head, http, items, known, places, related, tls};
use crate::document::json::Object;
use crate::enrich::{Known, Latency, UrlParts};
use crate::format::AlbAccess;
use crate::lines::Line;
use crate::logged::Logged;
use crate::text::Text;

pub(super) fn write(
    o: &mut Object<'_>,
    record: &AlbAccess<'_>,
    line: &Line<'_>,
    context: &Context,
    known: &Known<'_>,
    latency: Option<Latency>,
) {
    let request = record.request.value().unwrap_or_default();
    let url = request.url.map(UrlParts::of).unwrap_or_default();
    let (client, target) = (record.client.value(), record.target.value());
    let event = Event {
        what: What::Request,
        outcome: http::outcome(record.elb_status_code.value()),
        start: record.request_creation_time.value(),
        end: Some(End::Logged(record.time)),
        duration_nanos: latency.map(|latency| latency.total_nanos),
    };
    head(o, record.time, &event, line, context);
    o.object("source", |o| known::client(o, client, known));
    o.object("destination", |o| o.text("domain", record.domain_name.value()));
    o.object("http", |o| {
        let bytes = [record.received_bytes, record.sent_bytes];
        http::exchange(o, &request, record.elb_status_code, bytes);
    });
    o.object("url", |o| http::url_parts(o, &request, &url));
    o.object("user_agent", |o| known::user_agent(o, record.user_agent.value(), known));
    o.object("tls", |o| {
        tls(o, record.ssl_cipher, record.ssl_protocol);
        o.flag("resumed", (record.chosen_cert_arn == Logged::Value(Text(b"session-reused"))).then_some(true));
    });
    o.object("trace", |o| o.text("id", record.trace_id.value().and_then(trace_root)));
    o.object("related", |o| related(o, client, target, [url.domain, record.domain_name.value()]));
    o.object("aws", |o| o.object("elb", |o| elb(o, record)));
}

/// The trace's own id, wherever it stands in the X-Amzn-Trace-Id header; what else is there may differ from request to
/// request of one trace.
fn trace_root(header: Text<'_>) -> Option<Text<'_>> {
    let mut fields = header.0.split(|byte| *byte == b';');
    fields.find_map(|field| field.trim_ascii().strip_prefix(b"Root=")).and_then(|root| Text(root).present())
}

fn elb(o: &mut Object<'_>, record: &AlbAccess<'_>) {
    o.text("type", record.r#type.value());
    o.text("name", record.elb.value());
    o.constant(r#""protocol":"http""#);
    o.object("backend", |o| {
        if let Some(target) = record.target.value() {
            backend(o, target);
        }
        o.object("http", |o| o.object("response", |o| o.number("status_code", record.target_status_code.value())));
    });
    http::times(o, record.times());
    o.text("ssl_cipher", record.ssl_cipher.value());
    o.text("ssl_protocol", record.ssl_protocol.value());
    o.object("target_group", |o| o.text("arn", record.target_group_arn.value()));
    o.text("trace_id", record.trace_id.value());
    o.object("chosen_cert", |o| o.text("arn", record.chosen_cert_arn.value()));
    if let Some(priority) = record.matched_rule_priority.value() {
        o.string("matched_rule_priority", itoa::Buffer::new().format(priority));
    }
    o.texts("action_executed", items(record.actions_executed));
    o.text("redirect_url", record.redirect_url.value());
    o.object("error", |o| o.text("reason", record.error_reason.value()));
    // As many as there were targets: `-` keeps the place of one that did not answer.
    o.texts("target_port", places(record.target_port_list));
    o.texts("target_status_code", places(record.target_status_code_list));
    o.text("classification", record.classification.value());
    o.text("classification_reason", record.classification_reason.value());
    o.text("conn_trace_id", record.conn_trace_id.value());
    o.text("transformed_host", record.transformed_host.value());
    o.text("transformed_uri", record.transformed_uri.value());
    o.text("request_transform_status", record.request_transform_status.value());
    o.ip("node_ip", record.ip_address.value());
    o.texts("extra", record.extra.clone());
}
