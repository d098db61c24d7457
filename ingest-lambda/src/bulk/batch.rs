//! A batch: the items of one bulk request, and the account of the lines they came from.

use std::sync::Arc;

use bytes::Bytes;
use parser_wasm::{ItemWriter, Line, LineOutcome, Skip};

use super::entry::{Origin, Refusal};
use crate::ledger::Ledger;

/// Room for the item that fills the batch up: a line of the longest length, escaped.
const SLACK_BYTES: usize = 256 << 10;

/// A stretch of an object's lines: their items, ready to be sent as they lie, and the fate of all
/// the others. Needs nothing but itself to be sent and accounted for.
#[derive(Debug)]
pub struct Batch {
    origin: Arc<Origin>,
    limits: BatchLimits,
    /// NDJSON: action LF document LF.
    buffer: Vec<u8>,
    items: Vec<Entry>,
    /// The lines of the items, one behind the other: a document that the engine refuses is kept
    /// with its line.
    lines: Vec<u8>,
    ledger: Ledger,
    quarantine: Vec<u8>,
    last_line: u64,
}

/// When a batch is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchLimits {
    /// Bytes held: items, and the lines they came from.
    pub bytes: usize,
    /// Items.
    pub items: usize,
}

/// One item: it begins where the one before ends, and so does its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    end: usize,
    line_end: usize,
    line: u64,
    offset: u64,
}

/// The account of a batch whose every line has met its fate.
#[derive(Debug)]
pub struct Sent {
    /// Of the lines since the batch before.
    pub ledger: Ledger,
    /// Quarantine entries, one JSON object a line.
    pub quarantine: Vec<u8>,
    /// The last line it covers.
    pub last_line: u64,
}

impl Batch {
    /// An empty batch.
    pub(super) fn new(origin: Arc<Origin>, limits: BatchLimits) -> Self {
        Self {
            origin,
            limits,
            buffer: Vec::with_capacity(limits.bytes + SLACK_BYTES),
            items: Vec::new(),
            lines: Vec::new(),
            ledger: Ledger::default(),
            quarantine: Vec::new(),
            last_line: 0,
        }
    }

    /// Enters a line: its item behind the others, or its fate.
    pub fn write(&mut self, writer: &ItemWriter, line: &Line<'_>) {
        self.ledger.lines += 1;
        self.last_line = line.number;
        match writer.write(line, &mut self.buffer) {
            LineOutcome::Item(_) => {
                self.lines.extend_from_slice(line.bytes);
                let (end, line_end) = (self.buffer.len(), self.lines.len());
                self.items.push(Entry { end, line_end, line: line.number, offset: line.offset });
            }
            LineOutcome::Skipped(Skip::Blank) => self.ledger.blank += 1,
            LineOutcome::Skipped(Skip::Control) => self.ledger.control += 1,
            LineOutcome::Rejected(rejection) => {
                self.ledger.quarantined += 1;
                self.origin.write_rejection(&rejection, &mut self.quarantine);
            }
        }
    }

    /// Whether it is time to send.
    #[must_use]
    pub fn is_full(&self) -> bool {
        let bytes = self.buffer.len() + self.lines.len() + self.quarantine.len();
        bytes >= self.limits.bytes || self.items.len() >= self.limits.items
    }

    /// How many items wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether no item waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Enters the fate of an item that is in the index.
    pub(super) fn enter(&mut self, indexed: u64, duplicate: u64) {
        self.ledger.indexed += indexed;
        self.ledger.duplicate += duplicate;
    }

    /// Enters the fate of an item that the engine refused.
    pub(super) fn refuse(&mut self, item: usize, refusal: &Refusal) {
        let Entry { end, line_end, line, offset } = self.items[item];
        let before = item.checked_sub(1).map(|before| self.items[before]);
        let (start, line_start) = before.map_or((0, 0), |before| (before.end, before.line_end));
        let bytes = &self.lines[line_start..line_end];
        let line = Line { number: line, offset, bytes, length: bytes.len() as u64 };
        let item = self.buffer.get(start..end).unwrap_or_default();
        let document = item.splitn(2, |byte| *byte == b'\n').nth(1).unwrap_or_default();
        self.ledger.quarantined += 1;
        self.origin.write_refusal(&line, refusal, document, &mut self.quarantine);
    }

    /// The account, once no item waits.
    pub(super) fn into_sent(self) -> Sent {
        Sent { ledger: self.ledger, quarantine: self.quarantine, last_line: self.last_line }
    }

    /// Lends the buffer to a request without copying it. It comes back by [`Batch::reclaim`].
    pub(super) fn lend(&mut self) -> Bytes {
        Bytes::from(std::mem::take(&mut self.buffer))
    }

