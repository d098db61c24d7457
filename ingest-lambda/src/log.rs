//! The log: JSON lines on standard error, to be filtered by `alarm`.

use std::collections::BTreeMap;

use serde::Serialize;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::cancel::StopReason;
use crate::jobs::backfill::BackfillReport;
use crate::jobs::replay::ReplayReport;
use crate::ledger::Ledger;
use crate::object::Settled;
use crate::outcome::{Disposition, Unsettled};
use crate::report::Report;

/// Keys that a run's line names for each reason; the report names more.
const NAMED_PER_REASON: usize = 5;

/// From here on, events of this program are lines on standard error, and warnings of its libraries.
pub fn log_as_json() {
    let json = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_writer(std::io::stderr);
    let levels = Targets::new().with_target("ingest_lambda", LevelFilter::INFO).with_default(LevelFilter::WARN);
    tracing_subscriber::registry().with(levels).with(json).init();
}

/// One line per object.
pub(crate) fn log_object(bucket: &str, key: &str, ledger: &Ledger, outcome: &Result<Settled, Unsettled>) {
    let (code, message) = match outcome {
        Ok(Settled::Whole) => ("settled", "object settled".to_owned()),
        Ok(Settled::Quarantined(damage)) => ("quarantined", format!("damaged, and moved to quarantine: {damage}")),
        Err(why) => (why.code(), why.to_string()),
    };
    tracing::info!(
        bucket,
        key,
        outcome = code,
        alarm = outcome.as_ref().is_err_and(|why| why.disposition() == Disposition::Alarm),
        message,
        received_bytes = ledger.received_bytes,
        inflated_bytes = ledger.inflated_bytes,
        lines = ledger.lines,
        indexed = ledger.indexed,
        duplicate = ledger.duplicate,
        filtered = ledger.filtered,
        quarantined = ledger.quarantined,
        blank = ledger.blank,
        control = ledger.control,
    );
}

/// One line per run over objects.
pub(crate) fn log_run(report: &Report, state: &str) {
    tracing::info!(
        settings = report.settings,
        geo = (!report.geo.is_empty()).then(|| json(&report.geo)),
        state,
        listed = report.objects.listed,
        settled = report.objects.settled,
        quarantined_objects = report.objects.quarantined,
        enqueued = report.objects.enqueued,
        done_before = report.objects.done_before,
        left = report.objects.left,
        left_by_reason = json(&report.left_by_reason),
        left_for_example = json(&examples(report)),
        alarm = is_alarming(report.stopped.as_ref()),
        stopped = report.stopped.as_ref().map(ToString::to_string),
        lines = report.lines,
        indexed = report.indexed,
        duplicate = report.duplicate,
        filtered = report.filtered,
        quarantined = report.quarantined,
        "run ended"
    );
}

/// One line per replay.
pub fn log_replay(report: &ReplayReport) {
    tracing::info!(
        files = report.files,
        emptied = report.emptied,
        lines = report.lines,
        indexed = report.indexed,
        duplicate = report.duplicate,
        quarantined = report.quarantined,
        failed = json(&report.failed.iter().take(NAMED_PER_REASON).collect::<Vec<_>>()),
        alarm = is_alarming(report.stopped.as_ref()),
        stopped = report.stopped.as_ref().map(ToString::to_string),
        "replay ended"
    );
}

/// One line per backfill.
pub(crate) fn log_backfill(report: &BackfillReport, state: &str) {
    tracing::info!(
        state,
        folders = report.folders,
        folders_done = report.folders_done,
        enqueued = report.enqueued,
        left_alone = report.left_alone,
        stopped = report.stopped.as_ref().map(ToString::to_string),
        "backfill ended"
    );
}

fn is_alarming(stopped: Option<&StopReason>) -> bool {
    stopped.is_some_and(StopReason::is_alarming)
}

/// Some of the keys left, by reason.
fn examples(report: &Report) -> BTreeMap<&'static str, Vec<&str>> {
    let mut examples: BTreeMap<&'static str, Vec<&str>> = BTreeMap::new();
    for object in &report.left {
        let keys = examples.entry(object.reason).or_default();
        if keys.len() < NAMED_PER_REASON {
            keys.push(&object.key);
        }
    }
    examples
}

/// As text, which is what a line's field can hold.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
