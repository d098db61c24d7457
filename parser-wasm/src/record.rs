//! The values that a log line's fields hold, borrowed from the line.

use crate::address;
use crate::text::Text;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use std::net::IpAddr;

/// A moment in UTC, with the text that said so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timestamp<'a> {
    /// As logged, without the zone: `2026-09-23T07:15:26.379899`, with 0 to 9 decimals.
    pub text: &'a str,
    /// The same moment.
    pub at: DateTime<Utc>,
}

impl<'a> Timestamp<'a> {
    /// RFC 3339 in UTC. The zone may be missing, as in Network Load Balancer logs.
    pub(crate) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let bytes = bytes.strip_suffix(b"Z").unwrap_or(bytes);
        let (whole, fraction) = bytes.split_at_checked(19)?;
        let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', h1, h2, b':', i1, i2, b':', s1, s2] = *whole else {
            return None;
        };
        let year = digits(&[y1, y2, y3, y4])?;
        let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, digits(&[m1, m2])?, digits(&[d1, d2])?)?;
        let nanos = match fraction {
            [] => 0,
            [b'.', decimals @ ..] if (1..=9).contains(&decimals.len()) => {
                digits(decimals)? * 10_u32.pow(9 - u32::try_from(decimals.len()).ok()?)
            }
            _ => return None,
        };
        let time = date.and_hms_nano_opt(digits(&[h1, h2])?, digits(&[i1, i2])?, digits(&[s1, s2])?, nanos)?;
        Some(Self { text: std::str::from_utf8(bytes).ok()?, at: time.and_utc() })
    }

    /// The moment so much later; none where no index holds it.
    pub(crate) fn after(&self, passed: Seconds<'_>) -> Option<DateTime<Utc>> {
        let later = self.at.checked_add_signed(TimeDelta::nanoseconds(i64::try_from(passed.nanos).ok()?))?;
        later.timestamp_nanos_opt().map(|_| later)
    }

    /// Whether engines can keep it as a `date_nanos`: nanoseconds since 1970 in 63 bits, until April 2262.
    pub(crate) fn fits_an_index(&self) -> bool {
        self.at.timestamp_nanos_opt().is_some_and(|nanos| nanos >= 0)
    }

    /// Nanoseconds from this moment to a later one; none where the other is earlier.
    pub(crate) fn nanos_until(&self, later: &Self) -> Option<u64> {
        u64::try_from(later.at.signed_duration_since(self.at).num_nanoseconds()?).ok()
    }

    /// Year, month and day as logged: `["2026", "09", "23"]`.
    pub fn date(&self) -> [&'a str; 3] {
        [(0, 4), (5, 7), (8, 10)].map(|(from, to)| self.text.get(from..to).unwrap_or_default())
    }
}

fn digits(bytes: &[u8]) -> Option<u32> {
    bytes.iter().try_fold(0_u32, |sum, byte| {
        byte.is_ascii_digit().then(|| sum.wrapping_mul(10).wrapping_add(u32::from(byte - b'0')))
    })
}

/// A duration in seconds, with the text that said so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seconds<'a> {
    /// As logged: decimal digits, a number in JSON too.
    pub text: &'a str,
    /// The same in nanoseconds; further decimals are cut.
    pub nanos: u64,
}

impl<'a> Seconds<'a> {
    /// Fixed decimals without sign or exponent, and no idle leading zeros (JSON has none). As logged it becomes a number
    /// of the document, and engines refuse numbers of a thousand digits.
    pub(crate) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (whole, decimals) = match memchr::memchr(b'.', bytes) {
            Some(dot) => (bytes.get(..dot)?, bytes.get(dot + 1..).filter(|d| !d.is_empty())?),
            None => (bytes, &[][..]),
        };
        if whole.is_empty()
            || whole.len() > 9
            || decimals.len() > 20
            || (whole.len() > 1 && whole.first() == Some(&b'0'))
        {
            return None;
        }
        let mut nanos = u64::from(digits(whole)?) * 1_000_000_000;
        let mut unit = 100_000_000;
        for digit in decimals {
            if !digit.is_ascii_digit() {
                return None;
            }
            nanos += unit * u64::from(digit - b'0');
            unit /= 10;
        }
        Some(Self { text: std::str::from_utf8(bytes).ok()?, nanos })
    }
}

