//! What the user decides about redaction.

use crate::document::Schema;
use crate::filter::nearest;
use serde::{Deserialize, Serialize};

/// What is taken out of documents. Nothing by default.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Redaction {
    /// The values in queries and fragments, and the users in URLs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<QueryRedaction>,
    /// Fields that are left out: paths, also of whole objects. Other fields that repeat their text keep it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remove: Vec<String>,
    /// The client's address, wherever it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub addresses: Option<AddressRedaction>,
}

/// What becomes of queries, fragments and users in URLs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueryRedaction {
    /// Names of parameters stay, `***` stands for their values: `?page=***&token=***`.
    Mask,
    /// They are left out.
    Drop,
}

/// What becomes of the client's address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AddressRedaction {
    /// The network stays: `/24` of IPv4, `/48` of IPv6, with zeros behind it.
    Truncate,
    /// HMAC-SHA256 of it under a secret key, the first 128 bits in hex. It is no address, so fields of type `ip` go
    /// without.
    Hmac,
}

/// Why settings of redaction cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RedactionError {
    /// `remove` names what no document has.
    #[error("no field or object {path:?}{}", similar.map(|similar| format!("; did you mean {similar:?}?")).unwrap_or_default())]
    UnknownField {
        /// The path.
        path: String,
        /// The field of the nearest name.
        similar: Option<&'static str>,
    },
    /// `remove` names what every document must have.
    #[error("{0:?} cannot be removed: an event without its time has no index")]
    RequiredField(&'static str),
}

impl Redaction {
    /// Whether nothing is taken out.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether documents depend on a [`RedactionKey`](super::RedactionKey).
    pub fn needs_key(&self) -> bool {
        self.addresses == Some(AddressRedaction::Hmac)
    }

    /// Whether it can be done.
    pub(crate) fn check(&self, schema: Schema) -> Result<(), RedactionError> {
        for removed in &self.remove {
            let is_inside = |path: &str| path.strip_prefix(removed.as_str()).is_some_and(|rest| rest.starts_with('.'));
            if removed == schema.time_field() {
                return Err(RedactionError::RequiredField(schema.time_field()));
            }
            if !schema.fields().iter().any(|(path, _)| path == removed || is_inside(path)) {
                return Err(RedactionError::UnknownField { path: removed.clone(), similar: nearest(schema, removed) });
            }
        }
        Ok(())
    }
}
