//! A verdict in words, with what the line adds to its reason.

use super::Reason;
use crate::enrich::{Latency, alert_name};
use crate::format::{AlbConnection, AlbHealthCheck, NlbTls, Record};
use crate::logged::Logged;
use crate::record::Seconds;
use std::borrow::Cow;

/// One or two sentences for a person.
pub(crate) fn explain(record: &Record<'_>, reason: Reason, latency: Option<Latency>) -> Cow<'static, str> {
    let text = reason.text();
    let more = match record {
        Record::AlbAccess(record) => {
            let (elb, target) = (record.elb_status_code.value(), record.target_status_code.value());
            of_statuses(elb, target, || passed(latency?, record.times()))
        }
        Record::Classic(_) if reason == Reason::NoRegisteredTarget => {
            return Cow::Borrowed(
                "No instance was registered or healthy, or the load balancer did not have the capacity yet.",
            );
        }
        Record::Classic(record) => {
            let target = record.backend_status_code.value().filter(|status| *status != 0);
            of_statuses(record.elb_status_code.value(), target, || passed(latency?, record.times()))
        }
        Record::AlbConnection(record) => of_connection(record),
        Record::AlbHealthCheck(record) => of_health_check(record, reason),
        Record::NlbTls(record) => of_alert(record),
    };
    more.map_or(Cow::Borrowed(text), |more| Cow::Owned(format!("{text} {more}")))
}

fn of_statuses(elb: Option<u16>, target: Option<u16>, passed: impl Fn() -> Option<String>) -> Option<String> {
    match (elb, target) {
        // Both statuses are told where they differ.
        (Some(elb), Some(target)) if elb != target => Some(format!("The client got {elb}, the target said {target}.")),
        (Some(460), None) => passed(),
        _ => None,
    }
}

/// How long it had taken until then; where the line does not say that, what its phases took.
fn passed(latency: Latency, phases: [Logged<Seconds<'_>>; 3]) -> Option<String> {
    if !latency.is_sum {
        return Some(format!("{} had passed.", spoken(latency.total_nanos)));
    }
    let named = ["request", "target", "response"].into_iter().zip(phases);
    let told = named.filter_map(|(name, time)| Some(format!("The {name} phase took {}.", spoken(time.value()?.nanos))));
    Some(told.collect::<Vec<_>>().join(" "))
}

/// A time as people say it: `3 ms`, `7.4 s`, `30 s`.
fn spoken(nanos: u64) -> String {
    let tenths = (nanos + 50_000_000) / 100_000_000;
    match (nanos, tenths) {
        (..1_000_000, _) => "less than 1 ms".to_owned(),
        (..995_000_000, _) => format!("{} ms", (nanos + 500_000) / 1_000_000),
        (_, ..100) if tenths % 10 > 0 => format!("{}.{} s", tenths / 10, tenths % 10),
        _ => format!("{} s", (nanos + 500_000_000) / 1_000_000_000),
    }
}

fn of_connection(record: &AlbConnection<'_>) -> Option<String> {
    Some(format!("AWS's code is {}.", record.verify_failure()?.decode()))
}

fn of_health_check(record: &AlbHealthCheck<'_>, reason: Reason) -> Option<String> {
    if reason != Reason::HealthCheckFailed {
        return None;
    }
    match (record.reason_code.value(), record.status_code.value()) {
        (Some(code), Some(status)) => Some(format!("AWS's code is {}, the status was {status}.", code.decode())),
        (Some(code), None) => Some(format!("AWS's code is {}.", code.decode())),
        (None, Some(status)) => Some(format!("The status was {status}.")),
        (None, None) => None,
    }
}

fn of_alert(record: &NlbTls<'_>) -> Option<String> {
    let alert = record.incoming_tls_alert.value()?;
    Some(match alert_name(alert) {
        Some(name) => format!("The client sent the TLS alert {alert}, {name}."),
        None => format!("The client sent the TLS alert {alert}."),
    })
}
