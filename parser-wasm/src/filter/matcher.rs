//! A filter, asked of documents: one walk over the bytes, and one more for a word that stands somewhere in them. Nothing
//! is allocated.

use super::Filter;
use super::error::MOST_CONDITIONS;
use super::expression::{Condition, Expression, Relation, Test};
use super::moment::nanoseconds;
use super::network::{Network, number};
use super::pattern::{Pattern, find_either_case};
use crate::document::{Cursor, EngineKind, IGNORE_ABOVE, Paths, Place, scalars, text, write_string};
use std::net::IpAddr;
use std::ops::Range;

/// Answers a filter for documents as [`ItemWriter`](crate::ItemWriter) writes them.
#[derive(Debug)]
pub struct Matcher {
    checks: Checks,
    words: Vec<Word>,
    rule: Rule,
}

/// Checks of a document's values.
#[derive(Debug)]
struct Checks {
    paths: Paths,
    /// For each path the checks of its values.
    of_path: Vec<Vec<Check>>,
}

/// A word by itself. It may be in any field, and is in few documents: so the fields are asked only where the document has
/// it at all, in either case.
#[derive(Debug)]
struct Word {
    /// A part of the word, as documents spell it.
    spelling: Vec<u8>,
    checks: Checks,
}

/// What a value must be like for an answer to be yes.
#[derive(Debug)]
struct Check {
    answer: usize,
    kind: CheckKind,
}

#[derive(Debug)]
enum CheckKind {
    /// Any value, other than a keyword too long for the index.
    Exists,
    /// These bytes: one text has one spelling in our documents.
    Bytes(Vec<u8>),
    Text(Relation, String),
    Pattern(Pattern),
    Inside(Pattern),
    Long(Relation, i64),
    Float(Relation, f32),
    Time(Range<i128>),
    Ip(Network),
    Address(Relation, u128),
}

/// What follows from the answers.
#[derive(Debug)]
enum Rule {
    Always,
    Answer(usize),
    Not(Box<Rule>),
    All(Vec<Rule>),
    Any(Vec<Rule>),
}

/// A bit for each condition.
struct Answers([u64; MOST_CONDITIONS / 64]);

impl Answers {
    fn set(&mut self, answer: usize) {
        if let Some(word) = self.0.get_mut(answer / 64) {
            *word |= 1 << (answer % 64);
        }
    }

    fn get(&self, answer: usize) -> bool {
        self.0.get(answer / 64).is_some_and(|word| word >> (answer % 64) & 1 == 1)
    }
}

impl Matcher {
    /// A matcher that answers like an engine of this kind.
    pub fn new(filter: &Filter, engine: EngineKind) -> Self {
        let mut compiler = Compiler { engine, fields: Fields::default(), words: Vec::new(), answers: 0 };
        let rule = compiler.rule(&filter.expression);
        Self { checks: compiler.fields.into(), words: compiler.words, rule }
    }

    /// Whether the filter holds for a document.
    pub fn matches(&self, document: &[u8]) -> bool {
        let mut answers = Answers([0; MOST_CONDITIONS / 64]);
        self.checks.ask(document, false, &mut answers);
        for Word { spelling, checks } in &self.words {
            if find_either_case(document, spelling).is_some() {
                checks.ask(document, true, &mut answers);
            }
        }
        self.rule.holds(&answers)
    }
}

impl Checks {
    /// Asks until every path is found; or until one says yes, where that is enough.
    fn ask(&self, document: &[u8], is_one_enough: bool, answers: &mut Answers) {
        let mut wanted = self.of_path.len();
        self.ask_object(&mut Cursor::new(document), self.paths.root(), &mut wanted, is_one_enough, answers);
    }

    /// Only objects on the way to a path are entered, so this goes no deeper than the longest path.
    fn ask_object(
        &self,
        cursor: &mut Cursor<'_>,
        object: Place,
        wanted: &mut usize,
        is_one_enough: bool,
        answers: &mut Answers,
    ) {
        cursor.enter();
        while *wanted > 0
            && let Some(key) = cursor.key()
        {
            let Some(place) = self.paths.child(object, key) else {
                cursor.value();
                continue;
            };
            match self.paths.path(place) {
                None if cursor.is_at_object() => self.ask_object(cursor, place, wanted, is_one_enough, answers),
                path => {
                    let value = cursor.value();
                    if let Some(checks) = path.and_then(|path| self.of_path.get(path)) {
                        let says_yes = check(checks, value, answers);
                        *wanted = if says_yes && is_one_enough { 0 } else { *wanted - 1 };
                    }
                }
            }
        }
    }
}

/// Whether any of the checks says yes.
fn check(checks: &[Check], value: &[u8], answers: &mut Answers) -> bool {
    let mut says_yes = false;
    for scalar in scalars(value).filter(|scalar| is_indexed(scalar)) {
        for check in checks {
            if check.kind.holds(scalar) {
                answers.set(check.answer);
                says_yes = true;
            }
        }
    }
    says_yes
}

/// Whether the index has the value: long keywords it leaves out, by Java's count of characters.
#[inline]
fn is_indexed(scalar: &[u8]) -> bool {
    scalar.len() <= IGNORE_ABOVE || text(scalar).is_none_or(|text| text.encode_utf16().count() <= IGNORE_ABOVE)
}