/// A stretch of a request's way through the load balancer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// From the client, until the request was handed to the target.
    Request,
    /// In the target, until it began to answer.
    Target,
    /// Back to the client.
    Response,
    /// In none of the three: bodies on their way, or a connection that stayed open.
    Transfer,
}

impl Phase {
    /// The name in documents.
    pub fn code(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Target => "target",
            Self::Response => "response",
            Self::Transfer => "transfer",
        }
    }
}

/// An address and a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Endpoint<'a> {
    /// The address as logged, without brackets.
    pub address: &'a str,
    /// The same address.
    pub ip: IpAddr,
    /// The port, where it was delivered: connection logs have it in a column of its own.
    pub port: Option<u16>,
}

/// What keeps bytes from being an [`Endpoint`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EndpointFault {
    Shape,
    Address,
    Port,
}

impl<'a> Endpoint<'a> {
    /// AWS writes IPv6 without brackets, so the LAST colon parts address and port; brackets are taken too.
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, EndpointFault> {
        let colon = memchr::memrchr(b':', bytes).ok_or(EndpointFault::Shape)?;
        let (address, port) = bytes.split_at_checked(colon).ok_or(EndpointFault::Shape)?;
        let endpoint = Self::of_address(address)?;
        let port = parse_u16(port.get(1..).unwrap_or_default()).ok_or(EndpointFault::Port)?;
        Ok(Self { port: Some(port), ..endpoint })
    }

    /// An address alone.
    pub(crate) fn of_address(address: &'a [u8]) -> Result<Self, EndpointFault> {
        let address = address.strip_prefix(b"[").and_then(|a| a.strip_suffix(b"]")).unwrap_or(address);
        let ip = address::parse(address).ok_or(EndpointFault::Address)?;
        let address = std::str::from_utf8(address).map_err(|_| EndpointFault::Address)?;
        Ok(Self { address, ip, port: None })
    }
}

/// Decimal digits, no sign, no idle leading zeros.
pub(crate) fn parse_u16(bytes: &[u8]) -> Option<u16> {
    if bytes.is_empty() || bytes.len() > 5 || (bytes.len() > 1 && bytes.first() == Some(&b'0')) {
        return None;
    }
    u16::try_from(digits(bytes)?).ok()
}

/// A count of bytes: decimal digits, as many as the `long` of an engine holds.
pub(crate) fn parse_count(bytes: &[u8]) -> Option<u64> {
    if bytes.is_empty() {
        return None;
    }
    let count = bytes.iter().try_fold(0_i64, |sum, byte| {
        let digit = byte.is_ascii_digit().then(|| i64::from(byte - b'0'))?;
        sum.checked_mul(10)?.checked_add(digit)
    });
    count.map(i64::unsigned_abs)
}

/// An HTTP status as load balancers write it: one to three digits (`000` stands for 0).
pub(crate) fn parse_status(bytes: &[u8]) -> Option<u16> {
    if bytes.is_empty() || bytes.len() > 3 {
        return None;
    }
    u16::try_from(digits(bytes)?).ok()
}

/// A whole number that may be negative.
pub(crate) fn parse_i32(bytes: &[u8]) -> Option<i32> {
    let text = std::str::from_utf8(bytes).ok().filter(|text| !text.starts_with('+'))?;
    text.parse().ok()
}

/// From when to when a certificate is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity<'a> {
    /// Not before.
    pub from: Timestamp<'a>,
    /// Not after.
    pub to: Timestamp<'a>,
}

impl<'a> Validity<'a> {
    /// `NotBefore=2023-09-21T22:43:21Z;NotAfter=2026-06-17T22:43:21Z`.
    pub(crate) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let semicolon = memchr::memchr(b';', bytes)?;
        let from = bytes.get(..semicolon)?.strip_prefix(b"NotBefore=")?;
        let to = bytes.get(semicolon + 1..)?.strip_prefix(b"NotAfter=")?;
        Some(Self { from: Timestamp::parse(from)?, to: Timestamp::parse(to)? })
    }
}

