//! What a filter says, whatever it is asked of: a document, columns, an engine.

use super::moment::Moment;
use super::network::Network;
use super::pattern::Pattern;
use std::fmt;

/// A filter, read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expression {
    /// Every document.
    All,
    /// Those with such a value in a field.
    Test(Test),
    /// Those with such a text in one of the text fields.
    Text(Pattern),
    /// The others.
    Not(Box<Expression>),
    /// Those of all of them; two at least.
    And(Vec<Expression>),
    /// Those of any of them; two at least.
    Or(Vec<Expression>),
}

/// A condition on the values of one field.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Test {
    pub(crate) field: &'static str,
    pub(crate) condition: Condition,
}

/// What one of the field's values must be like; of the field's own type.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Condition {
    Exists,
    Keyword(String),
    Wildcard(Pattern),
    Long(Relation, i64),
    /// Engines compare what a `float` has room for, on both sides.
    Float(Relation, f32),
    Time(Relation, Moment),
    Ip(Network),
}

/// How a value must stand to the one that is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Relation {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Expression {
    /// All of these.
    pub(super) fn and(parts: Vec<Self>) -> Self {
        Self::join(parts, Self::And, |part| match part {
            Self::And(inner) => Ok(inner),
            other => Err(other),
        })
    }

    /// Any of these.
    pub(super) fn or(parts: Vec<Self>) -> Self {
        Self::join(parts, Self::Or, |part| match part {
            Self::Or(inner) => Ok(inner),
            other => Err(other),
        })
    }

    /// What is of the same kind as the whole needs no level of its own.
    fn join(parts: Vec<Self>, whole: fn(Vec<Self>) -> Self, inner: fn(Self) -> Result<Vec<Self>, Self>) -> Self {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match inner(part) {
                Ok(parts) => flat.extend(parts),
                Err(part) => flat.push(part),
            }
        }
        if flat.len() > 1 { whole(flat) } else { flat.pop().unwrap_or(Self::All) }
    }

    /// All but these.
    pub(super) fn negated(self) -> Self {
        match self {
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }

    /// Levels of `and`, `or` and `not`.
    pub(super) fn levels(&self) -> usize {
        match self {
            Self::All | Self::Test(_) => 0,
            Self::Text(_) => 1,
            Self::Not(inner) => 1 + inner.levels(),
            Self::And(parts) | Self::Or(parts) => 1 + parts.iter().map(Self::levels).max().unwrap_or(0),
        }
    }

    fn is_joined(&self) -> bool {
        matches!(self, Self::And(_) | Self::Or(_))
    }
}

impl Relation {
    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::Equal => ":",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("*"),
            Self::Test(test) => test.fmt(f),
            Self::Text(pattern) => match pattern.contained() {
                Some(text) => quoted(text, f),
                None => pattern.fmt(f),
            },
            Self::Not(inner) => {
                f.write_str("not ")?;
                operand(inner, f)
            }
            Self::And(parts) => joined(parts, " and ", f),
            Self::Or(parts) => joined(parts, " or ", f),
        }
    }
}

fn joined(parts: &[Expression], word: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            f.write_str(word)?;
        }
        operand(part, f)?;
    }
    Ok(())
}

fn operand(expression: &Expression, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if expression.is_joined() { write!(f, "({expression})") } else { write!(f, "{expression}") }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { field, condition } = self;
        match condition {
            Condition::Exists => write!(f, "{field}: *"),
            Condition::Keyword(text) => {
                write!(f, "{field}: ")?;
                quoted(text, f)
            }
            Condition::Wildcard(pattern) => write!(f, "{field}: {pattern}"),
            Condition::Long(relation, number) => related(field, *relation, number, f),
            Condition::Float(relation, number) => related(field, *relation, number, f),
            Condition::Time(relation, moment) => related(field, *relation, &moment.text(), f),
            Condition::Ip(network) => write!(f, "{field}: {network}"),
        }
    }
}

fn related(field: &str, relation: Relation, value: &dyn fmt::Display, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let space = if relation == Relation::Equal { "" } else { " " };
    write!(f, "{field}{space}{} {value}", relation.sign())
}

fn quoted(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str("\"")?;
    for character in text.chars() {
        match character {
            '"' | '\\' => write!(f, "\\{character}")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            other => write!(f, "{other}")?,
        }
    }
    f.write_str("\"")
}
