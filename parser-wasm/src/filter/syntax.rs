//! From text to [`Expression`], by recursive descent.

use super::bind::{Binding, Name};
use super::error::{FilterError, FilterErrorKind, MOST_BYTES, MOST_CLAUSES, MOST_CONDITIONS, MOST_LEVELS};
use super::expression::{Expression, Relation};
use super::field::{Named, named};
use super::literal::{Literal, Reader};
use super::meant::length_with_colon;
use super::network::Network;

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
const WORD_IN_QUOTES: FilterErrorKind =
    FilterErrorKind::Unexpected("a value; \"and\", \"or\" and \"not\" as text stand in quotes");

// What other languages write.
const AND: FilterErrorKind = FilterErrorKind::Unexpected("\"and\" for \"&&\"");
const OR: FilterErrorKind = FilterErrorKind::Unexpected("\"or\" for \"||\"");
const NOT: FilterErrorKind =
    FilterErrorKind::Unexpected("\"not\" and a space for \"!\"; text that begins with \"!\" stands in quotes");
const NOT_MINUS: FilterErrorKind = FilterErrorKind::Unexpected("\"not\" and a space for \"-\", and nothing for \"+\"");
const EQUAL: FilterErrorKind = FilterErrorKind::Unexpected("\":\" for \"=\"");
const UNEQUAL: FilterErrorKind = FilterErrorKind::Unexpected("\"not\" before the name and \":\" for \"!=\"");
const AT_LEAST: FilterErrorKind = FilterErrorKind::Unexpected("\">=\" or \"<=\", with \"=\" at the end");
const RANGE: FilterErrorKind =
    FilterErrorKind::Unexpected("two conditions for a range, such as url.port >= 8000 and url.port <= 8999");
const COMPARISON: FilterErrorKind =
    FilterErrorKind::Unexpected("a value; a comparison goes without \":\", such as url.port >= 8000");
const BRACES: FilterErrorKind =
    FilterErrorKind::Unexpected("no brace: no field is nested, names are written whole; as text it stands in quotes");
const ABSENT: FilterErrorKind =
    FilterErrorKind::Unexpected("\"not\" before the name and \"*\" for null; as text it stands in quotes");
const LIST: FilterErrorKind = FilterErrorKind::Unexpected("\"or\" between values; text with spaces stands in quotes");
const SEVERAL: FilterErrorKind =
    FilterErrorKind::Unexpected("one value; several stand in parentheses, such as (502 or 504)");

pub(super) fn parse(binding: Binding, text: &str) -> Result<Expression, FilterError> {
    let whole = |kind| FilterError { kind, offset: 0, length: text.len() };
    if text.len() > MOST_BYTES {
        return Err(whole(FilterErrorKind::TooLong));
    }
    if text.trim().is_empty() {
        return Ok(Expression::All);
    }
    let mut parser = Parser { binding, reader: Reader::new(text), nested: 0, conditions: 0 };
    let expression = parser.any(None)?;
    parser.reader.skip_space();
    if parser.reader.peek().is_some() {
        return Err(parser.unexpected(NEXT));
    }
    if expression.levels() > MOST_LEVELS {
        return Err(whole(FilterErrorKind::TooDeep));
    }
    if expression.clauses() > MOST_CLAUSES {
        return Err(whole(FilterErrorKind::TooMany));
    }
    Ok(expression)
}

struct Parser<'t> {
    binding: Binding,
    reader: Reader<'t>,
    nested: usize,
    conditions: usize,
}

/// What values are for: the fields of a name, and whether they stand in a list.
#[derive(Clone, Copy)]
struct Values<'n> {
    name: &'n Name,
    are_listed: bool,
}

