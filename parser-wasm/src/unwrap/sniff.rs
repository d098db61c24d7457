//! What a file is, by its first bytes.

use super::tar;
use super::utf16::Order;
use crate::damage::{DamageKind, OTHER_FILES};
use crate::format;
use crate::gzip::MAGIC;
use memchr::{memchr, memmem};

/// So many bytes tell: the header of a tar archive.
pub(crate) const SNIFFED_BYTES: usize = tar::BLOCK;

/// What the first bytes of a file are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sniffed {
    Gzip,
    Plain,
    Utf16(Order),
    Tar,
    /// JSON values over several lines, or events in an envelope.
    Json,
    Other(DamageKind),
    /// They may become anything yet.
    TooShort,
}

/// `is_end`: no more bytes will come.
pub(crate) fn sniff(input: &[u8], is_end: bool) -> Sniffed {
    let input = input.get(..SNIFFED_BYTES).unwrap_or(input);
    if input.starts_with(&MAGIC) {
        return Sniffed::Gzip;
    }
    if let Some((_, kind)) = OTHER_FILES.iter().find(|(magic, _)| input.starts_with(magic)) {
        return Sniffed::Other(*kind);
    }
    if let Some(order) = Order::of(input) {
        return Sniffed::Utf16(order);
    }
    let may_become = |magic: &[u8]| magic.starts_with(input);
    let may_be_magic =
        may_become(&MAGIC) || Order::may_become(input) || OTHER_FILES.iter().any(|(magic, _)| may_become(magic));
    // What begins as text does goes no further: a line is given as soon as it is there.
    let is_whole = is_end || input.len() >= SNIFFED_BYTES;
    let text = input.get(..memchr(0, input).unwrap_or(input.len())).unwrap_or_default();
    let has_line = memchr(b'\n', text).is_some();
    if !is_whole && (may_be_magic || !has_line) {
        return Sniffed::TooShort;
    }
    if !has_line && tar::is_header(input) {
        return Sniffed::Tar;
    }
    if !has_line && is_utf16_without_mark(input) {
        return Sniffed::Other(DamageKind::Utf16);
    }
    let text = input.trim_ascii_start();
    match text.first() {
        Some(b'<') if !is_whole => Sniffed::TooShort,
        Some(b'<') => markup(text).map_or(Sniffed::Plain, Sniffed::Other),
        Some(b'{' | b'[') => json(text, is_whole),
        _ => Sniffed::Plain,
    }
}

/// ASCII in two bytes a character.
fn is_utf16_without_mark(input: &[u8]) -> bool {
    let pairs = input.chunks_exact(2);
    let total = pairs.len();
    let (mut little, mut big) = (0, 0);
    for pair in pairs {
        little += usize::from(matches!(pair, [first, 0] if *first > 0));
        big += usize::from(matches!(pair, [0, second] if *second > 0));
    }
    total >= 16 && (little == total || big == total)
}

/// An error of S3, or a page that says something else, saved in a log's place.
fn markup(text: &[u8]) -> Option<DamageKind> {
    let has = |part: &[u8]| memmem::find(text, part).is_some();
    if has(b"<Error>") && has(b"<Code>") {
        let kinds = [
            (&b"<Code>AccessDenied<"[..], DamageKind::S3AccessDenied),
            (b"<Code>NoSuchKey<", DamageKind::S3NoSuchKey),
            (b"<Code>ExpiredToken<", DamageKind::S3ExpiredToken),
        ];
        let known = kinds.into_iter().find_map(|(code, kind)| has(code).then_some(kind));
        return Some(known.unwrap_or(DamageKind::S3Error));
    }
    let is_markup = text.starts_with(b"<?xml") || text.starts_with(b"<!") || text.starts_with(b"<html");
    is_markup.then_some(DamageKind::Markup)
}

/// First members of what holds events in a list: CloudWatch Logs' subscriptions and its command, Firehose, a search.
const ENVELOPES: [&[u8]; 13] = [
    b"messageType",
    b"owner",
    b"logGroup",
    b"logStream",
    b"subscriptionFilters",
    b"logEvents",
    b"events",
    b"searchedLogStreams",
    b"records",
    b"requestId",
    b"invocationId",
    b"took",
    b"hits",
];

fn json(text: &[u8], is_whole: bool) -> Sniffed {
    let inside = text.get(1..).unwrap_or_default();
    let first = inside.trim_ascii_start();
    let is_broken = memchr(b'\n', inside.get(..inside.len() - first.len()).unwrap_or_default()).is_some();
    let unknown = if is_whole { Sniffed::Plain } else { Sniffed::TooShort };
    match (text.first(), first.first()) {
        (_, None) => unknown,
        (Some(b'['), Some(b'{' | b'"')) => Sniffed::Json,
        (Some(b'{'), Some(b'"')) if is_broken => Sniffed::Json,
        (Some(b'{'), Some(b'"')) => {
            let name = first.get(1..).unwrap_or_default();
            match memchr(b'"', name) {
                Some(end) if ENVELOPES.iter().any(|known| name.get(..end) == Some(known)) => Sniffed::Json,
                Some(_) => Sniffed::Plain,
                None => unknown,
            }
        }
        _ => Sniffed::Plain,
    }
}

/// What is wrong with a file by its first line that is not blank.
pub(crate) fn first_line(line: &[u8]) -> Option<DamageKind> {
    if memchr(b'\r', line.trim_ascii_end()).is_some() {
        return Some(DamageKind::CarriageReturns);
    }
    if format::is_ambiguous(line) {
        return Some(DamageKind::Delimiter);
    }
    format::is_foreign_header(line).then_some(DamageKind::OtherW3c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_tell() {
        for (text, expected) in [
            ("https 2026-", Sniffed::Plain),
            ("", Sniffed::Plain),
            ("[a] https 2026-", Sniffed::Plain),
            ("{\"type\":\"https\"}", Sniffed::Plain),
            ("{\"type", Sniffed::Plain),
            ("{\"messageType\":\"DATA_MESSAGE\"", Sniffed::Json),
            ("{ \"records\" :[", Sniffed::Json),
            ("{\n  \"type\": 1", Sniffed::Json),
            ("[\n{", Sniffed::Json),
            ("[{", Sniffed::Json),
            ("[\n  \"https", Sniffed::Json),
            ("{\"Records\":[{\"eventVersion\"", Sniffed::Plain),
            ("<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code>", Sniffed::Other(DamageKind::S3AccessDenied)),
            ("<Error><Code>SlowDown</Code>", Sniffed::Other(DamageKind::S3Error)),
            ("<!DOCTYPE html>", Sniffed::Other(DamageKind::Markup)),
            ("<14>Nov 24 09:15:02 host https 2026", Sniffed::Plain),
            ("h\0t\0t\0p\0s\0 \x002\x000\x002\x006\0-\x001\x001\0-\x002\x004\0", Sniffed::Other(DamageKind::Utf16)),
        ] {
            assert_eq!(sniff(text.as_bytes(), true), expected, "{text}");
            for length in 0..text.len() {
                let early = sniff(&text.as_bytes()[..length], false);
                assert!([expected, Sniffed::TooShort].contains(&early), "{text} after {length}: {early:?}");
            }
        }
    }
}
