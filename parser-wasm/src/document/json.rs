//! Writing JSON straight into bytes.

use crate::text::{Text, is_shown};
use std::net::IpAddr;

/// A JSON object being written. Fields without a value are left out, and so are objects without a field.
pub(crate) struct Object<'o> {
    out: &'o mut Vec<u8>,
    empty: bool,
}

impl<'o> Object<'o> {
    /// Writes a whole object.
    pub(crate) fn write(out: &'o mut Vec<u8>, fields: impl FnOnce(&mut Object<'_>)) {
        out.push(b'{');
        let mut object = Object { out, empty: true };
        fields(&mut object);
        object.out.push(b'}');
    }

    /// A nested object; nothing at all if it gets no field.
    #[inline]
    pub(crate) fn object(&mut self, key: &str, fields: impl FnOnce(&mut Object<'_>)) {
        let (before, was_empty) = (self.out.len(), self.empty);
        self.key(key);
        self.out.push(b'{');
        let mut nested = Object { out: self.out, empty: true };
        fields(&mut nested);
        if nested.empty {
            self.out.truncate(before);
            self.empty = was_empty;
        } else {
            self.out.push(b'}');
        }
    }

    /// Inlined, so that a key is stored as the constant it is and not copied by a call.
    #[inline(always)]
    fn key(&mut self, key: &str) {
        if !self.empty {
            self.out.push(b',');
        }
        self.empty = false;
        self.out.push(b'"');
        self.out.extend_from_slice(key.as_bytes());
        self.out.extend_from_slice(b"\":");
    }

    /// Members that never change, as JSON.
    #[inline]
    pub(crate) fn constant(&mut self, members: &'static str) {
        if !self.empty {
            self.out.push(b',');
        }
        self.empty = false;
        self.out.extend_from_slice(members.as_bytes());
    }

    /// A string that may hold anything.
    #[inline]
    pub(crate) fn string(&mut self, key: &str, value: &str) {
        self.key(key);
        write_string(value, self.out);
    }

    pub(crate) fn optional(&mut self, key: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.string(key, value);
        }
    }

    /// A logged text, decoded.
    #[inline]
    pub(crate) fn text(&mut self, key: &str, value: Option<Text<'_>>) {
        if let Some(text) = value {
            self.key(key);
            write_text(text, self.out);
        }
    }

    /// A value that is JSON already, of which nothing needs escaping: a number as logged.
    #[inline]
    pub(crate) fn literal(&mut self, key: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.key(key);
            self.out.extend_from_slice(value.as_bytes());
        }
    }

    #[inline]
    pub(crate) fn number(&mut self, key: &str, value: Option<impl itoa::Integer>) {
        if let Some(value) = value {
            self.key(key);
            self.out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
        }
    }

    pub(crate) fn flag(&mut self, key: &str, value: Option<bool>) {
        self.literal(key, value.map(|value| if value { "true" } else { "false" }));
    }

    pub(crate) fn ip(&mut self, key: &str, value: Option<IpAddr>) {
        match value {
            Some(IpAddr::V4(ip)) => {
                self.key(key);
                for (mark, octet) in [b'"', b'.', b'.', b'.'].into_iter().zip(ip.octets()) {
                    self.out.push(mark);
                    self.out.extend_from_slice(itoa::Buffer::new().format(octet).as_bytes());
                }
                self.out.push(b'"');
            }
            Some(IpAddr::V6(ip)) => self.string(key, &ip.to_string()),
            None => {}
        }
    }

    /// Nanoseconds as milliseconds, with the decimals they have.
    pub(crate) fn milliseconds(&mut self, key: &str, nanos: u64) {
        self.key(key);
        self.out.extend_from_slice(itoa::Buffer::new().format(nanos / 1_000_000).as_bytes());
        let mut rest = nanos % 1_000_000;
        if rest > 0 {
            self.out.push(b'.');
        }
        let mut unit = 100_000;
        while rest > 0 {
            self.out.push(b'0' + (rest / unit) as u8);
            (rest, unit) = (rest % unit, unit / 10);
        }
    }

    /// A moment as logged, with the zone.
    pub(crate) fn time(&mut self, key: &str, text: &str) {
        self.key(key);
        self.out.push(b'"');
        self.out.extend_from_slice(text.as_bytes());
        self.out.extend_from_slice(b"Z\"");
    }

    /// An array of logged texts; nothing at all if there is none.
    pub(crate) fn texts<'t>(&mut self, key: &str, mut values: impl Iterator<Item = Text<'t>>) {
        let Some(first) = values.next() else { return };
        self.key(key);
        self.out.push(b'[');
        write_text(first, self.out);
        for text in values {
            self.out.push(b',');
            write_text(text, self.out);
        }
        self.out.push(b']');
    }
}

