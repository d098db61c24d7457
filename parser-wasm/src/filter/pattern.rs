//! Text with `*` in it, each for any characters or none.

use std::fmt;

/// The text between the stars: `a*b` is `a`, `b`; `*a` is nothing, `a`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    parts: Vec<String>,
}

impl Pattern {
    /// A pattern of the parts between its stars, of which there is at least one. Stars side by side are one.
    pub(super) fn new(parts: impl IntoIterator<Item = String>) -> Self {
        let mut kept: Vec<String> = Vec::new();
        let mut parts = parts.into_iter().peekable();
        while let Some(part) = parts.next() {
            if kept.is_empty() || parts.peek().is_none() || !part.is_empty() {
                kept.push(part);
            }
        }
        Self { parts: kept }
    }

    /// The same anywhere in a text.
    pub(super) fn anywhere(self) -> Self {
        Self::new([String::new()].into_iter().chain(self.parts).chain([String::new()]))
    }

    pub(super) fn parts(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().map(String::as_str)
    }

    /// The longest of its texts, which every text has that is so.
    pub(super) fn longest(&self) -> &str {
        self.parts().max_by_key(|part| part.len()).unwrap_or_default()
    }

    pub(super) fn characters(&self) -> usize {
        self.parts().map(|part| part.chars().count()).sum()
    }

    pub(super) fn stars(&self) -> usize {
        self.parts.len().saturating_sub(1)
    }

    /// Whether the whole text is so.
    pub(super) fn matches(&self, text: &str) -> bool {
        self.covers(text.as_bytes(), starts_with, find)
    }

    /// Whether the whole text is so, where a letter of ASCII is the same as its other case.
    pub(super) fn matches_either_case(&self, text: &str) -> bool {
        self.covers(text.as_bytes(), starts_with_either_case, find_either_case)
    }

    /// Each part as far left as it can be leaves the most room for those behind it.
    fn covers(
        &self,
        text: &[u8],
        starts_with: fn(&[u8], &[u8]) -> bool,
        find: fn(&[u8], &[u8]) -> Option<usize>,
    ) -> bool {
        let Some((first, rest)) = self.parts.split_first() else { return false };
        let Some((last, middle)) = rest.split_last() else {
            return first.len() == text.len() && starts_with(text, first.as_bytes());
        };
        if !starts_with(text, first.as_bytes()) {
            return false;
        }
        let mut text = text.get(first.len()..).unwrap_or_default();
        for part in middle {
            let Some(at) = find(text, part.as_bytes()) else { return false };
            text = text.get(at + part.len()..).unwrap_or_default();
        }
        let end = text.len().checked_sub(last.len()).and_then(|at| text.get(at..));
        end.is_some_and(|end| starts_with(end, last.as_bytes()))
    }
}

fn starts_with(text: &[u8], part: &[u8]) -> bool {
    text.starts_with(part)
}

fn starts_with_either_case(text: &[u8], part: &[u8]) -> bool {
    text.get(..part.len()).is_some_and(|head| head.eq_ignore_ascii_case(part))
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    memchr::memmem::find(text, part)
}

/// Where the part begins, where a letter of ASCII is the same as its other case.
pub(super) fn find_either_case(text: &[u8], part: &[u8]) -> Option<usize> {
    let Some(first) = part.first() else { return Some(0) };
    let starts = memchr::memchr2_iter(first.to_ascii_lowercase(), first.to_ascii_uppercase(), text);
    let mut fits = starts.filter(|at| text.get(*at..).is_some_and(|rest| starts_with_either_case(rest, part)));
    fits.next()
}

/// As it is written in a filter.
impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, part) in self.parts().enumerate() {
            if at > 0 {
                f.write_str("*")?;
            }
            for character in part.chars() {
                if is_special(character) {
                    f.write_str("\\")?;
                }
                write!(f, "{character}")?;
            }
        }
        Ok(())
    }
}

/// What a backslash takes the meaning from, outside quotes.
pub(super) fn is_special(character: char) -> bool {
    matches!(character, '\\' | '(' | ')' | '{' | '}' | ':' | '<' | '>' | '"' | '*') || character.is_whitespace()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Pattern {
        Pattern::new(text.split('*').map(str::to_owned))
    }

    #[test]
    fn stars_stand_for_anything() {
        for (text, yes, no) in [
            ("a*", &["a", "ab"][..], &["", "ba", "A"][..]),
            ("*a", &["a", "ba"], &["ab", ""]),
            ("a*a", &["aa", "aba"], &["a", "ab"]),
            ("a*b*c", &["abc", "axbxc", "abbc"], &["acb", "ab"]),
            ("*ab*ab*", &["abab", "xabxabx"], &["ab", "aab"]),
            ("**a**", &["a", "xax"], &["", "b"]),
            ("*", &["", "x"], &[]),
            ("*é*", &["café!"], &["cafe"]),
        ] {
            for (cases, expected) in [(yes, true), (no, false)] {
                for case in cases {
                    assert_eq!(pattern(text).matches(case), expected, "{text} {case}");
                }
            }
        }
    }

    #[test]
    fn words_match_in_either_case() {
        let word = |text: &str| pattern(text).anywhere();
        for (text, yes, no) in [
            ("curl", &["curl/8", "libCURL", "xCuRl"][..], &["cur", "cu rl"][..]),
            ("bot*x", &["GoogleBOT/x", "botX"], &["xbot", "bo"]),
            ("é", &["É é"], &["É"]),
        ] {
            for (cases, expected) in [(yes, true), (no, false)] {
                for case in cases {
                    assert_eq!(word(text).matches_either_case(case), expected, "{text} {case}");
                }
            }
        }
    }
}
