//! What a filter says, whatever it is asked of: a document, columns, an engine.

use super::moment::Moment;
use super::network::Network;
use super::pattern::Pattern;
use std::collections::BTreeMap;
use std::fmt;

/// A filter, read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expression {
    /// Every document.
    All,
    /// Those with such a value in a field.
    Test(Test),
    /// Those for which any of these tests holds: what a word by itself, a name with stars and the name of an object
    /// stand for.
    Any {
        /// As it is written, in its plainest spelling.
        written: String,
        tests: Vec<Test>,
    },
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
    /// Engines order keywords by the bytes of their UTF-8.
    Keyword(Relation, String),
    Wildcard(Pattern),
    /// A word that stands somewhere in the value, in either case of ASCII letters.
    Inside(Pattern),
    Boolean(bool),
    Long(Relation, i64),
    /// Engines compare what a `float` has room for, on both sides.
    Float(Relation, f32),
    Time(Relation, Moment),
    /// A network has no order; an address has.
    Ip(Relation, Network),
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
            Self::Any { .. } => 1,
            Self::Not(inner) => 1 + inner.levels(),
            Self::And(parts) | Self::Or(parts) => 1 + parts.iter().map(Self::levels).max().unwrap_or(0),
        }
    }

    /// Clauses of the query that it makes.
    pub(super) fn clauses(&self) -> usize {
        match self {
            Self::All => 0,
            Self::Test(_) => 1,
            Self::Any { .. } | Self::Or(_) => Choice::of([self]).clauses(),
            Self::Not(inner) => Choice::of([&**inner]).clauses(),
            Self::And(parts) => {
                let kept = parts.iter().filter(|part| part.denied().is_none());
                kept.map(Self::clauses).sum::<usize>() + Choice::of(parts.iter().filter_map(Self::denied)).clauses()
            }
        }
    }

    /// What must not be, if the expression says that of something.
    pub(super) fn denied(&self) -> Option<&Self> {
        if let Self::Not(inner) = self { Some(inner) } else { None }
    }

    fn is_joined(&self) -> bool {
        matches!(self, Self::And(_) | Self::Or(_))
    }
}

/// What of several expressions any may hold, sorted: a keyword's values are asked for together.
#[derive(Debug, Default)]
pub(super) struct Choice<'e> {
    pub(super) values: BTreeMap<&'static str, Vec<&'e str>>,
    pub(super) tests: Vec<&'e Test>,
    pub(super) others: Vec<&'e Expression>,
}

impl<'e> Choice<'e> {
    pub(super) fn of(parts: impl IntoIterator<Item = &'e Expression>) -> Self {
        let mut choice = Self::default();
        choice.add(&mut parts.into_iter());
        choice
    }

    fn clauses(&self) -> usize {
        let Self { values, tests, others } = self;
        values.len() + tests.len() + others.iter().map(|other| other.clauses()).sum::<usize>()
    }

    fn add(&mut self, parts: &mut dyn Iterator<Item = &'e Expression>) {
        for part in parts {
            match part {
                Expression::Or(parts) => self.add(&mut parts.iter()),
                Expression::Any { tests, .. } => tests.iter().for_each(|test| self.test(test)),
                Expression::Test(test) => self.test(test),
                other => self.others.push(other),
            }
        }
    }

    fn test(&mut self, test: &'e Test) {
        match &test.condition {
            Condition::Keyword(Relation::Equal, text) => self.values.entry(test.field).or_default().push(text),
            _ => self.tests.push(test),
        }
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
            Self::Any { written, .. } => f.write_str(written),
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
            Condition::Keyword(relation, text) => related(field, *relation, &Quoted(text), f),
            Condition::Wildcard(pattern) | Condition::Inside(pattern) => write!(f, "{field}: {pattern}"),
            Condition::Boolean(value) => write!(f, "{field}: {value}"),
            Condition::Long(relation, number) => related(field, *relation, number, f),
            Condition::Float(relation, number) => related(field, *relation, number, f),
            Condition::Time(relation, moment) => related(field, *relation, &moment.text(), f),
            Condition::Ip(relation, network) => related(field, *relation, network, f),
        }
    }
}

fn related(field: &str, relation: Relation, value: &dyn fmt::Display, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let space = if relation == Relation::Equal { "" } else { " " };
    write!(f, "{field}{space}{} {value}", relation.sign())
}

/// Text in quotes.
pub(super) struct Quoted<'t>(pub(super) &'t str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        for character in self.0.chars() {
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
}
