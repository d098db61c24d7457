//! From text to [`Expression`], by recursive descent.

use super::error::{FilterError, FilterErrorKind, MOST_BYTES, MOST_CONDITIONS, MOST_LEVELS, MOST_PATTERN};
use super::expression::{Condition, Expression, Relation, Test};
use super::field::{field, text_fields};
use super::moment::Moment;
use super::network::Network;
use super::pattern::{Pattern, is_special};
use crate::document::{Schema, Type};

/// Parentheses and `not` in each other: what bounds the recursion.
const MOST_NESTED: usize = 64;

const CONDITION: FilterErrorKind =
    FilterErrorKind::Unexpected("a condition: a field, \":\" and a value, or a word to look for");
const VALUE: FilterErrorKind = FilterErrorKind::Unexpected("a value");
const CLOSING: FilterErrorKind = FilterErrorKind::Unexpected("\")\"");
const OPERATOR: FilterErrorKind =
    FilterErrorKind::Unexpected("\":\", \"<\", \"<=\", \">\" or \">=\" behind the name of a field");
const NEXT: FilterErrorKind =
    FilterErrorKind::Unexpected("\"and\", \"or\" or the end; text with spaces stands in quotes");
const QUOTES: FilterErrorKind = FilterErrorKind::Unexpected("quotes around text that has a \":\"");

pub(super) fn parse(schema: Schema, text: &str) -> Result<Expression, FilterError> {
    let whole = |kind| FilterError { kind, offset: 0, length: text.len() };
    if text.len() > MOST_BYTES {
        return Err(whole(FilterErrorKind::TooLong));
    }
    let mut parser = Parser { schema, text, at: 0, nested: 0, conditions: 0 };
    let expression = parser.any(None)?;
    parser.skip_space();
    if parser.peek().is_some() {
        return Err(parser.unexpected(NEXT));
    }
    if expression.levels() > MOST_LEVELS {
        return Err(whole(FilterErrorKind::TooDeep));
    }
    Ok(expression)
}

struct Parser<'t> {
    schema: Schema,
    text: &'t str,
    at: usize,
    nested: usize,
    conditions: usize,
}

/// The field that values are for.
#[derive(Clone, Copy)]
struct Field {
    path: &'static str,
    kind: Type,
}

/// A value as it is written.
struct Written {
    start: usize,
    /// The texts between its stars; stars have a meaning outside quotes only.
    parts: Vec<String>,
}