impl Parser<'_> {
    /// About what comes next, where it is not what the filter needs.
    fn unexpected(&self, kind: FilterErrorKind) -> FilterError {
        let rest = self.reader.rest();
        let kind = match kind {
            NEXT | CLOSING if rest.starts_with("&&") => AND,
            NEXT | CLOSING if rest.starts_with("||") => OR,
            NEXT | CONDITION | VALUE if rest.starts_with(['{', '}']) => BRACES,
            VALUE if rest.starts_with(['<', '>']) => COMPARISON,
            other => other,
        };
        self.reader.unexpected(kind)
    }

    /// Steps over `and`, `or` or `not`, in either case.
    fn keyword(&mut self, keyword: &str) -> bool {
        self.reader.skip_space();
        let is_next = self.is_at(keyword);
        self.reader.at += if is_next { keyword.len() } else { 0 };
        is_next
    }

    /// Whether the word comes next, and is not a name that an operator follows at once.
    fn is_at(&self, keyword: &str) -> bool {
        let name = self.reader.next_name();
        let behind = self.reader.rest().get(name.len()..).unwrap_or_default();
        name.eq_ignore_ascii_case(keyword) && !behind.starts_with([':', '<', '>'])
    }

    fn is_at_keyword(&self) -> bool {
        ["and", "or", "not"].iter().any(|keyword| self.is_at(keyword))
    }

    fn any(&mut self, of: Option<Values<'_>>) -> Result<Expression, FilterError> {
        let mut parts = vec![self.all(of)?];
        while self.keyword("or") {
            parts.push(self.all(of)?);
        }
        Ok(Expression::or(parts))
    }

    fn all(&mut self, of: Option<Values<'_>>) -> Result<Expression, FilterError> {
        let mut parts = vec![self.not(of)?];
        while self.keyword("and") {
            parts.push(self.not(of)?);
        }
        Ok(Expression::and(parts))
    }

    fn not(&mut self, of: Option<Values<'_>>) -> Result<Expression, FilterError> {
        let start = self.reader.at;
        if self.keyword("not") {
            return Ok(self.deeper(start, |parser| parser.not(of))?.negated());
        }
        if self.reader.peek() == Some('(') {
            return self.parentheses(of);
        }
        match of {
            Some(values) => self.value(values, Relation::Equal),
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
            return Err(self.since(start, FilterErrorKind::TooDeep));
        }
        let inner = read(self)?;
        self.nested -= 1;
        Ok(inner)
    }

    fn since(&self, start: usize, kind: FilterErrorKind) -> FilterError {
        FilterError { kind, offset: start, length: self.reader.at - start }
    }

    fn parentheses(&mut self, of: Option<Values<'_>>) -> Result<Expression, FilterError> {
        let start = self.reader.at;
        self.reader.take('(');
        let inner = self.deeper(start, |parser| parser.any(of))?;
        self.reader.skip_space();
        if self.reader.take(')') { Ok(inner) } else { Err(self.unexpected(CLOSING)) }
    }

    /// A field with its values, or a word by itself.
    fn condition(&mut self) -> Result<Expression, FilterError> {
        let literal = match self.reader.peek() {
            None | Some(')' | '{' | '}' | ':' | '<' | '>') => return Err(self.unexpected(CONDITION)),
            Some('!') => return Err(self.unexpected(NOT)),
            Some('"') => self.reader.quoted()?,
            Some(_) if self.is_at_keyword() => return Err(self.unexpected(CONDITION)),
            Some(_) => self.reader.name()?,
        };
        self.reader.skip_space();
        if matches!(self.reader.peek(), Some(':' | '<' | '>')) {
            return self.test(literal);
        }
        self.not_a_field(&literal)?;
        self.reader.at = literal.end;
        self.count(&literal)?;
        self.binding.word(&literal).map_err(|kind| literal.error(kind))
    }

    /// Else `status=500` would be a text to look for, and nobody would know.
    fn not_a_field(&self, literal: &Literal) -> Result<(), FilterError> {
        let Some(text) = literal.text().filter(|_| !literal.is_quoted) else { return Ok(()) };
        let name = text.split(['=', '!']).next().unwrap_or(text);
        if !matches!(named(self.binding.schema, name), Ok(Named::Field(..))) {
            return Ok(());
        }
        let behind = text.get(name.len()..).filter(|behind| !behind.is_empty()).unwrap_or(self.reader.rest());
        let kind = match behind {
            behind if behind.starts_with("!=") => UNEQUAL,
            behind if behind.starts_with("=>") || behind.starts_with("=<") => AT_LEAST,
            behind if behind.starts_with('=') => EQUAL,
            _ => OPERATOR,
        };
        // Where the operator stands, which may be in what was read as a word.
        let at = if text.len() > name.len() { literal.start + name.len() } else { self.reader.at };
        let length = behind.find(char::is_whitespace).unwrap_or(behind.len());
        Err(FilterError { kind, offset: at, length })
    }

    /// What follows a field's name.
    fn test(&mut self, name: Literal) -> Result<Expression, FilterError> {
        if self.reader.rest().starts_with("://") {
            return Err(name.error(QUOTES));
        }
        let bound = self.binding.name(&name).map_err(|kind| self.unknown(&name, kind))?;
        let relation = self.operator();
        self.reader.skip_space();
        if relation == Relation::Equal && self.reader.peek() == Some('(') {
            return self.parentheses(Some(Values { name: &bound, are_listed: true }));
        }
        self.value(Values { name: &bound, are_listed: false }, relation)
    }

    fn operator(&mut self) -> Relation {
        if self.reader.take(':') {
            return Relation::Equal;
        }
        let is_less = self.reader.take('<');
        let is_greater = !is_less && self.reader.take('>');
        match (is_greater, self.reader.take('=')) {
            (false, false) => Relation::Less,
            (false, true) => Relation::LessOrEqual,
            (true, false) => Relation::Greater,
            (true, true) => Relation::GreaterOrEqual,
        }
    }

    /// About a name that is none: one of AWS's may go on behind its colon, and so does an address; or signs of other
    /// languages stand around it.
    fn unknown(&self, name: &Literal, kind: FilterErrorKind) -> FilterError {
        let mut at_name = self.reader;
        at_name.at = name.start;
        if let Some(length) = length_with_colon(at_name.rest()) {
            let known = at_name.rest().get(..length).unwrap_or_default();
            let kind = named(self.binding.schema, known).err().unwrap_or(kind);
            return FilterError { kind, offset: name.start, length };
        }
        if let Some(length) = length_of_address(at_name.rest()) {
            return FilterError { kind: QUOTES, offset: name.start, length };
        }
        let is_field = |name: Option<&str>| name.is_some_and(|name| named(self.binding.schema, name).is_ok());
        let text = name.text().unwrap_or_default();
        name.error(match kind {
            FilterErrorKind::UnknownField { .. } if is_field(text.strip_prefix(['-', '+'])) => NOT_MINUS,
            FilterErrorKind::UnknownField { .. } if is_field(text.strip_suffix('=')) => AT_LEAST,
            other => other,
        })
    }

    fn value(&mut self, of: Values<'_>, relation: Relation) -> Result<Expression, FilterError> {
        let literal = match self.reader.peek() {
            None | Some('(' | ')' | '{' | '}' | '<' | '>') => return Err(self.unexpected(VALUE)),
            Some('"') => self.reader.quoted()?,
            Some('[') if self.reader.rest().split(']').next().is_some_and(|list| list.contains(" TO ")) => {
                return Err(self.unexpected(RANGE));
            }
            Some(_) if self.is_at_keyword() => return Err(self.unexpected(WORD_IN_QUOTES)),
            Some(_) => self.reader.value()?,
        };
        self.count(&literal)?;
        if literal.text() == Some("null") && !literal.is_quoted {
            return Err(literal.error(ABSENT));
        }
        let at_second_word =
            |kind| literal.second_word.map(|at| FilterError { kind, offset: at, length: literal.end - at });
        if of.are_listed
            && literal.text().is_some()
            && let Some(error) = at_second_word(LIST)
        {
            return Err(error);
        }
        self.binding.test(of.name, relation, &literal).map_err(|kind| match kind {
            FilterErrorKind::BadValue { .. } => at_second_word(SEVERAL).unwrap_or_else(|| literal.error(kind)),
            kind => literal.error(kind),
        })
    }

    fn count(&mut self, literal: &Literal) -> Result<(), FilterError> {
        self.conditions += 1;
        if self.conditions > MOST_CONDITIONS { Err(literal.error(FilterErrorKind::TooMany)) } else { Ok(()) }
    }
}

/// How long an IPv6 address or network is at the head of the text.
fn length_of_address(text: &str) -> Option<usize> {
    let length = text.find(|next: char| !(next.is_ascii_hexdigit() || ":./".contains(next))).unwrap_or(text.len());
    Network::parse(text.get(..length)?).map(|_| length)
}
