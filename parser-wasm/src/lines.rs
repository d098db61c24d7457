//! A bounded buffer that bytes go into and lines come out of.

use memchr::memchr;

/// One line of a log, with its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// Physical line number in the log, from 1.
    pub number: u64,
    /// Where the line begins in the inflated log, in bytes.
    pub offset: u64,
    /// The line without its LF or CRLF; only its beginning when it is longer than the limit.
    pub bytes: &'a [u8],
    /// The whole line's length in bytes, without its LF or CRLF.
    pub length: u64,
}

impl Line<'_> {
    /// Whether the line was longer than the limit, so that `bytes` is only its beginning.
    pub fn is_cut(&self) -> bool {
        self.length > self.bytes.len() as u64
    }
}

/// Room kept free for new bytes, beside the longest line.
const ROOM: usize = 128 * 1024;

/// Splits a stream into lines within fixed memory: the limit of a line plus [`ROOM`].
#[derive(Debug)]
pub(crate) struct LineBuffer {
    /// Always wholly initialised; `start..end` holds what is not yet taken.
    bytes: Vec<u8>,
    start: usize,
    end: usize,
    /// `start..scanned` holds no LF.
    scanned: usize,
    limit: usize,
    /// Bytes of the present line beyond the limit, already thrown away.
    overflow: u64,
    number: u64,
    offset: u64,
    /// No more bytes come: what is left is a line without its end.
    is_closed: bool,
}

impl LineBuffer {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            bytes: vec![0; limit + ROOM],
            start: 0,
            end: 0,
            scanned: 0,
            limit,
            overflow: 0,
            number: 1,
            offset: 0,
            is_closed: false,
        }
    }

    /// Bytes that came in so far.
    pub(crate) fn received(&self) -> u64 {
        self.offset + self.overflow + (self.end - self.start) as u64
    }

    /// The number of the line that is next to come.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// Free room to write into; call it when no whole line is left, then [`commit`](Self::commit) what was written.
    pub(crate) fn room(&mut self) -> &mut [u8] {
        // Less free room than half: move what is left to the front.
        if self.bytes.len() - self.end < ROOM / 2 {
            self.bytes.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.scanned -= self.start;
            self.start = 0;
        }
        self.bytes.get_mut(self.end..).unwrap_or_default()
    }

    pub(crate) fn commit(&mut self, written: usize) {
        self.end = (self.end + written).min(self.bytes.len());
    }

    /// Whether [`take`](Self::take) has a whole line. Throws away what a line has beyond the limit.
    pub(crate) fn has_line(&mut self) -> bool {
        let fresh = self.bytes.get(self.scanned..self.end).unwrap_or_default();
        match memchr(b'\n', fresh) {
            Some(at) => {
                self.scanned += at;
                true
            }
            None => {
                let kept = self.end.min(self.start + self.limit);
                self.overflow += (self.end - kept) as u64;
                self.end = kept;
                self.scanned = kept;
                self.is_closed && self.start < self.end
            }
        }
    }

    /// Whether the line that is next to come, as far as it is here, is longer than the limit.
    pub(crate) fn is_long(&self) -> bool {
        self.overflow > 0 || self.scanned - self.start > self.limit
    }

    /// The line that [`has_line`](Self::has_line) found.
    pub(crate) fn take(&mut self) -> Line<'_> {
        self.line(self.scanned, usize::from(self.scanned < self.end))
    }

    /// The same without taking it; of a line beyond the limit there is nothing to see.
    pub(crate) fn peek(&self) -> &[u8] {
        let line = self.bytes.get(self.start..self.scanned).unwrap_or_default();
        if self.overflow > 0 || line.len() > self.limit { b"" } else { line.strip_suffix(b"\r").unwrap_or(line) }
    }

    /// Whether the line that is next begins with this byte.
    pub(crate) fn begins_with(&self, byte: u8) -> bool {
        self.bytes.get(self.start) == Some(&byte)
    }

    /// All that is not taken yet.
    pub(crate) fn left(&self) -> &[u8] {
        self.bytes.get(self.start..self.end).unwrap_or_default()
    }

    /// The last line ends here.
    pub(crate) fn close(&mut self) {
        self.is_closed = true;
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.is_closed
    }

    fn line(&mut self, end: usize, terminator: usize) -> Line<'_> {
        let (start, number, offset) = (self.start, self.number, self.offset);
        let whole = (end - start) as u64 + self.overflow;
        self.start = end + terminator;
        self.scanned = self.start;
        self.overflow = 0;
        self.number += 1;
        self.offset += whole + terminator as u64;
        let bytes = self.bytes.get(start..end).unwrap_or_default();
        // A line beyond the limit keeps its CR in the length: whether the CR is still here depends on the chunking.
        if whole > self.limit as u64 {
            return Line { number, offset, bytes: bytes.get(..self.limit).unwrap_or(bytes), length: whole };
        }
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        Line { number, offset, bytes, length: bytes.len() as u64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything `input` gives, fed in pieces of `step` bytes: number, offset, length, bytes.
    fn split(input: &[u8], limit: usize, step: usize) -> Vec<(u64, u64, u64, Vec<u8>)> {
        let mut buffer = LineBuffer::new(limit);
        let mut lines = Vec::new();
        let own = |line: Line<'_>| (line.number, line.offset, line.length, line.bytes.to_vec());
        for piece in input.chunks(step) {
            let room = buffer.room();
            room[..piece.len()].copy_from_slice(piece);
            buffer.commit(piece.len());
            while buffer.has_line() {
                lines.push(own(buffer.take()));
            }
        }
        buffer.close();
        if buffer.has_line() {
            lines.push(own(buffer.take()));
        }
        assert_eq!(buffer.received(), input.len() as u64);
        lines
    }

    #[test]
    fn lines_with_their_places() {
        let input = b"one\r\n\ntwo\nlast";
        let expected =
            [(1, 0, 3, b"one".to_vec()), (2, 5, 0, vec![]), (3, 6, 3, b"two".to_vec()), (4, 10, 4, b"last".to_vec())];
        for step in 1..=input.len() {
            assert_eq!(split(input, 100, step), expected, "{step}");
        }
    }

    #[test]
    fn a_line_beyond_the_limit_keeps_its_beginning_and_its_length() {
        let mut input = vec![b'x'; 300_000];
        input.extend_from_slice(b"\nnext\n");
        for step in [1, 7, 1000, 60_000] {
            let lines = split(&input, 10, step);
            assert_eq!(lines, [(1, 0, 300_000, vec![b'x'; 10]), (2, 300_001, 4, b"next".to_vec())], "{step}");
        }
    }
}
