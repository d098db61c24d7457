//! The `ecs` document: Elastic Common Schema, with the names that Elastic's AWS integration gives ELB logs.

use super::json::Object;
use super::settings::Settings;
use super::source::Source;
use crate::enrich::{ENRICHMENT_VERSION, Latency, UrlParts, verdict};
use crate::format::AlbAccess;
use crate::lines::Line;
use crate::record::Seconds;
use crate::text::Text;

/// What all documents of one source share.
#[derive(Debug)]
pub(crate) struct Context {
    path: Option<String>,
    account_and_region: Option<(String, String)>,
    keep_original: bool,
}

impl Context {
    pub(crate) fn new(settings: &Settings, source: &Source) -> Self {
        let own = |(account, region): (&str, &str)| (account.to_owned(), region.to_owned());
        Self {
            path: source.path().map(str::to_owned),
            account_and_region: source.account_and_region().map(own),
            keep_original: settings.keep_original,
        }
    }
}

/// Appends one document, in one line without line ending.
pub(crate) fn write(record: &AlbAccess<'_>, line: &Line<'_>, context: &Context, out: &mut Vec<u8>) {
    let url = record.request.url.map(UrlParts::of).unwrap_or_default();
    let latency = Latency::of(record.times());
    Object::write(out, |o| {
        o.time("@timestamp", record.time.text);
        o.object("ecs", |o| o.string("version", "8.17.0"));
        o.object("event", |o| event(o, record, line, latency, context));
        o.object("cloud", |o| cloud(o, context));
        o.object("data_stream", |o| {
            o.string("type", "logs");
            o.string("dataset", DATASET);
            o.string("namespace", "default");
        });
        o.object("log", |o| {
            o.object("file", |o| {
                if let Some(path) = &context.path {
                    o.string("path", path);
                }
            });
            o.number("offset", Some(line.offset));
        });
        o.object("source", |o| {
            o.string("address", record.client.address);
            o.string("ip", record.client.address);
            o.number("port", Some(record.client.port));
        });
        o.object("destination", |o| o.text("domain", record.domain_name));
        o.object("http", |o| http(o, record));
        o.object("url", |o| url_parts(o, record, &url));
        o.object("user_agent", |o| o.text("original", record.user_agent));
        o.object("tls", |o| tls(o, record));
        o.object("trace", |o| o.text("id", record.trace_id));
        o.object("related", |o| related(o, record, &url));
        o.object("aws", |o| o.object("elb", |o| elb(o, record)));
        o.object("albatross", |o| {
            o.object("verdict", |o| verdict_of(o, record, &url, latency));
            o.object("latency", |o| {
                if let Some(latency) = latency {
                    o.milliseconds("total_ms", latency.total_nanos);
                    o.text("dominant", latency.dominant.map(|phase| Text(phase.code().as_bytes())));
                }
            });
            o.number("enrichment_version", Some(ENRICHMENT_VERSION));
        });
    });
}

const DATASET: &str = "aws.elb_logs";

fn event(o: &mut Object<'_>, record: &AlbAccess<'_>, line: &Line<'_>, latency: Option<Latency>, context: &Context) {
    o.string("kind", "event");
    o.string("module", "aws");
    o.string("dataset", DATASET);
    o.texts("category", [Text(b"web")].into_iter());
    o.texts("type", [Text(b"access")].into_iter());
    let outcome = match record.elb_status_code {
        Some(100..=399) => "success",
        Some(_) => "failure",
        None => "unknown",
    };
    o.string("outcome", outcome);
    if let Some(start) = record.request_creation_time {
        o.time("start", start.text);
    }
    o.time("end", record.time.text);
    o.number("duration", latency.map(|latency| latency.total_nanos));
    if context.keep_original {
        o.string("original", &Text(line.bytes).as_logged());
    }
}

fn cloud(o: &mut Object<'_>, context: &Context) {
    o.string("provider", "aws");
    if let Some((account, region)) = &context.account_and_region {
        o.string("region", region);
        o.object("account", |o| o.string("id", account));
    }
}