    /// The first `count` items.
    pub(super) fn head(&self, count: usize) -> &[u8] {
        self.buffer.get(..self.bytes_of(count)).unwrap_or_default()
    }

    /// The length in bytes of the first `count` items.
    pub(super) fn bytes_of(&self, count: usize) -> usize {
        count.checked_sub(1).map_or(0, |last| self.items[last].end)
    }

    /// Takes the lent buffer back: free of charge if the request has let go of it, otherwise as a
    /// copy.
    pub(super) fn reclaim(&mut self, buffer: Bytes) {
        self.buffer = Vec::from(buffer);
    }

    /// Of the first `count` items keeps those that `keep` names, of the others all, and moves what
    /// is kept to the front.
    pub(super) fn retain(&mut self, count: usize, mut keep: impl FnMut(usize) -> bool) {
        let (mut kept, mut write, mut read) = (0, 0, 0);
        let (mut line_write, mut line_read) = (0, 0);
        for index in 0..self.items.len() {
            let Entry { end, line_end, .. } = self.items[index];
            if index >= count || keep(index) {
                self.buffer.copy_within(read..end, write);
                write += end - read;
                self.lines.copy_within(line_read..line_end, line_write);
                line_write += line_end - line_read;
                self.items[kept] = Entry { end: write, line_end: line_write, ..self.items[index] };
                kept += 1;
            }
            (read, line_read) = (end, line_end);
        }
        self.items.truncate(kept);
        self.buffer.truncate(write);
        self.lines.truncate(line_write);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::bulk) const LIMITS: BatchLimits = BatchLimits { bytes: 1 << 20, items: 100 };

    /// A batch of items `{"create":{}}⏎"LINE"⏎`, for lines counted from 1.
    pub(in crate::bulk) fn batch_of(documents: &[&str]) -> Batch {
        let mut batch = Batch::new(Arc::new(Origin::new("logs", "a.log", "\"0\"")), LIMITS);
        for (line, document) in (1..).zip(documents) {
            batch.buffer.extend_from_slice(format!("{{\"create\":{{}}}}\n\"{document}\"\n").as_bytes());
            batch.lines.extend_from_slice(document.as_bytes());
            let (end, line_end) = (batch.buffer.len(), batch.lines.len());
            batch.items.push(Entry { end, line_end, line, offset: 0 });
            batch.ledger.lines += 1;
            batch.last_line = line;
        }
        batch
    }

    fn assert_same(batch: &Batch, documents: &[&str], lines: &[u64]) {
        let expected = batch_of(documents);
        assert_eq!(batch.buffer, expected.buffer);
        assert_eq!(batch.lines, expected.lines);
        let ends = |batch: &Batch| batch.items.iter().map(|item| (item.end, item.line_end)).collect::<Vec<_>>();
        assert_eq!(ends(batch), ends(&expected));
        let found: Vec<u64> = batch.items.iter().map(|item| item.line).collect();
        assert_eq!(found, lines);
    }

    #[test]
    fn only_what_failed_stays_in_order() {
        let mut batch = batch_of(&["one", "two-two", "3", "four", "five"]);
        batch.retain(5, |index| matches!(index, 1 | 4));
        assert_same(&batch, &["two-two", "five"], &[2, 5]);
        batch.retain(2, |_| false);
        assert!(batch.is_empty());
        assert_eq!(batch.bytes_of(0), 0);
    }

    #[test]
    fn what_was_not_sent_stays() {
        let mut batch = batch_of(&["one", "two", "three", "four"]);
        batch.retain(2, |index| index == 0);
        assert_same(&batch, &["one", "three", "four"], &[1, 3, 4]);
    }

    #[test]
    fn lending_copies_nothing() {
        let mut batch = batch_of(&["one", "two"]);
        let address = batch.buffer.as_ptr();
        let lent = batch.lend();
        let head = lent.slice(..batch.bytes_of(1));
        assert_eq!(head, "{\"create\":{}}\n\"one\"\n");
        drop(head);
        batch.reclaim(lent);
        assert_eq!(batch.buffer.as_ptr(), address);
        assert_same(&batch, &["one", "two"], &[1, 2]);
    }

    #[test]
    fn a_refused_document_is_kept_with_its_line() {
        let mut batch = batch_of(&["one", "two"]);
        let refusal = Refusal { status: 400, kind: "mapper_parsing_exception".into(), reason: "no".into() };
        batch.refuse(1, &refusal);
        let entry: serde_json::Value = serde_json::from_slice(&batch.quarantine).unwrap();
        assert_eq!((&entry["key"], &entry["line"], &entry["raw"]), (&"a.log".into(), &2.into(), &"two".into()));
        assert_eq!((&entry["document"], &entry["engine"]["status"]), (&"two".into(), &400.into()));
    }
}
