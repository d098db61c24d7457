//! What a run did: the Lambda's answer, and what `albatross ingest` prints.

use std::collections::BTreeMap;

use parser_wasm::GeoDatabase;
use serde::Serialize;

use crate::bulk::{Sink, SinkStats};
use crate::cancel::StopReason;
use crate::deliveries::Deliveries;
use crate::ledger::Ledger;
use crate::outcome::{Disposition, Settled, Unsettled, Worked};
use crate::state::{WorkList, now_s};

/// Objects left for the same reason that are named; beyond that they are counted. Keeps the
/// answer below Lambda's limit of 6 MB whatever lies in the bucket.
const NAMED_PER_REASON: u64 = 100;

/// The sums over all objects, and what was left in the bucket and why.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// The digest of the settings that made the documents, as the page shows it.
    pub settings: String,
    /// The MMDB files that were asked where clients are, on which documents depend as well.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub geo: Vec<GeoDatabase>,
    /// Objects, by what became of them.
    pub objects: Objects,
    /// Lines read.
    pub lines: u64,
    /// Documents new in the index.
    pub indexed: u64,
    /// Documents that were there already.
    pub duplicate: u64,
    /// Lines that the filter left out.
    pub filtered: u64,
    /// Lines in quarantine: they could not be parsed, or the engine rejected their document.
    pub quarantined: u64,
    /// Documents that the engine acknowledged and did not store in their index.
    pub unstored: u64,
    /// Lines that are no requests.
    pub skipped: Skipped,
    /// Bytes read.
    pub bytes: Bytes,
    /// What the engine did.
    pub engine: SinkStats,
    /// Age of the oldest log that waits, in seconds, whatever it waits for; archived objects do not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oldest_waiting_s: Option<u64>,
    /// The work list at the end of a sweep: objects that failed and wait for somebody or something.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parked: Option<Parked>,
    /// Whether a sweep saw every key, or at least all of the newest folders; none where nothing was listed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listing_complete: Option<bool>,
    /// Names under `AWSLogs/…/elasticloadbalancing/` that are no known log's.
    #[serde(skip_serializing_if = "is_zero")]
    pub unknown_names: u64,
    /// That keys of both of AWS's deliveries were seen, where they were.
    #[serde(rename = "both_deliveries", skip_serializing_if = "Deliveries::is_one")]
    pub deliveries: Deliveries,
    /// What could not be written to the state.
    #[serde(skip_serializing_if = "is_zero")]
    pub not_remembered: u64,
    /// Damaged objects that moved to quarantine, up to a hundred.
    pub damaged: Vec<LeftObject>,
    /// The objects left, up to a hundred for each reason.
    pub left: Vec<LeftObject>,
    /// How many objects were left for each reason.
    pub left_by_reason: BTreeMap<&'static str, u64>,
    /// Why the run ended before its work did, if it did.
    pub stopped: Option<StopReason>,
}

/// Objects that failed and wait.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Parked {
    /// How many there are.
    pub objects: u64,
    /// Since when the oldest of them has been failing, in seconds.
    pub oldest_s: u64,
}

/// `listed = settled + quarantined + enqueued + done_before + left`.
#[derive(Debug, Default, Serialize)]
pub struct Objects {
    /// Under the prefix.
    pub listed: u64,
    /// Of which every line is accounted for: deleted, archived or kept, as configured.
    pub settled: u64,
    /// Damaged: their good lines are indexed, and they lie whole in quarantine.
    pub quarantined: u64,
    /// Handed to the queue.
    pub enqueued: u64,
    /// Settled by an earlier run, where settled objects stay.
    pub done_before: u64,
    /// Still in the bucket, as far as this run knows.
    pub left: u64,
    /// Of those left, the ones that failed for a reason that somebody has to look at.
    pub failed: u64,
    /// Appeared with a `LastModified` of long ago, where objects stay.
    #[serde(skip_serializing_if = "is_zero")]
    pub late: u64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// Lines without a document, by kind.
#[derive(Debug, Default, Serialize)]
pub struct Skipped {
    /// Blank lines.
    pub blank: u64,
    /// Control lines.
    pub control: u64,
}

/// Bytes, before and after inflating.
#[derive(Debug, Default, Serialize)]
pub struct Bytes {
    /// From S3.
    pub received: u64,
    /// Of log text.
    pub inflated: u64,
}

/// An object that a person may have to look at.
#[derive(Debug, Serialize)]
pub struct LeftObject {
    /// Its key.
    pub key: String,
    /// [`Unsettled::code`], or the code of the damage.
    pub reason: &'static str,
    /// The reason in words, with positions.
    pub message: String,
}

impl Report {
    /// A report on nothing yet.
    #[must_use]
    pub fn new(settings_digest: String) -> Self {
        Self { settings: settings_digest, ..Self::default() }
    }