impl CheckKind {
    fn holds(&self, scalar: &[u8]) -> bool {
        match self {
            Self::Exists => true,
            Self::Bytes(bytes) => scalar == bytes,
            Self::Text(relation, given) => text(scalar).is_some_and(|text| relation.holds(&*text, given.as_str())),
            Self::Pattern(pattern) => text(scalar).is_some_and(|text| pattern.matches(&text)),
            Self::Inside(pattern) => text(scalar).is_some_and(|text| pattern.matches_either_case(&text)),
            Self::Long(relation, number) => number_of(scalar).is_some_and(|found: i64| relation.holds(&found, number)),
            Self::Float(relation, number) => {
                number_of(scalar).is_some_and(|found: f64| relation.holds(&(found as f32), number))
            }
            Self::Time(range) => {
                text(scalar).and_then(|text| nanoseconds(&text)).is_some_and(|time| range.contains(&time))
            }
            Self::Ip(network) => address(scalar).is_some_and(|address| network.contains(address)),
            Self::Address(relation, given) => {
                address(scalar).is_some_and(|address| relation.holds(&number(address), given))
            }
        }
    }
}

fn number_of<N: std::str::FromStr>(scalar: &[u8]) -> Option<N> {
    std::str::from_utf8(scalar).ok()?.parse().ok()
}

fn address(scalar: &[u8]) -> Option<IpAddr> {
    text(scalar)?.parse().ok()
}

impl Relation {
    pub(crate) fn holds<N: PartialOrd + ?Sized>(self, found: &N, given: &N) -> bool {
        match self {
            Self::Equal => found == given,
            Self::Less => found < given,
            Self::LessOrEqual => found <= given,
            Self::Greater => found > given,
            Self::GreaterOrEqual => found >= given,
        }
    }
}

impl Rule {
    fn holds(&self, answers: &Answers) -> bool {
        match self {
            Self::Always => true,
            Self::Answer(answer) => answers.get(*answer),
            Self::Not(rule) => !rule.holds(answers),
            Self::All(rules) => rules.iter().all(|rule| rule.holds(answers)),
            Self::Any(rules) => rules.iter().any(|rule| rule.holds(answers)),
        }
    }
}

/// Checks by their fields, as they come.
#[derive(Debug, Default)]
struct Fields {
    paths: Vec<&'static str>,
    checks: Vec<Vec<Check>>,
}

impl Fields {
    fn add(&mut self, field: &'static str, check: Check) {
        match self.paths.iter().position(|path| *path == field).and_then(|path| self.checks.get_mut(path)) {
            Some(checks) => checks.push(check),
            None => {
                self.paths.push(field);
                self.checks.push(vec![check]);
            }
        }
    }
}

impl From<Fields> for Checks {
    fn from(Fields { paths, checks }: Fields) -> Self {
        Self { paths: Paths::new(paths), of_path: checks }
    }
}

struct Compiler {
    engine: EngineKind,
    fields: Fields,
    words: Vec<Word>,
    answers: usize,
}

impl Compiler {
    fn rule(&mut self, expression: &Expression) -> Rule {
        match expression {
            Expression::All => Rule::Always,
            Expression::Test(test) => self.any(std::slice::from_ref(test)),
            Expression::Any { tests, .. } => self.any(tests),
            Expression::Not(inner) => Rule::Not(Box::new(self.rule(inner))),
            Expression::And(parts) => Rule::All(parts.iter().map(|part| self.rule(part)).collect()),
            Expression::Or(parts) => Rule::Any(parts.iter().map(|part| self.rule(part)).collect()),
        }
    }

    /// One answer, to which any of the tests may say yes.
    fn any(&mut self, tests: &[Test]) -> Rule {
        let word = tests.iter().find_map(|test| match &test.condition {
            Condition::Inside(pattern) => Some(pattern.longest()),
            _ => None,
        });
        let mut of_word = Fields::default();
        for Test { field, condition } in tests {
            let check = Check { answer: self.answers, kind: self.check(condition) };
            let holds_word = word.is_some_and(|word| match condition {
                Condition::Inside(_) | Condition::Wildcard(_) | Condition::Keyword(..) | Condition::Boolean(_) => true,
                Condition::Long(_, number) => number.to_string() == word,
                _ => false,
            });
            if holds_word { of_word.add(field, check) } else { self.fields.add(field, check) }
        }
        if let Some(word) = word {
            self.words.push(Word { spelling: spelling(word), checks: of_word.into() });
        }
        self.answers += 1;
        Rule::Answer(self.answers - 1)
    }

    fn check(&self, condition: &Condition) -> CheckKind {
        match condition {
            Condition::Exists => CheckKind::Exists,
            Condition::Keyword(Relation::Equal, text) => CheckKind::Bytes([b"\"", &*spelling(text), b"\""].concat()),
            Condition::Keyword(relation, text) => CheckKind::Text(*relation, text.clone()),
            Condition::Inside(pattern) => CheckKind::Inside(pattern.clone()),
            Condition::Boolean(value) => CheckKind::Bytes(value.to_string().into_bytes()),
            Condition::Wildcard(pattern) => CheckKind::Pattern(pattern.clone()),
            Condition::Long(relation, number) => CheckKind::Long(*relation, *number),
            Condition::Float(relation, number) => CheckKind::Float(*relation, *number),
            Condition::Time(relation, moment) => CheckKind::Time(moment.range(*relation, self.engine)),
            Condition::Ip(relation, network) => match network.address() {
                Some(address) if *relation != Relation::Equal => CheckKind::Address(*relation, address),
                _ => CheckKind::Ip(*network),
            },
        }
    }
}

/// A text as documents have it between quotes: each character in its own spelling, so that a part of a text is a part of
/// its spelling.
fn spelling(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_string(text, &mut bytes);
    bytes.strip_prefix(b"\"").and_then(|bytes| bytes.strip_suffix(b"\"")).unwrap_or_default().to_vec()
}
