//! The fields a filter may name.

use super::error::FilterErrorKind;
use crate::document::{Schema, Type};

/// What words without a field are looked for in.
pub(super) fn text_fields(schema: Schema) -> &'static [&'static str] {
    match schema {
        Schema::Ecs => &ECS,
        Schema::NetworkLog => &NETWORK_LOG,
    }
}

const NETWORK_LOG: [&str; 4] = ["request", "userAgent", "domainName", "resourceId"];

const ECS: [&str; 8] = [
    "url.original",
    "user_agent.original",
    "source.address",
    "destination.domain",
    "aws.elb.name",
    "aws.elb.redirect_url",
    "aws.elb.error.reason",
    "albatross.verdict.reason",
];

/// The field of this name, if the index has it.
pub(super) fn field(schema: Schema, name: &str) -> Result<(&'static str, Type), FilterErrorKind> {
    match schema.fields().iter().find(|(path, _)| *path == name) {
        None => Err(FilterErrorKind::UnknownField { similar: nearest(schema, name) }),
        Some((_, Type::Stored)) => Err(FilterErrorKind::NotSearchable),
        Some((_, Type::GeoPoint)) => Err(FilterErrorKind::NoPoints),
        Some((path, kind)) => Ok((path, *kind)),
    }
}

/// The field that was probably meant: one inside the object of this name, one that ends like it, or else one that
/// differs in a few characters.
pub(crate) fn nearest(schema: Schema, name: &str) -> Option<&'static str> {
    let paths = || schema.fields().iter().map(|(path, _)| *path);
    let is_tail = |path: &str| path.strip_suffix(name).is_some_and(|head| head.is_empty() || head.ends_with('.'));
    let is_head = |path: &str| path.strip_prefix(name).is_some_and(|tail| tail.starts_with('.'));
    if let Some(path) = paths().find(|path| is_tail(path) || is_head(path)) {
        return Some(path);
    }
    // A third of the name may be wrong. Names are short; longer ones are no misspelling of any.
    let most = (name.len() / 3).min(5);
    let near = paths().map(|path| (distance(name, path), path)).filter(|(distance, _)| *distance <= most);
    near.min_by_key(|(distance, _)| *distance).map(|(_, path)| path)
}

/// Levenshtein's distance, in bytes.
fn distance(a: &str, b: &str) -> usize {
    if a.len().abs_diff(b.len()) > 5 {
        return usize::MAX;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (y, cell) in b.bytes().zip(row.iter_mut().skip(1)) {
            let replaced = diagonal + usize::from(!x.eq_ignore_ascii_case(&y));
            diagonal = *cell;
            left = replaced.min(diagonal + 1).min(left + 1);
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_names_are_recognized() {
        for (name, meant) in [
            ("http.response.status_cod", Some("http.response.status_code")),
            ("htpt.response.status_code", Some("http.response.status_code")),
            ("status_code", Some("http.response.status_code")),
            ("timestamp", Some("@timestamp")),
            ("Source.IP", Some("source.ip")),
            ("user_agent", Some("user_agent.original")),
            ("url", Some("url.original")),
            ("nothing.like.it", None),
            ("", None),
        ] {
            assert_eq!(nearest(Schema::Ecs, name), meant, "{name}");
        }
    }

    #[test]
    fn text_fields_are_keywords() {
        for schema in [Schema::Ecs, Schema::NetworkLog] {
            for name in text_fields(schema) {
                assert_eq!(field(schema, name), Ok((*name, Type::Keyword)));
            }
        }
        assert_eq!(field(Schema::Ecs, "source.geo.location"), Err(FilterErrorKind::NoPoints));
        assert_eq!(field(Schema::Ecs, "event.original"), Err(FilterErrorKind::NotSearchable));
    }

    #[test]
    fn distances() {
        for (a, b, expected) in [("", "", 0), ("a", "", 1), ("kitten", "sitting", 3), ("ab", "ba", 2), ("x", "X", 0)] {
            assert_eq!(distance(a, b), expected, "{a} {b}");
        }
    }
}
