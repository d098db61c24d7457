//! Columns whose texts had to be copied out of the line: by name, or between other delimiters.

use super::columns::{Columns, Field};
use super::error::{ParseError, Span};

/// Room for the values of one line, which cannot be borrowed from it as they stand.
#[derive(Debug, Default)]
pub(super) struct Values {
    bytes: Vec<u8>,
    extra: Vec<Span>,
}

impl Values {
    fn keep(&mut self, value: &str) -> Span {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(value.as_bytes());
        Span::new(start, self.bytes.len())
    }
}

/// The text of one column, and where it stands in the line.
pub(super) struct Cell {
    pub column: usize,
    pub text: String,
    pub place: Span,
}

/// The record of these cells, and of what has no column. Errors are told in the line's own places.
pub(super) fn record<'a, const N: usize, R>(
    line: &[u8],
    cells: &[Cell],
    extra: &[String],
    fields: &'static [Field; N],
    values: &'a mut Values,
    record: impl Fn(&Columns<'a, N>) -> Result<R, ParseError>,
) -> Result<R, ParseError> {
    let mut spans = [None; N];
    for cell in cells {
        if let Some(span) = spans.get_mut(cell.column) {
            *span = Some(values.keep(&cell.text));
        }
    }
    for text in extra {
        let span = values.keep(text);
        values.extra.push(span);
    }
    let values: &'a Values = values;
    record(&Columns::by_name(&values.bytes, fields, spans, &values.extra)).map_err(|error| {
        let is_meant = |cell: &&Cell| fields.get(cell.column).map(|field| field.name) == error.field;
        let end = Span::new(line.len(), line.len());
        ParseError { span: cells.iter().find(is_meant).map_or(end, |cell| cell.place), ..error }
    })
}
