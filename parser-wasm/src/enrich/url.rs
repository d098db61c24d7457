//! A request's URL in parts, as ECS names them. It never fails: attack strings are part of every log.

use crate::text::Text;

/// The parts of a URL, as logged; `None` where the URL has no such part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UrlParts<'a> {
    /// `https`.
    pub scheme: Option<Text<'a>>,
    /// The user in `user:password@host`.
    pub username: Option<Text<'a>>,
    /// The host; IPv6 addresses keep their brackets, as ECS wants it.
    pub domain: Option<Text<'a>>,
    /// The port.
    pub port: Option<u16>,
    /// From the first slash.
    pub path: Option<Text<'a>>,
    /// Behind `?`.
    pub query: Option<Text<'a>>,
    /// Behind `#`.
    pub fragment: Option<Text<'a>>,
    /// What follows the last dot of the path's last segment.
    pub extension: Option<Text<'a>>,
    /// The load balancer glued `-` to the port: it saw no URI (`http://host:80-`).
    pub no_uri: bool,
    /// What it glued to the port is no path: no URI, `*`, or a whole URL.
    pub is_glued: bool,
}

impl<'a> UrlParts<'a> {
    /// Cuts a URL as RFC 3986, appendix B does, on the bytes as logged: escapes hold none of the delimiters.
    pub fn of(url: Text<'a>) -> Self {
        let mut parts = Self::default();
        let rest = parts.take_scheme_and_authority(url.0);
        let (rest, fragment) = split_at_first(rest, b'#');
        let (path, query) = split_at_first(rest, b'?');
        parts.fragment = fragment;
        parts.query = query;
        parts.path = non_empty(path);
        parts.extension = extension(path);
        parts
    }

    /// Whether the URL is whole: it says where it leads to without help.
    pub fn is_absolute(&self) -> bool {
        self.scheme.is_some() && self.domain.is_some() && !self.is_glued
    }

    fn take_scheme_and_authority(&mut self, url: &'a [u8]) -> &'a [u8] {
        let Some((scheme, rest)) = split_scheme(url) else { return url };
        self.scheme = Some(Text(scheme));
        let (authority, rest) = split_authority(rest);
        match self.take_authority(authority) {
            // A request for a whole URL: of what it says, the path is what is asked for.
            Some(second) if second.ends_with(b":") && rest.starts_with(b"//") => {
                split_authority(rest.get(2..).unwrap_or_default()).1
            }
            Some(b"-") => {
                self.no_uri = true;
                rest
            }
            _ => rest,
        }
    }

    /// Takes user, host and port, and gives what the load balancer glued to the port: what was asked for and is no path.
    fn take_authority(&mut self, authority: &'a [u8]) -> Option<&'a [u8]> {
        let (user, host) = match memchr::memrchr(b'@', authority) {
            Some(at) => (authority.get(..at), authority.get(at + 1..).unwrap_or_default()),
            None => (None, authority),
        };
        self.username = user.map(|user| split_at_first(user, b':').0).and_then(non_empty);
        let (domain, port) = split_port(host);
        self.domain = Text(domain).present();
        let digits = port.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, glued) = port.split_at_checked(digits)?;
        let is_uri =
            matches!(glued, b"-" | b"*") || (!digits.is_empty() && glued.strip_suffix(b":").is_some_and(is_scheme));
        if glued.is_empty() || is_uri {
            self.port = std::str::from_utf8(digits).ok().and_then(|text| text.parse().ok());
        }
        self.is_glued = is_uri;
        is_uri.then_some(glued)
    }
}

/// The scheme of a URL that has one, and what follows `://`.
fn split_scheme(url: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = memchr::memmem::find(url, b"://")?;
    let (scheme, rest) = (url.get(..colon)?, url.get(colon + 3..)?);
    is_scheme(scheme).then_some((scheme, rest))
}

fn is_scheme(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(u8::is_ascii_alphabetic)
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte))
}

fn split_authority(rest: &[u8]) -> (&[u8], &[u8]) {
    let end = memchr::memchr3(b'/', b'?', b'#', rest).unwrap_or(rest.len());
    rest.split_at_checked(end).unwrap_or((rest, &[]))
}

/// The host, and what follows its colon. Inside an IPv6 address a colon parts no port, with brackets around it or
/// without.
fn split_port(host: &[u8]) -> (&[u8], &[u8]) {
    let bracket = memchr::memrchr(b']', host).unwrap_or(0);
    let first = host.get(bracket..).and_then(|rest| memchr::memchr(b':', rest)).map(|colon| bracket + colon);
    let last = memchr::memrchr(b':', host).filter(|colon| *colon > bracket);
    let is_address = |colon: &usize| host.get(..*colon).is_some_and(|host| crate::address::parse(host).is_some());
    let colon = if first == last { first } else { last.filter(is_address).or(first) };
    match colon {
        Some(colon) => (host.get(..colon).unwrap_or_default(), host.get(colon + 1..).unwrap_or_default()),
        None => (host, &[]),
    }
}

