//! Application Load Balancer requests.

use super::known::{client, user_agent};
use super::{Context, Event, LOGS, backend, head, http, related, tls};
use crate::document::json::Object;
use crate::enrich::{Known, Latency, UrlParts};
use crate::format::AlbAccess;
use crate::lines::Line;

pub(super) fn write(o: &mut Object<'_>, record: &AlbAccess<'_>, line: &Line<'_>, context: &Context, known: &Known<'_>) {
    let url = record.request.url.map(UrlParts::of).unwrap_or_default();
    let event = Event {
        dataset: LOGS,
        category: "web",
        kind: "access",
        outcome: http::outcome(record.elb_status_code),
        start: record.request_creation_time,
        end: Some(record.time),
        duration_nanos: Latency::of(record.times()).map(|latency| latency.total_nanos),
    };
    head(o, record.time, &event, line, context);
    o.object("source", |o| client(o, record.client, known));
    o.object("destination", |o| o.text("domain", record.domain_name));
    o.object("http", |o| {
        http::exchange(o, &record.request, record.elb_status_code, record.received_bytes, record.sent_bytes);
    });
    o.object("url", |o| http::url_parts(o, &record.request, &url));
    o.object("user_agent", |o| user_agent(o, record.user_agent, known));
    o.object("tls", |o| tls(o, record.ssl_cipher, record.ssl_protocol));
    o.object("trace", |o| o.text("id", record.trace_id));
    o.object("related", |o| related(o, Some(record.client), record.target, [url.domain, record.domain_name]));
    o.object("aws", |o| o.object("elb", |o| elb(o, record)));
}

fn elb(o: &mut Object<'_>, record: &AlbAccess<'_>) {
    o.text("type", Some(record.r#type));
    o.text("name", Some(record.elb));
    o.string("protocol", "http");
    o.object("backend", |o| {
        if let Some(target) = record.target {
            backend(o, target);
        }
        o.object("http", |o| o.object("response", |o| o.number("status_code", record.target_status_code)));
    });
    http::times(o, record.times());
    o.text("ssl_cipher", record.ssl_cipher);
    o.text("ssl_protocol", record.ssl_protocol);
    o.object("target_group", |o| o.text("arn", record.target_group_arn));
    o.text("trace_id", record.trace_id);
    o.object("chosen_cert", |o| o.text("arn", record.chosen_cert_arn));
    if let Some(priority) = record.matched_rule_priority {
        o.string("matched_rule_priority", itoa::Buffer::new().format(priority));
    }
    o.texts("action_executed", record.actions_executed.iter());
    o.text("redirect_url", record.redirect_url);
    o.object("error", |o| o.text("reason", record.error_reason));
    o.texts("target_port", record.target_port_list.iter());
    o.texts("target_status_code", record.target_status_code_list.iter());
    o.text("classification", record.classification);
    o.text("classification_reason", record.classification_reason);
    o.text("conn_trace_id", record.conn_trace_id);
    o.text("transformed_host", record.transformed_host);
    o.text("transformed_uri", record.transformed_uri);
    o.text("request_transform_status", record.request_transform_status);
    o.ip("node_ip", record.ip_address);
    o.texts("extra", record.extra.clone());
}
