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
        /// The fields that were probably meant.
        meant: &'static [&'static str],
    },
    /// A name of Kibana's or Elastic's for which documents have no field.
    NoSuchName {
        /// What to ask instead.
        instead: &'static str,
    },
    /// An object of fields, which have values, while it has none.
    NoValues {
        /// The fields in it that were probably meant.
        meant: &'static [&'static str],
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
    /// `now` where nobody says what time it is.
    NoClock,
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
            Self::UnknownEscape => ESCAPED,
            Self::UnknownField { meant } | Self::NoValues { meant } => meant.first().unwrap_or(&"the name of a field"),
            Self::NoSuchName { instead } => instead,
            Self::NoClock => "a date such as 2026-11-23",
            Self::NotSearchable => "a field that the index has",
            Self::NoPoints => "another field of the place, such as source.geo.country_iso_code",
            Self::NoOrder { .. } => "\":\" and a value",
            Self::PatternTooLong | Self::TooLong | Self::TooDeep | Self::TooMany => "",
        }
    }
}

const ESCAPED: &str = r#"one of \ ( ) { } : < > " * or a space behind the backslash, t, r, n or uXXXX, and, or, not"#;

/// Most bytes of a filter.
pub(super) const MOST_BYTES: usize = 8192;
/// Most levels of `and`, `or` and `not` in each other: engines take 20.
pub(super) const MOST_LEVELS: usize = 16;
/// Most values and words.
pub(super) const MOST_CONDITIONS: usize = 512;
/// Most clauses that they may make: engines take 1,024.
pub(super) const MOST_CLAUSES: usize = 960;
/// Most characters and stars of a pattern: engines compile it, and bound the work. A character class for each letter of
/// a word must fit in the 1,000 characters of `index.max_regex_length`.
pub(super) const MOST_PATTERN: (usize, usize) = (128, 8);

impl fmt::Display for FilterErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unexpected(expected) => write!(f, "expected {expected}"),
            Self::UnclosedQuote => f.write_str("the closing quote is missing"),
            Self::UnknownEscape => write!(f, "expected {}", self.expected()),
            Self::UnknownField { meant: [] } => f.write_str("no such field"),
            Self::UnknownField { meant } => {
                f.write_str("no such field; did you mean ")?;
                alternatives(meant, f)?;
                f.write_str("?")
            }
            Self::NoSuchName { instead } => write!(f, "documents have no such field: write {instead}"),
            Self::NoValues { meant } => {
                f.write_str(
                    "this is an object of fields: write \"*\" to ask whether it is there, or name a field of it",
                )?;
                if meant.is_empty() {
                    return Ok(());
                }
                f.write_str(", such as ")?;
                alternatives(meant, f)
            }
            Self::NotSearchable => {
                f.write_str("this field is kept in documents and not indexed: it cannot be searched")
            }
            Self::NoPoints => write!(f, "points on the earth cannot be asked for: expected {}", self.expected()),
            Self::NoOrder { values } => write!(f, "{values} have no order: use \":\" and a value"),
            Self::NoWildcard { expected } => write!(f, "\"*\" stands for a part of text only: expected {expected}"),
            Self::BadValue { expected } => write!(f, "expected {expected}"),
            Self::NoClock => f.write_str(
                "\"now\" has no meaning here, since a line must be let through by every run or by none: write a date",
            ),
            Self::PatternTooLong => {
                let (characters, stars) = MOST_PATTERN;
                write!(f, "a pattern may have {characters} characters and {stars} \"*\" at most")
            }
            Self::TooLong => write!(f, "a filter may have {MOST_BYTES} bytes at most"),
            Self::TooDeep => write!(f, "\"and\", \"or\" and \"not\" may be nested {MOST_LEVELS} levels deep at most"),
            Self::TooMany => {
                write!(
                    f,
                    "a filter may have {MOST_CONDITIONS} conditions at most, and {MOST_CLAUSES} with those for each field \
                     that a word by itself stands for: name a field"
                )
            }
        }
    }
}

/// Names as a person lists them: `a, b or c`.
fn alternatives(names: &[&str], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (at, name) in names.iter().enumerate() {
        let joint = if at == 0 {
            ""
        } else if at + 1 == names.len() {
            " or "
        } else {
            ", "
        };
        write!(f, "{joint}{name}")?;
    }
    Ok(())
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
