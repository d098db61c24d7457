//! A batch: the items of one bulk request, and the account of the lines they came from.

use std::io::Write;
use std::sync::Arc;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use parser_wasm::{ItemWriter, Line, LineOutcome, Skip};

use super::buffers::Buffers;
use super::entry::{Origin, Refusal};
use crate::ledger::Ledger;

/// Room for the item that fills the batch up: a line of the longest length, escaped.
pub(super) const SLACK_BYTES: usize = 256 << 10;

/// A stretch of an object's lines: their items, ready to be sent as they lie, and the fate of all
/// the others. Needs nothing but itself to be sent and accounted for.
#[derive(Debug)]
pub struct Batch {
    origin: Arc<Origin>,
    limits: BatchLimits,
    buffers: Buffers,
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
pub(super) struct Entry {
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
    /// An empty batch, in empty buffers.
    pub(super) fn new(origin: Arc<Origin>, limits: BatchLimits, mut buffers: Buffers) -> Self {
        buffers.items.reserve_exact(limits.bytes + SLACK_BYTES);
        Self { origin, limits, buffers, ledger: Ledger::default(), quarantine: Vec::new(), last_line: 0 }
    }

    /// Enters a line: its item behind the others, or its fate. Whether it is an event, sent or not.
    pub fn write(&mut self, writer: &ItemWriter, line: &Line<'_>) -> bool {
        self.ledger.lines += 1;
        self.last_line = line.number;
        match writer.write(line, &mut self.buffers.items) {
            LineOutcome::Item(_) => {
                self.buffers.lines.extend_from_slice(line.bytes);
                let (end, line_end) = (self.buffers.items.len(), self.buffers.lines.len());
                self.buffers.entries.push(Entry { end, line_end, line: line.number, offset: line.offset });
                return true;
            }
            LineOutcome::Filtered => {
                self.ledger.filtered += 1;
                return true;
            }
            LineOutcome::Skipped(Skip::Blank) => self.ledger.blank += 1,
            LineOutcome::Skipped(Skip::Control) => self.ledger.control += 1,
            LineOutcome::Rejected(rejection) => {
                self.ledger.quarantined += 1;
                self.origin.write_rejection(&rejection, &mut self.quarantine);
            }
        }
        false
    }

    /// Whether it is time to send.
    #[must_use]
    pub fn is_full(&self) -> bool {
        let bytes = self.buffers.items.len() + self.buffers.lines.len() + self.quarantine.len();
        bytes >= self.limits.bytes || self.buffers.entries.len() >= self.limits.items
    }

    /// How many items wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.buffers.entries.len()
    }

