//! A batch: the items of one bulk request, and the account of the lines they came from.

use std::io::Write;
use std::sync::Arc;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use parser_wasm::{ItemWriter, Line, LineOutcome, Skip, Told};

use super::buffers::Buffers;
use super::entry::{Origin, Refusal};
use super::name_in_url::{name_in, without_names};
use super::parked::{Parked, ParkedCode};
use crate::ledger::Ledger;

/// Room for the item that fills the batch up: a line of the longest length, escaped.
pub(super) const SLACK_BYTES: usize = 256 << 10;

/// Most items of a batch. Bytes fill it up long before, unless a filter leaves documents tiny: this bounds what is
/// held for each item, and the answer.
const MOST_ITEMS: usize = 5_000;

/// A stretch of an object's lines: their items, ready to be sent as they lie, and the fate of all
/// the others. Needs nothing but itself to be sent and accounted for.
#[derive(Debug)]
pub struct Batch {
    origin: Arc<Origin>,
    /// Bytes held when it is full: items, and the lines they came from.
    most_bytes: usize,
    buffers: Buffers,
    ledger: Ledger,
    quarantine: Vec<u8>,
    unstored: Option<Unstored>,
    last_line: u64,
}

/// The first of the items that were acknowledged and are not in their index.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Unstored {
    index: String,
    words: String,
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
    /// Why its object cannot be settled, whatever comes behind.
    pub unstored: Option<Parked>,
}

impl Batch {
    /// An empty batch, in empty buffers.
    pub(super) fn new(origin: Arc<Origin>, most_bytes: usize, mut buffers: Buffers) -> Self {
        buffers.items.reserve_exact(most_bytes + SLACK_BYTES);
        let (ledger, quarantine) = (Ledger::default(), Vec::new());
        Self { origin, most_bytes, buffers, ledger, quarantine, unstored: None, last_line: 0 }
    }

    /// The object that its lines are of.
    pub(super) fn origin(&self) -> &Arc<Origin> {
        &self.origin
    }