fn non_empty(bytes: &[u8]) -> Option<Text<'_>> {
    (!bytes.is_empty()).then_some(Text(bytes))
}

fn split_at_first(bytes: &[u8], delimiter: u8) -> (&[u8], Option<Text<'_>>) {
    match memchr::memchr(delimiter, bytes) {
        Some(at) => (bytes.get(..at).unwrap_or_default(), bytes.get(at + 1..).and_then(non_empty)),
        None => (bytes, None),
    }
}

fn extension(path: &[u8]) -> Option<Text<'_>> {
    let segment = memchr::memrchr(b'/', path).map_or(path, |slash| path.get(slash..).unwrap_or_default());
    let dot = memchr::memrchr(b'.', segment)?;
    segment.get(dot + 1..).and_then(non_empty)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// scheme, username, domain, port, path, query, fragment, extension; absent parts as "".
    fn parts(url: &str) -> [String; 8] {
        let parts = UrlParts::of(Text(url.as_bytes()));
        let text = |text: Option<Text<'_>>| text.map(|t| t.decode().into_owned()).unwrap_or_default();
        let port = parts.port.map(|port| port.to_string()).unwrap_or_default();
        [
            text(parts.scheme),
            text(parts.username),
            text(parts.domain),
            port,
            text(parts.path),
            text(parts.query),
            text(parts.fragment),
            text(parts.extension),
        ]
    }

    #[test]
    fn urls_that_load_balancers_log() {
        let cases: [(&str, [&str; 8]); 25] = [
            (
                "https://a.example:443/x/y.html?q=1&r=/2#top",
                ["https", "", "a.example", "443", "/x/y.html", "q=1&r=/2", "top", "html"],
            ),
            ("https://a.example", ["https", "", "a.example", "", "", "", "", ""]),
            ("http://a.example:80-", ["http", "", "a.example", "80", "", "", "", ""]),
            ("http://a.example:80-/ ", ["http", "", "a.example", "80", "/ ", "", "", ""]),
            ("http://[2001:db8::1]:80/", ["http", "", "[2001:db8::1]", "80", "/", "", "", ""]),
            ("http://[2001:db8::1]/", ["http", "", "[2001:db8::1]", "", "/", "", "", ""]),
            ("http://user:pass@a.example:8080/.env", ["http", "user", "a.example", "8080", "/.env", "", "", "env"]),
            ("https://10.0.0.1:443/sra_{BA195980}/", ["https", "", "10.0.0.1", "443", "/sra_{BA195980}/", "", "", ""]),
            ("/path with spaces", ["", "", "", "", "/path with spaces", "", "", ""]),
            (
                "http://a.example:80/hello.world?%ADd+x%3dphp://input",
                ["http", "", "a.example", "80", "/hello.world", "%ADd+x%3dphp://input", "", "world"],
            ),
            ("http://a.example:${jndi:x}/", ["http", "", "a.example", "", "/", "", "", ""]),
            ("http://a.example:80http://b.example/x.y?z#f", ["http", "", "a.example", "80", "/x.y", "z", "f", "y"]),
            ("http://a.example:80https://b.example", ["http", "", "a.example", "80", "", "", "", ""]),
            ("https://a.example:443*", ["https", "", "a.example", "443", "", "", "", ""]),
            ("https://[2001:db8::1]:443*", ["https", "", "[2001:db8::1]", "443", "", "", "", ""]),
            ("http://2001:db8::1:80/", ["http", "", "2001:db8::1", "80", "/", "", "", ""]),
            ("https://-:443/", ["https", "", "", "443", "/", "", "", ""]),
            ("https://-/", ["https", "", "", "", "/", "", "", ""]),
            ("https://a.example:+80/", ["https", "", "a.example", "", "/", "", "", ""]),
            ("https://a.example:99999/", ["https", "", "a.example", "", "/", "", "", ""]),
            ("https://a.example:80x/", ["https", "", "a.example", "", "/", "", "", ""]),
            ("https://a.example:443//etc/passwd", ["https", "", "a.example", "443", "//etc/passwd", "", "", ""]),
            (
                "https://a.example:443/?url=https://b.example/a?b#c",
                ["https", "", "a.example", "443", "/", "url=https://b.example/a?b", "c", ""],
            ),
            ("http://a.example:/", ["http", "", "a.example", "", "/", "", "", ""]),
            ("*", ["", "", "", "", "*", "", "", ""]),
        ];
        for (url, expected) in cases {
            assert_eq!(parts(url), expected, "{url}");
        }
    }

    #[test]
    fn a_glued_dash_means_no_uri() {
        assert!(UrlParts::of(Text(b"http://a:80-")).no_uri);
        assert!(!UrlParts::of(Text(b"http://a:80-")).is_absolute());
        assert!(UrlParts::of(Text(b"http://a:80/-")).is_absolute());
        for glued in ["http://a:80*", "http://a:80http://b/x"] {
            let parts = UrlParts::of(Text(glued.as_bytes()));
            assert!(!parts.no_uri && !parts.is_absolute(), "{glued}");
        }
    }
}
