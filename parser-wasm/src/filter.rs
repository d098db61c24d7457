//! The query language: a subset of KQL over the fields of a document.
//!
//! ```text
//! filter     = and *( "or" and )
//! and        = not *( "and" not )
//! not        = "not" not / "(" filter ")" / test / text
//! test       = field ":" values / field ( "<" / "<=" / ">" / ">=" ) value
//! values     = value / "(" the same as filter, of values ")"
//! value      = word / quoted / "*"
//! text       = word / quoted          ; somewhere in one of the text fields, in either case of ASCII letters
//! ```
//!
//! It means what Elasticsearch and OpenSearch answer to [`Filter::to_search_body`]: keywords are compared exactly, of
//! several values any one may match, and a filter that they could not answer is none.

mod error;
mod expression;
mod field;
mod matcher;
mod moment;
mod network;
mod pattern;
mod query;
mod syntax;

pub use error::{FilterError, FilterErrorKind};
pub(crate) use field::nearest;
pub use matcher::Matcher;

use crate::document::Schema;
use expression::Expression;
use serde::{Serialize, Serializer};
use std::fmt;

/// A filter that makes sense. Two are equal when their texts are, and what they are asked of.
#[derive(Debug, Clone)]
pub struct Filter {
    schema: Schema,
    text: String,
    expression: Expression,
}

impl Filter {
    /// Reads a filter over the fields of `ecs` documents.
    ///
    /// # Errors
    /// When the text is no filter, or one that an engine could not answer.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        Self::parse_for(Schema::Ecs, text)
    }

    /// Reads a filter over the fields of documents of this schema.
    ///
    /// # Errors
    /// When the text is no filter, or one that an engine could not answer.
    pub fn parse_for(schema: Schema, text: &str) -> Result<Self, FilterError> {
        Ok(Self { schema, text: text.to_owned(), expression: syntax::parse(schema, text)? })
    }

    /// The text as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// The filter in its plainest spelling.
impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.expression.fmt(f)
    }
}

impl PartialEq for Filter {
    fn eq(&self, other: &Self) -> bool {
        self.schema == other.schema && self.text == other.text
    }
}

impl Eq for Filter {}

impl Serialize for Filter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

#[cfg(test)]
mod tests;
