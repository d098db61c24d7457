//! The query language: Kibana's (KQL) over the fields of a document. docs/filter.md has it for people.
//!
//! ```text
//! filter     = [ or ]
//! or         = and *( "or" and )
//! and        = not *( "and" not )
//! not        = "not" not / "(" or ")" / test / word
//! test       = name ":" values / name ( "<" / "<=" / ">" / ">=" ) value
//! values     = value / "(" the same as or, of values ")"
//! name       = the same as word    ; with stars, every field whose name fits
//! value      = 1*word / quoted     ; a star stands for any text, and alone for any value
//! word       = text without spaces / quoted
//! ```
//!
//! It means what Elasticsearch and OpenSearch answer to [`Filter::to_search_body`]: keywords are compared exactly, of
//! several values any one may match, and a filter that they could not answer is none. A word by itself is the value of
//! any field, or stands inside of one of the text fields, in either case of ASCII letters.

mod bind;
mod date_math;
mod error;
mod expression;
mod field;
mod literal;
mod matcher;
mod meant;
mod moment;
mod network;
mod number;
mod pattern;
mod query;
mod syntax;

pub use error::{FilterError, FilterErrorKind};
pub(crate) use field::nearest;
pub use matcher::Matcher;

use crate::document::Schema;
use bind::Binding;
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

    /// Reads a filter over the fields of documents of this schema, for whom `now` means nothing: a document is let
    /// through or not, whenever it is asked.
    ///
    /// # Errors
    /// When the text is no filter, or one that an engine could not answer.
    pub fn parse_for(schema: Schema, text: &str) -> Result<Self, FilterError> {
        Self::bind(Binding { schema, now: None }, text)
    }

    /// The same, where `now` is this time, in milliseconds since 1970.
    ///
    /// # Errors
    /// When the text is no filter, or one that an engine could not answer.
    pub fn parse_at(schema: Schema, text: &str, now: i64) -> Result<Self, FilterError> {
        Self::bind(Binding { schema, now: Some(now) }, text)
    }

    fn bind(binding: Binding, text: &str) -> Result<Self, FilterError> {
        Ok(Self { schema: binding.schema, text: text.to_owned(), expression: syntax::parse(binding, text)? })
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