    /// Whether no item waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.buffers.entries.is_empty()
    }

    /// Enters the fate of an item that is in the index.
    pub(super) fn enter(&mut self, indexed: u64, duplicate: u64) {
        self.ledger.indexed += indexed;
        self.ledger.duplicate += duplicate;
    }

    /// Enters the fate of an item that the engine refused.
    pub(super) fn refuse(&mut self, item: usize, refusal: &Refusal) {
        let Entry { end, line_end, line, offset } = self.buffers.entries[item];
        let before = item.checked_sub(1).map(|before| self.buffers.entries[before]);
        let (start, line_start) = before.map_or((0, 0), |before| (before.end, before.line_end));
        let bytes = &self.buffers.lines[line_start..line_end];
        let line = Line { number: line, offset, bytes, length: bytes.len() as u64 };
        let item = self.buffers.items.get(start..end).unwrap_or_default();
        let document = item.splitn(2, |byte| *byte == b'\n').nth(1).unwrap_or_default();
        self.ledger.quarantined += 1;
        self.origin.write_refusal(&line, refusal, document, &mut self.quarantine);
    }

    /// The account, once no item waits, and the buffers for another batch.
    pub(super) fn into_sent(self) -> (Sent, Buffers) {
        let sent = Sent { ledger: self.ledger, quarantine: self.quarantine, last_line: self.last_line };
        (sent, self.buffers)
    }

    /// Lends the items to a request without copying them. They come back by [`Batch::reclaim`].
    pub(super) fn lend(&mut self) -> Bytes {
        Bytes::from(std::mem::take(&mut self.buffers.items))
    }

    /// Lends the first `count` items, compressed at the fastest level: log text shrinks to a tenth
    /// at any. The buffer comes back by [`Batch::reclaim_compressed`].
    pub(super) fn lend_compressed(&mut self, count: usize) -> Bytes {
        let mut buffer = std::mem::take(&mut self.buffers.compressed);
        buffer.clear();
        let mut encoder = GzEncoder::new(buffer, Compression::fast());
        // Into memory: neither fails.
        let _ = encoder.write_all(self.buffers.items.get(..self.bytes_of(count)).unwrap_or_default());
        Bytes::from(encoder.finish().unwrap_or_default())
    }

    /// The length in bytes of the first `count` items.
    pub(super) fn bytes_of(&self, count: usize) -> usize {
        count.checked_sub(1).map_or(0, |last| self.buffers.entries[last].end)
    }

    /// Takes the items back: free of charge if the request has let go of them, otherwise as a copy.
    pub(super) fn reclaim(&mut self, items: Bytes) {
        self.buffers.items = Vec::from(items);
    }

    /// Takes the buffer of [`Batch::lend_compressed`] back.
    pub(super) fn reclaim_compressed(&mut self, body: Bytes) {
        self.buffers.compressed = Vec::from(body);
    }

    /// Of the first `count` items keeps those that `keep` names, of the others all, and moves what
    /// is kept to the front.
    pub(super) fn retain(&mut self, count: usize, mut keep: impl FnMut(usize) -> bool) {
        let Buffers { items, entries, lines, .. } = &mut self.buffers;
        let (mut kept, mut write, mut read) = (0, 0, 0);
        let (mut line_write, mut line_read) = (0, 0);
        for index in 0..entries.len() {
            let Entry { end, line_end, .. } = entries[index];
            if index >= count || keep(index) {
                items.copy_within(read..end, write);
                write += end - read;
                lines.copy_within(line_read..line_end, line_write);
                line_write += line_end - line_read;
                entries[kept] = Entry { end: write, line_end: line_write, ..entries[index] };
                kept += 1;
            }
            (read, line_read) = (end, line_end);
        }
        entries.truncate(kept);
        items.truncate(write);
        lines.truncate(line_write);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use parser_wasm::{Limits, LogReader};

    use super::*;

    pub(in crate::bulk) const LIMITS: BatchLimits = BatchLimits { bytes: 1 << 20, items: 100 };

    /// A batch of items `{"create":{}}⏎"LINE"⏎`, for lines counted from 1.
    pub(in crate::bulk) fn batch_of(documents: &[&str]) -> Batch {
        let mut batch = Batch::new(Arc::new(Origin::new("logs", "a.log", "\"0\"")), LIMITS, Buffers::default());
        for (line, document) in (1..).zip(documents) {
            batch.buffers.items.extend_from_slice(format!("{{\"create\":{{}}}}\n\"{document}\"\n").as_bytes());
            batch.buffers.lines.extend_from_slice(document.as_bytes());
            let (end, line_end) = (batch.buffers.items.len(), batch.buffers.lines.len());
            batch.buffers.entries.push(Entry { end, line_end, line, offset: 0 });
            batch.ledger.lines += 1;
            batch.last_line = line;
        }
        batch
    }

    fn assert_same(batch: &Batch, documents: &[&str], lines: &[u64]) {
        let expected = batch_of(documents);
        assert_eq!(batch.buffers.items, expected.buffers.items);
        assert_eq!(batch.buffers.lines, expected.buffers.lines);
        let ends =
            |batch: &Batch| batch.buffers.entries.iter().map(|item| (item.end, item.line_end)).collect::<Vec<_>>();
        assert_eq!(ends(batch), ends(&expected));
        let found: Vec<u64> = batch.buffers.entries.iter().map(|item| item.line).collect();
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
        let address = batch.buffers.items.as_ptr();
        let lent = batch.lend();
        let head = lent.slice(..batch.bytes_of(1));
        assert_eq!(head, "{\"create\":{}}\n\"one\"\n");
        drop(head);
        batch.reclaim(lent);
        assert_eq!(batch.buffers.items.as_ptr(), address);
        assert_same(&batch, &["one", "two"], &[1, 2]);
    }

    #[test]
    fn compressed_anew_in_the_same_buffer() {
        let mut batch = batch_of(&["one", "two"]);
        let inflate = |body: &[u8]| {
            let mut reader = LogReader::new(Limits::default());
            assert_eq!(reader.push(body), Ok(()));
            let mut lines = Vec::new();
            while let Some(line) = reader.next_line() {
                lines.extend_from_slice(line.bytes);
                lines.push(b'\n');
            }
            lines
        };
        let body = batch.lend_compressed(2);
        assert_eq!(inflate(&body), batch.buffers.items);
        batch.reclaim_compressed(body);
        let address = batch.buffers.compressed.as_ptr();
        batch.retain(2, |index| index == 1);
        let body = batch.lend_compressed(1);
        assert_eq!(inflate(&body), b"{\"create\":{}}\n\"two\"\n");
        assert_eq!(body.as_ptr(), address);
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
