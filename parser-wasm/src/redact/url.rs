//! URLs without what people put into them.

use super::settings::QueryRedaction;
use crate::record::Request;
use crate::text::Text;

/// Stands for what was there.
pub(super) const MASK: &str = "***";

/// A URL without user, query values and fragment values.
pub(super) fn url(url: &str, how: QueryRedaction) -> String {
    let (before, authority, rest) = split_authority(url);
    let mut left = String::with_capacity(url.len());
    left.push_str(before);
    match (authority.rsplit_once('@'), how) {
        (None, _) => left.push_str(authority),
        (Some((_, host)), QueryRedaction::Drop) => left.push_str(host),
        (Some((_, host)), QueryRedaction::Mask) => left.extend([MASK, "@", host]),
    }
    left + &part(rest, how)
}

/// A request line as logged, with what [`url`] leaves of its URL. Where an escape hides what delimits the URL's parts, it is
/// undone.
pub(super) fn request(logged: &str, how: QueryRedaction) -> String {
    let delimiters = |text: &str| text.matches(['?', '#', '@', '&', '=', '/', ':']).count();
    let meant = Text(logged.as_bytes()).decode();
    let text = if delimiters(&meant) > delimiters(logged) { &*meant } else { logged };
    let Some(length) = Request::parse(text.as_bytes()).url.map(|url| url.0.len()) else { return text.to_owned() };
    let start = text.find(' ').map_or(0, |space| space + 1);
    let (method, rest) = text.split_at_checked(start).unwrap_or(("", text));
    let (whole, version) = rest.split_at_checked(length).unwrap_or((rest, ""));
    [method, &url(whole, how), version].concat()
}

/// What may be the end of a URL, without query values and fragment values.
pub(super) fn part(rest: &str, how: QueryRedaction) -> String {
    let (path, more) = rest.split_at_checked(rest.find(['?', '#']).unwrap_or(rest.len())).unwrap_or((rest, ""));
    let mut left = path.to_owned();
    if how == QueryRedaction::Mask {
        let (query, fragment) = match more.split_once('#') {
            Some((query, fragment)) => (query, Some(fragment)),
            None => (more, None),
        };
        if let Some(query) = query.strip_prefix('?') {
            left.push('?');
            left.push_str(&parameters(query));
        }
        if let Some(fragment) = fragment {
            left.push('#');
            left.push_str(&parameters(fragment));
        }
    }
    left
}

/// What is before the authority, the authority, and the rest; RFC 3986, appendix B.
fn split_authority(url: &str) -> (&str, &str, &str) {
    let start = match url.split_once("//") {
        Some(("", _)) => 2,
        Some((scheme, _)) if is_scheme(scheme) => scheme.len() + 2,
        _ => return ("", "", url),
    };
    let (before, rest) = url.split_at_checked(start).unwrap_or(("", url));
    let (authority, rest) =
        rest.split_at_checked(rest.find(['/', '?', '#']).unwrap_or(rest.len())).unwrap_or((rest, ""));
    (before, authority, rest)
}

/// Whether this is a scheme with its colon.
fn is_scheme(text: &str) -> bool {
    text.strip_suffix(':').is_some_and(|scheme| {
        scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    })
}

/// Parameters with [`MASK`] for their values.
pub(super) fn parameters(query: &str) -> String {
    if query.is_empty() {
        return String::new();
    }
    let masked = query.split('&').map(|parameter| match parameter.split_once('=') {
        // Nothing behind `=` but more of it: this may be Base64, and no name.
        Some((name, value)) if is_name(name) && value.contains(|character| character != '=') => {
            format!("{name}={MASK}")
        }
        _ => MASK.to_owned(),
    });
    masked.collect::<Vec<_>>().join("&")
}

/// Whether programs name parameters so. Anything else may be a value.
fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.[]".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_and_values_go() {
        for (given, masked, dropped) in [
            (
                "https://a.example:443/x?a=1&b[]=2#t=3",
                "https://a.example:443/x?a=***&b[]=***#t=***",
                "https://a.example:443/x",
            ),
            ("https://u:p@a.example/?x", "https://***@a.example/?***", "https://a.example/"),
            ("https://u@v@a.example", "https://***@a.example", "https://a.example"),
            ("//u:p@a.example/", "//***@a.example/", "//a.example/"),
            ("/x?to=https://u:p@b.example/", "/x?to=***", "/x"),
            ("/x@y//z@?", "/x@y//z@?", "/x@y//z@"),
            ("?a=b?c=d&&=e&f=&g==&h", "?a=***&***&***&***&***&***", ""),
            ("/#a/b", "/#***", "/"),
            ("/a#?b=c", "/a#***", "/a"),
            ("http://a.example?q=1", "http://a.example?q=***", "http://a.example"),
            ("*", "*", "*"),
            ("", "", ""),
        ] {
            assert_eq!(url(given, QueryRedaction::Mask), masked);
            assert_eq!(url(given, QueryRedaction::Drop), dropped);
        }
    }

    #[test]
    fn request_lines_keep_method_and_version() {
        for (given, masked) in [
            ("GET https://u@a.example:443/x?a=1 HTTP/1.1", "GET https://***@a.example:443/x?a=*** HTTP/1.1"),
            ("GET /a b?c=d e HTTP/1.0 ", "GET /a b?c=*** HTTP/1.0 "),
            (r"GET /\x22?a=1 HTTP/1.1", r"GET /\x22?a=*** HTTP/1.1"),
            (r"GET /\x3Fa=1\x20b HTTP/1.1", "GET /?a=*** HTTP/1.1"),
            ("/x?y", "/x?***"),
            ("- - - ", "- - - "),
        ] {
            assert_eq!(request(given, QueryRedaction::Mask), masked);
        }
    }

    #[test]
    fn what_is_no_name_may_be_a_value() {
        let long = "n".repeat(65);
        for query in ["c2VjcmV0", "c2VjcmV0==", "%ADd+x%3dphp", "a@b.example=1", "é=1", &format!("{long}=1")] {
            assert_eq!(parameters(query), MASK, "{query}");
        }
    }
}
