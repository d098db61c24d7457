//! A run's report as CloudWatch metrics, in the embedded metric format: one JSON line on standard
//! output, which Lambda's log turns into metrics without a call.
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use std::time::SystemTime;

use serde_json::{Map, Value, json};

use crate::cancel::StopReason;
use crate::report::Report;

const NAMESPACE: &str = "Albatross";

/// The metrics of a run of a deployment: `Lines = Indexed + Duplicate + Filtered + Quarantined + Unstored + Skipped`.
#[must_use]
pub fn embedded(report: &Report, deployment: &str, now: SystemTime) -> Value {
    let engine = &report.engine;
    let stopped = report.stopped.as_ref().is_some_and(StopReason::is_alarming);
    let metrics: Vec<(&str, &str, Option<u64>)> = vec![
        ("Lines", "Count", Some(report.lines)),
        ("Indexed", "Count", Some(report.indexed)),
        ("Duplicate", "Count", Some(report.duplicate)),
        ("Filtered", "Count", Some(report.filtered)),
        ("Quarantined", "Count", Some(report.quarantined)),
        ("Unstored", "Count", Some(report.unstored)),
        ("Skipped", "Count", Some(report.skipped.blank + report.skipped.control)),
        ("ObjectsSettled", "Count", Some(report.objects.settled)),
        ("ObjectsQuarantined", "Count", Some(report.objects.quarantined)),
        ("ObjectsEnqueued", "Count", Some(report.objects.enqueued)),
        ("ObjectsLeft", "Count", Some(report.objects.left)),
        ("ObjectsFailed", "Count", Some(report.objects.failed)),
        ("ObjectsLate", "Count", report.listing_complete.map(|_| report.objects.late)),
        ("ObjectsParked", "Count", report.parked.map(|parked| parked.objects)),
        ("OldestFailedAge", "Seconds", report.parked.map(|parked| parked.oldest_s)),
        ("UnknownNames", "Count", report.listing_complete.map(|_| report.unknown_names)),
        ("ListingComplete", "Count", report.listing_complete.map(u64::from)),
        ("Sweeps", "Count", report.listing_complete.map(|complete| u64::from(complete && !stopped))),
        ("StateNotWritten", "Count", Some(report.not_remembered)),
        ("ReceivedBytes", "Bytes", Some(report.bytes.received)),
        ("InflatedBytes", "Bytes", Some(report.bytes.inflated)),
        ("OldestWaitingAge", "Seconds", report.oldest_waiting_s),
        ("EngineRequests", "Count", Some(engine.requests)),
        ("EngineRetries", "Count", Some(engine.retries)),
        ("EngineLatency", "Milliseconds", engine.mean_latency_ms()),
        ("EngineLatencyMax", "Milliseconds", (engine.requests > 0).then_some(engine.latency_max_ms)),
        ("Stopped", "Count", Some(u64::from(stopped || report.is_failure()))),
    ];
    line_of(&metrics, deployment, now)
}

/// The metric of a tick that found another run under way.
#[must_use]
pub fn skipped_tick(deployment: &str, now: SystemTime) -> Value {
    line_of(&[("TicksSkipped", "Count", Some(1))], deployment, now)
}

/// The metric of a backfill or replay: whether it ended before its work did, or left something.
#[must_use]
pub fn job(is_unfinished: bool, deployment: &str, now: SystemTime) -> Value {
    line_of(&[("JobsStopped", "Count", Some(u64::from(is_unfinished)))], deployment, now)
}

fn line_of(metrics: &[(&str, &str, Option<u64>)], deployment: &str, now: SystemTime) -> Value {
    let known = || metrics.iter().filter_map(|(name, unit, value)| Some((*name, *unit, (*value)?)));
    let definitions: Vec<Value> = known().map(|(name, unit, _)| json!({ "Name": name, "Unit": unit })).collect();
    let epoch = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let mut line = Map::new();
    line.insert(
        "_aws".to_owned(),
        json!({
            "Timestamp": u64::try_from(epoch.as_millis()).unwrap_or(u64::MAX),
            "CloudWatchMetrics": [{ "Namespace": NAMESPACE, "Dimensions": [["Deployment"]], "Metrics": definitions }],
        }),
    );
    line.insert("Deployment".to_owned(), Value::from(deployment));
    line.extend(known().map(|(name, _, value)| (name.to_owned(), Value::from(value))));
    Value::Object(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Ledger;

    #[test]
    fn every_metric_is_defined_and_given() {
        let mut report = Report::default();
        report.add(&Ledger {
            lines: 7,
            indexed: 2,
            duplicate: 1,
            quarantined: 1,
            unstored: 1,
            blank: 1,
            control: 1,
            ..Ledger::default()
        });
        let line = embedded(&report, "logs", SystemTime::UNIX_EPOCH);
        let definitions = line["_aws"]["CloudWatchMetrics"][0]["Metrics"].as_array().unwrap();
        for definition in definitions {
            assert!(line[definition["Name"].as_str().unwrap()].is_u64(), "{definition}");
        }
        let sum: u64 = ["Indexed", "Duplicate", "Filtered", "Quarantined", "Unstored", "Skipped"]
            .iter()
            .map(|name| line[name].as_u64().unwrap())
            .sum();
        assert_eq!(line["Lines"], sum);
        assert!(line.get("OldestWaitingAge").is_none(), "what is not known is no zero");
        assert_eq!(line["Deployment"], "logs");
    }
}
