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
        self.scheme.is_some() && self.domain.is_some() && !self.no_uri
    }

    fn take_scheme_and_authority(&mut self, url: &'a [u8]) -> &'a [u8] {
        let Some(colon) = memchr::memmem::find(url, b"://") else { return url };
        let (Some(scheme), Some(rest)) = (url.get(..colon), url.get(colon + 3..)) else { return url };
        let is_scheme = scheme.first().is_some_and(u8::is_ascii_alphabetic)
            && scheme.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte));
        if !is_scheme {
            return url;
        }
        self.scheme = Some(Text(scheme));
        let end = memchr::memchr3(b'/', b'?', b'#', rest).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at_checked(end).unwrap_or((rest, &[]));
        self.take_authority(authority);
        rest
    }

    fn take_authority(&mut self, authority: &'a [u8]) {
        let (user, host) = match memchr::memrchr(b'@', authority) {
            Some(at) => (authority.get(..at), authority.get(at + 1..).unwrap_or_default()),
            None => (None, authority),
        };
        self.username = user.map(|user| split_at_first(user, b':').0).and_then(non_empty);
        // Inside an IPv6 address's brackets a colon parts no port.
        let bracket = memchr::memrchr(b']', host).unwrap_or(0);
        let colon = memchr::memrchr(b':', host).filter(|&colon| colon >= bracket);
        let (domain, port) = match colon {
            Some(colon) => (host.get(..colon).unwrap_or_default(), host.get(colon + 1..).unwrap_or_default()),
            None => (host, &[][..]),
        };
        let (digits, no_uri) = match port.strip_suffix(b"-") {
            Some(digits) => (digits, true),
            None => (port, false),
        };
        let number = std::str::from_utf8(digits).ok().and_then(|text| text.parse::<u16>().ok());
        if number.is_none() && !digits.is_empty() {
            self.domain = non_empty(host);
            return;
        }
        self.domain = non_empty(domain);
        self.port = number;
        self.no_uri = no_uri;
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
        let cases: [(&str, [&str; 8]); 13] = [
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
            ("http://a.example:${jndi:x}/", ["http", "", "a.example:${jndi:x}", "", "/", "", "", ""]),
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
    }
}
