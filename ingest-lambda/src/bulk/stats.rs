//! What a run's requests came to.

use std::time::Duration;

use serde::Serialize;

/// Counts of one run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SinkStats {
    /// Bulk requests sent.
    pub requests: u64,
    /// Documents in them, sent once or again.
    pub sent_documents: u64,
    /// Requests that sent something again.
    pub retries: u64,
    /// The time they took together, in milliseconds.
    pub latency_sum_ms: u64,
    /// The longest of them, in milliseconds.
    pub latency_max_ms: u64,
    /// Bytes of their bodies, as sent.
    pub sent_bytes: u64,
}

impl SinkStats {
    pub(super) fn enter(&mut self, time: Duration, documents: usize, sent_bytes: usize) {
        let ms = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        self.requests += 1;
        self.sent_documents += documents as u64;
        self.latency_sum_ms += ms;
        self.latency_max_ms = self.latency_max_ms.max(ms);
        self.sent_bytes += sent_bytes as u64;
    }

    /// The time of a request, in milliseconds; none without any.
    #[must_use]
    pub fn mean_latency_ms(&self) -> Option<u64> {
        self.latency_sum_ms.checked_div(self.requests)
    }
}
