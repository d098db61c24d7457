//! Classic Load Balancer requests and TCP connections.

use super::known::{client, user_agent};
use super::{Context, Event, LOGS, backend, head, http, related, tls};
use crate::document::json::Object;
use crate::enrich::{Known, Latency, UrlParts};
use crate::format::Classic;
use crate::lines::Line;

pub(super) fn write(o: &mut Object<'_>, record: &Classic<'_>, line: &Line<'_>, context: &Context, known: &Known<'_>) {
    let url = record.request.url.map(UrlParts::of).unwrap_or_default();
    let is_tcp = record.is_tcp();
    let (category, kind) = if is_tcp { ("network", "connection") } else { ("web", "access") };
    let event = Event {
        dataset: LOGS,
        category,
        kind,
        outcome: http::outcome(record.elb_status_code),
        // Of these load balancers alone `time` is when the request came in.
        start: Some(record.time),
        end: None,
        duration_nanos: Latency::of(record.times()).map(|latency| latency.total_nanos),
    };
    head(o, record.time, &event, line, context);
    o.object("source", |o| {
        client(o, record.client, known);
        o.number("bytes", record.received_bytes.filter(|_| is_tcp));
    });
    o.object("destination", |o| o.number("bytes", record.sent_bytes.filter(|_| is_tcp)));
    if !is_tcp {
        o.object("http", |o| {
            http::exchange(o, &record.request, record.elb_status_code, record.received_bytes, record.sent_bytes);
        });
    }
    o.object("url", |o| http::url_parts(o, &record.request, &url));
    o.object("user_agent", |o| user_agent(o, record.user_agent, known));
    o.object("tls", |o| tls(o, record.ssl_cipher, record.ssl_protocol));
    o.object("related", |o| related(o, Some(record.client), record.backend, [url.domain, None]));
    o.object("aws", |o| o.object("elb", |o| elb(o, record, is_tcp)));
}

fn elb(o: &mut Object<'_>, record: &Classic<'_>, is_tcp: bool) {
    o.text("name", Some(record.elb));
    o.string("protocol", if is_tcp { "tcp" } else { "http" });
    o.object("backend", |o| {
        if let Some(instance) = record.backend {
            backend(o, instance);
        }
        o.object("http", |o| o.object("response", |o| o.number("status_code", record.backend_status_code)));
    });
    http::times(o, record.times());
    o.text("ssl_cipher", record.ssl_cipher);
    o.text("ssl_protocol", record.ssl_protocol);
    o.texts("extra", record.extra.clone());
}
