//! What requests have in common, whichever load balancer they went through.

use crate::document::json::Object;
use crate::enrich::UrlParts;
use crate::logged::Logged;
use crate::record::{Request, Seconds};

/// `event.outcome` by the status that the client got.
pub(super) fn outcome(status: Option<u16>) -> &'static str {
    match status {
        Some(100..=399) => "success",
        Some(_) => "failure",
        None => "unknown",
    }
}

/// `http.*`.
pub(super) fn exchange(
    o: &mut Object<'_>,
    request: &Request<'_>,
    status: Logged<u16>,
    [received_bytes, sent_bytes]: [Logged<u64>; 2],
) {
    o.object("request", |o| {
        o.text("method", request.method);
        o.object("body", |o| o.number("bytes", received_bytes.value()));
    });
    o.object("response", |o| {
        o.number("status_code", status.value());
        o.object("body", |o| o.number("bytes", sent_bytes.value()));
    });
    let version = request.version.and_then(|text| text.0.strip_prefix(b"HTTP/")).map(<[u8]>::trim_ascii_end);
    o.text("version", version.and_then(|version| crate::text::Text(version).present()));
}

/// `url.*`.
pub(super) fn url_parts(o: &mut Object<'_>, request: &Request<'_>, url: &UrlParts<'_>) {
    o.text("original", request.url);
    o.text("full", request.url.filter(|_| url.is_absolute()));
    o.text("scheme", url.scheme);
    o.text("username", url.username);
    o.text("domain", url.domain);
    o.number("port", url.port);
    o.text("path", url.path);
    o.text("extension", url.extension);
    o.text("query", url.query);
    o.text("fragment", url.fragment);
}

/// `aws.elb.*_processing_time.sec`: request, backend, response.
pub(super) fn times(o: &mut Object<'_>, times: [Logged<Seconds<'_>>; 3]) {
    let names = ["request_processing_time", "backend_processing_time", "response_processing_time"];
    for (name, time) in names.into_iter().zip(times) {
        o.object(name, |o| o.literal("sec", time.value().map(|time| time.text)));
    }
}
