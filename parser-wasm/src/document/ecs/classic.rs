//! Classic Load Balancer requests and TCP connections.

use super::{Context, Event, What, backend, head, http, known, related, tls};
use crate::document::json::Object;
use crate::enrich::{Known, Latency, UrlParts};
use crate::format::Classic;
use crate::lines::Line;

pub(super) fn write(
    o: &mut Object<'_>,
    record: &Classic<'_>,
    line: &Line<'_>,
    context: &Context,
    known: &Known<'_>,
    latency: Option<Latency>,
) {
    let request = record.request.value().unwrap_or_default();
    let url = request.url.map(UrlParts::of).unwrap_or_default();
    let (client, instance) = (record.client.value(), record.backend.value());
    let is_tcp = record.is_tcp();
    let event = Event {
        what: if is_tcp { What::Connection } else { What::Request },
        outcome: http::outcome(record.elb_status_code.value()),
        // Of these load balancers alone `time` is when the request came in.
        start: Some(record.time),
        end: None,
        duration_nanos: latency.map(|latency| latency.total_nanos),
    };
    head(o, record.time, &event, line, context);
    o.object("source", |o| {
        known::client(o, client, known);
        o.number("bytes", record.received_bytes.value().filter(|_| is_tcp));
    });
    o.object("destination", |o| o.number("bytes", record.sent_bytes.value().filter(|_| is_tcp)));
    if !is_tcp {
        o.object("http", |o| {
            let bytes = [record.received_bytes, record.sent_bytes];
            http::exchange(o, &request, record.elb_status_code, bytes);
        });
    }
    o.object("url", |o| http::url_parts(o, &request, &url));
    o.object("user_agent", |o| known::user_agent(o, record.user_agent.value(), known));
    o.object("tls", |o| tls(o, record.ssl_cipher, record.ssl_protocol));
    o.object("related", |o| related(o, client, instance, [url.domain, None]));
    o.object("aws", |o| o.object("elb", |o| elb(o, record, is_tcp)));
}

fn elb(o: &mut Object<'_>, record: &Classic<'_>, is_tcp: bool) {
    o.text("name", record.elb.value());
    o.string("protocol", if is_tcp { "tcp" } else { "http" });
    o.object("backend", |o| {
        if let Some(instance) = record.backend.value() {
            backend(o, instance);
        }
        o.object("http", |o| o.object("response", |o| o.number("status_code", record.backend_status_code.value())));
    });
    http::times(o, record.times());
    o.text("ssl_cipher", record.ssl_cipher.value());
    o.text("ssl_protocol", record.ssl_protocol.value());
    o.texts("extra", record.extra.clone());
}
