//! Where the time went.

use crate::format::Record;
use crate::logged::Logged;
use crate::record::{Phase, Seconds};

/// The known times of a request, summed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Latency {
    /// Sum of the times that are known, in nanoseconds.
    pub total_nanos: u64,
    /// The longest phase; absent when every time is zero, so that no phase stands out.
    pub dominant: Option<Phase>,
}

impl Latency {
    /// Of a request; connections and health checks have no phases.
    pub fn of_request(record: &Record<'_>) -> Option<Self> {
        match record {
            Record::AlbAccess(record) => Self::of(record.times()),
            Record::Classic(record) => Self::of(record.times()),
            Record::AlbConnection(_) | Record::AlbHealthCheck(_) | Record::NlbTls(_) => None,
        }
    }

    /// From the request, target and response times; `None` when none of them is known.
    pub fn of(times: [Logged<Seconds<'_>>; 3]) -> Option<Self> {
        let phases = [Phase::Request, Phase::Target, Phase::Response];
        let (mut total_nanos, mut longest, mut dominant) = (None, 0, None);
        for (phase, time) in phases.into_iter().zip(times) {
            let Logged::Value(Seconds { nanos, .. }) = time else { continue };
            total_nanos = Some(total_nanos.unwrap_or(0) + nanos);
            // The first of equals: a later phase may only have waited for it.
            if nanos > longest {
                (longest, dominant) = (nanos, Some(phase));
            }
        }
        total_nanos.map(|total_nanos| Self { total_nanos, dominant })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(times: [&'static str; 3]) -> Option<(u64, Option<Phase>)> {
        let latency =
            Latency::of(times.map(|text| Seconds::parse(text.as_bytes()).map_or(Logged::Dash, Logged::Value)))?;
        Some((latency.total_nanos, latency.dominant))
    }

    #[test]
    fn sums_and_the_longest() {
        assert_eq!(of(["0.001", "0.003", "0.000"]), Some((4_000_000, Some(Phase::Target))));
        assert_eq!(of(["0.002", "0.002", "0.001"]), Some((5_000_000, Some(Phase::Request))));
        assert_eq!(of(["0.000", "0.000", "0.000"]), Some((0, None)));
        assert_eq!(of(["1.5", "-", "-"]), Some((1_500_000_000, Some(Phase::Request))));
        assert_eq!(of(["-", "-", "-"]), None);
    }
}
