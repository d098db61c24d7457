//! A line cut into the columns of its format's field table, with typed access that knows where a value stood.

use crate::error::{ErrorKind, ParseError, Span};
use crate::record::{self, Endpoint, EndpointFault, Seconds, Timestamp};
use crate::scan::{Scanner, Token};
use crate::text::Text;
use std::net::IpAddr;

/// One column of a format: AWS's name, and whether its values stand in quotes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    pub name: &'static str,
    pub quoting: Quoting,
}

impl Field {
    /// The token's span, if it is written as this field's values are.
    #[inline]
    fn check(&self, token: Result<Token, (ErrorKind, Span)>) -> Result<Span, (ErrorKind, Span)> {
        let token = token?;
        match self.quoting {
            Quoting::Bare if token.quoted => Err((ErrorKind::UnexpectedQuote, token.span)),
            Quoting::Quoted if !token.quoted => Err((ErrorKind::MissingQuote, token.span)),
            _ => Ok(token.span),
        }
    }
}

/// How a column's values are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quoting {
    Bare,
    Quoted,
    /// Later columns: AWS has printed them both ways, and nothing hangs on it.
    Either,
}

/// The columns of one line. Columns that the line does not have (it is older) read as `-`.
///
/// What breaks the line's shape is not told before the values that stand in front of it: when a stray space shifts
/// the columns, the first value of a wrong type is nearer to the cause than a quote far behind.
#[derive(Debug)]
pub(crate) struct Columns<'a, const N: usize> {
    line: &'a [u8],
    fields: &'static [Field; N],
    spans: [Option<Span>; N],
    /// How many of `spans` are set.
    found: usize,
    extra: Scanner<'a>,
    /// Why the scan ended after the columns found.
    broken: Option<ParseError>,
}

impl<'a, const N: usize> Columns<'a, N> {
    /// Cuts the line into the table's columns; fewer than `required` break it.
    #[inline]
    pub(crate) fn scan(line: &'a [u8], fields: &'static [Field; N], required: usize) -> Self {
        let mut scanner = Scanner::new(line);
        let mut columns = Self { line, fields, spans: [None; N], found: 0, extra: Scanner::new(&[]), broken: None };
        for (slot, field) in columns.spans.iter_mut().zip(fields) {
            let Some(token) = scanner.next() else { break };
            match field.check(token) {
                Ok(span) => *slot = Some(span),
                Err((kind, span)) => {
                    columns.broken = Some(ParseError { kind, field: Some(field.name), span });
                    return columns;
                }
            }
            columns.found += 1;
        }
        if columns.found < required {
            let kind = ErrorKind::TooFewFields {
                found: u16::try_from(columns.found).unwrap_or(u16::MAX),
                expected: u16::try_from(required).unwrap_or(u16::MAX),
            };
            let span = Span::new(line.len(), line.len());
            columns.broken = Some(ParseError { kind, field: fields.get(columns.found).map(|field| field.name), span });
        }
        columns.extra = scanner;
        columns
    }

