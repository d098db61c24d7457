//! The fields a filter may name.

use super::error::FilterErrorKind;
use super::meant::{instead, meant};
use super::pattern::Pattern;
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

/// A field, or all that a name stands for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Named {
    Field(&'static str, Type),
    /// The fields of an object.
    Object(Vec<(&'static str, Type)>),
    /// The fields whose names fit stars.
    Several(Vec<(&'static str, Type)>),
}

/// What a name without stars stands for, as far as the index has it.
pub(super) fn named(schema: Schema, name: &str) -> Result<Named, FilterErrorKind> {
    if let Some((path, kind)) = schema.fields().iter().find(|(path, _)| *path == name) {
        return if *kind == Type::Stored { Err(FilterErrorKind::NotSearchable) } else { Ok(Named::Field(path, *kind)) };
    }
    let inside: Vec<_> = searchable(schema).filter(|(path, _)| is_inside(path, name)).collect();
    if !inside.is_empty() {
        return Ok(Named::Object(inside));
    }
    Err(match instead(name) {
        Some(instead) => FilterErrorKind::NoSuchName { instead },
        None => FilterErrorKind::UnknownField { meant: offered(schema, name) },
    })
}

/// The fields whose names are so, of those that the index has.
pub(super) fn fitting(schema: Schema, name: &Pattern) -> Result<Named, FilterErrorKind> {
    let fields: Vec<_> = searchable(schema).filter(|(path, _)| name.matches(path)).collect();
    if fields.is_empty() { Err(FilterErrorKind::UnknownField { meant: &[] }) } else { Ok(Named::Several(fields)) }
}

pub(super) fn searchable(schema: Schema) -> impl Iterator<Item = (&'static str, Type)> {
    schema.fields().iter().copied().filter(|(_, kind)| *kind != Type::Stored)
}

fn is_inside(path: &str, object: &str) -> bool {
    path.strip_prefix(object).is_some_and(|rest| rest.starts_with('.'))
}

/// The field that was probably meant.
pub(crate) fn nearest(schema: Schema, name: &str) -> Option<&'static str> {
    offered(schema, name).first().copied()
}

/// The fields that were probably meant: those that a known name means, those that end like it, the first of an object,
/// or else the one that differs in a few characters.
pub(super) fn offered(schema: Schema, name: &str) -> &'static [&'static str] {
    if let Some(fields) = meant(schema, name) {
        return fields;
    }
    // Fields of text have another one for their parts, or for the whole of it, in other people's mappings.
    let name = name.strip_suffix(".keyword").or_else(|| name.strip_suffix(".text")).unwrap_or(name);
    let paths = || schema.fields().iter().map(|(path, _)| path);
    let is_tail = |path: &str| path.strip_suffix(name).is_some_and(|head| head.is_empty() || head.ends_with('.'));
    let only = |path: Option<&'static &'static str>| path.map_or(&[][..], std::slice::from_ref);
    match paths().filter(|path| is_tail(path)).count() {
        0 => {}
        1 => return only(paths().find(|path| is_tail(path))),
        // Names such as `name` and `ip`, of which many fields are.
        _ => return &[],
    }
    if let Some(path) = paths().find(|path| is_inside(path, name)) {
        return std::slice::from_ref(path);
    }
    // A third of the name may be wrong. Names are short; longer ones are no misspelling of any.
    let most = (name.len() / 3).min(5);
    let near = paths().map(|path| (distance(name, path), path)).filter(|(distance, _)| *distance <= most);
    only(near.min_by_key(|(distance, _)| *distance).map(|(_, path)| path))
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
            ("http.response.status_cod", &["http.response.status_code"][..]),
            ("htpt.response.status_code", &["http.response.status_code"]),
            ("timestamp", &["@timestamp"]),
            ("Source.IP", &["source.ip"]),
            ("user_agent", &["user_agent.original"]),
            ("listener_port", &["aws.elb.listener_port"]),
            ("url.path.keyword", &["url.path"]),
            ("user_agent.original.text", &["user_agent.original"]),
            ("fragment", &["url.fragment"]),
            ("name", &[]),
            ("nothing.like.it", &[]),
            ("", &[]),
        ] {
            assert_eq!(offered(Schema::Ecs, name), meant, "{name}");
        }
    }

    #[test]
    fn known_names_lead_to_the_fields_they_mean() {
        for (name, meant) in [
            ("elb_status_code", &["http.response.status_code"][..]),
            ("status", &["http.response.status_code", "aws.elb.health_check.status"]),
            ("path", &["url.path"]),
            ("client", &["source.ip"]),
            ("target", &["aws.elb.backend.ip"]),
            ("Client:Port", &["source.ip", "source.port"]),
            ("statusCode", &["http.response.status_code"]),
            ("reason", &["albatross.verdict.reason"]),
            ("type", &["aws.elb.type"]),
            ("latency", &["albatross.latency.total_ms", "aws.elb.health_check.latency.sec"]),
        ] {
            assert_eq!(offered(Schema::Ecs, name), meant, "{name}");
        }
        assert_eq!(offered(Schema::NetworkLog, "elb_status_code"), ["statusCode"]);
        assert_eq!(offered(Schema::NetworkLog, "http.response.status_code"), ["statusCode"]);
        assert_eq!(offered(Schema::NetworkLog, "user_agent.original"), ["userAgent"]);
    }

    #[test]
    fn text_fields_are_keywords() {
        for schema in [Schema::Ecs, Schema::NetworkLog] {
            for name in text_fields(schema) {
                assert_eq!(named(schema, name), Ok(Named::Field(name, Type::Keyword)));
            }
        }
        assert_eq!(named(Schema::Ecs, "event.original"), Err(FilterErrorKind::NotSearchable));
    }

    #[test]
    fn distances() {
        for (a, b, expected) in [("", "", 0), ("a", "", 1), ("kitten", "sitting", 3), ("ab", "ba", 2), ("x", "X", 0)] {
            assert_eq!(distance(a, b), expected, "{a} {b}");
        }
    }
}
