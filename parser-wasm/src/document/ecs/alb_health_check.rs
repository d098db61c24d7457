//! Health checks of Application Load Balancers.

use super::{Context, End, Event, What, backend, head, related};
use crate::document::json::Object;
use crate::format::AlbHealthCheck;
use crate::lines::Line;
use crate::record::HealthTarget;

pub(super) fn write(o: &mut Object<'_>, record: &AlbHealthCheck<'_>, line: &Line<'_>, context: &Context) {
    let event = Event {
        what: What::HealthCheck,
        outcome: match record.passed() {
            Some(true) => "success",
            Some(false) => "failure",
            None => "unknown",
        },
        start: Some(record.time),
        end: record.latency.value().and_then(|latency| record.time.after(latency)).map(End::Reckoned),
        duration_nanos: record.latency.value().map(|latency| latency.nanos),
    };
    head(o, record.time, &event, line, context);
    o.object("related", |o| {
        if let Some(HealthTarget::Endpoint(target)) = record.target_addr.value() {
            related(o, None, Some(target), [None, None]);
        }
    });
    o.object("aws", |o| o.object("elb", |o| elb(o, record)));
}

fn elb(o: &mut Object<'_>, record: &AlbHealthCheck<'_>) {
    o.text("type", record.r#type.value());
    o.text("name", record.elb.value());
    o.object("backend", |o| match record.target_addr.value() {
        Some(HealthTarget::Endpoint(target)) => backend(o, target),
        Some(HealthTarget::Arn(arn)) => o.text("arn", Some(arn)),
        None => {}
    });
    o.object("target_group", |o| o.text("name", record.target_group_id.value()));
    o.object("health_check", |o| {
        o.object("latency", |o| o.literal("sec", record.latency.value().map(|latency| latency.text)));
        o.text("status", record.status.value());
        o.number("status_code", record.status_code.value());
        o.text("reason", record.reason_code.value());
    });
    o.ip("node_ip", record.ip_address.value());
    o.texts("extra", record.extra.clone());
}
