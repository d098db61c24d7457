//! The memory of batches, used again by later ones: big pieces that come and go would leave holes.

use std::sync::{Mutex, PoisonError};

use super::batch::Entry;

/// What a batch is made of. Only capacities outlive it.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    /// NDJSON: action LF document LF.
    pub(super) items: Vec<u8>,
    /// Where each item ends.
    pub(super) entries: Vec<Entry>,
    /// The lines of the items, one behind the other: a document that the engine refuses is kept
    /// with its line.
    pub(super) lines: Vec<u8>,
    /// A request's body, compressed.
    pub(super) compressed: Vec<u8>,
}

/// Buffers that no batch has at present.
#[derive(Debug)]
pub(super) struct Pool {
    free: Mutex<Vec<Buffers>>,
    most: usize,
    most_bytes: usize,
}

impl Pool {
    /// Keeps so many buffers, none of them bigger than so many bytes.
    pub(super) fn new(most: usize, most_bytes: usize) -> Self {
        Self { free: Mutex::default(), most, most_bytes }
    }

    /// Empty buffers.
    pub(super) fn take(&self) -> Buffers {
        self.free.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    /// Takes buffers that a batch no longer needs.
    pub(super) fn give(&self, mut buffers: Buffers) {
        let Buffers { items, entries, lines, compressed } = &mut buffers;
        entries.clear();
        for bytes in [items, lines, compressed] {
            bytes.clear();
            // Long lines may have made it grow.
            bytes.shrink_to(self.most_bytes);
        }
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        if free.len() < self.most {
            free.push(buffers);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_given_is_taken_again_empty() {
        let pool = Pool::new(1, 1000);
        let lines = Vec::from("line");
        let address = lines.as_ptr();
        pool.give(Buffers { lines, items: vec![0; 5000], ..Buffers::default() });
        pool.give(Buffers { lines: Vec::from("one too many"), ..Buffers::default() });
        let buffers = pool.take();
        assert_eq!(buffers.lines.as_ptr(), address);
        assert!(buffers.lines.is_empty() && buffers.items.is_empty());
        assert!(buffers.items.capacity() < 5000);
        assert_eq!(pool.take().lines.capacity(), 0);
    }
}
