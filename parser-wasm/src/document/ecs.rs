//! The `ecs` document: Elastic Common Schema, with the names that Elastic's AWS integration gives ELB logs. One file for
//! each format; here is what they share.

mod alb_access;
mod alb_connection;
mod alb_health_check;
mod classic;
mod http;
mod known;
mod nlb_tls;

use super::json::Object;
use crate::enrich::{ENRICHMENT_VERSION, Knowledge, Known, Latency, Network, explain, verdict};
use crate::format::Record;
use crate::lines::Line;
use crate::logged::Logged;
use crate::record::{Endpoint, List, Timestamp};
use crate::text::Text;
use chrono::{DateTime, SecondsFormat, Utc};

/// What all documents of one source share.
#[derive(Debug, Clone)]
pub(crate) struct Context {
    /// The log, as `s3://bucket/key`.
    pub(crate) path: Option<String>,
    pub(crate) account: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) keep_original: bool,
    /// Of the data stream.
    pub(crate) namespace: String,
    pub(crate) knowledge: Knowledge,
}

/// Appends one document, in one line without line ending.
pub(crate) fn write(record: &Record<'_>, line: &Line<'_>, context: &Context, out: &mut Vec<u8>) {
    let known = context.knowledge.of(record);
    let latency = Latency::of_request(record);
    Object::write(out, |o| {
        match record {
            Record::AlbAccess(record) => alb_access::write(o, record, line, context, &known, latency),
            Record::AlbConnection(record) => alb_connection::write(o, record, line, context, &known),
            Record::AlbHealthCheck(record) => alb_health_check::write(o, record, line, context),
            Record::NlbTls(record) => nlb_tls::write(o, record, line, context, &known),
            Record::Classic(record) => classic::write(o, record, line, context, &known, latency),
        }
        o.object("albatross", |o| albatross(o, record, &known, latency));
    });
}

/// `event.*`, in the words of ECS.
struct Event<'a> {
    what: What,
    outcome: &'static str,
    start: Option<Timestamp<'a>>,
    end: Option<End<'a>>,
    duration_nanos: Option<u64>,
}

/// What a document is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Request,
    Connection,
    HealthCheck,
}

impl What {
    /// Its members of `event` that never change.
    fn event(self) -> &'static str {
        match self {
            Self::Request => {
                r#""kind":"event","module":"aws","dataset":"aws.elb_logs","category":["web"],"type":["access"]"#
            }
            Self::Connection => {
                r#""kind":"event","module":"aws","dataset":"aws.elb_logs","category":["network"],"type":["connection"]"#
            }
            Self::HealthCheck => {
                r#""kind":"event","module":"aws","dataset":"aws.elb_health_check_logs","category":["network"],"type":["info"]"#
            }
        }
    }

    /// And of `data_stream`. Elastic has no health checks, and its dashboards count what is in the data set of requests.
    fn data_stream(self) -> &'static str {
        match self {
            Self::Request | Self::Connection => r#""type":"logs","dataset":"aws.elb_logs""#,
            Self::HealthCheck => r#""type":"logs","dataset":"aws.elb_health_check_logs""#,
        }
    }
}

/// When an event was over.
enum End<'a> {
    Logged(Timestamp<'a>),
    /// Its start and how long it took.
    Reckoned(DateTime<Utc>),
}

/// What Elastic's integration says of every document, and of those that hold the raw line.
const TAGS: &str = r#""tags":["forwarded","aws-elb-logs"]"#;
const TAGS_OF_ORIGINAL: &str = r#""tags":["preserve_original_event","forwarded","aws-elb-logs"]"#;