/// What a health check goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HealthTarget<'a> {
    /// An address and a port.
    Endpoint(Endpoint<'a>),
    /// A Lambda function, by its ARN.
    Arn(Text<'a>),
}

/// The request line: `METHOD SP URL SP VERSION`, each part as logged, absent where it is `-` or missing.
///
/// URLs may hold raw spaces: the method ends at the first space, the version begins after the last one, but only
/// if it is a version (`HTTP/…`), `-` or nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Request<'a> {
    /// `GET`, or whatever the client sent.
    pub method: Option<Text<'a>>,
    /// The URL as the load balancer rebuilt it.
    pub url: Option<Text<'a>>,
    /// `HTTP/1.1`.
    pub version: Option<Text<'a>>,
    /// All of it.
    pub logged: Text<'a>,
}

impl<'a> Request<'a> {
    pub(crate) fn parse(bytes: &'a [u8]) -> Self {
        let Some(first) = memchr::memchr(b' ', bytes) else {
            return Self { method: None, url: Text(bytes).present(), version: None, logged: Text(bytes) };
        };
        let (method, rest) = (bytes.get(..first), bytes.get(first + 1..).unwrap_or_default());
        // HTTP/1.0 clients leave a space after the version (class NonCompliantVersion).
        let trimmed = match rest.strip_suffix(b" ") {
            Some(shorter) if version_at(shorter).is_some() => shorter,
            _ => rest,
        };
        let (url, version) = match version_at(trimmed) {
            Some(space) => (trimmed.get(..space), trimmed.get(space + 1..)),
            None => (Some(trimmed), None),
        };
        let part = |bytes: Option<&'a [u8]>| bytes.and_then(|bytes| Text(bytes).present());
        Self { method: part(method), url: part(url), version: part(version), logged: Text(bytes) }
    }
}

/// Where the space before the version is, if the last word is one.
fn version_at(bytes: &[u8]) -> Option<usize> {
    let space = memchr::memrchr(b' ', bytes)?;
    let last = bytes.get(space + 1..)?;
    (matches!(last, b"" | b"-") || last.starts_with(b"HTTP/")).then_some(space)
}

/// What stands in quotes, be they escaped as in lines copied out of JSON (`\"h2\"`); none where nothing does.
pub(crate) fn in_quotes(item: &[u8]) -> Option<&[u8]> {
    let within = |quote: &[u8]| item.strip_prefix(quote)?.strip_suffix(quote);
    within(br#"\""#).or_else(|| within(b"\""))
}

/// A list in one field, split at a separator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct List<'a> {
    text: Text<'a>,
    separator: u8,
}

impl<'a> List<'a> {
    pub(crate) fn new(text: Text<'a>, separator: u8) -> Self {
        Self { text, separator }
    }