impl Parser<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn skip_space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    /// Steps over the character if it is the next one.
    fn take(&mut self, character: char) -> bool {
        let is_next = self.peek() == Some(character);
        self.at += if is_next { character.len_utf8() } else { 0 };
        is_next
    }

    fn error(&self, kind: FilterErrorKind, start: usize) -> FilterError {
        FilterError { kind, offset: start, length: self.at - start }
    }

    /// About the word or character that comes next, or the end.
    fn unexpected(&self, kind: FilterErrorKind) -> FilterError {
        let word = self.rest().find(ends_name).unwrap_or(self.rest().len());
        let length = if word == 0 { self.peek().map_or(0, char::len_utf8) } else { word };
        FilterError { kind, offset: self.at, length }
    }

    /// Steps over `and`, `or` or `not`, in either case.
    fn keyword(&mut self, keyword: &str) -> bool {
        self.skip_space();
        let is_next = self.next_name().eq_ignore_ascii_case(keyword);
        self.at += if is_next { keyword.len() } else { 0 };
        is_next
    }

    /// The text up to what cannot be in a name, unless an operator follows at once.
    fn next_name(&self) -> &str {
        let rest = self.rest();
        let (name, behind) = rest.split_at_checked(rest.find(ends_name).unwrap_or(rest.len())).unwrap_or_default();
        if behind.starts_with([':', '<', '>']) { "" } else { name }
    }

    fn is_at_keyword(&self) -> bool {
        ["and", "or", "not"].iter().any(|keyword| self.next_name().eq_ignore_ascii_case(keyword))
    }

    fn any(&mut self, of: Option<Field>) -> Result<Expression, FilterError> {
        let mut parts = vec![self.all(of)?];
        while self.keyword("or") {
            parts.push(self.all(of)?);
        }
        Ok(Expression::or(parts))
    }

    fn all(&mut self, of: Option<Field>) -> Result<Expression, FilterError> {
        let mut parts = vec![self.not(of)?];
        while self.keyword("and") {
            parts.push(self.not(of)?);
        }
        Ok(Expression::and(parts))
    }

    fn not(&mut self, of: Option<Field>) -> Result<Expression, FilterError> {
        let start = self.at;
        if self.keyword("not") {
            return Ok(self.deeper(start, |parser| parser.not(of))?.negated());
        }
        if self.peek() == Some('(') {
            return self.parentheses(of);
        }
        match of {
            Some(field) => self.value(field, Relation::Equal),
            None => self.condition(),
        }
    }

    fn deeper(
        &mut self,
        start: usize,
        read: impl FnOnce(&mut Self) -> Result<Expression, FilterError>,
    ) -> Result<Expression, FilterError> {
        self.nested += 1;
        if self.nested > MOST_NESTED {
            return Err(self.error(FilterErrorKind::TooDeep, start));
        }
        let inner = read(self)?;
        self.nested -= 1;
        Ok(inner)
    }

    fn parentheses(&mut self, of: Option<Field>) -> Result<Expression, FilterError> {
        let start = self.at;
        self.take('(');
        let inner = self.deeper(start, |parser| parser.any(of))?;
        self.skip_space();
        if self.take(')') { Ok(inner) } else { Err(self.unexpected(CLOSING)) }
    }

    /// A field with its values, or text.
    fn condition(&mut self) -> Result<Expression, FilterError> {
        let start = self.at;
        match self.peek() {
            None | Some(')' | ':' | '<' | '>') => return Err(self.unexpected(CONDITION)),
            Some('"') => {
                let written = self.quoted()?;
                return self.text(written);
            }
            Some(_) if self.is_at_keyword() => return Err(self.unexpected(CONDITION)),
            Some(_) => {}
        }
        let written = self.word(ends_name)?;
        let end = self.at;
        self.skip_space();
        if matches!(self.peek(), Some(':' | '<' | '>')) {
            return self.test(start, end);
        }
        self.at = end;
        let name = self.text.get(start..end).unwrap_or_default();
        // Else `status=500` would be a text to look for, and nobody would know.
        if field(self.schema, name.split(['=', '!']).next().unwrap_or(name)).is_ok() {
            return Err(self.unexpected(OPERATOR));
        }
        self.text(written)
    }

    /// What follows a field's name, which is from `start` to `end`.
    fn test(&mut self, start: usize, end: usize) -> Result<Expression, FilterError> {
        if self.rest().starts_with("://") {
            return Err(FilterError { kind: QUOTES, offset: start, length: end - start });
        }
        let name = self.text.get(start..end).unwrap_or_default();
        let found =
            field(self.schema, name).map_err(|kind| FilterError { kind, offset: start, length: end - start })?;
        let of = Field { path: found.0, kind: found.1 };
        let operator = self.at;
        let relation = if self.take(':') {
            Relation::Equal
        } else {
            let is_less = self.take('<');
            let is_greater = !is_less && self.take('>');
            match (is_greater, self.take('=')) {
                (false, false) => Relation::Less,
                (false, true) => Relation::LessOrEqual,
                (true, false) => Relation::Greater,
                (true, true) => Relation::GreaterOrEqual,
            }
        };
        if relation != Relation::Equal
            && let Some(values) = unordered(of.kind)
        {
            return Err(self.error(FilterErrorKind::NoOrder { values }, operator));
        }
        self.skip_space();
        if relation == Relation::Equal && self.peek() == Some('(') {
            return self.parentheses(Some(of));
        }
        self.value(of, relation)
    }

    fn value(&mut self, of: Field, relation: Relation) -> Result<Expression, FilterError> {
        let written = match self.peek() {
            None | Some('(' | ')' | '<' | '>') => return Err(self.unexpected(VALUE)),
            Some('"') => self.quoted()?,
            Some(_) if self.is_at_keyword() => return Err(self.unexpected(VALUE)),
            Some(_) => self.word(ends_value)?,
        };
        let start = written.start;
        self.count(1, start)?;
        let condition = condition(of.kind, relation, written).map_err(|kind| self.error(kind, start))?;
        Ok(Expression::Test(Test { field: of.path, condition }))
    }

    fn text(&mut self, Written { start, parts }: Written) -> Result<Expression, FilterError> {
        self.count(text_fields(self.schema).len(), start)?;
        let is_star = parts.len() > 1;
        let found = pattern(Pattern::new(parts).anywhere()).map_err(|kind| self.error(kind, start))?;
        match (found, is_star) {
            (Some(pattern), _) => Ok(Expression::Text(pattern)),
            (None, true) => Ok(Expression::All),
            (None, false) => Err(self.error(FilterErrorKind::Unexpected("text between the quotes"), start)),
        }
    }

    fn count(&mut self, conditions: usize, start: usize) -> Result<(), FilterError> {
        self.conditions += conditions;
        if self.conditions > MOST_CONDITIONS {
            return Err(self.error(FilterErrorKind::TooMany, start));
        }
        Ok(())
    }

    /// A word up to what ends it; a backslash takes the meaning from what follows.
    fn word(&mut self, ends: fn(char) -> bool) -> Result<Written, FilterError> {
        let start = self.at;
        let (mut parts, mut part) = (Vec::new(), String::new());
        while let Some(character) = self.peek().filter(|character| !ends(*character)) {
            self.at += character.len_utf8();
            match character {
                '*' => parts.push(std::mem::take(&mut part)),
                '\\' => part.push(self.escaped(|next| is_special(next).then_some(next))?),
                other => part.push(other),
            }
        }
        parts.push(part);
        Ok(Written { start, parts })
    }

    fn quoted(&mut self) -> Result<Written, FilterError> {
        let start = self.at;
        self.take('"');
        let mut text = String::new();
        while let Some(character) = self.peek() {
            self.at += character.len_utf8();
            match character {
                '"' => return Ok(Written { start, parts: vec![text] }),
                '\\' => text.push(self.escaped(|next| match next {
                    'n' => Some('\n'),
                    'r' => Some('\r'),
                    't' => Some('\t'),
                    other => is_special(other).then_some(other),
                })?),
                other => text.push(other),
            }
        }
        Err(self.error(FilterErrorKind::UnclosedQuote, start))
    }

    /// What the character behind a backslash stands for.
    fn escaped(&mut self, meaning: fn(char) -> Option<char>) -> Result<char, FilterError> {
        let start = self.at - 1;
        let next = self.peek();
        self.at += next.map_or(0, char::len_utf8);
        next.and_then(meaning).ok_or_else(|| self.error(FilterErrorKind::UnknownEscape, start))
    }
}