/// What stands at the head of every document.
fn head(o: &mut Object<'_>, time: Timestamp<'_>, event: &Event<'_>, line: &Line<'_>, context: &Context) {
    o.time("@timestamp", time.text);
    if event.what != What::HealthCheck {
        o.constant(if context.keep_original { TAGS_OF_ORIGINAL } else { TAGS });
    }
    o.constant(r#""ecs":{"version":"8.17.0"}"#);
    o.object("event", |o| {
        o.constant(event.what.event());
        o.string("outcome", event.outcome);
        if let Some(start) = event.start {
            o.time("start", start.text);
        }
        match event.end {
            Some(End::Logged(end)) => o.time("end", end.text),
            Some(End::Reckoned(end)) => o.string("end", &end.to_rfc3339_opts(SecondsFormat::Nanos, true)),
            None => {}
        }
        o.number("duration", event.duration_nanos);
        if context.keep_original {
            o.string("original", &Text(line.bytes).as_logged());
        }
    });
    o.object("cloud", |o| {
        o.constant(r#""provider":"aws""#);
        if let Some(region) = &context.region {
            o.string("region", region);
        }
        if let Some(account) = &context.account {
            o.object("account", |o| o.string("id", account));
        }
    });
    o.object("data_stream", |o| {
        o.constant(event.what.data_stream());
        o.string("namespace", &context.namespace);
    });
    o.object("log", |o| {
        o.object("file", |o| {
            if let Some(path) = &context.path {
                o.string("path", path);
            }
        });
        o.number("offset", Some(line.offset));
    });
}

/// `event.outcome` of a connection.
fn handshake_outcome(established: Option<bool>) -> &'static str {
    match established {
        Some(true) => "success",
        Some(false) => "failure",
        None => "unknown",
    }
}

/// `aws.elb.backend.ip` and `.port`.
fn backend(o: &mut Object<'_>, target: Endpoint<'_>) {
    o.string("ip", target.address);
    if let Some(port) = target.port {
        // A keyword in Elastic's mapping, so a string here.
        o.string("port", itoa::Buffer::new().format(port));
    }
}

/// The places of a list that is there.
fn places(list: Logged<List<'_>>) -> impl Iterator<Item = Text<'_>> {
    list.value().into_iter().flat_map(List::places)
}

/// The items of a list that is there.
fn items(list: Logged<List<'_>>) -> impl Iterator<Item = Text<'_>> {
    list.value().into_iter().flat_map(List::iter)
}

/// `tls.cipher`, `.version` and `.version_protocol`.
fn tls(o: &mut Object<'_>, cipher: Logged<Text<'_>>, protocol: Logged<Text<'_>>) {
    o.text("cipher", cipher.value());
    if let Some((protocol, version)) = protocol.value().and_then(|text| tls_version(text.0)) {
        o.text("version", Some(Text(version)));
        o.string("version_protocol", protocol);
    }
}

/// Protocol and version, in one spelling: a protocol is `TLSv1.3`, and `tlsv13` where it is a Network Load Balancer's;
/// neither needs a minor version that is 0.
fn tls_version(logged: &[u8]) -> Option<(&'static str, &[u8])> {
    let (name, version) = logged.split_at_checked(4)?;
    let protocol = match name {
        b"TLSv" | b"tlsv" => "tls",
        b"SSLv" | b"sslv" => "ssl",
        _ => return None,
    };
    let version = match version {
        b"1" | b"10" => &b"1.0"[..],
        b"11" => b"1.1",
        b"12" => b"1.2",
        b"13" => b"1.3",
        b"2" | b"20" => b"2.0",
        b"3" | b"30" => b"3.0",
        [b'0'..=b'9', b'.', b'0'..=b'9'] => version,
        _ => return None,
    };
    Some((protocol, version))
}

/// `related.ip` and `related.hosts`, each value once.
fn related<'a>(
    o: &mut Object<'_>,
    client: Option<Endpoint<'a>>,
    target: Option<Endpoint<'a>>,
    hosts: [Option<Text<'a>>; 2],
) {
    let address = |endpoint: Endpoint<'a>| Text(endpoint.address.as_bytes());
    let (client, target) = (client.map(address), target.map(address));
    o.texts("ip", client.into_iter().chain(target.filter(|_| target != client)));
    let [first, second] = hosts;
    o.texts("hosts", first.into_iter().chain(second.filter(|_| second != first)));
}

fn albatross(o: &mut Object<'_>, record: &Record<'_>, known: &Known<'_>, latency: Option<Latency>) {
    o.object("verdict", |o| {
        let reason = verdict(record, latency);
        if let Some(by) = reason.by() {
            o.string("by", by.code());
        }
        o.string("reason", reason.code());
        o.string("text", &explain(record, reason, latency));
    });
    o.object("latency", |o| {
        if let Some(latency) = latency {
            o.milliseconds("total_ms", latency.total_nanos);
            o.flag("is_sum", latency.is_sum.then_some(true));
            o.text("dominant", latency.dominant.map(|phase| Text(phase.code().as_bytes())));
        }
    });
    o.object("client", |o| o.optional("network", known.network.map(Network::code)));
    o.flag("bot", known.user_agent.as_ref().and_then(|user_agent| user_agent.is_bot));
    o.number("enrichment_version", Some(ENRICHMENT_VERSION));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tls_versions_in_one_spelling() {
        for (logged, expected) in [
            ("TLSv1.3", Some(("tls", "1.3"))),
            ("tlsv13", Some(("tls", "1.3"))),
            ("TLSv1", Some(("tls", "1.0"))),
            ("tlsv1", Some(("tls", "1.0"))),
            ("tlsv10", Some(("tls", "1.0"))),
            ("tlsv1.2", Some(("tls", "1.2"))),
            ("SSLv3", Some(("ssl", "3.0"))),
            ("sslv3", Some(("ssl", "3.0"))),
            ("SSLv2", Some(("ssl", "2.0"))),
            ("TLSv", None),
            ("QUIC", None),
            ("TLSvx.y", None),
        ] {
            let found = tls_version(logged.as_bytes());
            let expected = expected.map(|(protocol, version)| (protocol, version.as_bytes()));
            assert_eq!(found, expected, "{logged}");
        }
    }
}
