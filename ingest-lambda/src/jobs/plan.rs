//! A dry run: what a sweep would do, without a request to the engine and without a change in S3 but for a probe.

use std::collections::BTreeMap;

use parser_wasm::{Damage, GeoDatabase, ItemWriter, KeyKind, Limits, LineOutcome, Source};
use serde::Serialize;
use serde_json::value::RawValue;

use super::sweep::{choose, look};
use crate::cancel::Cancel;
use crate::config::Settle;
use crate::deliveries::Deliveries;
use crate::ingest::Ingest;
use crate::lines::LogLines;
use crate::outcome::{RunError, Unsettled};
use crate::report::Report;
use crate::s3::{Finding, S3Error};

/// Documents and bad lines shown.
const SAMPLES: usize = 3;

/// What a sweep would do.
#[derive(Debug, Default, Serialize)]
pub struct Plan {
    /// The digest of the settings that make the documents, as the page shows it.
    pub settings: String,
    /// The MMDB files that were asked where clients are, on which documents depend as well.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub geo: Vec<GeoDatabase>,
    /// What would become of objects whose lines are all accounted for: `delete`, `keep`, or
    /// `archive to s3://...`.
    pub settle: String,
    /// The permissions that a run needs in S3, each of which was tried.
    pub permissions: Vec<Finding>,
    /// Objects under the prefix.
    pub listed: u64,
    /// Those that an earlier run settled, where settled objects stay.
    pub done_before: u64,
    /// That keys of both of AWS's deliveries were seen, where they were.
    #[serde(rename = "both_deliveries", skip_serializing_if = "Deliveries::is_one")]
    pub deliveries: Deliveries,
    /// How many objects would be left, by reason, as far as their names and ages tell. Those that this
    /// plan did not read are `not_reached`.
    pub left_by_reason: BTreeMap<&'static str, u64>,
    /// Logs that were read for this plan, in the order in which a sweep takes them.
    pub read: u64,
    /// Their bytes in S3.
    pub bytes: u64,
    /// Those of them that would be settled: deleted, archived or kept.
    pub would_settle: u64,
    /// Lines in these.
    pub lines: u64,
    /// Documents that would be sent.
    pub documents: u64,
    /// Lines that the filter would leave out.
    pub filtered: u64,
    /// Lines that would be quarantined.
    pub quarantined: u64,
    /// Blank and control lines.
    pub skipped: u64,
    /// Bulk bytes that would be sent, before compression, and documents, by index.
    pub by_index: BTreeMap<String, Share>,
    /// The same by the day of the event.
    pub by_day: BTreeMap<String, Share>,
    /// Objects that would move to quarantine whole, would be left as no logs, or cannot be read.
    pub faulty: Vec<FaultyObject>,
    /// The first documents.
    pub sample_documents: Vec<Box<RawValue>>,
    /// The first bad lines; none where something is redacted, as they are raw.
    pub sample_quarantined: Vec<Box<RawValue>>,
}

/// What would go to one index, or is of one day.
#[derive(Debug, Default, Serialize)]
pub struct Share {
    /// Documents.
    pub documents: u64,
    /// Bytes of them, with their actions.
    pub bytes: u64,
}

/// An object that would not be settled like the others.
#[derive(Debug, Serialize)]
pub struct FaultyObject {
    /// Its key.
    pub key: String,
    /// A stable name for it: `not_log`, what S3 says, or the kind of the damage.
    pub reason: &'static str,
    /// Why.
    pub message: String,
}