/// What cannot be in a word, unless behind a backslash.
fn ends_value(character: char) -> bool {
    character.is_whitespace() || matches!(character, '(' | ')' | '"')
}

/// The same where an operator may follow.
fn ends_name(character: char) -> bool {
    ends_value(character) || matches!(character, ':' | '<' | '>')
}

/// What values without an order are called.
fn unordered(kind: Type) -> Option<&'static str> {
    match kind {
        Type::Keyword | Type::Stored | Type::GeoPoint => Some("keywords"),
        Type::Ip => Some("addresses"),
        Type::Boolean => Some("yes and no"),
        Type::Time | Type::Date | Type::Long | Type::Float => None,
    }
}

/// The pattern, if it has any text.
fn pattern(pattern: Pattern) -> Result<Option<Pattern>, FilterErrorKind> {
    let (characters, stars) = MOST_PATTERN;
    match pattern.characters() {
        0 => Ok(None),
        count if count > characters || pattern.stars() > stars => Err(FilterErrorKind::PatternTooLong),
        _ => Ok(Some(pattern)),
    }
}

/// A value as one of the field's type.
fn condition(kind: Type, relation: Relation, written: Written) -> Result<Condition, FilterErrorKind> {
    let expected = match kind {
        Type::Keyword | Type::Stored | Type::GeoPoint => "text",
        Type::Long => "a whole number such as 500",
        Type::Float => "a number such as 0.25",
        Type::Time | Type::Date => "a date such as 2026-11-23 or 2026-11-23T07:15:26.379Z, from 1970 to 2261",
        Type::Boolean => "true or false",
        Type::Ip => "an address or a network, such as 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32",
    };
    let text = match <[String; 1]>::try_from(written.parts) {
        Ok([text]) => text,
        Err(parts) => {
            return match pattern(Pattern::new(parts))? {
                None if relation == Relation::Equal => Ok(Condition::Exists),
                Some(pattern) if kind == Type::Keyword => Ok(Condition::Wildcard(pattern)),
                _ => Err(FilterErrorKind::NoWildcard { expected }),
            };
        }
    };
    let read = match kind {
        Type::Keyword => Some(Condition::Keyword(text)),
        Type::Boolean => text.parse().ok().map(Condition::Boolean),
        Type::Long => text.parse().ok().map(|number| Condition::Long(relation, number)),
        Type::Float => float(&text).map(|number| Condition::Float(relation, number)),
        Type::Time | Type::Date => Moment::parse(&text).map(|moment| Condition::Time(relation, moment)),
        Type::Ip => Network::parse(&text).map(Condition::Ip),
        Type::Stored | Type::GeoPoint => None,
    };
    read.ok_or(FilterErrorKind::BadValue { expected })
}

/// A decimal number that a `float` has room for. Engines read a double first, and so does this.
fn float(text: &str) -> Option<f32> {
    let is_decimal = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    let number = if is_decimal { text.parse::<f64>().ok()? as f32 } else { return None };
    number.is_finite().then_some(number)
}
