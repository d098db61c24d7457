//! Words and quoted text, as they are written: what a backslash does, and where a word ends.

use super::error::{FilterError, FilterErrorKind};
use super::expression::Quoted;
use super::pattern::{Pattern, is_special};
use std::fmt;

/// A name or a value as it is written.
#[derive(Debug, Clone)]
pub(super) struct Literal {
    /// Where it begins, and where it ends, in bytes of the filter.
    pub start: usize,
    pub end: usize,
    /// The texts between its stars; stars have a meaning outside quotes only.
    parts: Vec<String>,
    /// Whether it stands in quotes.
    pub is_quoted: bool,
    /// Where its second word begins, if it has one outside quotes.
    pub second_word: Option<usize>,
}

impl Literal {
    /// The text, where no star has a meaning.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.parts[..] {
            [text] => Some(text),
            _ => None,
        }
    }

    /// The pattern, where a star has a meaning.
    pub(super) fn pattern(&self) -> Option<Pattern> {
        (self.parts.len() > 1).then(|| Pattern::new(self.parts.iter().cloned()))
    }

    /// The same anywhere in a text.
    pub(super) fn anywhere(&self) -> Pattern {
        Pattern::new(self.parts.iter().cloned()).anywhere()
    }

    /// Whether it is made of stars alone.
    pub(super) fn is_star(&self) -> bool {
        self.parts.len() > 1 && self.parts.iter().all(String::is_empty)
    }

    pub(super) fn error(&self, kind: FilterErrorKind) -> FilterError {
        FilterError { kind, offset: self.start, length: self.end - self.start }
    }
}

/// In its plainest spelling.
impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.text(), self.pattern()) {
            (Some(text), _) => Quoted(text).fmt(f),
            (None, Some(pattern)) => pattern.fmt(f),
            (None, None) => Ok(()),
        }
    }
}

