//! Lines that other AWS services write, which end up in a load balancer's bucket all the same.

use super::error::{ErrorKind, Foreign, ParseError, Span};

/// The error, or what the line is instead where it can be told. Only asked of lines that could not be read.
#[cold]
pub(super) fn named(line: &[u8], error: ParseError) -> ParseError {
    match recognise(line) {
        Some(foreign) => {
            ParseError { kind: ErrorKind::ForeignLine(foreign), field: None, span: Span::new(0, line.len()) }
        }
        None => error,
    }
}

/// Quotes as word processors and blogs set them.
const CURLY: [&[u8]; 4] = ["\u{201C}".as_bytes(), "\u{201D}".as_bytes(), "\u{201E}".as_bytes(), "\u{00AB}".as_bytes()];

/// Whether a value stands in such quotes.
pub(super) fn is_curly(value: &[u8]) -> bool {
    CURLY.iter().any(|quote| value.starts_with(quote))
}

fn recognise(line: &[u8]) -> Option<Foreign> {
    let has = |text: &[u8]| memchr::memmem::find(line, text).is_some();
    if line.starts_with(b"#Version:") || line.starts_with(b"#Fields:") {
        return Some(Foreign::W3cHeader);
    }
    if line.starts_with(b"{") {
        return [(&br#""webaclId""#[..], Foreign::Waf), (br#""eventVersion""#, Foreign::CloudTrail)]
            .into_iter()
            .find_map(|(member, foreign)| has(member).then_some(foreign));
    }
    // `2026-11-23<TAB>21:02:31<TAB>FRA2<TAB>…`
    if line.get(10) == Some(&b'\t') && line.get(19) == Some(&b'\t') {
        return Some(Foreign::CloudFront);
    }
    let mut words = line.split(|&byte| byte == b' ');
    let mut next = || words.next().unwrap_or_default();
    let [first, second, third, fourth] = [next(), next(), next(), next()];
    let is_hex = |word: &[u8]| word.len() == 64 && word.iter().all(u8::is_ascii_hexdigit);
    // `OWNER BUCKET [06/Feb/2026:00:00:38 +0000] IP …`; the owner is 64 hex digits.
    if is_hex(first) || (third.starts_with(b"[") && fourth.ends_with(b"]")) {
        return Some(Foreign::S3Access);
    }
    // `2 ACCOUNT eni-… …`, and its header `version account-id interface-id …`
    if third.starts_with(b"eni-") || (first, second) == (b"version", b"account-id") {
        return Some(Foreign::VpcFlow);
    }
    None
}

#[cfg(test)]
mod tests {
    use crate::{ErrorKind, Foreign, Hint, Record, Scratch};

    #[test]
    fn other_services_lines_are_named() {
        let owner = "79a5".repeat(16);
        for (line, expected) in [
            (format!("{owner} logs [06/Feb/2026:00:00:38 +0000] 192.0.2.3 {owner} 3E57 REST.GET.VERSIONING - \"GET /logs HTTP/1.1\" 200"), Foreign::S3Access),
            ("2026-11-23\t21:02:31\tFRA2-C1\t392\t192.0.2.100\tGET\td111111abcdef8.cloudfront.net\t/index.html\t200\t-".to_owned(), Foreign::CloudFront),
            ("#Version: 1.0".to_owned(), Foreign::W3cHeader),
            ("#Fields: date time x-edge-location sc-bytes c-ip".to_owned(), Foreign::W3cHeader),
            ("2 123456789012 eni-1235b8ca123456789 10.0.1.5 10.0.0.220 10812 80 6 8 500 1563108188 1563108227 ACCEPT OK".to_owned(), Foreign::VpcFlow),
            ("version account-id interface-id srcaddr dstaddr".to_owned(), Foreign::VpcFlow),
            (r#"{"timestamp":1576280412771,"formatVersion":1,"webaclId":"arn:aws:wafv2:x","action":"BLOCK"}"#.to_owned(), Foreign::Waf),
            (r#"{"Records":[{"eventVersion":"1.08","eventName":"GetObject"}]}"#.to_owned(), Foreign::CloudTrail),
        ] {
            let mut scratch = Scratch::default();
            let error = Record::parse(line.as_bytes(), Hint::None, &mut scratch).expect_err("an error");
            assert_eq!(error.kind, ErrorKind::ForeignLine(expected), "{line}");
            assert_eq!(error.span.of(line.as_bytes()), line.as_bytes());
        }
    }
}
