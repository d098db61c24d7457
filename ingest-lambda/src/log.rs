//! The log: JSON lines on standard error, to be filtered by `alarm`.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde::Serialize;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::cancel::StopReason;
use crate::config::LOG_LEVEL;
use crate::console::JsonLines;
use crate::outcome::{Disposition, Settled, Worked};
use crate::report::Report;

/// Keys that a run's line names for each reason; the report names more.
const NAMED_PER_REASON: usize = 5;

/// A long job says so often how far it is.
const PROGRESS_EVERY: Duration = Duration::from_secs(30);

/// From here on, events of this program are lines on standard error, and warnings of its libraries. Each line says in
/// `span` in which invocation it was.
pub fn log_as_json() {
    let json = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_writer(JsonLines);
    let levels = Targets::new()
        .with_target("ingest_lambda", level().unwrap_or(LevelFilter::INFO))
        .with_default(LevelFilter::WARN);
    tracing_subscriber::registry().with(levels).with(json).init();
}

/// The level that is set; what is wrong with it the configuration says.
pub(crate) fn level() -> Option<LevelFilter> {
    std::env::var(LOG_LEVEL).ok().filter(|level| !level.is_empty())?.parse().ok()
}

/// One line per object.
pub(crate) fn log_object(bucket: &str, key: &str, worked: &Worked) {
    let Worked { ledger, outcome, .. } = worked;
    let (code, message) = match outcome {
        Ok(Settled::Whole) => ("settled", "settled an object".to_owned()),
        Ok(Settled::Before) => ("settled", "settled an object before".to_owned()),
        Ok(Settled::Quarantined(damage)) => ("quarantined", format!("moved a damaged object to quarantine: {damage}")),
        Err(why) => (why.code(), format!("left an object: {why}")),
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
        unstored = ledger.unstored,
        blank = ledger.blank,
        control = ledger.control,
    );
}

/// Says now and then how many of how many `things` a job is done with.
pub(crate) fn progress(things: &'static str) -> impl FnMut(usize, usize) {
    let mut last = Instant::now();
    move |done, total| {
        if last.elapsed() >= PROGRESS_EVERY {
            last = Instant::now();
            tracing::info!(things, done, total, "worked so far");
        }
    }
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
        failed = report.objects.failed,
        late = report.objects.late,
        both_deliveries = report.deliveries.told(),
        listing_complete = report.listing_complete,
        parked = report.parked.map(|parked| parked.objects),
        alarm = report.stopped.as_ref().is_some_and(StopReason::is_alarming) || report.is_failure(),
        stopped = report.stopped.as_ref().map(ToString::to_string),
        lines = report.lines,
        indexed = report.indexed,
        duplicate = report.duplicate,
        filtered = report.filtered,
        quarantined = report.quarantined,
        unstored = report.unstored,
        "ended a run"
    );
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
pub(crate) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
