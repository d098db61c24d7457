//! URLs without what people put into them.

use super::settings::QueryRedaction;
use crate::record::Request;
use crate::text::Text;

/// Stands for what was there.
pub(super) const MASK: &str = "***";

/// A URL, or what may be a part of one, without users, query values and fragment values.
///
/// Who reads it afterwards may undo its escapes, cut it elsewhere, or find a second URL in its path. So delimiters count
/// in every notation, and whatever stands before an `@` in a segment counts as a user.
pub(super) fn url(url: &str, how: QueryRedaction) -> String {
    let delimiters: Vec<Delimiter> = delimiters(url).collect();
    let end = delimiters.iter().find(|it| matches!(it.means, '?' | '#'));
    let (before, rest) = url.split_at_checked(end.map_or(url.len(), |end| end.start)).unwrap_or((url, ""));
    let before = without_users(before, &delimiters, how);
    match (end, how) {
        (Some(end), QueryRedaction::Mask) if end.is_escaped() => {
            before + rest.get(..end.end - end.start).unwrap_or_default() + MASK
        }
        _ => before + &values(rest, how),
    }
}

/// What delimits parts of a URL.
#[derive(Debug, Clone, Copy)]
struct Delimiter {
    means: char,
    start: usize,
    end: usize,
}

impl Delimiter {
    fn is_escaped(self) -> bool {
        self.end - self.start > 1
    }
}

/// The delimiters in a URL, as they are or percent-encoded, even several times.
fn delimiters(url: &str) -> impl Iterator<Item = Delimiter> {
    url.match_indices(['/', '?', '#', '@', ':', '%']).filter_map(|(start, found)| {
        if found != "%" {
            return Some(Delimiter { means: found.chars().next()?, start, end: start + 1 });
        }
        let behind = url.get(start + 1..)?;
        let code = behind.trim_start_matches("25");
        let means = match code.get(..2)?.to_ascii_uppercase().as_str() {
            "2F" => '/',
            "3F" => '?',
            "23" => '#',
            "40" => '@',
            "3A" => ':',
            _ => return None,
        };
        Some(Delimiter { means, start, end: start + 1 + (behind.len() - code.len()) + 2 })
    })
}

/// What comes before query and fragment, with [`MASK`] or nothing for each user.
fn without_users(before: &str, delimiters: &[Delimiter], how: QueryRedaction) -> String {
    let mut left = String::with_capacity(before.len());
    let mut kept = 0;
    let mut segment = Segment { start: 0, is_authority: true, is_masked: false };
    // An authority whose port is none may be a user, whose password has a slash.
    let mut unread = None;
    let mut last_slash = None;
    for it in delimiters.iter().filter(|it| it.end <= before.len()) {
        match it.means {
            '/' => {
                if segment.is_authority && is_no_port(before.get(segment.start..it.start).unwrap_or_default()) {
                    unread = Some(segment.start);
                }
                segment = Segment { start: it.end, is_authority: last_slash == Some(it.start), is_masked: false };
                last_slash = Some(it.end);
            }
            '@' => {
                let start = unread.take().unwrap_or(segment.start).max(kept);
                if segment.is_masked {
                    kept = it.start;
                } else if start < it.start {
                    left.push_str(before.get(kept..start).unwrap_or_default());
                    if how == QueryRedaction::Mask {
                        left.push_str(MASK);
                        (segment.is_masked, kept) = (true, it.start);
                    } else {
                        kept = it.end;
                    }
                }
            }
            _ => {}
        }
    }
    left.push_str(before.get(kept..).unwrap_or_default());
    left
}

/// What stands between two slashes.
struct Segment {
    start: usize,
    /// Whether it comes first, or behind two slashes.
    is_authority: bool,
    is_masked: bool,
}

/// Whether an authority ends in a colon and something that is no port.
fn is_no_port(authority: &str) -> bool {
    let port = authority.rsplit_once(':').map(|(_, port)| port);
    port.is_some_and(|port| !port.is_empty() && !port.ends_with(']') && !port.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A request line as logged, with what [`url`] leaves of its URL. Where an escape hides what delimits the URL's parts, it is
/// undone.
pub(super) fn request(logged: &str, how: QueryRedaction) -> String {
    let count = |text: &str| text.matches(['?', '#', '@', '&', '=', '/', ':']).count();
    let meant = Text(logged.as_bytes()).decode();
    let text = if count(&meant) > count(logged) { &*meant } else { logged };
    let Some(length) = Request::parse(text.as_bytes()).url.map(|url| url.0.len()) else { return text.to_owned() };
    let start = text.find(' ').map_or(0, |space| space + 1);
    let (method, rest) = text.split_at_checked(start).unwrap_or(("", text));
    let (whole, version) = rest.split_at_checked(length).unwrap_or((rest, ""));
    [method, &url(whole, how), version].concat()
}

/// Query and fragment, or either, without values.
fn values(rest: &str, how: QueryRedaction) -> String {
    let mut left = String::new();
    if how == QueryRedaction::Drop {
        return left;
    }
    let (query, fragment) = match rest.split_once('#') {
        Some((query, fragment)) => (query, Some(fragment)),
        None => (rest, None),
    };
    if let Some(query) = query.strip_prefix('?') {
        left.push('?');
        left.push_str(&parameters(query));
    }
    if let Some(fragment) = fragment {
        left.push('#');
        left.push_str(&parameters(fragment));
    }
    left
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
            ("/@scope/y//z@?", "/@scope/y//***@?", "/@scope/y//"),
            ("/users/jane@a.example/x", "/users/***@a.example/x", "/users/a.example/x"),
            ("u:p@a.example:443", "***@a.example:443", "a.example:443"),
            ("https://u:p/q@a.example/x", "https://***@a.example/x", "https://a.example/x"),
            ("https://a.example:443/b/c@d", "https://a.example:443/b/***@d", "https://a.example:443/b/d"),
            ("https://[2001:db8::1]/b/c@d", "https://[2001:db8::1]/b/***@d", "https://[2001:db8::1]/b/d"),
            ("/go/https://u:p@b.example/", "/go/https://***@b.example/", "/go/https://b.example/"),
            ("/go/https%3A%2F%2Fu%3Ap%40b.example", "/go/https%3A%2F%2F***%40b.example", "/go/https%3A%2F%2Fb.example"),
            ("/go/%2575%253Ap%2540b", "/go/***%2540b", "/go/b"),
            ("/x%3Ftoken=p", "/x%3F***", "/x"),
            ("/x%253ftoken=p?q=1", "/x%253f***", "/x"),
            ("/100%/a%20b", "/100%/a%20b", "/100%/a%20b"),
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
