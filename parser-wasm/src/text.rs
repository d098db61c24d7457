//! Text as AWS logs it, and the text it stands for.

use std::borrow::Cow;

/// Whether a character only shows itself. Others move a terminal's cursor or change its colours (C0, DEL, C1), end a
/// line, turn text around, or are not seen at all.
pub fn is_shown(character: char) -> bool {
    !character.is_control()
        && !matches!(
            character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
        )
}

/// A field's bytes as logged, escapes and all.
///
/// ALB escapes as nginx does: `"` is `\x22`, `\` is `\x5C`, every byte outside printable ASCII `\xHH`
/// (either case). Old logs also have an eight-digit form, `\x000000HH`, and Classic Load Balancers write `\"`.
/// [`decode`](Self::decode) undoes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Text<'a>(pub &'a [u8]);

impl<'a> Text<'a> {
    /// `None` for AWS's ways to say "no value": `-`, or nothing between the quotes.
    pub fn present(self) -> Option<Self> {
        (!matches!(self.0, b"" | b"-")).then_some(self)
    }

    /// The text meant. Bytes that are not UTF-8 stay as `\xHH`; nothing is lost and nothing fails.
    pub fn decode(self) -> Cow<'a, str> {
        match std::str::from_utf8(self.0) {
            Ok(text) if memchr::memchr(b'\\', self.0).is_none() => Cow::Borrowed(text),
            _ => Cow::Owned(decode(self.0, Unit::escaped)),
        }
    }

    /// The bytes themselves as text: escapes are kept, bytes that are not UTF-8 are shown as `\xHH`.
    pub fn as_logged(self) -> Cow<'a, str> {
        match std::str::from_utf8(self.0) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => Cow::Owned(decode(self.0, Unit::plain)),
        }
    }
}

/// One byte of the text meant, and how many logged bytes wrote it.
#[derive(Clone, Copy)]
struct Unit {
    byte: u8,
    width: usize,
}

impl Unit {
    fn plain(bytes: &[u8]) -> Option<Self> {
        bytes.first().map(|&byte| Self { byte, width: 1 })
    }

    fn escaped(bytes: &[u8]) -> Option<Self> {
        let hex = |digits: &[u8]| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok();
        if let Some(rest) = bytes.strip_prefix(br"\x") {
            if let Some(byte) = rest.strip_prefix(b"000000").and_then(|rest| rest.get(..2)).and_then(hex) {
                return Some(Self { byte, width: 10 });
            }
            // `from_str_radix` takes a sign, AWS writes none.
            if let Some(byte) = rest.get(..2).filter(|d| d.iter().all(u8::is_ascii_hexdigit)).and_then(hex) {
                return Some(Self { byte, width: 4 });
            }
        }
        // Classic Load Balancers escape a quote so; what other balancers write has no backslash of its own.
        if bytes.starts_with(b"\\\"") {
            return Some(Self { byte: b'"', width: 2 });
        }
        Self::plain(bytes)
    }
}

/// Assembles characters from units, so that a character may be written by escapes, raw bytes or both.
fn decode(mut bytes: &[u8], unit: fn(&[u8]) -> Option<Unit>) -> String {
    let mut text = String::with_capacity(bytes.len());
    while let Some(first) = unit(bytes) {
        let width = match character(bytes, first, unit) {
            Some((character, width)) => {
                text.push(character);
                width
            }
            None => {
                text.push_str(&format!("\\x{:02X}", first.byte));
                first.width
            }
        };
        bytes = bytes.get(width..).unwrap_or_default();
    }
    text
}

/// The UTF-8 character (RFC 3629) that starts with `first`, and how many logged bytes it takes.
fn character(bytes: &[u8], first: Unit, unit: fn(&[u8]) -> Option<Unit>) -> Option<(char, usize)> {
    let length = match first.byte {
        0x00..=0x7F => return Some((char::from(first.byte), first.width)),
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => return None,
    };
    let mut assembled = [first.byte, 0, 0, 0];
    let mut width = first.width;
    for slot in assembled.get_mut(1..length)? {
        let next = unit(bytes.get(width..)?)?;
        *slot = next.byte;
        width += next.width;
    }
    let character = std::str::from_utf8(assembled.get(..length)?).ok()?.chars().next()?;
    Some((character, width))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_what_aws_escapes() {
        let cases: [(&[u8], &str); 13] = [
            (b"curl/8.5.0", "curl/8.5.0"),
            (br"\x22Mozilla\x22", "\"Mozilla\""),
            (br"..\x5C..\x5cwin.ini", r"..\..\win.ini"),
            (br"\xEC\x97\x90\xec\x9d\xb4", "에이"),
            (br"\x00000022x\x00000022", "\"x\""),
            (br"\xF0\x9F\x98\x80", "😀"),
            (br"\xFFabc\xC3", r"\xFFabc\xC3"),
            (b"caf\xC3\xA9 \xFF", "café \\xFF"),
            (b"\xC3\\xA9", "é"),
            (br"\x", r"\x"),
            (br"\x+1 \xG0 \n", r"\x+1 \xG0 \n"),
            (br"\xED\xA0\x80", r"\xED\xA0\x80"),
            (br#"say \"hi\" \ \\"#, r#"say "hi" \ \\"#),
        ];
        for (logged, meant) in cases {
            assert_eq!(Text(logged).decode(), meant, "{}", Text(logged).as_logged());
        }
    }

    #[test]
    fn as_logged_keeps_escapes() {
        assert_eq!(Text(br"\x22a\x22").as_logged(), r"\x22a\x22");
        assert_eq!(Text(b"a\xFFb\xC2\xA7").as_logged(), "a\\xFFb§");
    }

    #[test]
    fn absent_values() {
        assert_eq!(Text(b"-").present(), None);
        assert_eq!(Text(b"").present(), None);
        assert_eq!(Text(b"--").present(), Some(Text(b"--")));
    }
}
