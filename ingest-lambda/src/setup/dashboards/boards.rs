//! What there is to see: the only description of the dashboards. Fields are those of the schema `ecs`.

/// One dashboard.
pub(super) struct Board {
    /// Part of its id.
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    pub(super) panels: &'static [Panel],
}

/// One visualization, on one dashboard.
pub(super) struct Panel {
    /// Part of its id.
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    pub(super) kind: Kind,
    /// In KQL; which documents it is about, empty for all.
    pub(super) query: &'static str,
    pub(super) metrics: &'static [Metric],
    pub(super) buckets: &'static [Bucket],
}

/// How it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The metrics in large figures, without buckets.
    Figures,
    /// Stacked over the first bucket, by the second.
    Bars,
    /// The same, as lines.
    Lines,
    Donut,
    Table,
}

/// What is shown, with its label.
#[derive(Debug, Clone, Copy)]
pub(super) enum Metric {
    Count,
    Unique(&'static str, &'static str),
    Sum(&'static str, &'static str),
    Percentiles(&'static str, &'static str, &'static [u8]),
}

/// By what documents are told apart.
#[derive(Debug, Clone, Copy)]
pub(super) enum Bucket {
    /// The documents' time, in as many steps as there is room for.
    Time,
    /// So many values of a field, the largest by the first metric first.
    Terms(&'static str, &'static str, u8),
    /// Hundreds of a status.
    Classes(&'static str),
}

use Bucket::{Classes, Terms, Time};
use Kind::{Bars, Donut, Figures, Lines, Table};
use Metric::{Count, Percentiles, Sum, Unique};

const ALL: &str = "";
/// Connections are in the same data set.
const REQUESTS: &str = "event.category: web";
const FAILED: &str = "event.outcome: failure";
const TOTAL_MS: &str = "albatross.latency.total_ms";
/// Whose time is a request's: a WebSocket's is that of its connection, and an hour of it is no latency.
const ANSWERED_AT_ONCE: &str = "event.category: web and not http.response.status_code: 101";
const TARGET_GROUP: Bucket = Terms("aws.elb.target_group.arn", "target group", 10);
const REASON: Bucket = Terms("albatross.verdict.reason", "reason", 10);

const fn panel(
    name: &'static str,
    title: &'static str,
    kind: Kind,
    query: &'static str,
    metrics: &'static [Metric],
    buckets: &'static [Bucket],
) -> Panel {
    Panel { name, title, kind, query, metrics, buckets }
}

pub(super) const BOARDS: &[Board] = &[
    Board {
        name: "traffic",
        title: "traffic",
        panels: &[
            panel(
                "totals",
                "Totals",
                Figures,
                REQUESTS,
                &[
                    Count,
                    Unique("source.address", "clients"),
                    Sum("http.request.body.bytes", "bytes received"),
                    Sum("http.response.body.bytes", "bytes sent"),
                ],
                &[],
            ),
            panel("kinds", "Kinds of logs", Bars, ALL, &[Count], &[Time, Terms("event.type", "kind", 5)]),
            panel("statuses", "Statuses", Bars, REQUESTS, &[Count], &[Time, Classes("http.response.status_code")]),
            panel(
                "load-balancers",
                "Load balancers",
                Table,
                REQUESTS,
                &[Count, Unique("source.address", "clients"), Sum("http.response.body.bytes", "bytes sent")],
                &[Terms("aws.elb.name", "load balancer", 20)],
            ),
            panel(
                "hosts",
                "Hosts",
                Table,
                REQUESTS,
                &[Count, Unique("source.address", "clients"), Sum("http.response.body.bytes", "bytes sent")],
                &[Terms("url.domain", "host", 20)],
            ),
            panel(
                "paths",
                "Paths",
                Table,
                ANSWERED_AT_ONCE,
                &[Count, Percentiles(TOTAL_MS, "ms", &[50, 95])],
                &[Terms("url.path", "path", 20)],
            ),
            panel("methods", "Methods", Donut, REQUESTS, &[Count], &[Terms("http.request.method", "method", 10)]),
        ],
    },
    Board {
        name: "errors",
        title: "errors by verdict",
        panels: &[
            panel(
                "failures",
                "Failures, and who decided",
                Bars,
                FAILED,
                &[Count],
                &[Time, Terms("albatross.verdict.by", "decided by", 10)],
            ),
            panel(
                "verdicts",
                "Why",
                Table,
                FAILED,
                &[Count, Unique("source.address", "clients")],
                &[Terms("albatross.verdict.by", "decided by", 10), REASON],
            ),
            panel(
                "failed-statuses",
                "What the client got, and what the target had said",
                Table,
                FAILED,
                &[Count],
                &[
                    Terms("http.response.status_code", "status", 20),
                    Terms("aws.elb.backend.http.response.status_code", "status of the target", 10),
                ],
            ),
            panel("failed-target-groups", "Target groups", Table, FAILED, &[Count], &[TARGET_GROUP, REASON]),
            panel(
                "failed-paths",
                "Hosts and paths",
                Table,
                FAILED,
                &[Count],
                &[Terms("url.domain", "host", 10), Terms("url.path", "path", 10)],
            ),
            panel(
                "load-balancers-reasons",
                "AWS's own reasons",
                Table,
                ALL,
                &[Count],
                &[Terms("aws.elb.error.reason", "error_reason", 20)],
            ),
            panel(
                "health-checks",
                "Health checks that failed",
                Table,
                "aws.elb.health_check.status: FAIL",
                &[Count],
                &[
                    Terms("aws.elb.target_group.name", "target group", 10),
                    Terms("aws.elb.health_check.reason", "reason", 10),
                ],
            ),
        ],
    },
    Board {
        name: "latency",
        title: "latency",
        panels: &[
            panel(
                "latency",
                "Latency in milliseconds",
                Lines,
                ANSWERED_AT_ONCE,
                &[Percentiles(TOTAL_MS, "ms", &[50, 95, 99])],
                &[Time],
            ),
            panel(
                "dominant",
                "Where the time went",
                Donut,
                ANSWERED_AT_ONCE,
                &[Count],
                &[Terms("albatross.latency.dominant", "most of it", 5)],
            ),
            panel(
                "latency-of-target-groups",
                "95th percentile of the slowest target groups",
                Lines,
                ANSWERED_AT_ONCE,
                &[Percentiles(TOTAL_MS, "ms", &[95])],
                &[Time, Terms("aws.elb.target_group.arn", "target group", 5)],
            ),
            panel(
                "target-groups",
                "Target groups",
                Table,
                ANSWERED_AT_ONCE,
                &[
                    Count,
                    Percentiles(TOTAL_MS, "ms", &[50, 95, 99]),
                    Percentiles("aws.elb.backend_processing_time.sec", "s in the target", &[95]),
                ],
                &[TARGET_GROUP],
            ),
            panel(
                "targets",
                "Slowest targets",
                Table,
                ALL,
                &[Percentiles("aws.elb.backend_processing_time.sec", "s in the target", &[95])],
                &[Terms("aws.elb.backend.ip", "target", 20)],
            ),
            panel(
                "slowest-paths",
                "Slowest paths",
                Table,
                ANSWERED_AT_ONCE,
                &[Percentiles(TOTAL_MS, "ms", &[95]), Count],
                &[Terms("url.path", "path", 20)],
            ),
        ],
    },
    Board {
        name: "tls",
        title: "TLS",
        panels: &[
            panel("versions", "Versions", Bars, ALL, &[Count], &[Time, Terms("tls.version", "version", 5)]),
            panel(
                "handshakes",
                "Handshakes in milliseconds",
                Lines,
                ALL,
                &[Percentiles("aws.elb.tls_handshake_time.ms", "ms", &[50, 95, 99])],
                &[Time],
            ),
            panel(
                "ciphers",
                "Ciphers",
                Table,
                ALL,
                &[Count],
                &[Terms("tls.version", "version", 5), Terms("tls.cipher", "cipher", 20)],
            ),
            panel(
                "key-exchanges",
                "Key exchange",
                Donut,
                ALL,
                &[Count],
                &[Terms("aws.elb.tls_named_group", "group", 10)],
            ),
            panel(
                "failed-handshakes",
                "Handshakes that failed",
                Table,
                "tls.established: false",
                &[Count],
                &[REASON, Terms("source.address", "client", 10)],
            ),
            panel(
                "client-certificates",
                "Client certificates",
                Table,
                ALL,
                &[Count],
                &[Terms("tls.client.subject", "subject", 20), Terms("aws.elb.tls_verify_status", "verified", 5)],
            ),
            panel(
                "certificates",
                "Certificates served",
                Table,
                ALL,
                &[Count],
                &[Terms("aws.elb.chosen_cert.arn", "certificate", 20)],
            ),
        ],
    },
    Board {
        name: "clients",
        title: "clients and bots",
        panels: &[
            panel("bots", "Programs and people", Bars, ALL, &[Count], &[Time, Terms("albatross.bot", "bot", 2)]),
            panel("networks", "Networks", Donut, ALL, &[Count], &[Terms("albatross.client.network", "network", 10)]),
            panel(
                "addresses",
                "Addresses",
                Table,
                ALL,
                &[Count, Unique("url.path", "paths"), Sum("http.response.body.bytes", "bytes sent")],
                &[Terms("source.address", "client", 20)],
            ),
            panel(
                "user-agents",
                "User agents",
                Table,
                ALL,
                &[Count, Unique("source.address", "clients")],
                &[Terms("user_agent.name", "name", 20), Terms("user_agent.os.name", "system", 5)],
            ),
            panel(
                "bot-user-agents",
                "Bots",
                Table,
                "albatross.bot: true",
                &[Count, Unique("source.address", "clients")],
                &[Terms("user_agent.original", "user agent", 20)],
            ),
            panel(
                "classifications",
                "Malformed requests",
                Table,
                ALL,
                &[Count],
                &[Terms("aws.elb.classification", "class", 5), Terms("aws.elb.classification_reason", "reason", 10)],
            ),
            panel(
                "countries",
                "Countries (with MMDB files)",
                Table,
                ALL,
                &[Count],
                &[Terms("source.geo.country_name", "country", 20)],
            ),
            panel(
                "systems",
                "Autonomous systems (with MMDB files)",
                Table,
                ALL,
                &[Count],
                &[Terms("source.as.organization.name", "organization", 20)],
            ),
        ],
    },
];
