//! The items of one bulk request: one buffer of NDJSON, and where each item ends in it.

use bytes::Bytes;
use parser_wasm::{ItemWriter, Line, LineOutcome};

/// Big enough that a request's fixed cost does not count, small enough for every engine's limit
/// (Amazon OpenSearch Service takes 10 MiB on its small instances) and for our memory.
const FULL_BYTES: usize = 4 << 20;

/// Room for the item that fills the batch up: a line of the longest length, escaped.
const SLACK_BYTES: usize = 1 << 20;

/// Items in the order of their lines, ready to be sent as they lie.
#[derive(Debug)]
pub struct Batch {
    buffer: Vec<u8>,
    items: Vec<Entry>,
}

/// One item: it begins where the one before ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    end: usize,
    line: u64,
}

impl Default for Batch {
    fn default() -> Self {
        Self { buffer: Vec::with_capacity(FULL_BYTES + SLACK_BYTES), items: Vec::new() }
    }
}

impl Batch {
    /// Writes a line's item behind the others, if the line makes one.
    pub fn write<'a>(&mut self, writer: &ItemWriter, line: &Line<'a>) -> LineOutcome<'a> {
        let outcome = writer.write(line, &mut self.buffer);
        if matches!(outcome, LineOutcome::Item(_)) {
            self.items.push(Entry { end: self.buffer.len(), line: line.number });
        }
        outcome
    }

    /// Whether it is time to send.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.buffer.len() >= FULL_BYTES
    }

    /// How many items wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether none waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The number of the line that the item came from.
    #[must_use]
    pub fn line(&self, item: usize) -> u64 {
        self.items[item].line
    }

    /// Lends the buffer to a request without copying it. It comes back by [`Batch::reclaim`].
    pub(super) fn lend(&mut self) -> Bytes {
        Bytes::from(std::mem::take(&mut self.buffer))
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
        for index in 0..self.items.len() {
            let Entry { end, line } = self.items[index];
            if index >= count || keep(index) {
                self.buffer.copy_within(read..end, write);
                write += end - read;
                self.items[kept] = Entry { end: write, line };
                kept += 1;
            }
            read = end;
        }
        self.items.truncate(kept);
        self.buffer.truncate(write);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A batch of items `{"create":{}}⏎LINE⏎`, for lines counted from 1.
    pub(in crate::bulk) fn batch_of(documents: &[&str]) -> Batch {
        let mut batch = Batch { buffer: Vec::new(), items: Vec::new() };
        for (line, document) in (1..).zip(documents) {
            batch.buffer.extend_from_slice(format!("{{\"create\":{{}}}}\n{document}\n").as_bytes());
            batch.items.push(Entry { end: batch.buffer.len(), line });
        }
        batch
    }

    fn assert_same(batch: &Batch, documents: &[&str], lines: &[u64]) {
        let expected = batch_of(documents);
        assert_eq!(batch.buffer, expected.buffer);
        let ends = |batch: &Batch| batch.items.iter().map(|item| item.end).collect::<Vec<_>>();
        assert_eq!(ends(batch), ends(&expected));
        let found: Vec<u64> = (0..batch.len()).map(|item| batch.line(item)).collect();
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
        assert_eq!(head, "{\"create\":{}}\none\n");
        drop(head);
        batch.reclaim(lent);
        assert_eq!(batch.buffer.as_ptr(), address);
        assert_same(&batch, &["one", "two"], &[1, 2]);
    }
}
