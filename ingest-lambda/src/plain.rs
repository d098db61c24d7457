//! What comes from outside, as it is printed: nothing in it moves a cursor, begins a line or turns text around.

use std::borrow::Cow;
use std::fmt::{self, Display, Write};

use parser_wasm::is_shown;

/// Most characters of an excerpt.
const CHARS: usize = 300;

/// A text on one line. What would change how a terminal or a log shows it is escaped.
pub(crate) struct Plain<T>(pub(crate) T);

impl<T: Display> Display for Plain<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Escaping(f), "{}", self.0)
    }
}

struct Escaping<'a, 'f>(&'a mut fmt::Formatter<'f>);

impl Write for Escaping<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|character| match is_shown(character) {
            true => self.0.write_char(character),
            false => write!(self.0, "{}", character.escape_default()),
        })
    }
}

/// The beginning of what others sent, as far as a message repeats it.
pub(crate) fn excerpt(text: &str) -> String {
    beginning(text, CHARS)
}

/// The same, of so many characters.
pub(crate) fn beginning(text: &str, chars: usize) -> String {
    let text = text.trim();
    match text.char_indices().nth(chars) {
        Some((end, _)) => format!("{}…", Plain(text.get(..end).unwrap_or(text))),
        None => Plain(text).to_string(),
    }
}

/// JSON text that says the same and has such characters as escapes.
pub(crate) fn json(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_shown) {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        // Between values JSON may have line ends, within strings it has none.
        if is_shown(character) || character == '\n' {
            plain.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                plain.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_short_and_harmless() {
        assert_eq!(excerpt(" busy \n"), "busy");
        assert_eq!(excerpt("a\r\nb\u{1b}[31mc\u{202e}d\u{9b}e\u{7f}"), r"a\r\nb\u{1b}[31mc\u{202e}d\u{9b}e\u{7f}");
        let long = excerpt(&"ü".repeat(1000));
        assert!(long.ends_with("ü…") && long.chars().count() == CHARS + 1);
    }

    #[test]
    fn json_says_the_same() {
        for text in ["", "plain ü", "a\u{1b}b\u{9b}c\u{7f}\u{202e}\u{e0041}\u{feff}\u{2028}\n\t\"\\"] {
            let json_text = serde_json::to_string(text).unwrap();
            let plain = json(&json_text);
            assert!(plain.chars().all(is_shown), "{plain}");
            assert_eq!(serde_json::from_str::<String>(&plain).unwrap(), text);
        }
    }
}
