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
    /// Of a request its known times, of a TLS connection its length, of a connection that is not over its handshake.
    pub duration_nanos: Option<u64>,
    pub received_bytes: Option<u64>,
    pub sent_bytes: Option<u64>,
    pub user_agent: Option<Text<'a>>,
}

impl<'a> Shown<'a> {
    #[inline]
    pub(crate) fn of(record: &Record<'a>) -> Self {
        match record {
            Record::AlbAccess(record) => Self {
                client: Some(record.client),
                target: record.target.map(HealthTarget::Endpoint),
                request: record.request,
                status: record.elb_status_code,
                target_status: record.target_status_code,
                duration_nanos: Latency::of(record.times()).map(|latency| latency.total_nanos),
                received_bytes: record.received_bytes,
                sent_bytes: record.sent_bytes,
                user_agent: record.user_agent,
            },
            Record::Classic(record) => Self {
                client: Some(record.client),
                target: record.backend.map(HealthTarget::Endpoint),
                request: record.request,
                status: record.elb_status_code,
                target_status: record.backend_status_code,
                duration_nanos: Latency::of(record.times()).map(|latency| latency.total_nanos),
                received_bytes: record.received_bytes,
                sent_bytes: record.sent_bytes,
                user_agent: record.user_agent,
            },
            Record::NlbTls(record) => Self {
                client: Some(record.client),
                target: record.destination.map(HealthTarget::Endpoint),
                duration_nanos: record.connection_time_ms.map(|ms| ms.saturating_mul(1_000_000)),
                received_bytes: record.received_bytes,
                sent_bytes: record.sent_bytes,
                ..Self::default()
            },
            Record::AlbConnection(record) => Self {
                client: Some(record.client),
                duration_nanos: record.tls_handshake_latency.map(|latency| latency.nanos),
                ..Self::default()
            },
            Record::AlbHealthCheck(record) => Self {
                target: record.target_addr,
                target_status: record.status_code,
                duration_nanos: record.latency.map(|latency| latency.nanos),
                ..Self::default()
            },
        }
    }
}
