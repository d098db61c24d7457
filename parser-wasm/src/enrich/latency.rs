//! How long a request took, and where the time went.

use crate::format::{AlbAccess, Classic, Record};
use crate::logged::Logged;
use crate::record::{Phase, Seconds, Timestamp};

/// How long a request took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Latency {
    /// In nanoseconds.
    pub total_nanos: u64,
    /// Whether the line does not say when the request came in, so that the total is the sum of the phases that ended.
    pub is_sum: bool,
    /// Where most of the time went; absent where the line does not show it.
    pub dominant: Option<Phase>,
}

/// What a line says of a request's time.
struct Times<'a> {
    start: Logged<Timestamp<'a>>,
    end: Timestamp<'a>,
    /// From the request to the response.
    phases: [Logged<Seconds<'a>>; 3],
    status: Logged<u16>,
}

/// Each phase is logged in whole milliseconds, and so is the start: what is in none of the phases is more than rounding
/// beyond this.
const ROUNDING_NANOS: u64 = 4_000_000;

/// How long a connection to a target may take to come about: "Troubleshoot your Application Load Balancers", HTTP 504.
const CONNECT_NANOS: u64 = 10_000_000_000;

/// The idle timeout that a load balancer has if nobody sets another: "Application Load Balancers", connection idle
/// timeout.
const IDLE_NANOS: u64 = 60_000_000_000;

impl Latency {
    /// Of a request; connections and health checks have no phases.
    pub fn of_request(record: &Record<'_>) -> Option<Self> {
        match record {
            Record::AlbAccess(record) => Self::of(&Times::of_alb(record)),
            Record::Classic(record) => Self::of(&Times::of_classic(record)),
            Record::AlbConnection(_) | Record::AlbHealthCheck(_) | Record::NlbTls(_) => None,
        }
    }

    fn of(times: &Times<'_>) -> Option<Self> {
        let sum = times.phases.iter().filter_map(|phase| phase.value()).map(|phase| phase.nanos).sum();
        match times.start {
            Logged::Value(start) => {
                let total_nanos = start.nanos_until(&times.end)?;
                let dominant = times.dominant(total_nanos, total_nanos.saturating_sub(sum));
                Some(Self { total_nanos, is_sum: false, dominant })
            }
            // A phase that was not delivered might be any time, and one that did not end is none.
            Logged::Missing | Logged::Dash => {
                let is_known =
                    !times.phases.iter().any(Logged::is_missing) && times.phases.iter().any(Logged::is_value);
                is_known.then(|| Self { total_nanos: sum, is_sum: true, dominant: times.dominant_of_sum() })
            }
        }
    }

    /// Whether it is about as long as a connection to the target is waited for.
    pub(super) fn is_connect_timeout(&self) -> bool {
        !self.is_sum && self.total_nanos.abs_diff(CONNECT_NANOS) < CONNECT_NANOS / 10
    }

    /// Whether it is about the idle timeout that load balancers have if nobody sets another.
    pub(super) fn is_idle_timeout(&self) -> bool {
        !self.is_sum && self.total_nanos.abs_diff(IDLE_NANOS) < IDLE_NANOS / 10
    }
}

impl<'a> Times<'a> {
    fn of_alb(record: &AlbAccess<'a>) -> Self {
        Self {
            start: record.request_creation_time,
            end: record.time,
            phases: record.times(),
            status: record.elb_status_code,
        }
    }

    /// The line's only time is when the request came in.
    fn of_classic(record: &Classic<'a>) -> Self {
        Self { start: Logged::Missing, end: record.time, phases: record.times(), status: record.elb_status_code }
    }

    /// The longest of the phases and what is in none of them. A phase that did not end has what is in none of the others.
    fn dominant(&self, total: u64, rest: u64) -> Option<Phase> {
        if self.phases.iter().any(Logged::is_missing) {
            return None;
        }
        let ended = self.longest();
        if self.phases.iter().all(Logged::is_value) {
            let is_elsewhere = rest > ROUNDING_NANOS && ended.is_none_or(|(_, nanos)| rest > nanos);
            return if is_elsewhere { Some(Phase::Transfer) } else { ended.map(|(phase, _)| phase) };
        }
        let open = self.first_open()?;
        if open == Phase::Request {
            return self.of_nothing_sent(total);
        }
        ended.filter(|(_, nanos)| *nanos >= rest).map_or(Some(open), |(phase, _)| Some(phase))
    }

    /// Of a sum nothing but the phases is known: what did not end may have been the longest, and was it if that ended in a
    /// timeout.
    fn dominant_of_sum(&self) -> Option<Phase> {
        match self.first_open() {
            None => self.longest().map(|(phase, _)| phase),
            open if self.status == Logged::Value(504) => open,
            Some(_) => None,
        }
    }

    /// Whose time it was when the load balancer sent nothing to a target: of a timeout that of the client, or of the
    /// connection to the target, or of the target, as long as they are waited for.
    fn of_nothing_sent(&self, total_nanos: u64) -> Option<Phase> {
        let whole = Latency { total_nanos, is_sum: false, dominant: None };
        match self.status {
            Logged::Value(408) => Some(Phase::Request),
            Logged::Value(504) if whole.is_connect_timeout() => Some(Phase::Request),
            Logged::Value(504) if whole.is_idle_timeout() => Some(Phase::Target),
            _ => None,
        }
    }

