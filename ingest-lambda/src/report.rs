//! What a run did: the Lambda's answer, and what `albatross ingest` prints.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::error::Unsettled;
use crate::ledger::Ledger;
use crate::stop::StopReason;

/// Objects left for the same reason that are named; beyond that they are counted. Keeps the
/// answer below Lambda's limit of 6 MB whatever lies in the bucket.
const NAMED_PER_REASON: u64 = 100;

/// The sums over all objects, and what was left in the bucket and why.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// The digest of the settings that made the documents, as the page shows it.
    pub settings: String,
    /// Objects, by what became of them.
    pub objects: Objects,
    /// Lines read.
    pub lines: u64,
    /// Documents new in the index.
    pub indexed: u64,
    /// Documents that were there already.
    pub duplicate: u64,
    /// Lines that are no requests.
    pub skipped: Skipped,
    /// Lines that could not be parsed, or whose document the engine rejected.
    pub rejected: u64,
    /// Bytes read.
    pub bytes: Bytes,
    /// The objects left, up to a hundred for each reason.
    pub left: Vec<LeftObject>,
    /// How many objects were left for each reason.
    pub left_by_reason: BTreeMap<&'static str, u64>,
    /// Why the run ended before its work did, if it did.
    pub stopped: Option<StopReason>,
}

/// `listed = settled + left`.
#[derive(Debug, Default, Serialize)]
pub struct Objects {
    /// Under the prefix.
    pub listed: u64,
    /// Wholly indexed and deleted.
    pub settled: u64,
    /// Still in the bucket, as far as this run knows.
    pub left: u64,
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

/// An object left in the bucket.
#[derive(Debug, Serialize)]
pub struct LeftObject {
    /// Its key.
    pub key: String,
    /// [`Unsettled::code`].
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
        self.rejected += ledger.rejected;
        self.bytes.received += ledger.received_bytes;
        self.bytes.inflated += ledger.inflated_bytes;
    }

    /// Adds an object that stays.
    pub fn leave(&mut self, key: String, why: &Unsettled) {
        self.objects.left += 1;
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
                "objects": {"listed": 2, "settled": 1, "left": 1},
                "lines": 3, "indexed": 2, "duplicate": 0,
                "skipped": {"blank": 1, "control": 0},
                "rejected": 0,
                "bytes": {"received": 9, "inflated": 0},
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
