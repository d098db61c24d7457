//! A line cut into the columns of its format's field table, with typed access that knows where a value stood.

use super::error::{ErrorKind, ParseError, Span};
use super::foreign::is_curly;
use super::scan::{Backslash, Scanner, Token};
use crate::address;
use crate::logged::Logged;
use crate::record::{self, Endpoint, EndpointFault, List, Seconds, Timestamp, Validity};
use crate::text::Text;
use std::net::IpAddr;

/// One column of a format: AWS's name, and whether its values stand in quotes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    pub name: &'static str,
    pub quoting: Quoting,
    /// Other names that AWS gives it, in JSON lines and in its query tables.
    pub aliases: &'static [&'static str],
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
    /// AWS has printed such columns both ways, and nothing hangs on it.
    Either,
    /// Several quoted items joined by commas, without a space: `"h2","http/1.1"`.
    Items,
}

/// The columns of one line.
///
/// What breaks the line's shape is not told before the values that stand in front of it: when a stray space shifts
/// the columns, the first value of a wrong type is nearer to the cause than a quote far behind.
#[derive(Debug)]
pub(crate) struct Columns<'a, const N: usize> {
    line: &'a [u8],
    fields: &'static [Field; N],
    spans: [Option<Span>; N],
    /// How many of `spans` the scan came to.
    found: usize,
    extra: Surplus<'a>,
    /// Why the scan ended after the columns found.
    broken: Option<ParseError>,
}

/// The longest protocol today is `lambda`.
const LONGEST_PROTOCOL: usize = 16;

/// Reads a line by its format's table. A line with `\"` that makes no sense one way is read the other way.
#[inline]
pub(crate) fn parse<'a, const N: usize, R>(
    line: &'a [u8],
    fields: &'static [Field; N],
    required: usize,
    record: impl Fn(&Columns<'a, N>) -> Result<R, ParseError>,
) -> Result<R, ParseError> {
    match record(&Columns::scan(line, fields, required, Backslash::Escapes)) {
        Err(error) => read_again(line, fields, required, record, error),
        outcome => outcome,
    }
}

#[cold]
#[inline(never)]
fn read_again<'a, const N: usize, R>(
    line: &'a [u8],
    fields: &'static [Field; N],
    required: usize,
    record: impl Fn(&Columns<'a, N>) -> Result<R, ParseError>,
    error: ParseError,
) -> Result<R, ParseError> {
    if memchr::memmem::find(line, br#"\""#).is_none() {
        return Err(error);
    }
    record(&Columns::scan(line, fields, required, Backslash::Stands)).map_err(|_| error)
}

impl<'a, const N: usize> Columns<'a, N> {
    /// Cuts the line into the table's columns; fewer than `required` break it.
    #[inline]
    fn scan(line: &'a [u8], fields: &'static [Field; N], required: usize, backslash: Backslash) -> Self {
        let mut scanner = Scanner::new(line, backslash);
        let extra = Surplus::Columns(Scanner::new(&[], backslash));
        let mut columns = Self { line, fields, spans: [None; N], found: 0, extra, broken: None };
        for (slot, field) in columns.spans.iter_mut().zip(fields) {
            let Some(mut token) = scanner.next() else { break };
            if field.quoting == Quoting::Items && token.is_err() {
                token = scanner.word();
            }
            match field.check(token) {
                Ok(span) => *slot = Some(span),
                Err((kind, span)) => {
                    let is_curly = kind == ErrorKind::MissingQuote && is_curly(span.of(line));
                    let kind = if is_curly { ErrorKind::CurlyQuote } else { kind };
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
        columns.extra = Surplus::Columns(scanner);
        columns
    }

    /// Values that were found by name: `spans` lie in `bytes`, `extra` too.
    pub(super) fn by_name(
        bytes: &'a [u8],
        fields: &'static [Field; N],
        spans: [Option<Span>; N],
        extra: &'a [Span],
    ) -> Self {
        Self { line: bytes, fields, spans, found: N, extra: Surplus::Members(extra.iter()), broken: None }
    }

    /// Whether the line says which columns it has.
    pub(crate) fn are_named(&self) -> bool {
        matches!(self.extra, Surplus::Members(_))
    }

    /// The columns beyond the field table. Ask for them last: it is here that a broken line is told, be it in the
    /// table's columns or behind them, so that a damaged end does not pass for an old line.
    pub(crate) fn extra(&self) -> Result<Extra<'a>, ParseError> {
        if let Some(error) = self.broken {
            return Err(error);
        }
        if let Surplus::Columns(mut scanner) = self.extra.clone() {
            while let Some(token) = scanner.next() {
                token.map_err(|(kind, span)| ParseError { kind, field: None, span })?;
            }
        }
        Ok(Extra { line: self.line, surplus: self.extra.clone() })
    }

    /// The column's bytes.
    #[inline]
    pub(crate) fn raw(&self, column: usize) -> Logged<&'a [u8]> {
        match self.spans.get(column) {
            Some(Some(span)) => match span.of(self.line) {
                b"" | b"-" => Logged::Dash,
                bytes => Logged::Value(bytes),
            },
            _ => Logged::Missing,
        }
    }

    #[inline]
    pub(crate) fn text(&self, column: usize) -> Logged<Text<'a>> {
        self.raw(column).map(Text)
    }

