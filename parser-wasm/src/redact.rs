//! Redaction: what people may not see is taken out of a document when it is written, before anything else has it.

mod address;
mod content;
mod settings;
mod url;

pub use address::{KeyError, RedactionKey};
pub use settings::{AddressRedaction, QueryRedaction, Redaction, RedactionError};

use crate::document::{Cursor, Paths, Place, Schema, Type, scalars, text, write_string};
use address::{Addresses, client};
use content::{Content, contents};

/// Takes out of documents what the settings say.
#[derive(Debug)]
pub(crate) struct Redactor {
    schema: Schema,
    paths: Paths,
    /// What is done at each path.
    actions: Vec<Action>,
    query: Option<QueryRedaction>,
    addresses: Option<Addresses>,
}

#[derive(Debug, Clone, Copy)]
enum Action {
    Remove,
    Redact(Content, Type),
}

impl Redactor {
    /// None where there is nothing to take out. Without a key, text that says so stands for what the key would make.
    pub(crate) fn new(schema: Schema, redaction: &Redaction, key: Option<&RedactionKey>) -> Option<Self> {
        if redaction.is_empty() {
            return None;
        }
        let Redaction { query, remove, addresses } = redaction;
        // Of an object that is removed nothing is left to redact.
        let removed = remove.iter().map(|path| (path.as_str(), Action::Remove));
        let redacted = contents(schema).iter().filter(|(_, content)| match content {
            Content::Url | Content::UrlPart | Content::Request | Content::Query | Content::User => query.is_some(),
            Content::Address => addresses.is_some(),
            Content::Unknown => true,
        });
        let redacted = redacted
            .map(|(path, content)| (*path, Action::Redact(*content, schema.kind(path).unwrap_or(Type::Stored))));
        let (paths, actions): (Vec<&str>, Vec<Action>) = removed.chain(redacted).unzip();
        let addresses = addresses.map(|how| Addresses::new(how, key));
        Some(Self { schema, paths: Paths::new(paths), actions, query: *query, addresses })
    }

    /// Appends the document without what is taken out.
    pub(crate) fn write(&self, document: &[u8], out: &mut Vec<u8>) {
        let redacting =
            Redacting { redactor: self, addresses: self.addresses.as_ref().map(|_| client(document, self.schema)) };
        let start = out.len();
        redacting.object(&mut Cursor::new(document), self.paths.root(), out);
        if let (Some(addresses), Some(Some(client))) = (&self.addresses, redacting.addresses) {
            addresses.sweep(out, start, client);
        }
    }
}

/// One document's redaction.
struct Redacting<'r> {
    redactor: &'r Redactor,
    /// The client's address, where addresses are redacted; none in it when it is not to be read.
    addresses: Option<Option<std::net::IpAddr>>,
}

impl Redacting<'_> {
    /// Appends the object that begins at the cursor, and says whether it holds anything. Only objects on the way to a
    /// path are entered, so this goes no deeper than the longest path.
    fn object(&self, cursor: &mut Cursor<'_>, object: Place, out: &mut Vec<u8>) -> bool {
        cursor.enter();
        out.push(b'{');
        let start = out.len();
        while let Some(key) = cursor.key() {
            let before = out.len();
            if before > start {
                out.push(b',');
            }
            out.push(b'"');
            out.extend_from_slice(key);
            out.extend_from_slice(b"\":");
            let Redactor { paths, actions, .. } = self.redactor;
            let place = paths.child(object, key);
            let action = place.and_then(|place| paths.path(place)).and_then(|path| actions.get(path));
            let kept = match (action, place) {
                (Some(action), _) => self.value(*action, cursor.value(), out),
                (None, Some(place)) if cursor.is_at_object() => self.object(cursor, place, out),
                (None, _) => {
                    out.extend_from_slice(cursor.value());
                    true
                }
            };
            if !kept {
                out.truncate(before);
            }
        }
        out.push(b'}');
        out.len() > start + 1
    }

    /// Appends what is left of a value, if anything is.
    fn value(&self, action: Action, value: &[u8], out: &mut Vec<u8>) -> bool {
        let Action::Redact(content, kind) = action else { return false };
        let is_array = value.first() == Some(&b'[');
        if is_array {
            out.push(b'[');
        }
        let start = out.len();
        for scalar in scalars(value) {
            let before = out.len();
            if before > start {
                out.push(b',');
            }
            if content.is_harmless(scalar) {
                out.extend_from_slice(scalar);
            } else if let Some(left) = text(scalar).and_then(|text| self.text(content, kind, &text)) {
                write_string(&left, out);
            } else {
                out.truncate(before);
            }
        }
        let kept = out.len() > start;
        if is_array {
            out.push(b']');
        }
        kept
    }

    /// What is left of a text.
    fn text(&self, content: Content, kind: Type, text: &str) -> Option<String> {
        match (content, self.redactor.query, &self.redactor.addresses, self.addresses) {
            (Content::Url | Content::UrlPart, Some(how), ..) => Some(url::url(text, how)),
            (Content::Request, Some(how), ..) => Some(url::request(text, how)),
            (Content::Query, Some(QueryRedaction::Mask), ..) => Some(url::parameters(text)),
            (Content::User, Some(QueryRedaction::Mask), ..) => Some(url::MASK.to_owned()),
            (Content::Address, _, Some(addresses), Some(client)) => addresses.text(text, kind, client),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