fn http(o: &mut Object<'_>, record: &AlbAccess<'_>) {
    o.object("request", |o| {
        o.text("method", record.request.method);
        o.object("body", |o| o.number("bytes", record.received_bytes));
    });
    o.object("response", |o| {
        o.number("status_code", record.elb_status_code);
        o.object("body", |o| o.number("bytes", record.sent_bytes));
    });
    let version = record.request.version.and_then(|text| text.0.strip_prefix(b"HTTP/")).map(<[u8]>::trim_ascii_end);
    o.text("version", version.and_then(|version| Text(version).present()));
}

fn url_parts(o: &mut Object<'_>, record: &AlbAccess<'_>, url: &UrlParts<'_>) {
    o.text("original", record.request.url);
    o.text("full", record.request.url.filter(|_| url.is_absolute()));
    o.text("scheme", url.scheme);
    o.text("username", url.username);
    o.text("domain", url.domain);
    o.number("port", url.port);
    o.text("path", url.path);
    o.text("extension", url.extension);
    o.text("query", url.query);
    o.text("fragment", url.fragment);
}

fn tls(o: &mut Object<'_>, record: &AlbAccess<'_>) {
    o.text("cipher", record.ssl_cipher);
    // `TLSv1.3`; AWS writes TLS 1.0 without its minor version.
    if let Some(version) = record.ssl_protocol.and_then(|text| text.0.strip_prefix(b"TLSv")) {
        let version = if version == b"1" { b"1.0" } else { version };
        o.text("version", Text(version).present());
        o.string("version_protocol", "tls");
    }
}

fn related(o: &mut Object<'_>, record: &AlbAccess<'_>, url: &UrlParts<'_>) {
    let client = Some(Text(record.client.address.as_bytes()));
    let target = record.target.map(|target| Text(target.address.as_bytes()));
    o.texts("ip", client.into_iter().chain(target.filter(|_| target != client)));
    let hosts = record.domain_name.filter(|_| record.domain_name != url.domain);
    o.texts("hosts", url.domain.into_iter().chain(hosts));
}

fn elb(o: &mut Object<'_>, record: &AlbAccess<'_>) {
    o.text("type", Some(record.r#type));
    o.text("name", Some(record.elb));
    o.string("protocol", "http");
    o.object("backend", |o| {
        if let Some(target) = record.target {
            o.string("ip", target.address);
            // A keyword in Elastic's mapping, so a string here.
            o.string("port", itoa::Buffer::new().format(target.port));
        }
        o.object("http", |o| o.object("response", |o| o.number("status_code", record.target_status_code)));
    });
    let seconds = |o: &mut Object<'_>, key, time: Option<Seconds<'_>>| {
        o.object(key, |o| o.literal("sec", time.map(|time| time.text)));
    };
    seconds(o, "request_processing_time", record.request_processing_time);
    seconds(o, "backend_processing_time", record.target_processing_time);
    seconds(o, "response_processing_time", record.response_processing_time);
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
    if let Some(ip) = record.ip_address {
        o.string("node_ip", &ip.to_string());
    }
    o.texts("extra", record.extra.clone());
}

fn verdict_of(o: &mut Object<'_>, record: &AlbAccess<'_>, url: &UrlParts<'_>, latency: Option<Latency>) {
    let reason = verdict(record, url);
    o.string("by", reason.by().code());
    o.string("reason", reason.code());
    match (record.elb_status_code, record.target_status_code, latency) {
        // Both statuses are told where they differ.
        (Some(elb), Some(target), _) if elb != target => {
            o.string("text", &format!("{} The client got {elb}, the target said {target}.", reason.text()));
        }
        (Some(460), None, Some(latency)) => {
            let waited = latency.total_nanos / 1_000_000;
            o.string("text", &format!("{} {waited} ms had passed.", reason.text()));
        }
        _ => o.string("text", reason.text()),
    }
}
