//! A place in a line, as a person sees it: a piece of the line around it, and a caret under it.

use super::error::{ErrorKind, ParseError, Span};
use std::fmt;
use unicode_width::UnicodeWidthChar;

/// Columns of the line shown before a place.
const BEFORE: usize = 48;
/// Columns of the place itself.
const INSIDE: usize = 64;
/// Columns shown behind it.
const AFTER: usize = 24;

/// An error with what was found in its place.
pub(crate) struct Message<'a> {
    pub error: ParseError,
    pub line: &'a [u8],
}

impl fmt::Display for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)?;
        let found = self.error.span.of(self.line);
        match self.error.kind {
            // What is there is told already, or nothing is there.
            ErrorKind::TooFewFields { .. }
            | ErrorKind::EmptyField
            | ErrorKind::UnclosedQuote
            | ErrorKind::CurlyQuote
            | ErrorKind::Delimiter
            | ErrorKind::MissingValue
            | ErrorKind::ForeignLine(_)
            | ErrorKind::LineTooLong { .. } => Ok(()),
            _ if found.is_empty() => Ok(()),
            _ => write!(f, ", found \"{}\"", Shown::head(found, INSIDE).text),
        }
    }
}

/// Two lines: the excerpt, and the caret under it. Each begins with two spaces, and the last has no end.
pub(crate) struct Excerpt<'a> {
    pub line: &'a [u8],
    pub span: Span,
}

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (start, end) = (self.span.start as usize, self.span.end as usize);
        let before = Shown::tail(self.line.get(..start).unwrap_or(self.line), BEFORE);
        let inside = Shown::head(self.span.of(self.line), INSIDE);
        let after = Shown::head(self.line.get(end..).unwrap_or_default(), if inside.is_cut { 0 } else { AFTER });
        writeln!(f, "  {}{}{}", before.text, inside.text, after.text)?;
        write!(f, "  {:indent$}{:^<carets$}", "", "^", indent = before.width, carets = inside.width.max(1))
    }
}

/// Text that stands still on a terminal: nothing in it moves the cursor, and its width is known.
#[derive(Default)]
struct Shown {
    text: String,
    width: usize,
    /// Whether there would have been more.
    is_cut: bool,
}

impl Shown {
    /// The beginning, at most so many columns.
    fn head(bytes: &[u8], columns: usize) -> Self {
        let mut shown = Self::default();
        for (text, width) in cells(bytes) {
            if shown.width + width > columns {
                shown.is_cut = true;
                if columns > 0 {
                    shown.text.push('…');
                    shown.width += 1;
                }
                return shown;
            }
            shown.text.push_str(&text);
            shown.width += width;
        }
        shown
    }

    /// The end, at most so many columns.
    fn tail(bytes: &[u8], columns: usize) -> Self {
        // No character has more bytes than four; a piece of one at the beginning is cut off again.
        let near = bytes.len().saturating_sub(4 * (columns + 1));
        let cells: Vec<_> = cells(bytes.get(near..).unwrap_or_default()).collect();
        let mut width = 0;
        let fits = |(_, cell): &&(String, usize)| {
            width += cell;
            width <= columns
        };
        let kept = cells.iter().rev().take_while(fits).count();
        let is_cut = near > 0 || kept < cells.len();
        let mut shown = Self { is_cut, ..Self::default() };
        if is_cut {
            shown.text.push('…');
            shown.width = 1;
        }
        for (text, width) in cells.iter().skip(cells.len() - kept) {
            shown.text.push_str(text);
            shown.width += width;
        }
        shown
    }
}

/// Each character, or each byte that is none, as it is shown and how many columns that takes.
fn cells(bytes: &[u8]) -> impl Iterator<Item = (String, usize)> {
    bytes.utf8_chunks().flat_map(|chunk| {
        let characters = chunk.valid().chars().map(character);
        let others = chunk.invalid().iter().map(|byte| (format!("\\x{byte:02X}"), 4));
        characters.chain(others).collect::<Vec<_>>()
    })
}

fn character(character: char) -> (String, usize) {
    match character {
        '\0'..='\x1F' | '\x7F' => (format!("\\x{:02X}", u32::from(character)), 4),
        // What turns the direction of writing or has no width would move the caret.
        '\u{80}'..='\u{9F}'
        | '\u{200B}'..='\u{200F}'
        | '\u{2028}'..='\u{202E}'
        | '\u{2060}'..='\u{2069}'
        | '\u{FEFF}' => {
            let text = character.escape_unicode().to_string();
            let width = text.len();
            (text, width)
        }
        _ => (character.to_string(), character.width().unwrap_or(0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The excerpt's two lines for the place between two bars, which are taken out.
    fn excerpt(marked: &[u8]) -> [String; 2] {
        let bars: Vec<usize> = memchr::memchr_iter(b'|', marked).collect();
        let line: Vec<u8> = marked.iter().copied().filter(|&byte| byte != b'|').collect();
        let span = Span::new(bars[0], bars[1] - 1);
        let text = Excerpt { line: &line, span }.to_string();
        let (first, second) = text.split_once('\n').expect("two lines");
        [first.to_owned(), second.to_owned()]
    }

    #[test]
    fn the_caret_stands_under_what_is_meant() {
        for (marked, line, caret) in [
            (&b"a |bad| c"[..], "  a bad c", "    ^^^"),
            (b"a ||", "  a ", "    ^"),
            (b"||", "  ", "  ^"),
            ("é |ü| x".as_bytes(), "  é ü x", "    ^"),
            ("漢字 |あ| x".as_bytes(), "  漢字 あ x", "       ^^"),
            (b"\x1B[31m\t|\0|\xFF", "  \\x1B[31m\\x09\\x00\\xFF", "              ^^^^"),
            ("\u{202E}|a|".as_bytes(), "  \\u{202e}a", "          ^"),
            ("e\u{301}|a|".as_bytes(), "  e\u{301}a", "   ^"),
        ] {
            assert_eq!(excerpt(marked), [line.to_owned(), caret.to_owned()]);
        }
    }

    #[test]
    fn long_lines_are_shown_around_the_place() {
        let marked = format!("{} |bad| {}", "x".repeat(3000), "y".repeat(3000));
        let [line, caret] = excerpt(marked.as_bytes());
        assert_eq!(line, format!("  …{} bad {}…", "x".repeat(47), "y".repeat(23)));
        assert_eq!(caret.find('^'), Some(2 + 1 + 48));
        let [line, caret] = excerpt(format!("|{}| y", "漢".repeat(300)).as_bytes());
        assert_eq!(line, format!("  {}…", "漢".repeat(32)));
        assert_eq!(caret.len(), 2 + 65);
    }
}
