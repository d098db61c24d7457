//! Where in a document something may stand that nobody should see: the only list of it.

use crate::document::Schema;
use memchr::{memchr, memchr2, memchr3};

/// What a field's text may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// A URL, which may have a query, a fragment, and a user with password.
    Url,
    /// A request line as logged: a URL between method and version, escapes and all.
    Request,
    /// Path or host of a URL, which may have all of it when an escape hid a delimiter from the one who cut the URL into
    /// parts.
    UrlPart,
    /// The parameters of a query or a fragment.
    Query,
    /// The user of a URL.
    User,
    /// An address, or address and port: the client's, or one that may be the same.
    Address,
    /// Nobody knows: columns that AWS has added, or the whole line. Taken out by every redaction.
    Unknown,
}

impl Content {
    /// Whether a JSON string can hold nothing of this kind, told without reading it: most URLs have no query.
    pub(super) fn is_harmless(self, scalar: &[u8]) -> bool {
        match self {
            Self::Url | Self::UrlPart => memchr3(b'?', b'#', b'@', scalar).or_else(|| memchr(b'%', scalar)).is_none(),
            Self::Request => memchr3(b'?', b'#', b'@', scalar).or_else(|| memchr2(b'\\', b'%', scalar)).is_none(),
            Self::Query | Self::User | Self::Address | Self::Unknown => false,
        }
    }
}

/// Fields by path, with what they hold.
pub(super) fn contents(schema: Schema) -> &'static [(&'static str, Content)] {
    match schema {
        Schema::Ecs => &ECS,
        Schema::NetworkLog => &NETWORK_LOG,
    }
}

const NETWORK_LOG: [(&str, Content); 3] =
    [("internalIp", Content::Address), ("externalIp", Content::Address), ("request", Content::Request)];

const ECS: [(&str, Content); 20] = [
    ("event.original", Content::Unknown),
    ("client.ip", Content::Address),
    ("source.address", Content::Address),
    ("source.ip", Content::Address),
    ("url.original", Content::Url),
    ("url.full", Content::Url),
    ("url.username", Content::User),
    ("url.domain", Content::UrlPart),
    ("url.path", Content::UrlPart),
    ("url.extension", Content::UrlPart),
    ("url.query", Content::Query),
    ("url.fragment", Content::Query),
    ("related.ip", Content::Address),
    ("related.hosts", Content::UrlPart),
    ("aws.elb.backend.ip", Content::Address),
    ("aws.elb.redirect_url", Content::Url),
    ("aws.elb.target_port", Content::Address),
    ("aws.elb.transformed_uri", Content::Url),
    ("aws.elb.node_ip", Content::Address),
    ("aws.elb.extra", Content::Unknown),
];
