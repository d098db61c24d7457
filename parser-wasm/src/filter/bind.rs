//! From a name and a value, as they are written, to conditions on fields.

use super::error::{FilterErrorKind, MOST_PATTERN};
use super::expression::{Condition, Expression, Relation, Test};
use super::field::{Named, fitting, named, offered, searchable, text_fields};
use super::literal::Literal;
use super::moment::Moment;
use super::network::Network;
use super::number::Decimal;
use super::pattern::Pattern;
use crate::document::{Schema, Type};

/// What the names and values of a filter are read by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Binding {
    pub schema: Schema,
    /// What `now` is, in milliseconds since 1970, where it is anything.
    pub now: Option<i64>,
}

/// A name with what it stands for.
#[derive(Debug, Clone)]
pub(super) struct Name {
    written: String,
    /// Whether the name is a star alone, and so any field's.
    is_any: bool,
    named: Named,
}

impl Binding {
    pub(super) fn name(self, written: &Literal) -> Result<Name, FilterErrorKind> {
        let (named, spelling) = match (written.text(), written.pattern()) {
            (Some(name), _) => (named(self.schema, name)?, name.to_owned()),
            (None, Some(pattern)) => (fitting(self.schema, &pattern)?, pattern.to_string()),
            (None, None) => return Err(FilterErrorKind::UnknownField { meant: &[] }),
        };
        Ok(Name { written: spelling, is_any: written.is_star(), named })
    }

    /// The documents with such a value in the field, or in any field that the name stands for.
    pub(super) fn test(self, name: &Name, relation: Relation, value: &Literal) -> Result<Expression, FilterErrorKind> {
        let asks_whether_there = value.is_star() && relation == Relation::Equal;
        let fields = match &name.named {
            Named::Field(field, kind) => {
                let condition = self.condition(*kind, relation, value)?;
                return Ok(Expression::Test(Test { field, condition }));
            }
            Named::Several(_) if asks_whether_there && name.is_any => return Ok(Expression::All),
            Named::Object(_) if !asks_whether_there => {
                return Err(FilterErrorKind::NoValues { meant: offered(self.schema, &name.written) });
            }
            Named::Object(fields) | Named::Several(fields) => fields,
        };
        let (tests, refusal) = self.tests(fields.iter().copied(), relation, value);
        match refusal {
            Some(refusal) if tests.is_empty() => Err(refusal),
            _ => {
                let space = if relation == Relation::Equal { "" } else { " " };
                let written = format!("{}{space}{} {value}", name.written, relation.sign());
                Ok(Expression::Any { written, tests })
            }
        }
    }

    /// The documents in which a word is the value of any field, or stands inside of one of the text fields.
    pub(super) fn word(self, word: &Literal) -> Result<Expression, FilterErrorKind> {
        let Some(inside) = checked(word.anywhere())? else {
            return if word.is_star() {
                Ok(Expression::All)
            } else {
                Err(FilterErrorKind::Unexpected("text between the quotes"))
            };
        };
        let texts = text_fields(self.schema);
        let anywhere = |field: &&'static str| Test { field, condition: Condition::Inside(inside.clone()) };
        let others = searchable(self.schema).filter(|(path, _)| !texts.contains(path));
        let (whole, _) = self.tests(others, Relation::Equal, word);
        Ok(Expression::Any { written: word.to_string(), tests: texts.iter().map(anywhere).chain(whole).collect() })
    }