    fn named(&self) -> impl Iterator<Item = (Phase, Logged<Seconds<'a>>)> {
        [Phase::Request, Phase::Target, Phase::Response].into_iter().zip(self.phases)
    }

    /// The longest that ended, unless none took any time; the first of equals: a later phase may only have waited for it.
    fn longest(&self) -> Option<(Phase, u64)> {
        let nanos = self.named().filter_map(|(phase, time)| Some((phase, time.value()?.nanos)));
        nanos.filter(|(_, nanos)| *nanos > 0).reduce(|longest, next| if next.1 > longest.1 { next } else { longest })
    }

    fn first_open(&self) -> Option<Phase> {
        self.named().find(|(_, time)| time.is_dash()).map(|(phase, _)| phase)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Phase::{Request, Response, Target, Transfer};

    const END: &str = "2026-11-23T10:00:00.000250";

    /// Total in milliseconds, whether it is a sum, and the dominant phase.
    fn of(start: &str, status: u16, phases: [&str; 3]) -> Option<(f64, bool, Option<Phase>)> {
        let time = |text: &'static str| Timestamp::parse(text.as_bytes()).expect("a time");
        let logged = |text: &str| match text {
            "" => Logged::Missing,
            "-1" => Logged::Dash,
            _ => Logged::Value(Seconds::parse(text.to_owned().leak().as_bytes()).expect("seconds")),
        };
        let start = match start {
            "" => Logged::Missing,
            start => Logged::Value(time(start.to_owned().leak())),
        };
        let times = Times { start, end: time(END), phases: phases.map(logged), status: Logged::Value(status) };
        let Latency { total_nanos, is_sum, dominant } = Latency::of(&times)?;
        Some((total_nanos as f64 / 1e6, is_sum, dominant))
    }

    #[test]
    fn the_whole_is_end_minus_start() {
        for (start, status, phases, expected) in [
            ("2026-11-23T09:59:59.995Z", 200, ["0.001", "0.003", "0.000"], (5.25, Some(Target))),
            ("2026-11-23T09:59:59.998Z", 200, ["0.000", "0.000", "0.000"], (2.25, None)),
            ("2026-11-23T09:58:59.000Z", 504, ["0.001", "-1", "-1"], (61_000.25, Some(Target))),
            ("2026-11-23T09:59:30.000Z", 460, ["0.001", "-1", "-1"], (30_000.25, Some(Target))),
            ("2026-11-23T09:59:30.000Z", 502, ["29.000", "-1", "-1"], (30_000.25, Some(Request))),
            ("2026-11-23T09:59:30.000Z", 502, ["0.001", "0.100", "-1"], (30_000.25, Some(Response))),
            ("2026-11-23T09:59:50.000Z", 504, ["-1", "-1", "-1"], (10_000.25, Some(Request))),
            ("2026-11-23T09:59:00.000Z", 504, ["-1", "-1", "-1"], (60_000.25, Some(Target))),
            ("2026-11-23T09:59:30.000Z", 504, ["-1", "-1", "-1"], (30_000.25, None)),
            ("2026-11-23T09:59:00.000Z", 408, ["-1", "-1", "-1"], (60_000.25, Some(Request))),
            ("2026-11-23T09:59:59.999Z", 302, ["-1", "-1", "-1"], (1.25, None)),
            ("2026-11-23T09:55:00.000Z", 200, ["0.001", "0.024", "0.000"], (300_000.25, Some(Transfer))),
            ("2026-11-23T09:59:00.000Z", 200, ["0.001", "59.000", "0.000"], (60_000.25, Some(Target))),
            ("2026-11-20T09:55:00.000Z", 101, ["0.001", "0.024", "0.000"], (259_500_000.25, Some(Transfer))),
            // The phases say more than the times: whoever edited the line knows.
            ("2026-11-23T09:59:59.999Z", 200, ["0.001", "5.000", "0.000"], (1.25, Some(Target))),
            ("2026-11-23T09:59:50.000Z", 504, ["", "-1", "-1"], (10_000.25, None)),
        ] {
            let (total, dominant) = expected;
            assert_eq!(of(start, status, phases), Some((total, false, dominant)), "{start} {status} {phases:?}");
        }
        assert_eq!(
            of("2026-11-23T10:00:00.001Z", 200, ["0.001", "0.001", "0.001"]),
            None,
            "the end is before the start"
        );
    }

    #[test]
    fn without_a_start_there_is_a_sum() {
        for (status, phases, expected) in [
            (200, ["0.001", "0.003", "0.000"], Some((4.0, Some(Target)))),
            (200, ["0.002", "0.002", "0.001"], Some((5.0, Some(Request)))),
            (200, ["0.000", "0.000", "0.000"], Some((0.0, None))),
            (504, ["1.5", "-1", "-1"], Some((1500.0, Some(Target)))),
            (502, ["1.5", "-1", "-1"], Some((1500.0, None))),
            (504, ["-1", "-1", "-1"], None),
            (200, ["0.001", "0.003", ""], None),
        ] {
            let expected = expected.map(|(total, dominant)| (total, true, dominant));
            assert_eq!(of("", status, phases), expected, "{status} {phases:?}");
        }
    }
}