/// Reads the oldest `objects` logs as a sweep would, and counts.
///
/// # Errors
/// When the bucket cannot be listed, or the state cannot be read.
pub async fn plan(ingest: &Ingest, objects: usize, mut progress: impl FnMut(usize, usize)) -> Result<Plan, RunError> {
    let settle = match &ingest.config.settle {
        Settle::Delete => "delete".to_owned(),
        Settle::Keep => "keep".to_owned(),
        Settle::Archive(to) => format!("archive to {to}"),
    };
    let mut memory = look(ingest).await?;
    let mut report = Report::default();
    let (chosen, _) = choose(ingest, objects, &mut memory, &mut report, &Cancel::default()).await?;
    let mut plan = Plan {
        settings: ingest.settings.digest(),
        geo: ingest.knowledge.geo.list(),
        settle,
        permissions: ingest.store.preflight(&ingest.config, ingest.folder.path()).await,
        listed: report.objects.listed,
        done_before: report.objects.done_before,
        deliveries: report.deliveries,
        left_by_reason: report.left_by_reason,
        ..Plan::default()
    };
    let chosen: Vec<_> = chosen.objects.into_iter().chain(chosen.suspects).take(objects).collect();
    let total = chosen.len();
    for (done, (_, object)) in chosen.into_iter().enumerate() {
        progress(done, total);
        plan.read += 1;
        plan.bytes += object.size_bytes;
        let before = (plan.lines, plan.documents + plan.filtered, plan.quarantined);
        let (reason, message) = match read_for(ingest, &mut plan, &object.key).await {
            Ok(None) => {
                let not_log = Unsettled::NotLog { lines: plan.lines - before.0 };
                let nothing_good = plan.documents + plan.filtered == before.1 && plan.quarantined > before.2;
                if !nothing_good || matches!(KeyKind::of(&object.key), KeyKind::NamedByAws(_)) {
                    plan.would_settle += 1;
                    continue;
                }
                plan.quarantined = before.2;
                (not_log.code(), not_log.to_string())
            }
            Ok(Some(damage)) => (damage.kind.code(), damage.to_string()),
            Err(error) => {
                let why = Unsettled::from(error);
                (why.code(), why.to_string())
            }
        };
        plan.faulty.push(FaultyObject { key: object.key, reason, message });
    }
    Ok(plan)
}

async fn read_for(ingest: &Ingest, plan: &mut Plan, key: &str) -> Result<Option<Damage>, S3Error> {
    let mut download = ingest.store.get(key).await?;
    let source = Source::s3(ingest.bucket(), key);
    let redacts = !ingest.settings.redact.is_empty();
    let mut counter = Counter { writer: ingest.writer(&source, false), out: Vec::new(), key, redacts, plan };
    let mut lines = LogLines::new(Limits::default());
    while lines.damage().is_none() && lines.take_up(&mut download).await? {
        while let Some(line) = lines.next_line() {
            counter.count(&line);
        }
    }
    Ok(lines.fault().cloned())
}

/// Counts the lines of one object.
struct Counter<'a> {
    writer: ItemWriter,
    out: Vec<u8>,
    key: &'a str,
    redacts: bool,
    plan: &'a mut Plan,
}

impl Counter<'_> {
    fn count(&mut self, line: &parser_wasm::Line<'_>) {
        let Self { writer, out, key, plan, .. } = self;
        plan.lines += 1;
        out.clear();
        match writer.write(line, out) {
            LineOutcome::Item(item) => {
                plan.documents += 1;
                let day = day_of(&out[item.document.clone()]);
                let shares = [
                    plan.by_index.entry(index_of(&out[item.action])).or_default(),
                    plan.by_day.entry(day).or_default(),
                ];
                for share in shares {
                    share.documents += 1;
                    share.bytes += out.len() as u64;
                }
                keep_sample(&mut plan.sample_documents, &out[item.document]);
            }
            LineOutcome::Filtered => plan.filtered += 1,
            LineOutcome::Skipped(_) => plan.skipped += 1,
            LineOutcome::Rejected(rejection) => {
                plan.quarantined += 1;
                // The line is raw, and so is what its message quotes.
                if !self.redacts {
                    rejection.write_json(key, out);
                    keep_sample(&mut plan.sample_quarantined, out);
                }
            }
        }
    }
}

fn keep_sample(samples: &mut Vec<Box<RawValue>>, json: &[u8]) {
    if samples.len() < SAMPLES
        && let Ok(sample) = serde_json::from_slice(json)
    {
        samples.push(sample);
    }
}

/// The `_index` that an action names.
fn index_of(action: &[u8]) -> String {
    let action: serde_json::Value = serde_json::from_slice(action).unwrap_or_default();
    action.pointer("/create/_index").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
}

/// The day in a document's `@timestamp`.
fn day_of(document: &[u8]) -> String {
    let document: serde_json::Value = serde_json::from_slice(document).unwrap_or_default();
    let time = document.get("@timestamp").and_then(serde_json::Value::as_str).unwrap_or_default();
    time.get(.."YYYY-MM-DD".len()).unwrap_or(time).to_owned()
}
