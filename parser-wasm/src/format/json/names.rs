//! Which column a member is for: AWS's name, one that AWS's query tables or others give it, or a part of a column.

use super::super::columns::Field;

/// A column whose value others take apart, and how its parts are joined.
pub(super) struct Joined {
    pub column: &'static str,
    /// Each part's names, in the order of the value.
    pub parts: &'static [&'static [&'static str]],
    pub separator: &'static str,
    /// Whether a part may be missing; `-` stands for it.
    pub may_lack: bool,
}

/// Source: AWS, "Querying Application Load Balancer logs" and its siblings for the other load balancers, in Athena's
/// guide; the names of requests also as other tools have them.
pub(super) const JOINED: [Joined; 5] = [
    Joined {
        column: "client:port",
        parts: &[&["client_ip", "request_ip"], &["client_port", "request_port"]],
        separator: ":",
        may_lack: false,
    },
    Joined { column: "target:port", parts: &[&["target_ip"], &["target_port"]], separator: ":", may_lack: false },
    Joined {
        column: "destination:port",
        parts: &[&["destination_ip", "target_ip"], &["destination_port", "target_port"]],
        separator: ":",
        may_lack: false,
    },
    Joined { column: "backend:port", parts: &[&["backend_ip"], &["backend_port"]], separator: ":", may_lack: false },
    Joined {
        column: "request",
        parts: &[
            &["request_verb", "request_method", "http_method", "method"],
            &["request_url", "request_uri", "http_url", "url"],
            &["request_proto", "request_protocol", "http_version", "protocol"],
        ],
        separator: " ",
        may_lack: true,
    },
];

/// The joined columns that a format has.
pub(super) fn joined(fields: &[Field]) -> impl Iterator<Item = (usize, &'static Joined)> {
    let place = |joined: &Joined| fields.iter().position(|field| field.name == joined.column);
    JOINED.iter().filter_map(move |joined| Some((place(joined)?, joined)))
}

/// The column of a name. Where the columns' names have a colon, JSON's have an underscore.
pub(super) fn position(fields: &[Field], name: &str) -> Option<usize> {
    let is = |known: &str| known.bytes().map(|byte| if byte == b':' { b'_' } else { byte }).eq(name.bytes());
    fields.iter().position(|field| field.name == name || is(field.name) || field.aliases.iter().any(|alias| is(alias)))
}

/// Whether the format knows the name, be it of a part of a column.
pub(in super::super) fn is_known(fields: &[Field], name: &str) -> bool {
    let is_part = |joined: &Joined| joined.parts.iter().any(|names| names.contains(&name));
    position(fields, name).is_some() || joined(fields).any(|(_, joined)| is_part(joined))
}