/// A place in a filter, moved on by whoever reads it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'t> {
    text: &'t str,
    pub at: usize,
}

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    pub(super) fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn skip_space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    /// Steps over the character if it is the next one.
    pub(super) fn take(&mut self, character: char) -> bool {
        let is_next = self.peek() == Some(character);
        self.at += if is_next { character.len_utf8() } else { 0 };
        is_next
    }

    /// The text up to what cannot be in a name.
    pub(super) fn next_name(&self) -> &'t str {
        let rest = self.rest();
        rest.get(..rest.find(ends_name).unwrap_or(rest.len())).unwrap_or_default()
    }

    /// About the word or character that comes next, or the end.
    pub(super) fn unexpected(&self, kind: FilterErrorKind) -> FilterError {
        let word = self.next_name().len();
        let length = if word == 0 { self.peek().map_or(0, char::len_utf8) } else { word };
        FilterError { kind, offset: self.at, length }
    }

    /// One word, up to where an operator may follow.
    pub(super) fn name(&mut self) -> Result<Literal, FilterError> {
        self.words(ends_name, |_| false)
    }

    /// A value: words up to what cannot be one of them. Text of one field needs no quotes around its spaces.
    pub(super) fn value(&mut self) -> Result<Literal, FilterError> {
        self.words(ends_value, Self::is_before_text)
    }

    fn words(&mut self, ends: fn(char) -> bool, goes_on: fn(&Self) -> bool) -> Result<Literal, FilterError> {
        let start = self.at;
        let (mut parts, mut part, mut second_word) = (Vec::new(), String::new(), None);
        while let Some(character) = self.peek() {
            if ends(character) {
                let space = self.at;
                self.skip_space();
                if space == self.at || !goes_on(self) {
                    self.at = space;
                    break;
                }
                second_word.get_or_insert(self.at);
                part.push_str(self.text.get(space..self.at).unwrap_or_default());
                continue;
            }
            self.at += character.len_utf8();
            match character {
                '*' => parts.push(std::mem::take(&mut part)),
                '\\' => self.escaped(&mut part)?,
                other => part.push(other),
            }
        }
        parts.push(part);
        Ok(Literal { start, end: self.at, parts, is_quoted: false, second_word })
    }

    /// Whether text comes next, and neither a word with a meaning of its own nor the name of another field.
    fn is_before_text(&self) -> bool {
        let (rest, mut is_escaped) = (self.rest(), false);
        let end = rest.find(|next| {
            let ends = ends_name(next) && !is_escaped;
            is_escaped = next == '\\' && !is_escaped;
            ends
        });
        let (name, behind) = rest.split_at_checked(end.unwrap_or(rest.len())).unwrap_or_default();
        let is_url = behind.starts_with("://");
        let is_named = behind.trim_start().starts_with([':', '<', '>']) && !is_url;
        let is_word = ["and", "or", "not", "&&", "||"].iter().any(|word| name.eq_ignore_ascii_case(word));
        !(name.is_empty() || is_named || is_word)
    }

    /// What is between quotes, where a backslash means something before a quote, a backslash, `t`, `r`, `n` and `uXXXX`
    /// only.
    pub(super) fn quoted(&mut self) -> Result<Literal, FilterError> {
        let start = self.at;
        self.take('"');
        let mut text = String::new();
        while let Some(character) = self.peek() {
            self.at += character.len_utf8();
            match character {
                '"' => {
                    let parts = vec![text];
                    return Ok(Literal { start, end: self.at, parts, is_quoted: true, second_word: None });
                }
                '\\' => match self.peek() {
                    Some(next @ ('\\' | '"')) => {
                        self.at += 1;
                        text.push(next);
                    }
                    _ => text.push(self.coded().unwrap_or('\\')),
                },
                other => text.push(other),
            }
        }
        Err(FilterError { kind: FilterErrorKind::UnclosedQuote, offset: start, length: self.at - start })
    }

    /// What stands behind a backslash outside quotes.
    fn escaped(&mut self, part: &mut String) -> Result<(), FilterError> {
        let start = self.at - 1;
        let word = self.rest().get(..3).filter(|word| ["and", "not"].iter().any(|w| word.eq_ignore_ascii_case(w)));
        let word = word.or_else(|| self.rest().get(..2).filter(|word| word.eq_ignore_ascii_case("or")));
        if let Some(word) = word {
            self.at += word.len();
            part.push_str(word);
            return Ok(());
        }
        let next = self.peek();
        if let Some(next) = next.filter(|next| is_special(*next)) {
            self.at += next.len_utf8();
            part.push(next);
            return Ok(());
        }
        let Some(coded) = self.coded() else {
            self.at += next.map_or(0, char::len_utf8);
            return Err(FilterError { kind: FilterErrorKind::UnknownEscape, offset: start, length: self.at - start });
        };
        part.push(coded);
        Ok(())
    }

    /// Steps over `t`, `r`, `n` or `uXXXX` behind a backslash, and gives what it stands for. A character above U+FFFF is
    /// written as in JSON, by two of them.
    fn coded(&mut self) -> Option<char> {
        let (character, length) = match self.peek()? {
            't' => ('\t', 1),
            'r' => ('\r', 1),
            'n' => ('\n', 1),
            'u' => {
                let first = code_unit(self.rest())?;
                let second = self.rest().get(5..).and_then(|rest| code_unit(rest.strip_prefix('\\')?));
                let mut decoded = char::decode_utf16([Some(first), second].into_iter().flatten());
                let character = decoded.next()?.ok()?;
                (character, if character.len_utf16() == 2 { 11 } else { 5 })
            }
            _ => return None,
        };
        self.at += length;
        Some(character)
    }
}

/// The number in `uXXXX`.
fn code_unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix('u')?.get(..4)?;
    let are_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    are_hex.then(|| u16::from_str_radix(digits, 16).ok())?
}

/// What cannot be in a word, unless behind a backslash.
fn ends_value(character: char) -> bool {
    character.is_whitespace() || matches!(character, '(' | ')' | '{' | '}' | '"')
}

/// The same where an operator may follow.
fn ends_name(character: char) -> bool {
    ends_value(character) || matches!(character, ':' | '<' | '>')
}