    /// Tests of the fields that can have such a value, and why one cannot.
    fn tests(
        self,
        fields: impl Iterator<Item = (&'static str, Type)>,
        relation: Relation,
        value: &Literal,
    ) -> (Vec<Test>, Option<FilterErrorKind>) {
        let (mut tests, mut refusal) = (Vec::new(), None);
        for (field, kind) in fields {
            match self.condition(kind, relation, value) {
                Ok(condition) => tests.push(Test { field, condition }),
                Err(kind) => refusal = refusal.or(Some(kind)),
            }
        }
        (tests, refusal)
    }

    /// A value as one of the field's type.
    fn condition(self, kind: Type, relation: Relation, value: &Literal) -> Result<Condition, FilterErrorKind> {
        if value.is_star() && relation == Relation::Equal {
            return Ok(Condition::Exists);
        }
        let Some(text) = value.text() else {
            return match value.pattern().map(checked).transpose()?.flatten() {
                Some(pattern) if kind == Type::Keyword && relation == Relation::Equal => {
                    Ok(Condition::Wildcard(pattern))
                }
                _ => Err(FilterErrorKind::NoWildcard { expected: in_place_of_a_star(kind) }),
            };
        };
        let bad = FilterErrorKind::BadValue { expected: expected(kind) };
        match kind {
            Type::Keyword => Ok(Condition::Keyword(relation, text.to_owned())),
            Type::Boolean if relation == Relation::Equal => text.parse().map(Condition::Boolean).map_err(|_| bad),
            Type::Boolean => Err(FilterErrorKind::NoOrder { values: "true and false" }),
            Type::Long => long(relation, text).ok_or(bad),
            Type::Float => float(text).map(|number| Condition::Float(relation, number)).ok_or(bad),
            Type::Time => Moment::parse(text, self.now).map(|moment| Condition::Time(relation, moment)),
            Type::Date => {
                Moment::parse(text, self.now).map(|moment| Condition::Time(relation, moment.of_milliseconds()))
            }
            Type::Ip => match Network::parse(text).ok_or(bad)? {
                network if relation != Relation::Equal && network.address().is_none() => {
                    Err(FilterErrorKind::NoOrder { values: "networks" })
                }
                network => Ok(Condition::Ip(relation, network)),
            },
            Type::GeoPoint => Err(FilterErrorKind::NoPoints),
            Type::Stored => Err(FilterErrorKind::NotSearchable),
        }
    }
}

fn expected(kind: Type) -> &'static str {
    match kind {
        Type::Keyword | Type::Stored | Type::GeoPoint => "text",
        Type::Long => "a whole number such as 500",
        Type::Float => "a number such as 0.25",
        Type::Time | Type::Date => "a date such as 2026-11-23",
        Type::Boolean => "true or false",
        Type::Ip => "an address or a network, such as 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32",
    }
}

/// What says of values that are no text what `5*` would say of text.
fn in_place_of_a_star(kind: Type) -> &'static str {
    match kind {
        Type::Long => {
            "a whole number such as 500, or two conditions for a range, such as url.port >= 8000 and url.port < 9000"
        }
        Type::Float => "a number such as 0.25, or two conditions for a range, by \">=\" and \"<\"",
        Type::Time | Type::Date => "a date such as 2026-11-23, or two conditions for a range, by \">=\" and \"<\"",
        other => expected(other),
    }
}

/// The pattern, if it has any text.
fn checked(pattern: Pattern) -> Result<Option<Pattern>, FilterErrorKind> {
    let (characters, stars) = MOST_PATTERN;
    match pattern.characters() {
        0 => Ok(None),
        count if count > characters || pattern.stars() > stars => Err(FilterErrorKind::PatternTooLong),
        _ => Ok(Some(pattern)),
    }
}

/// Between two whole numbers, the one that a value must reach or must not pass.
fn long(relation: Relation, text: &str) -> Option<Condition> {
    let Decimal { floor, is_whole } = Decimal::parse(text)?;
    let (relation, number) = match relation {
        _ if is_whole => (relation, floor),
        Relation::Equal => return None,
        Relation::Less | Relation::LessOrEqual => (Relation::LessOrEqual, floor),
        Relation::Greater | Relation::GreaterOrEqual => (Relation::GreaterOrEqual, floor.checked_add(1)?),
    };
    Some(Condition::Long(relation, number))
}

/// A decimal number that a `float` has room for. Engines read a double first, and so does this.
fn float(text: &str) -> Option<f32> {
    let is_decimal = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    let number = if is_decimal { text.parse::<f64>().ok()? as f32 } else { return None };
    number.is_finite().then_some(number)
}
