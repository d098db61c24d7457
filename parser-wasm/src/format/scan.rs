//! A cursor over one line: fields separated by one space, some of them in quotes.

use super::error::{ErrorKind, Span};
use memchr::{memchr, memchr_iter};

/// One field of a line; a quoted one's span lies inside its quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    pub span: Span,
    pub quoted: bool,
}

/// What `\"` means before a separator. ALB escapes a quote as `\x22`, so its first quote closes. Classic load balancers
/// wrote `\"` for a quote inside the text in 2015, but how they wrote a backslash at its end nobody has seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backslash {
    /// An inner quote, wherever it stands.
    Escapes,
    /// A backslash, and the field's end.
    Stands,
}

/// Walks a line token by token. Positions are checked: no input makes it panic.
#[derive(Debug, Clone)]
pub(crate) struct Scanner<'a> {
    line: &'a [u8],
    at: usize,
    backslash: Backslash,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(line: &'a [u8], backslash: Backslash) -> Self {
        Self { line, at: 0, backslash }
    }

    /// Everything from the cursor on.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.line.get(self.at..).unwrap_or_default()
    }

    /// The next token, or `None` at the line's end.
    #[inline]
    pub(crate) fn next(&mut self) -> Option<Result<Token, (ErrorKind, Span)>> {
        let rest = self.rest();
        let first = *rest.first()?;
        Some(if first == b'"' { self.quoted(rest) } else { self.bare(rest) })
    }

    /// The next token up to a space, quotes and all.
    pub(crate) fn word(&mut self) -> Result<Token, (ErrorKind, Span)> {
        let rest = self.rest();
        self.bare(rest)
    }

    #[inline]
    fn bare(&mut self, rest: &[u8]) -> Result<Token, (ErrorKind, Span)> {
        let start = self.at;
        let length = memchr(b' ', rest).unwrap_or(rest.len());
        if length == 0 {
            return Err((ErrorKind::EmptyField, Span::new(start, start + 1)));
        }
        self.separator(start + length)?;
        Ok(Token { span: Span::new(start, start + length), quoted: false })
    }

    /// A quote ends the field before a separator; anywhere else only one after a backslash may stand.
    #[inline]
    fn quoted(&mut self, rest: &[u8]) -> Result<Token, (ErrorKind, Span)> {
        let start = self.at + 1;
        let inside = rest.get(1..).unwrap_or_default();
        for length in memchr_iter(b'"', inside) {
            let escaped = length > 0 && inside.get(length - 1) == Some(&b'\\');
            let closes = matches!(inside.get(length + 1), None | Some(b' '));
            if closes && !(escaped && self.backslash == Backslash::Escapes) {
                self.separator(start + length + 1)?;
                return Ok(Token { span: Span::new(start, start + length), quoted: true });
            }
            if !escaped {
                let after = start + length + 1;
                return Err((ErrorKind::TextAfterQuote, Span::new(after, after + 1)));
            }
        }
        Err((ErrorKind::UnclosedQuote, Span::new(start - 1, self.line.len())))
    }

    /// Steps over the one space at `end`; a space that ends the line separates nothing.
    #[inline]
    fn separator(&mut self, end: usize) -> Result<(), (ErrorKind, Span)> {
        if end + 1 == self.line.len() {
            return Err((ErrorKind::EmptyField, Span::new(end, end + 1)));
        }
        self.at = end + 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(line: &str) -> Vec<Result<(&str, bool), ErrorKind>> {
        scan_with(line, Backslash::Escapes)
    }

    fn scan_with(line: &str, backslash: Backslash) -> Vec<Result<(&str, bool), ErrorKind>> {
        let mut scanner = Scanner::new(line.as_bytes(), backslash);
        let mut found = Vec::new();
        while let Some(token) = scanner.next() {
            match token {
                Ok(token) => {
                    found.push(Ok((std::str::from_utf8(token.span.of(line.as_bytes())).unwrap_or(""), token.quoted)))
                }
                Err((kind, _)) => {
                    found.push(Err(kind));
                    break;
                }
            }
        }
        found
    }

    #[test]
    fn bare_and_quoted_tokens() {
        assert_eq!(
            scan(r#"http "GET / HTTP/1.1" - """#),
            [Ok(("http", false)), Ok(("GET / HTTP/1.1", true)), Ok(("-", false)), Ok(("", true))]
        );
        assert_eq!(scan(""), []);
        assert_eq!(scan("a"), [Ok(("a", false))]);
    }

    #[test]
    fn a_backslash_before_a_quote_keeps_it_inside() {
        assert_eq!(
            scan(r#""Optional(\"Mozilla\") (app)" x"#),
            [Ok((r#"Optional(\"Mozilla\") (app)"#, true)), Ok(("x", false))]
        );
        assert_eq!(scan(r#""say \"hi\" \"" x"#), [Ok((r#"say \"hi\" \""#, true)), Ok(("x", false))]);
        assert_eq!(scan(r#""C:\" x"#), [Err(ErrorKind::UnclosedQuote)]);
        assert_eq!(scan_with(r#""C:\" x"#, Backslash::Stands), [Ok((r"C:\", true)), Ok(("x", false))]);
    }

    #[test]
    fn what_is_not_a_field() {
        assert_eq!(scan("a  b"), [Ok(("a", false)), Err(ErrorKind::EmptyField)]);
        assert_eq!(scan(" a"), [Err(ErrorKind::EmptyField)]);
        assert_eq!(scan("a "), [Err(ErrorKind::EmptyField)]);
        assert_eq!(scan("\"a\" "), [Err(ErrorKind::EmptyField)]);
        assert_eq!(scan("\"a"), [Err(ErrorKind::UnclosedQuote)]);
        assert_eq!(scan("\""), [Err(ErrorKind::UnclosedQuote)]);
        assert_eq!(scan("\"-\"1 2"), [Err(ErrorKind::TextAfterQuote)]);
    }
}