    /// The items that have a value, without quotes of their own.
    pub fn iter(self) -> impl Iterator<Item = Text<'a>> {
        self.text
            .0
            .split(move |&byte| byte == self.separator)
            .filter_map(move |item| Text(in_quotes(item).unwrap_or(item)).present())
    }

    /// The items, `-` among them, which keeps the place of one that has no value.
    pub fn places(self) -> impl Iterator<Item = Text<'a>> {
        self.text.0.split(move |&byte| byte == self.separator).filter(|item| !item.is_empty()).map(Text)
    }

    /// Whether `item` is one of the list.
    pub fn has(self, item: &str) -> bool {
        self.iter().any(|text| text.0 == item.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        let time = Timestamp::parse(b"2026-09-23T07:15:26.379899Z").expect("a time");
        assert_eq!(time.at.to_rfc3339(), "2026-09-23T07:15:26.379899+00:00");
        assert_eq!(time.date(), ["2026", "09", "23"]);
        for good in ["2018-12-20T02:59:40", "2018-12-20T02:59:40Z", "2024-02-29T00:00:00.1Z"] {
            assert!(Timestamp::parse(good.as_bytes()).is_some(), "{good}");
        }
        for bad in [
            "",
            "-",
            "2026-13-01T00:00:00Z",
            "2023-02-29T00:00:00Z",
            "2026-01-01 00:00:00Z",
            "2026-01-01T00:00:00.Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:00:00+00:00",
            "2026-01-01T00:00:00.1234567890Z",
        ] {
            assert!(Timestamp::parse(bad.as_bytes()).is_none(), "{bad}");
        }
    }

    #[test]
    fn what_an_index_can_hold() {
        for (time, fits) in [
            ("1969-12-31T23:59:59.999999", false),
            ("1970-01-01T00:00:00", true),
            ("2262-04-11T23:47:16.854775807", true),
            ("2262-04-11T23:47:16.854775808", false),
            ("1601-01-01T00:00:00", false),
            ("9999-12-31T23:59:59", false),
        ] {
            let time = Timestamp::parse(time.as_bytes()).expect("a time");
            assert_eq!(time.fits_an_index(), fits, "{}", time.text);
        }
        assert_eq!(parse_count(b"9223372036854775807"), Some(9_223_372_036_854_775_807));
        for bad in ["", "-1", "+1", "9223372036854775808", "18446744073709551616", "1e3"] {
            assert_eq!(parse_count(bad.as_bytes()), None, "{bad}");
        }
    }

    #[test]
    fn seconds() {
        assert_eq!(Seconds::parse(b"0.001").map(|s| s.nanos), Some(1_000_000));
        assert_eq!(Seconds::parse(b"0.00099").map(|s| s.nanos), Some(990_000));
        assert_eq!(Seconds::parse(b"60").map(|s| s.nanos), Some(60_000_000_000));
        assert_eq!(Seconds::parse(b"0.00000000100000000000").map(|s| s.nanos), Some(1));
        assert_eq!(Seconds::parse(b"1.5414835421835185").map(|s| s.nanos), Some(1_541_483_542));
        for bad in ["", "-", ".5", "1.", "00.1", "1e3", "+1", "1.2.3", "12345678901", "0.000000000000000000001"] {
            assert!(Seconds::parse(bad.as_bytes()).is_none(), "{bad}");
        }
    }

    #[test]
    fn endpoints() {
        let v6 = Endpoint::parse(b"2a02:8100:c002::f215:50718").expect("an endpoint");
        assert_eq!((v6.address, v6.port), ("2a02:8100:c002::f215", Some(50718)));
        assert_eq!(Endpoint::parse(b"[2001:db8::1]:443").map(|e| e.address), Ok("2001:db8::1"));
        assert_eq!(Endpoint::parse(b"10.0.0.1:80").map(|e| e.port), Ok(Some(80)));
        assert_eq!(Endpoint::parse(b"10.0.0.1"), Err(EndpointFault::Shape));
        assert_eq!(Endpoint::parse(b"10.0.0.1:66666"), Err(EndpointFault::Port));
        assert_eq!(Endpoint::parse(b"10.0.0.1:"), Err(EndpointFault::Port));
        for bad in ["x.0.0.0:1", "256.0.0.1:1", "1.2.3:1", "1.2.3.4.5:1", "01.2.3.4:1", "X.X.X.X:80"] {
            assert_eq!(Endpoint::parse(bad.as_bytes()), Err(EndpointFault::Address), "{bad}");
        }
    }

    #[test]
    fn request_lines() {
        type Parts = (&'static str, Option<&'static str>, Option<&'static str>, Option<&'static str>);
        let cases: [Parts; 10] = [
            ("GET http://a:80/ HTTP/1.1", Some("GET"), Some("http://a:80/"), Some("HTTP/1.1")),
            ("- http://a:80- -", None, Some("http://a:80-"), None),
            ("- http://a:80- ", None, Some("http://a:80-"), None),
            ("POST http://a:80- HTTP/1.1", Some("POST"), Some("http://a:80-"), Some("HTTP/1.1")),
            ("- - -", None, None, None),
            ("- - - ", None, None, None),
            ("GET http://a:80/ HTTP/1.0 ", Some("GET"), Some("http://a:80/"), Some("HTTP/1.0")),
            ("GET http://a:80/hello world HTTP/1.1", Some("GET"), Some("http://a:80/hello world"), Some("HTTP/1.1")),
            ("GET http://a:80/hello world", Some("GET"), Some("http://a:80/hello world"), None),
            ("-", None, None, None),
        ];
        for (line, method, url, version) in cases {
            let text = |text: Option<Text<'static>>| text.map(|t| t.decode().into_owned());
            let request = Request::parse(line.as_bytes());
            let expected = (method.map(String::from), url.map(String::from), version.map(String::from));
            assert_eq!((text(request.method), text(request.url), text(request.version)), expected, "{line:?}");
        }
    }

    #[test]
    fn lists() {
        let list = List::new(Text(b"waf,forward"), b',');
        assert!(list.has("waf") && list.has("forward") && !list.has("wa"));
    }
}
