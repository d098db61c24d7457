//! Health checks of Application Load Balancers.

use super::{Context, Event, backend, head, related};
use crate::document::json::Object;
use crate::format::AlbHealthCheck;
use crate::lines::Line;
use crate::record::HealthTarget;

pub(super) fn write(o: &mut Object<'_>, record: &AlbHealthCheck<'_>, line: &Line<'_>, context: &Context) {
    let event = Event {
        dataset: "aws.elb_health_check_logs",
        category: "network",
        kind: "info",
        outcome: match record.passed() {
            Some(true) => "success",
            Some(false) => "failure",
            None => "unknown",
        },
        start: None,
        end: Some(record.time),
        duration_nanos: record.latency.map(|latency| latency.nanos),
    };
    head(o, record.time, &event, line, context);
    o.object("related", |o| {
        if let Some(HealthTarget::Endpoint(target)) = record.target_addr {
            related(o, None, Some(target), [None, None]);
        }
    });
    o.object("aws", |o| o.object("elb", |o| elb(o, record)));
}

fn elb(o: &mut Object<'_>, record: &AlbHealthCheck<'_>) {
    o.text("type", Some(record.r#type));
    o.text("name", record.elb);
    o.object("backend", |o| match record.target_addr {
        Some(HealthTarget::Endpoint(target)) => backend(o, target),
        Some(HealthTarget::Arn(arn)) => o.text("arn", Some(arn)),
        None => {}
    });
    o.object("target_group", |o| o.text("name", record.target_group_id));
    o.object("health_check", |o| {
        o.object("latency", |o| o.literal("sec", record.latency.map(|latency| latency.text)));
        o.text("status", Some(record.status));
        o.number("status_code", record.status_code);
        o.text("reason", record.reason_code);
    });
    o.ip("node_ip", record.ip_address);
    o.texts("extra", record.extra.clone());
}