    /// Enters a line: its item behind the others, or its fate. Whether it is an event, sent or not. `taken_off` counts
    /// what stood around it.
    pub fn write(&mut self, writer: &ItemWriter, line: &Line<'_>, taken_off: &mut Told) -> bool {
        self.ledger.lines += 1;
        self.last_line = line.number;
        match writer.write(line, &mut self.buffers.items) {
            LineOutcome::Item(item) => {
                taken_off.count(item.around);
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
        bytes >= self.most_bytes || self.buffers.entries.len() >= MOST_ITEMS
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

    /// An item's bytes: action LF document LF.
    pub(super) fn item(&self, item: usize) -> &[u8] {
        let start = self.bytes_of(item);
        self.buffers.items.get(start..self.buffers.entries[item].end).unwrap_or_default()
    }

    /// The index that an item names. It is read from the item's beginning: a name for each would be a text for each.
    pub(super) fn index_of(&self, item: usize) -> &str {
        let bytes = self.item(item);
        std::str::from_utf8(&bytes[name_in(bytes)]).unwrap_or_default()
    }

    /// An action's beginning up to the end of its index's name: items of one index begin alike.
    pub(super) fn head_of(&self, item: usize) -> &[u8] {
        let bytes = self.item(item);
        bytes.get(..name_in(bytes).end + 1).unwrap_or_default()
    }

    /// How many of the first `count` items are of one index.
    pub(super) fn of_one_index(&self, count: usize) -> usize {
        let head = self.head_of(0);
        (1..count).find(|item| !self.item(*item).starts_with(head)).unwrap_or(count)
    }

    /// Enters the fate of an item that is in the index.
    pub(super) fn enter(&mut self, indexed: u64, duplicate: u64) {
        self.ledger.indexed += indexed;
        self.ledger.duplicate += duplicate;
    }

    /// Enters the fate of an item that was acknowledged, in these words, and is not in its index.
    pub(super) fn miss(&mut self, item: usize, words: String) {
        self.ledger.unstored += 1;
        if self.unstored.is_none() {
            self.unstored = Some(Unstored { index: self.index_of(item).to_owned(), words });
        }
    }

    /// Enters the fate of an item that the engine refused.
    pub(super) fn refuse(&mut self, item: usize, refusal: &Refusal) {
        let Entry { line_end, line, offset, .. } = self.buffers.entries[item];
        let line_start = item.checked_sub(1).map_or(0, |before| self.buffers.entries[before].line_end);
        let bytes = &self.buffers.lines[line_start..line_end];
        let line = Line { number: line, offset, bytes, length: bytes.len() as u64 };
        let start = self.bytes_of(item);
        let item = self.buffers.items.get(start..self.buffers.entries[item].end).unwrap_or_default();
        let document = item.splitn(2, |byte| *byte == b'\n').nth(1).unwrap_or_default();
        self.ledger.quarantined += 1;
        self.origin.write_refusal(&line, refusal, document, &mut self.quarantine);
    }

    /// Puts the first item behind all the others.
    pub(super) fn postpone(&mut self) {
        let Buffers { items, entries, lines, .. } = &mut self.buffers;
        let Some(first) = entries.first().copied() else { return };
        items.rotate_left(first.end);
        lines.rotate_left(first.line_end);
        entries.rotate_left(1);
        for entry in entries.iter_mut() {
            entry.end -= first.end;
            entry.line_end -= first.line_end;
        }
        if let Some(last) = entries.last_mut() {
            *last = Entry { end: items.len(), line_end: lines.len(), ..first };
        }
    }

    /// The account, once no item waits, and the buffers for another batch.
    pub(super) fn into_sent(self) -> (Sent, Buffers) {
        let unstored = self.unstored.map(|Unstored { index, words }| Parked {
            code: ParkedCode::NotStored,
            index: Some(index),
            reason: format!("it answered {words}"),
        });
        let sent = Sent { ledger: self.ledger, quarantine: self.quarantine, last_line: self.last_line, unstored };
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

    /// The first `count` items, which are of one index, without its name.
    pub(super) fn without_names(&self, count: usize) -> Bytes {
        without_names((0..count).map(|item| self.item(item))).into()
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

    /// Keeps no item: each has met its fate.
    pub(super) fn clear(&mut self) {
        let Buffers { items, entries, lines, .. } = &mut self.buffers;
        entries.clear();
        items.clear();
        lines.clear();
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
mod tests {
    use parser_wasm::{Limits, LogReader};

    use super::*;

    fn item(document: &str) -> String {
        format!("{{\"create\":{{\"_index\":\"i\"}}}}\n\"{document}\"\n")
    }

    /// A batch of items `{"create":{"_index":"i"}}⏎"LINE"⏎`, for lines counted from 1.
    fn batch_of(documents: &[&str]) -> Batch {
        let mut batch = Batch::new(Arc::new(Origin::new("logs", "a.log", "\"0\"")), 1 << 20, Buffers::default());
        for (line, document) in (1..).zip(documents) {
            batch.buffers.items.extend_from_slice(item(document).as_bytes());
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
    fn the_first_goes_behind_the_others_with_its_line() {
        let mut batch = batch_of(&["one", "two-two", "3"]);
        batch.postpone();
        assert_same(&batch, &["two-two", "3", "one"], &[2, 3, 1]);
        let refusal = Refusal { status: 500, kind: String::new(), reason: "no".into() };
        batch.refuse(2, &refusal);
        let entry: serde_json::Value = serde_json::from_slice(&batch.quarantine).unwrap();
        assert_eq!((&entry["line"], &entry["raw"], &entry["document"]), (&1.into(), &"one".into(), &"one".into()));
    }

    #[test]
    fn what_is_missing_is_counted_and_named_once() {
        let mut batch = batch_of(&["one", "two"]);
        batch.miss(0, "200 noop".to_owned());
        batch.miss(1, "201 created in other".to_owned());
        let (sent, _) = batch.into_sent();
        assert!(sent.ledger.balances());
        assert_eq!(sent.ledger.unstored, 2);
        let index = Some("i".to_owned());
        let reason = "it answered 200 noop".to_owned();
        assert_eq!(sent.unstored, Some(Parked { code: ParkedCode::NotStored, index, reason }));
    }

    #[test]
    fn a_request_may_be_for_one_index() {
        let mut batch = batch_of(&["one", "two"]);
        assert_eq!((batch.index_of(1), batch.of_one_index(2), batch.of_one_index(1)), ("i", 2, 1));
        let other = item("three").replace("\"i\"", "\"another\"");
        batch.buffers.items.extend_from_slice(other.as_bytes());
        let end = batch.buffers.items.len();
        batch.buffers.entries.push(Entry { end, line_end: 0, line: 3, offset: 0 });
        assert_eq!((batch.index_of(2), batch.of_one_index(3)), ("another", 2));
        assert_eq!(batch.without_names(2), "{\"create\":{}}\n\"one\"\n{\"create\":{}}\n\"two\"\n");
    }

    #[test]
    fn lending_copies_nothing() {
        let mut batch = batch_of(&["one", "two"]);
        let address = batch.buffers.items.as_ptr();
        let lent = batch.lend();
        let head = lent.slice(..batch.bytes_of(1));
        assert_eq!(head, item("one"));
        drop(head);
        batch.reclaim(lent);
        assert_eq!(batch.buffers.items.as_ptr(), address);
        assert_same(&batch, &["one", "two"], &[1, 2]);
    }

    #[test]
    fn compressed_anew_in_the_same_buffer() {
        let mut batch = batch_of(&["one", "two"]);
        let inflate = |body: &[u8]| {
            let mut reader = LogReader::of_lines(Limits::default());
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
        assert_eq!(inflate(&body), item("two").as_bytes());
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
