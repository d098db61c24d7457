//! The rows for which a filter holds. Summary, histogram and table are about them while there is one.

use super::Inspection;
use super::columns::Columns;
use crate::filter::{Filter, FilterError, Matcher};
use crate::item::{ItemWriter, LineOutcome};
use crate::lines::Line;
use crate::redact::{KeyError, RedactionKey};
use serde::Serialize;

/// What is wrong with a filter, and where.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FilterProblem {
    /// Where it begins, in UTF-16 code units as JavaScript counts.
    pub offset: f64,
    /// How many it takes; none where something is missing.
    pub length: f64,
    /// The problem for a person.
    pub message: String,
    /// What was expected; empty where that says nothing.
    pub expected: &'static str,
}

/// A filter and its rows, in the order of the data set.
#[derive(Debug)]
pub(super) struct Selection {
    filter: Filter,
    rows: Vec<u32>,
    columns: Columns,
}

impl Inspection {
    /// What is wrong with a filter; nothing, if it can be set. `now` is in milliseconds since 1970.
    pub fn check_filter(&self, text: &str, now: i64) -> Option<FilterProblem> {
        let error = self.read(text, now).err()?;
        let (offset, length) = error.in_utf16(text);
        let expected = error.kind.expected();
        Some(FilterProblem { offset: offset as f64, length: length as f64, message: error.to_string(), expected })
    }

    /// From now on only the rows for which the filter holds: those that an engine would find, had it been sent
    /// everything. Without text, all rows again. `now` is in milliseconds since 1970, and stays what it is.
    ///
    /// # Errors
    /// When the text is no filter; nothing changes then.
    pub fn set_filter(&mut self, text: &str, now: i64) -> Result<(), FilterError> {
        self.selection = self.read(text, now)?.map(|filter| self.select(filter));
        Ok(())
    }

    /// The key under which addresses are replaced, where the settings say so.
    ///
    /// # Errors
    /// When it is too short.
    pub fn set_redaction_key(&mut self, key: &str) -> Result<(), KeyError> {
        self.redaction_key = Some(RedactionKey::new(key.as_bytes())?);
        self.select_again();
        Ok(())
    }

    /// Whether documents show a placeholder, because the settings ask for a key that was not given.
    pub fn lacks_redaction_key(&self) -> bool {
        self.settings.redact.needs_key() && self.redaction_key.is_none()
    }

    /// Asks the filter again, of rows that have come or changed.
    pub(super) fn select_again(&mut self) {
        self.selection = self.selection.take().map(|selection| self.select(selection.filter));
    }

    /// The columns of the rows in question.
    pub(super) fn selected(&self) -> &Columns {
        self.selection.as_ref().map_or(&self.columns, |selection| &selection.columns)
    }

    /// The number in the data set of a row in question.
    pub(super) fn selected_row(&self, at: usize) -> Option<usize> {
        match &self.selection {
            None => Some(at),
            Some(selection) => selection.rows.get(at).map(|row| *row as usize),
        }
    }

    /// A writer for the rows of a file.
    pub(super) fn writer(&self, file: usize) -> Option<ItemWriter> {
        let writer = ItemWriter::new(&self.settings, &self.files.get(file)?.source, &self.knowledge);
        Some(if let Some(key) = &self.redaction_key { writer.with_key(key) } else { writer })
    }

    fn read(&self, text: &str, now: i64) -> Result<Option<Filter>, FilterError> {
        if text.trim().is_empty() { Ok(None) } else { Filter::parse_at(self.settings.schema, text, now).map(Some) }
    }

    fn select(&mut self, filter: Filter) -> Selection {
        let matcher = Matcher::new(&filter, self.settings.engine);
        let (mut rows, mut columns, mut out) = (Vec::new(), Columns::default(), Vec::new());
        let mut writer = None;
        for row in 0..self.columns.len() {
            let file = self.file_of(row).unwrap_or_default();
            if writer.as_ref().is_none_or(|(of, _)| *of != file) {
                writer = self.writer(file).map(|writer| (file, writer));
            }
            let (Some((_, writer)), Some(cells), Some(bytes)) = (&writer, self.columns.get(row), self.lines.get(row))
            else {
                continue;
            };
            let line = Line { number: cells.line, offset: cells.offset, bytes, length: bytes.len() as u64 };
            out.clear();
            if let LineOutcome::Item(item) = writer.write(&line, &mut out)
                && out.get(item.document).is_some_and(|document| matcher.matches(document))
            {
                // As many rows as there is memory for lines.
                rows.push(row as u32);
                columns.push(cells);
            }
        }
        Selection { filter, rows, columns }
    }
}