    /// The columns beyond the field table. Ask for them last: it is here that a broken line is told, be it in the
    /// table's columns or behind them, so that a damaged end does not pass for an old line.
    pub(crate) fn extra(&self) -> Result<Extra<'a>, ParseError> {
        if let Some(error) = self.broken {
            return Err(error);
        }
        let mut scanner = self.extra.clone();
        while let Some(token) = scanner.next() {
            token.map_err(|(kind, span)| ParseError { kind, field: None, span })?;
        }
        Ok(Extra { line: self.line, scanner: self.extra.clone() })
    }

    /// The column's bytes; `-` where the line does not have the column.
    #[inline]
    pub(crate) fn raw(&self, column: usize) -> &'a [u8] {
        match self.spans.get(column) {
            Some(Some(span)) => span.of(self.line),
            _ => b"-",
        }
    }

    pub(crate) fn text(&self, column: usize) -> Option<Text<'a>> {
        Text(self.raw(column)).present()
    }

    pub(crate) fn required_text(&self, column: usize) -> Result<Text<'a>, ParseError> {
        self.text(column).ok_or_else(|| self.error(column, ErrorKind::MissingValue))
    }

    pub(crate) fn required_time(&self, column: usize) -> Result<Timestamp<'a>, ParseError> {
        Timestamp::parse(self.raw(column)).ok_or_else(|| self.error(column, ErrorKind::BadTime))
    }

    pub(crate) fn time(&self, column: usize) -> Result<Option<Timestamp<'a>>, ParseError> {
        self.optional(column, Timestamp::parse, ErrorKind::BadTime)
    }

    pub(crate) fn required_endpoint(&self, column: usize) -> Result<Endpoint<'a>, ParseError> {
        Endpoint::parse(self.raw(column)).map_err(|fault| self.endpoint_error(column, fault))
    }

    pub(crate) fn endpoint(&self, column: usize) -> Result<Option<Endpoint<'a>>, ParseError> {
        if self.text(column).is_none() { Ok(None) } else { self.required_endpoint(column).map(Some) }
    }

    /// Seconds; `-1` and `-` say that there was nothing to measure.
    #[inline]
    pub(crate) fn seconds(&self, column: usize) -> Result<Option<Seconds<'a>>, ParseError> {
        if self.raw(column) == b"-1" {
            return Ok(None);
        }
        self.optional(column, Seconds::parse, ErrorKind::BadDuration)
    }

    pub(crate) fn status(&self, column: usize) -> Result<Option<u16>, ParseError> {
        self.optional(column, record::parse_status, ErrorKind::BadStatus)
    }

    pub(crate) fn count(&self, column: usize) -> Result<Option<u64>, ParseError> {
        self.optional(column, record::parse_u64, ErrorKind::BadNumber)
    }

    pub(crate) fn number(&self, column: usize) -> Result<Option<i32>, ParseError> {
        self.optional(column, record::parse_i32, ErrorKind::BadNumber)
    }

    pub(crate) fn ip(&self, column: usize) -> Result<Option<IpAddr>, ParseError> {
        self.optional(column, record::parse_ip, ErrorKind::BadAddress)
    }

    #[inline]
    fn optional<T>(
        &self,
        column: usize,
        parse: impl Fn(&'a [u8]) -> Option<T>,
        kind: ErrorKind,
    ) -> Result<Option<T>, ParseError> {
        match self.text(column) {
            None => Ok(None),
            Some(text) => parse(text.0).map(Some).ok_or_else(|| self.error(column, kind)),
        }
    }

    fn endpoint_error(&self, column: usize, fault: EndpointFault) -> ParseError {
        let kind = match fault {
            EndpointFault::Shape => ErrorKind::BadEndpoint,
            EndpointFault::Address => ErrorKind::BadAddress,
            EndpointFault::Port => ErrorKind::BadPort,
        };
        self.error(column, kind)
    }

    fn error(&self, column: usize, kind: ErrorKind) -> ParseError {
        // A value that is missing because the scan ended before it.
        if let Some(error) = self.broken.filter(|_| column >= self.found) {
            return error;
        }
        let end = Span::new(self.line.len(), self.line.len());
        let span = self.spans.get(column).copied().flatten().unwrap_or(end);
        ParseError { kind, field: self.fields.get(column).map(|field| field.name), span }
    }
}

/// Columns newer than the field table, as logged and without their quotes.
#[derive(Debug, Clone)]
pub struct Extra<'a> {
    line: &'a [u8],
    scanner: Scanner<'a>,
}

impl<'a> Iterator for Extra<'a> {
    type Item = Text<'a>;

    fn next(&mut self) -> Option<Text<'a>> {
        // `Columns::extra` has been over these tokens: none is an error.
        let token = self.scanner.next()?.ok()?;
        Some(Text(token.span.of(self.line)))
    }
}

/// Declares a format's field table once: the columns' positions as constants, and the table itself.
macro_rules! field_table {
    ($($position:ident $name:literal $quoting:ident)+) => {
        #[allow(clippy::upper_case_acronyms, non_camel_case_types)]
        enum Position { $($position),+ }
        $(const $position: usize = Position::$position as usize;)+
        /// Every column AWS has documented, in the order of the line.
        const FIELDS: [Field; [$($name),+].len()] =
            [$(Field { name: $name, quoting: Quoting::$quoting }),+];
    };
}
pub(crate) use field_table;