/// A JSON string of what a logged text means.
#[inline]
fn write_text(text: Text<'_>, out: &mut Vec<u8>) {
    if is_plain(text.0) {
        out.push(b'"');
        out.extend_from_slice(text.0);
        out.push(b'"');
    } else {
        write_escaped(&text.decode(), out);
    }
}

/// A JSON string (RFC 8259, section 7).
#[inline]
pub(crate) fn write_string(value: &str, out: &mut Vec<u8>) {
    if is_plain(value.as_bytes()) {
        out.push(b'"');
        out.extend_from_slice(value.as_bytes());
        out.push(b'"');
    } else {
        write_escaped(value, out);
    }
}

/// Printable ASCII without quote and backslash: the bytes mean themselves, in a log and in JSON. Nearly all text is
/// so. Most of it is short, so that words of eight bytes, of which the last two overlap, are faster than vectors.
#[inline]
fn is_plain(bytes: &[u8]) -> bool {
    let Some(last) = bytes.last_chunk::<8>() else {
        return bytes.iter().all(|&byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\'));
    };
    let (words, _) = bytes.as_chunks::<8>();
    words.iter().chain([last]).fold(0, |marks, word| marks | marks_of(u64::from_ne_bytes(*word))) == 0
}

/// Zero where all eight bytes are plain. In each term the highest bit of the first byte that it is about gets set; of
/// what a borrow may do to the bytes behind it nothing hangs on.
#[inline]
fn marks_of(word: u64) -> u64 {
    const EACH: u64 = u64::from_ne_bytes([1; 8]);
    let below_space = word.wrapping_sub(EACH * 0x20);
    let delete = word.wrapping_add(EACH);
    let is = |byte: u8| (word ^ (EACH * u64::from(byte))).wrapping_sub(EACH);
    (word | below_space | delete | is(b'"') | is(b'\\')) & (EACH * 0x80)
}

/// What would act on a terminal, or turn the text around it, is escaped too: whoever reads JSON gets the same text.
fn write_escaped(value: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    for character in value.chars() {
        match character {
            '"' => out.extend_from_slice(b"\\\""),
            '\\' => out.extend_from_slice(b"\\\\"),
            '\n' => out.extend_from_slice(b"\\n"),
            '\r' => out.extend_from_slice(b"\\r"),
            '\t' => out.extend_from_slice(b"\\t"),
            _ if is_shown(character) => out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
            _ => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    out.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
                }
            }
        }
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(fields: impl FnOnce(&mut Object<'_>)) -> String {
        let mut out = Vec::new();
        Object::write(&mut out, fields);
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn what_has_no_value_is_left_out() {
        let found = json(|o| {
            o.object("empty", |o| o.text("a", None));
            o.text("b", Some(Text(b"x")));
            o.object("full", |o| {
                o.object("inner", |_| {});
                o.number("n", Some(7));
            });
            o.number("none", None::<u16>);
            o.texts("list", [Text(b"1"), Text(b"2")].into_iter());
            o.texts("no_list", std::iter::empty());
        });
        assert_eq!(found, r#"{"b":"x","full":{"n":7},"list":["1","2"]}"#);
    }

    #[test]
    fn strings_are_read_as_what_they_were() {
        let unseen = "\u{7f} \u{9b} \u{202e} \u{2028} \u{feff} \u{e0041}";
        for value in ["", "plain", "quote\" back\\ nl\n cr\r tab\t nul\0 esc\u{1b}", "é 😀", unseen] {
            let mut out = Vec::new();
            write_string(value, &mut out);
            assert!(std::str::from_utf8(&out).expect("UTF-8").chars().all(is_shown));
            let read: String = serde_json::from_slice(&out).expect("JSON");
            assert_eq!(read, value);
        }
    }

    #[test]
    fn plain_is_what_needs_no_look() {
        for length in 1..=20 {
            assert!(is_plain(&b"a ~!#[]^`0Az{}|/:;<="[..length]));
            for at in 0..length {
                for byte in 0..=u8::MAX {
                    let mut bytes = vec![b'a'; length];
                    bytes[at] = byte;
                    let expected = (0x20..0x7F).contains(&byte) && byte != b'"' && byte != b'\\';
                    assert_eq!(is_plain(&bytes), expected, "{byte} at {at} of {length}");
                }
            }
        }
    }

    #[test]
    fn milliseconds() {
        let found = json(|o| {
            o.milliseconds("a", 4_000_000);
            o.milliseconds("b", 990_000);
            o.milliseconds("c", 1_541_483_542);
            o.milliseconds("d", 0);
            o.milliseconds("e", 1_000_001);
            o.milliseconds("f", 10);
        });
        assert_eq!(found, r#"{"a":4,"b":0.99,"c":1541.483542,"d":0,"e":1.000001,"f":0.00001}"#);
    }
}
