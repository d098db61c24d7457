//! URL encoding (RFC 3986, section 2.1), which Network Load Balancers use in some columns.

use crate::text::Text;
use std::borrow::Cow;

/// The same text in the escapes that [`Text`] undoes: `%2A` is `\x2A`. A backslash of its own is kept as one.
pub(crate) fn escapes_of(text: Text<'_>) -> Cow<'_, [u8]> {
    if memchr::memchr2(b'%', b'\\', text.0).is_none() {
        return Cow::Borrowed(text.0);
    }
    let mut escaped = Vec::with_capacity(text.0.len() * 2);
    for (at, byte) in text.0.iter().enumerate() {
        let digits = text.0.get(at + 1..at + 3).unwrap_or_default();
        match byte {
            b'%' if digits.len() == 2 && digits.iter().all(u8::is_ascii_hexdigit) => escaped.extend_from_slice(br"\x"),
            b'\\' => escaped.extend_from_slice(br"\x5C"),
            byte => escaped.push(*byte),
        }
    }
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_is_undone_once() {
        for (logged, meant) in [
            ("a.example", "a.example"),
            ("%2A.a.example", "*.a.example"),
            ("http%2f1.1", "http/1.1"),
            ("%2541", "%41"),
            ("%5Cx41", r"\x41"),
            (r"\x41", r"\x41"),
            ("%E3%82%8B", "る"),
            ("%FF", r"\xFF"),
            ("100%", "100%"),
            ("%4", "%4"),
            ("%zz", "%zz"),
        ] {
            assert_eq!(Text(&escapes_of(Text(logged.as_bytes()))).decode(), meant, "{logged}");
        }
    }
}
