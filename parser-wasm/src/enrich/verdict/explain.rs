//! A verdict in words, with what the line adds to its reason.

use super::Reason;
use crate::enrich::{Latency, alert_name};
use crate::format::{AlbAccess, AlbConnection, AlbHealthCheck, Classic, NlbTls, Record};
use crate::logged::Logged;
use crate::record::{Request, Seconds};
use crate::text::Text;
use std::borrow::Cow;

/// One or two sentences for a person.
pub(crate) fn explain(record: &Record<'_>, reason: Reason, latency: Option<Latency>) -> Cow<'static, str> {
    if reason == Reason::Answered {
        // Nearly all lines, of which hardly one adds something.
        let (elb, target) = match record {
            Record::AlbAccess(record) => (record.elb_status_code, record.target_status_code),
            Record::Classic(record) => (record.elb_status_code, record.backend_status_code),
            Record::AlbConnection(_) | Record::AlbHealthCheck(_) | Record::NlbTls(_) => {
                (Logged::Missing, Logged::Missing)
            }
        };
        if elb == target {
            return Cow::Borrowed(reason.text());
        }
    }
    let (text, more) = match record {
        Record::AlbAccess(record) => {
            let told = Told::of_alb(record, latency);
            (told.cause(reason), told.more(reason))
        }
        Record::Classic(record) => {
            let told = Told::of_classic(record, latency);
            (told.cause_of_classic(reason), told.more(reason))
        }
        Record::AlbConnection(record) => (of_connection(reason), of_verification(record)),
        Record::AlbHealthCheck(record) => (of_health_check(reason), of_check_code(record, reason)),
        Record::NlbTls(record) => (of_connection(reason), of_alert(record)),
    };
    more.map_or(Cow::Borrowed(text), |more| Cow::Owned(format!("{text} {more}")))
}

/// What a request's line has to say beside its reason.
struct Told<'a> {
    elb_status: Option<u16>,
    target_status: Option<u16>,
    times: [Logged<Seconds<'a>>; 3],
    latency: Option<Latency>,
    method: Option<Text<'a>>,
    error_reason: Option<Text<'a>>,
    classification: [Option<Text<'a>>; 2],
}

impl<'a> Told<'a> {
    fn of_alb(record: &AlbAccess<'a>, latency: Option<Latency>) -> Self {
        Self {
            elb_status: record.elb_status_code.value(),
            target_status: record.target_status_code.value(),
            times: record.times(),
            latency,
            method: record.request.value().and_then(|Request { method, .. }| method),
            error_reason: record.error_reason.value(),
            classification: [record.classification.value(), record.classification_reason.value()],
        }
    }

    fn of_classic(record: &Classic<'a>, latency: Option<Latency>) -> Self {
        Self {
            elb_status: record.elb_status_code.value(),
            target_status: record.backend_status_code.value().filter(|status| *status != 0),
            times: record.times(),
            latency,
            method: record.request.value().and_then(|Request { method, .. }| method),
            error_reason: None,
            classification: [None, None],
        }
    }

    /// The reason's sentence, or one that says less or more where the line does.
    fn cause(&self, reason: Reason) -> &'static str {
        let code = self.error_reason.map(|text| text.0);
        match (reason, self.elb_status) {
            (Reason::TargetConnectionFailed, _) if code.is_some() => "AWS Lambda could not be reached.",
            (Reason::TargetConnectionFailed, Some(504)) => match self.latency {
                Some(_) => {
                    "No connection to the target within 10 seconds, of TCP or of TLS; often a network ACL or a security group is in the way."
                }
                None => {
                    "No connection to the target within 10 seconds, or no answer from it before the idle timeout; the line does not say how long the load balancer waited."
                }
            },
            (Reason::TargetClosedConnection, _) if self.is_begun() => {
                "The target closed the connection before its answer could be passed on; often its keep-alive timeout is shorter than the load balancer's idle timeout."
            }
            (Reason::TargetTimeout, _) if self.is_of_unknown_wait() => {
                "The target did not answer before the idle timeout, or no connection to it came about in time."
            }
            (Reason::MethodNotAllowed, _) if self.method == Some(Text(b"TRACE")) => {
                "The client used TRACE, which load balancers refuse."
            }
            (Reason::BodyTooLarge, _) if code == Some(b"LambdaRequestTooLarge") => {
                "The body was over the 1 MB that a Lambda target takes."
            }
            (Reason::MalformedRequest, _) if code == Some(b"LambdaBadRequest") => {
                "The request was not all UTF-8, as a Lambda target wants it."
            }
            (Reason::LoadBalancerError, _) if code.is_some() => "The load balancer failed by an error of its own.",
            (Reason::AuthenticationStarted, _) if code == Some(b"AuthInvalidCookie") => {
                "The client was sent to the identity provider to sign in again, since its cookie was not valid."
            }
            (Reason::AuthenticationStarted, _) if code.is_some() => {
                "The client was sent to the identity provider to sign in again."
            }
            _ => reason.text(),
        }
    }

    fn cause_of_classic(&self, reason: Reason) -> &'static str {
        match reason {
            Reason::NoRegisteredTarget => {
                "No instance was registered or healthy, or the load balancer did not have the capacity yet."
            }
            Reason::MethodNotAllowed if self.method.is_some_and(|method| method.0.len() > 127) => {
                "The method was longer than the 127 characters that load balancers take."
            }
            Reason::MethodNotAllowed => reason.text(),
            _ => self.cause(reason),
        }
    }

    /// Whether the target had begun to answer.
    fn is_begun(&self) -> bool {
        let [_, target, _] = self.times;
        target.is_value()
    }

    /// Whether nothing was sent, and the time that went by is neither that of a connection nor the usual idle timeout.
    fn is_of_unknown_wait(&self) -> bool {
        let [request, ..] = self.times;
        !request.is_value() && !self.latency.is_some_and(|latency| latency.is_idle_timeout())
    }

    fn more(&self, reason: Reason) -> Option<String> {
        if reason == Reason::ClientClosed {
            return self.until_closed();
        }
        let statuses = match (self.elb_status, self.target_status) {
            (Some(0), Some(target)) => Some(format!("The target had said {target}.")),
            // Both statuses are told where they differ.
            (Some(elb), Some(target)) if elb != target => {
                Some(format!("The client got {elb}, the target said {target}."))
            }
            _ => None,
        };
        let code = self.error_reason.map(|code| format!("AWS's code is {}.", code.decode()));
        let classification = match (reason, self.classification) {
            (Reason::DesyncRefused | Reason::MalformedRequest, [Some(class), Some(why)]) => {
                Some(format!("AWS classified it as {}, {}.", class.decode(), why.decode()))
            }
            _ => None,
        };
        let more: Vec<_> = [statuses, code, classification].into_iter().flatten().collect();
        (!more.is_empty()).then(|| more.join(" "))
    }

    /// Whom the client did not wait for, and how long it had; where the line does not say that, what its phases took.
    fn until_closed(&self) -> Option<String> {
        let mut more = Vec::new();
        if let ([Logged::Value(_), Logged::Dash, _], None) = (self.times, self.target_status) {
            more.push("The target had not answered yet.".to_owned());
        }
        match self.latency {
            Some(latency) if !latency.is_sum => more.push(format!("{} had passed.", spoken(latency.total_nanos))),
            _ => {
                let named = ["request", "target", "response"].into_iter().zip(self.times);
                more.extend(named.filter_map(|(name, time)| {
                    Some(format!("The {name} phase took {}.", spoken(time.value()?.nanos)))
                }));
            }
        }
        (!more.is_empty()).then(|| more.join(" "))
    }
}

/// A time as people say it: `3 ms`, `7.4 s`, `30 s`.
fn spoken(nanos: u64) -> String {
    let tenths = (nanos + 50_000_000) / 100_000_000;
    match (nanos, tenths) {
        (..1_000_000, _) => "less than 1 ms".to_owned(),
        (..995_000_000, _) => format!("{} ms", (nanos + 500_000) / 1_000_000),
        (_, ..100) if !tenths.is_multiple_of(10) => format!("{}.{} s", tenths / 10, tenths % 10),
        _ => format!("{} s", (nanos + 500_000_000) / 1_000_000_000),
    }
}

fn of_connection(reason: Reason) -> &'static str {
    match reason {
        Reason::NotTold => "The line does not tell whether the connection came about.",
        _ => reason.text(),
    }
}

fn of_health_check(reason: Reason) -> &'static str {
    match reason {
        Reason::NotTold => "The line does not tell whether the target passed the health check.",
        _ => reason.text(),
    }
}

fn of_verification(record: &AlbConnection<'_>) -> Option<String> {
    Some(format!("AWS's code is {}.", record.verify_failure()?.decode()))
}

fn of_check_code(record: &AlbHealthCheck<'_>, reason: Reason) -> Option<String> {
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
