//! One entry of a log, broken over several lines, as pages and issues print them: told once, not piece by piece.

use parser_wasm::{ErrorKind, Hint, KeptLine, ParseError, Record, Rejection, Scratch};

/// No entry is broken over more lines, nor longer.
const MOST_LINES: usize = 16;
const MOST_BYTES: usize = 64 << 10;

/// A rejected line, and why it was.
pub(super) type Piece = (KeptLine, ParseError);

/// Where an entry begins, and over how many lines it goes.
pub(super) type Entry = (u64, usize);

/// Rejected lines, one behind the other, that may be the pieces of one entry.
#[derive(Debug, Default)]
pub(super) struct Broken {
    pieces: Vec<Piece>,
    joined: Vec<u8>,
    /// So many of them make an entry. Columns at its end may be missing, so the next piece may be its, too.
    whole: usize,
}

impl Broken {
    /// Keeps a rejected line that may be an entry's beginning, or its next piece; false when it is neither.
    pub(super) fn take(&mut self, rejection: &Rejection<'_>) -> bool {
        let Rejection { line, error } = rejection;
        let is_next = self.pieces.last().is_some_and(|(piece, _)| piece.line().number + 1 == line.number);
        let is_cut = matches!(error.kind, ErrorKind::TooFewFields { .. } | ErrorKind::UnclosedQuote);
        let fits = self.pieces.len() < MOST_LINES && self.joined.len() + line.bytes.len() < MOST_BYTES;
        if !fits || !(is_next || (self.pieces.is_empty() && is_cut)) {
            return false;
        }
        let before = self.joined.len();
        if is_next {
            self.joined.push(b' ');
        }
        self.joined.extend_from_slice(line.bytes.trim_ascii());
        let is_whole = is_next && Record::parse(&self.joined, Hint::None, &mut Scratch::default()).is_ok();
        if self.whole > 0 && !is_whole {
            self.joined.truncate(before);
            return false;
        }
        self.pieces.push((KeptLine::of(line), *error));
        self.whole = if is_whole { self.pieces.len() } else { 0 };
        true
    }

    /// The entry that was kept, by its first line and how many it has; else the lines, which are no entry's pieces.
    pub(super) fn drain(&mut self) -> (Option<Entry>, Vec<Piece>) {
        let entry = (self.whole > 0).then(|| self.pieces.first().map(|(first, _)| (first.line().number, self.whole)));
        let pieces = std::mem::take(self).pieces;
        match entry.flatten() {
            Some(entry) => (Some(entry), Vec::new()),
            None => (None, pieces),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parser_wasm::{Line, Span};

    const ENTRY: &str = r#"http 2026-11-23T00:00:00.000001Z app/a/1 192.0.2.1:1 - -1 -1 -1 404 - 1 2 "GET http://a.example:80/ HTTP/1.1" "-" - - -"#;

    fn take(broken: &mut Broken, number: u64, text: &str, kind: ErrorKind) -> bool {
        let bytes = text.as_bytes();
        let line = Line { number, offset: 0, bytes, length: bytes.len() as u64 };
        broken.take(&Rejection { line, error: ParseError { kind, field: None, span: Span::default() } })
    }

    #[test]
    fn pieces_are_one_entry_when_they_make_one() {
        let cut = ErrorKind::TooFewFields { found: 4, expected: 17 };
        let (first, rest) = ENTRY.split_once(" - -1").unwrap();
        let (second, third) = rest.split_once(" \"-\"").unwrap();
        let mut broken = Broken::default();
        assert!(take(&mut broken, 7, first, cut));
        assert!(take(&mut broken, 8, &format!("- -1{second}"), ErrorKind::BadTime));
        assert!(take(&mut broken, 9, &format!(" \"-\"{third}"), ErrorKind::BadType));
        // A column of later days.
        assert!(take(&mut broken, 10, "\"Root=1-2-3\"", ErrorKind::BadType));
        assert!(!take(&mut broken, 11, "  x  \"", ErrorKind::BadType));
        assert_eq!(broken.drain(), (Some((7, 4)), Vec::new()));
        // Not the next line, and nothing that is cut.
        assert!(take(&mut broken, 1, first, cut));
        assert!(!take(&mut broken, 3, second, ErrorKind::BadTime));
        let (entry, lines) = broken.drain();
        assert_eq!((entry, lines.len()), (None, 1));
        assert!(!take(&mut broken, 1, "x", ErrorKind::BadType));
    }
}