    /// A text that AWS never leaves out.
    #[inline]
    pub(crate) fn never_dash(&self, column: usize) -> Result<Logged<Text<'a>>, ParseError> {
        match self.text(column) {
            Logged::Dash => Err(self.error(column, ErrorKind::MissingValue)),
            text => Ok(text),
        }
    }

    /// A protocol, whichever AWS may add: a short word. What stands in front of the line is none of it.
    pub(crate) fn protocol(&self, column: usize) -> Result<Logged<Text<'a>>, ParseError> {
        let text = self.never_dash(column)?;
        let is_word = text
            .value()
            .is_none_or(|text| text.0.len() <= LONGEST_PROTOCOL && text.0.iter().all(u8::is_ascii_alphanumeric));
        if is_word { Ok(text) } else { Err(self.error(column, ErrorKind::BadType)) }
    }

    /// The line's own time, without which it is no event.
    pub(crate) fn required_time(&self, column: usize) -> Result<Timestamp<'a>, ParseError> {
        match self.time(column)? {
            Logged::Value(time) if time.fits_an_index() => Ok(time),
            Logged::Value(_) | Logged::Dash => Err(self.error(column, ErrorKind::BadTime)),
            Logged::Missing => Err(self.error(column, ErrorKind::MissingColumn)),
        }
    }

    #[inline]
    pub(crate) fn time(&self, column: usize) -> Result<Logged<Timestamp<'a>>, ParseError> {
        self.parsed(column, Timestamp::parse, ErrorKind::BadTime)
    }

    #[inline]
    pub(crate) fn endpoint(&self, column: usize) -> Result<Logged<Endpoint<'a>>, ParseError> {
        self.raw(column).try_map(Endpoint::parse).map_err(|fault| self.endpoint_error(column, fault))
    }

    /// The client's, which AWS never leaves out.
    #[inline]
    pub(crate) fn client(&self, column: usize) -> Result<Logged<Endpoint<'a>>, ParseError> {
        match self.endpoint(column)? {
            Logged::Dash => Err(self.error(column, ErrorKind::BadEndpoint)),
            client => Ok(client),
        }
    }

    /// Seconds; `-1` says as `-` does that there was nothing to measure.
    #[inline]
    pub(crate) fn seconds(&self, column: usize) -> Result<Logged<Seconds<'a>>, ParseError> {
        if self.raw(column) == Logged::Value(b"-1") {
            return Ok(Logged::Dash);
        }
        self.parsed(column, Seconds::parse, ErrorKind::BadDuration)
    }

    #[inline]
    pub(crate) fn status(&self, column: usize) -> Result<Logged<u16>, ParseError> {
        self.parsed(column, record::parse_status, ErrorKind::BadStatus)
    }

    #[inline]
    pub(crate) fn count(&self, column: usize) -> Result<Logged<u64>, ParseError> {
        self.parsed(column, record::parse_count, ErrorKind::BadNumber)
    }

    pub(crate) fn number(&self, column: usize) -> Result<Logged<i32>, ParseError> {
        self.parsed(column, record::parse_i32, ErrorKind::BadNumber)
    }

    pub(crate) fn ip(&self, column: usize) -> Result<Logged<IpAddr>, ParseError> {
        self.parsed(column, address::parse, ErrorKind::BadAddress)
    }

    /// The client's address, which has its port in a column of its own.
    pub(crate) fn client_address(&self, column: usize) -> Result<Logged<Endpoint<'a>>, ParseError> {
        match self.raw(column).try_map(Endpoint::of_address) {
            Ok(Logged::Dash) | Err(_) => Err(self.error(column, ErrorKind::BadAddress)),
            Ok(client) => Ok(client),
        }
    }

    pub(crate) fn port(&self, column: usize) -> Result<Logged<u16>, ParseError> {
        self.parsed(column, record::parse_u16, ErrorKind::BadPort)
    }

    /// The client's port, which AWS never leaves out.
    pub(crate) fn client_port(&self, column: usize) -> Result<Logged<u16>, ParseError> {
        match self.port(column)? {
            Logged::Dash => Err(self.error(column, ErrorKind::BadPort)),
            port => Ok(port),
        }
    }

    /// `NotBefore=…;NotAfter=…`.
    pub(crate) fn validity(&self, column: usize) -> Result<Logged<Validity<'a>>, ParseError> {
        self.parsed(column, Validity::parse, ErrorKind::BadValidity)
    }

    /// A list in one column.
    #[inline]
    pub(crate) fn list(&self, column: usize, separator: u8) -> Logged<List<'a>> {
        self.text(column).map(|text| List::new(text, separator))
    }

    /// Quoted items joined by commas; the scan has taken the quotes off one that stands alone.
    pub(crate) fn items(&self, column: usize) -> Result<Logged<List<'a>>, ParseError> {
        self.raw(column).try_map(|raw| {
            if memchr::memchr(b'"', raw).is_some()
                && !raw.split(|&byte| byte == b',').all(|item| record::in_quotes(item).is_some())
            {
                return Err(self.error(column, ErrorKind::MissingQuote));
            }
            Ok(List::new(Text(raw), b','))
        })
    }

    #[inline]
    fn parsed<T>(
        &self,
        column: usize,
        parse: impl Fn(&'a [u8]) -> Option<T>,
        kind: ErrorKind,
    ) -> Result<Logged<T>, ParseError> {
        self.raw(column).try_map(|bytes| parse(bytes).ok_or_else(|| self.error(column, kind)))
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

/// What is behind the field table's columns.
#[derive(Debug, Clone)]
enum Surplus<'a> {
    Columns(Scanner<'a>),
    Members(std::slice::Iter<'a, Span>),
}

/// Columns newer than the field table, as logged and without their quotes; of a JSON line, unknown members as
/// `name=value`.
#[derive(Debug, Clone)]
pub struct Extra<'a> {
    line: &'a [u8],
    surplus: Surplus<'a>,
}

impl<'a> Extra<'a> {
    /// The columns with their places in the line.
    pub(super) fn spans(&self) -> impl Iterator<Item = (Span, Text<'a>)> + use<'a> {
        let mut extra = self.clone();
        std::iter::from_fn(move || {
            let span = extra.next_span()?;
            Some((span, Text(span.of(extra.line))))
        })
    }

    fn next_span(&mut self) -> Option<Span> {
        match &mut self.surplus {
            // `Columns::extra` has been over these tokens: none is an error.
            Surplus::Columns(scanner) => Some(scanner.next()?.ok()?.span),
            Surplus::Members(spans) => spans.next().copied(),
        }
    }
}

impl<'a> Iterator for Extra<'a> {
    type Item = Text<'a>;

    fn next(&mut self) -> Option<Text<'a>> {
        self.next_span().map(|span| Text(span.of(self.line)))
    }
}

/// Declares a format's field table once: the columns' positions as constants, and the table itself. A column is a
/// position, AWS's name, the other names that AWS has for it, and how it is quoted.
macro_rules! field_table {
    ($($position:ident $name:literal $(| $alias:literal)* $quoting:ident)+) => {
        #[allow(clippy::upper_case_acronyms, non_camel_case_types)]
        enum Position { $($position),+ }
        $(const $position: usize = Position::$position as usize;)+
        /// Every column AWS has documented, in the order of the line.
        pub(super) const FIELDS: [Field; [$($name),+].len()] =
            [$(Field { name: $name, quoting: Quoting::$quoting, aliases: &[$($alias),*] }),+];
    };
}
pub(crate) use field_table;
