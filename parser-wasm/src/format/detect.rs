//! Which format a line has, from its first words.

use super::{Format, Hint};

/// The format to read the line in. The line's own shape decides where it has one: a log with all kinds of lines in it
/// is read without being told, and a name that is wrong does no harm.
#[inline]
pub(super) fn format(line: &[u8], hint: Hint) -> Format {
    match hint {
        Hint::Only(format) => format,
        Hint::Named(format) => shape(line).unwrap_or(format),
        Hint::None => shape(line).unwrap_or(Format::AlbAccess),
    }
}

/// What the line's first words tell:
///
/// | first | second | third | format |
/// |---|---|---|---|
/// | `tls` | | | NLB |
/// | a word | time | a number, `-` | ALB health check |
/// | a word | time | anything else | ALB access |
/// | time | an address | | ALB connection |
/// | time | anything else | | Classic |
#[inline]
fn shape(line: &[u8]) -> Option<Format> {
    let first = line.first()?;
    let (word, rest) = word(line)?;
    if first.is_ascii_digit() {
        // A Classic Load Balancer's name has letters, digits and hyphens.
        let address = memchr::memchr2(b'.', b':', self::word(rest).map_or(rest, |(word, _)| word)).is_some();
        return Some(if address { Format::AlbConnection } else { Format::Classic });
    }
    if !first.is_ascii_alphabetic() {
        return None;
    }
    if word == b"tls" {
        return Some(Format::NlbTls);
    }
    // Nearly all times have six decimals and a zone: then the third word is where it always is.
    let rest = match rest.get(TIME_BYTES - 1..) {
        Some([b'Z', b' ', rest @ ..]) => rest,
        _ => self::word(rest)?.1,
    };
    let number = matches!(rest.first(), Some(b'-' | b'0'..=b'9')) && is_number(rest);
    Some(if number { Format::AlbHealthCheck } else { Format::AlbAccess })
}

/// `2026-09-23T07:15:47.805298Z`.
const TIME_BYTES: usize = 27;

/// The bytes before the first space, and those behind it. The words that tell a format are short.
#[inline]
fn word(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let space = bytes.iter().position(|&byte| byte == b' ')?;
    Some((bytes.get(..space)?, bytes.get(space + 1..)?))
}

/// Whether the first word is a decimal number, `-` or `-1`; a load balancer's name may begin with a digit too.
#[cold]
fn is_number(bytes: &[u8]) -> bool {
    let word = word(bytes).map_or(bytes, |(word, _)| word);
    word.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_decides_and_the_name_where_it_cannot() {
        use Format::{AlbAccess, AlbConnection, AlbHealthCheck, Classic, NlbTls};
        for (line, expected) in [
            ("https 2026-09-23T07:15:47.8Z app/web/1 192.0.2.1:1 -", Some(AlbAccess)),
            ("h9 2026-09-23T07:15:47.8Z 1st-balancer 192.0.2.1:1 -", Some(AlbAccess)),
            ("2026-09-23T07:15:47.8Z 192.0.2.1 4711 443", Some(AlbConnection)),
            ("2026-09-23T07:15:47.8Z 2001:db8::1 4711 443", Some(AlbConnection)),
            ("http 2026-09-23T07:15:47.8Z 0.019584011 10.0.0.1:80", Some(AlbHealthCheck)),
            ("http 2026-09-23T07:15:47Z 0.1234 10.0.0.1:80", Some(AlbHealthCheck)),
            ("http 2026-09-23T07:15:47.805298Z 0.1234 10.0.0.1:80", Some(AlbHealthCheck)),
            ("lambda 2026-09-23T07:15:47.8Z - arn:aws:lambda", Some(AlbHealthCheck)),
            ("tls 2.0 2026-09-23T07:15:47 net/web/1", Some(NlbTls)),
            ("2026-09-23T07:15:47.8Z my-balancer 192.0.2.1:1 -", Some(Classic)),
            ("2026-09-23T07:15:47.8Z my-balancer", Some(Classic)),
            ("2026-09-23T07", None),
            ("http 2026-09-23T07:15:47.8Z", None),
            ("#Version: 1.0", None),
            ("\"-\" -", None),
            ("", None),
        ] {
            assert_eq!(shape(line.as_bytes()), expected, "{line}");
            for named in Format::ALL {
                assert_eq!(format(line.as_bytes(), Hint::Named(named)), expected.unwrap_or(named), "{line}");
                assert_eq!(format(line.as_bytes(), Hint::Only(named)), named, "{line}");
            }
        }
    }
}
