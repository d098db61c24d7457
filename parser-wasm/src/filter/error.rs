//! Why a text is no filter: what is wrong, where, and what was expected.

use std::fmt;

/// Why a text is no filter.
///
/// `Display` is the message alone; [`in_text`](Self::in_text) shows the place as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct FilterError {
    /// What is wrong.
    pub kind: FilterErrorKind,
    /// Where it begins, in bytes of the text.
    pub offset: usize,
    /// How many bytes it takes; none where something is missing.
    pub length: usize,
}

/// What is wrong with a filter. New kinds may be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FilterErrorKind {
    /// Something else was expected here.
    Unexpected(&'static str),
    /// A quoted text that does not end.
    UnclosedQuote,
    /// A backslash before something that has no special meaning.
    UnknownEscape,
    /// No such field.
    UnknownField {
        /// The field of the nearest name.
        similar: Option<&'static str>,
    },
    /// The documents have the field, the index has not.
    NotSearchable,
    /// The field is a point on the earth, which no condition is about.
    NoPoints,
    /// `<` or `>` on a field without order.
    NoOrder {
        /// What its values are.
        values: &'static str,
    },
    /// A wildcard in a value that is no text.
    NoWildcard {
        /// What is expected instead.
        expected: &'static str,
    },
    /// A value of another type than the field's.
    BadValue {
        /// What is expected instead.
        expected: &'static str,
    },
    /// A pattern that engines may refuse to work on.
    PatternTooLong,
    /// The text is too long.
    TooLong,
    /// Too many levels of parentheses and `not`.
    TooDeep,
    /// Too many values and words.
    TooMany,
}

impl FilterErrorKind {
    /// What was expected, in words; empty where that is no answer to what is wrong.
    pub fn expected(&self) -> &'static str {
        match self {
            Self::Unexpected(expected) | Self::NoWildcard { expected } | Self::BadValue { expected } => expected,
            Self::UnclosedQuote => "a closing quote",
            Self::UnknownEscape => r#"one of \ ( ) : < > " * or a space behind the backslash, or n, r, t in quotes"#,
            Self::UnknownField { similar } => similar.unwrap_or("the name of a field"),
            Self::NotSearchable => "a field that the index has",
            Self::NoPoints => "another field of the place, such as source.geo.country_iso_code",
            Self::NoOrder { .. } => "\":\" and a value",
            Self::PatternTooLong | Self::TooLong | Self::TooDeep | Self::TooMany => "",
        }
    }
}

/// Most bytes of a filter.
pub(super) const MOST_BYTES: usize = 8192;
/// Most levels of `and`, `or` and `not` in each other: engines take 20.
pub(super) const MOST_LEVELS: usize = 16;
/// Most conditions: engines take 1,024 clauses.
pub(super) const MOST_CONDITIONS: usize = 512;
/// Most characters and stars of a pattern: engines compile it, and bound the work. A character class for each letter of
/// a word must fit in the 1,000 characters of `index.max_regex_length`.
pub(super) const MOST_PATTERN: (usize, usize) = (128, 8);

impl fmt::Display for FilterErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unexpected(expected) => write!(f, "expected {expected}"),
            Self::UnclosedQuote => f.write_str("the closing quote is missing"),
            Self::UnknownEscape => write!(f, "expected {}", self.expected()),
            Self::UnknownField { similar: Some(similar) } => write!(f, "no such field; did you mean {similar}?"),
            Self::UnknownField { similar: None } => f.write_str("no such field"),
            Self::NotSearchable => {
                f.write_str("this field is kept in documents and not indexed: it cannot be searched")
            }
            Self::NoPoints => write!(f, "points on the earth cannot be asked for: expected {}", self.expected()),
            Self::NoOrder { values } => write!(f, "{values} have no order: use \":\" and a value"),
            Self::NoWildcard { expected } => write!(f, "\"*\" stands for a part of text only: expected {expected}"),
            Self::BadValue { expected } => write!(f, "expected {expected}"),
            Self::PatternTooLong => {
                let (characters, stars) = MOST_PATTERN;
                write!(f, "a pattern may have {characters} characters and {stars} \"*\" at most")
            }
            Self::TooLong => write!(f, "a filter may have {MOST_BYTES} bytes at most"),
            Self::TooDeep => write!(f, "\"and\", \"or\" and \"not\" may be nested {MOST_LEVELS} levels deep at most"),
            Self::TooMany => {
                write!(f, "a filter may have {MOST_CONDITIONS} conditions at most; a word counts for every text field")
            }
        }
    }
}

impl FilterError {
    /// The message with the line of the text that it is about, and a mark below the place.
    pub fn in_text(&self, text: &str) -> String {
        let before = text.get(..self.offset).unwrap_or(text);
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        let line = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        let characters = |from: usize, to: usize| text.get(from..to).map_or(0, |part| part.chars().count());
        let end = (self.offset + self.length).min(start + line.len());
        let (indent, marks) = (characters(start, before.len()), characters(before.len(), end).max(1));
        format!("{self}\n  {}\n  {}{}", line.replace('\t', " "), " ".repeat(indent), "^".repeat(marks))
    }

    /// Offset and length in UTF-16 code units of the text, as JavaScript counts.
    pub fn in_utf16(&self, text: &str) -> (usize, usize) {
        let units = |from: usize, to: usize| text.get(from..to).map_or(0, |part| part.encode_utf16().count());
        (units(0, self.offset), units(self.offset, self.offset + self.length))
    }
}