    /// Adds what was done to an object.
    pub fn add(&mut self, ledger: &Ledger) {
        self.lines += ledger.lines;
        self.indexed += ledger.indexed;
        self.duplicate += ledger.duplicate;
        self.skipped.blank += ledger.blank;
        self.skipped.control += ledger.control;
        self.filtered += ledger.filtered;
        self.quarantined += ledger.quarantined;
        self.unstored += ledger.unstored;
        self.bytes.received += ledger.received_bytes;
        self.bytes.inflated += ledger.inflated_bytes;
    }

    /// Adds what became of an object.
    pub(crate) fn enter(&mut self, key: String, worked: &Worked) {
        self.add(&worked.ledger);
        match &worked.outcome {
            Ok(settled) => self.settle(&key, settled),
            Err(why) => self.leave(key, why),
        }
    }

    /// Adds an object that is done with.
    pub fn settle(&mut self, key: &str, settled: &Settled) {
        match settled {
            Settled::Whole => self.objects.settled += 1,
            Settled::Before => self.objects.done_before += 1,
            Settled::Quarantined(damage) => {
                self.objects.quarantined += 1;
                if self.objects.quarantined <= NAMED_PER_REASON {
                    let (reason, message) = (damage.kind.code(), damage.to_string());
                    self.damaged.push(LeftObject { key: key.to_owned(), reason, message });
                }
            }
        }
    }

    /// Notes the age of a log that waits.
    pub fn note_waiting(&mut self, now_ms: i64, modified_ms: i64) {
        let age_s = u64::try_from(now_ms.saturating_sub(modified_ms) / 1000).unwrap_or_default();
        self.oldest_waiting_s = self.oldest_waiting_s.max(Some(age_s));
    }

    /// Notes what waits on the work list.
    pub(crate) fn note_work(&mut self, work: &WorkList) {
        let failed = work.briefs().filter(|brief| brief.kind.waits_for_somebody());
        let (objects, oldest) =
            failed.fold((0, u64::MAX), |(count, oldest), brief| (count + 1, oldest.min(brief.first_seen_s())));
        let oldest_s = if objects == 0 { 0 } else { now_s().saturating_sub(oldest) };
        self.parked = Some(Parked { objects, oldest_s });
    }

    /// Whether nothing could be settled though something should have been, or the state could not be written where
    /// that doubles documents.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        let Objects { settled, quarantined, enqueued, failed, .. } = self.objects;
        failed > 0 && settled + quarantined + enqueued == 0
    }

    /// The run is over.
    pub fn end(&mut self, stopped: Option<StopReason>, sink: &Sink) {
        self.stopped = stopped;
        self.engine = sink.take_stats();
        // Objects that were listed, or on their way to the queue, when the run was broken off.
        let Objects { listed, settled, quarantined, enqueued, done_before, left, .. } = self.objects;
        let unknown = listed.saturating_sub(settled + quarantined + enqueued + done_before + left);
        if unknown > 0 {
            self.objects.left += unknown;
            *self.left_by_reason.entry(Unsettled::NotReached.code()).or_default() += unknown;
        }
    }

    /// Adds an object that stays.
    pub fn leave(&mut self, key: String, why: &Unsettled) {
        self.objects.left += 1;
        self.objects.failed += u64::from(why.disposition() == Disposition::Alarm);
        let reason = why.code();
        let count = self.left_by_reason.entry(reason).or_default();
        *count += 1;
        if *count <= NAMED_PER_REASON {
            self.left.push(LeftObject { key, reason, message: why.to_string() });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_as_documented() {
        let mut report = Report::new("0123456789abcdef".to_owned());
        report.objects.listed = 2;
        report.objects.settled = 1;
        report.add(&Ledger { lines: 3, indexed: 2, blank: 1, received_bytes: 9, ..Ledger::default() });
        report.leave("k".to_owned(), &Unsettled::TestFile);
        report.stopped = Some(StopReason::Interrupted);
        assert_eq!(
            serde_json::to_value(&report).unwrap(),
            serde_json::json!({
                "settings": "0123456789abcdef",
                "objects": {
                    "listed": 2, "settled": 1, "quarantined": 0, "enqueued": 0, "done_before": 0, "left": 1, "failed": 0
                },
                "lines": 3, "indexed": 2, "duplicate": 0, "filtered": 0, "quarantined": 0, "unstored": 0,
                "skipped": {"blank": 1, "control": 0},
                "bytes": {"received": 9, "inflated": 0},
                "engine": {
                    "requests": 0, "sent_documents": 0, "retries": 0, "latency_sum_ms": 0, "latency_max_ms": 0, "sent_bytes": 0
                },
                "damaged": [],
                "left": [{"key": "k", "reason": "test_file", "message": "the load balancer's test file, not a log"}],
                "left_by_reason": {"test_file": 1},
                "stopped": "interrupted"
            })
        );
    }

    #[test]
    fn many_are_counted_and_some_named() {
        let mut report = Report::default();
        for number in 0..250 {
            report.leave(number.to_string(), &Unsettled::NotReached);
        }
        report.leave("other".to_owned(), &Unsettled::Changed);
        assert_eq!((report.objects.left, report.left.len()), (251, 101));
        assert_eq!(report.left_by_reason["not_reached"], 250);
    }
}
