//! What the page shows of a line, whatever its format; empty where a format has no such thing.

use crate::enrich::Latency;
use crate::format::Record;
use crate::record::{Endpoint, HealthTarget, Request};
use crate::text::Text;

/// The values of one row.
#[derive(Debug, Default)]
pub(crate) struct Shown<'a> {
    pub client: Option<Endpoint<'a>>,
    pub target: Option<HealthTarget<'a>>,
    pub request: Request<'a>,
    /// What the client got.
    pub status: Option<u16>,
    /// What the target said, to a request or to a health check.
    pub target_status: Option<u16>,
    /// Of a request and of a TLS connection how long it took, of a connection that is not over its handshake.
    pub duration_nanos: Option<u64>,
    pub received_bytes: Option<u64>,
    pub sent_bytes: Option<u64>,
    pub user_agent: Option<Text<'a>>,
}

impl<'a> Shown<'a> {
    #[inline]
    pub(crate) fn of(record: &Record<'a>, latency: Option<Latency>) -> Self {
        let duration_nanos = latency.map(|latency| latency.total_nanos);
        match record {
            Record::AlbAccess(record) => Self {
                client: record.client.value(),
                target: record.target.value().map(HealthTarget::Endpoint),
                request: record.request.value().unwrap_or_default(),
                status: record.elb_status_code.value(),
                target_status: record.target_status_code.value(),
                duration_nanos,
                received_bytes: record.received_bytes.value(),
                sent_bytes: record.sent_bytes.value(),
                user_agent: record.user_agent.value(),
            },
            Record::Classic(record) => Self {
                client: record.client.value(),
                target: record.backend.value().map(HealthTarget::Endpoint),
                request: record.request.value().unwrap_or_default(),
                status: record.elb_status_code.value(),
                target_status: record.backend_status_code.value(),
                duration_nanos,
                received_bytes: record.received_bytes.value(),
                sent_bytes: record.sent_bytes.value(),
                user_agent: record.user_agent.value(),
            },
            Record::NlbTls(record) => Self {
                client: record.client.value(),
                target: record.destination.value().map(HealthTarget::Endpoint),
                duration_nanos: record.connection_time_ms.value().map(|ms| ms.saturating_mul(1_000_000)),
                received_bytes: record.received_bytes.value(),
                sent_bytes: record.sent_bytes.value(),
                ..Self::default()
            },
            Record::AlbConnection(record) => Self {
                client: record.client.value(),
                duration_nanos: record.tls_handshake_latency.value().map(|latency| latency.nanos),
                ..Self::default()
            },
            Record::AlbHealthCheck(record) => Self {
                target: record.target_addr.value(),
                target_status: record.status_code.value(),
                duration_nanos: record.latency.value().map(|latency| latency.nanos),
                ..Self::default()
            },
        }
    }
}
