//! From a line to a bulk item: the one function that page, command and Lambda call.

use super::id::Ids;
use super::rejection::Rejection;
use super::settings::Settings;
use super::source::{Source, account_and_region};
use crate::document::ecs::{self, Context};
use crate::document::{EngineKind, Schema, network_log};
use crate::enrich::Knowledge;
use crate::filter::Matcher;
use crate::format::{Around, ErrorKind, Format, Found, Hint, ParseError, Record, Scratch, Span, is_header};
use crate::lines::Line;
use crate::redact::{RedactionKey, Redactor};
use std::ops::Range;

const CREATE: &str = "create";

/// Turns the lines of one source into bulk items.
#[derive(Debug)]
pub struct ItemWriter {
    settings: Settings,
    /// `create` keeps a document that is there, `index` replaces it.
    operation: &'static str,
    ids: Ids,
    hint: Hint,
    context: Context,
    redactor: Option<Redactor>,
    filter: Option<Matcher>,
}

/// What became of a line.
#[derive(Debug, Clone, PartialEq)]
pub enum LineOutcome<'a> {
    /// It is a document, appended to the output.
    Item(Item),
    /// It is a document that the settings' filter leaves out.
    Filtered,
    /// It holds no event, by design.
    Skipped(Skip),
    /// It could not be read.
    Rejected(Rejection<'a>),
}

/// Where in the output an item stands: `action LF document LF`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The action line, without LF.
    pub action: Range<usize>,
    /// The document line, without LF.
    pub document: Range<usize>,
    /// What stood around the line and was taken off.
    pub around: Option<Around>,
}

/// A line that is not meant to be a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skip {
    /// Nothing but white space.
    Blank,
    /// The line that AWS writes into a test file when logging is switched on, a destination's check by CloudWatch Logs,
    /// or the header of a table.
    Control,
}

impl ItemWriter {
    /// A writer for the lines of `source`, which looks answers up in `knowledge`. Its actions are `create`: an engine that has the document keeps the one it
    /// has, and answers 409.
    pub fn new(settings: &Settings, source: &Source, knowledge: &Knowledge) -> Self {
        let (account, region) = source.account_and_region();
        Self {
            settings: settings.clone(),
            operation: CREATE,
            // Its folders tell an object whose lines' content must have no part.
            ids: Ids::of(if settings.redact.is_empty() { source.base_name() } else { source.key() }),
            hint: source.hint(),
            context: Context {
                path: source.path().map(str::to_owned),
                account: account.map(str::to_owned),
                region: region.map(str::to_owned),
                keep_original: settings.keep_original,
                namespace: settings.namespace().to_owned(),
                knowledge: knowledge.clone(),
            },
            redactor: Redactor::new(settings.schema, &settings.redact, None),
            filter: settings.filter.as_ref().map(|filter| Matcher::new(filter, settings.engine)),
        }
    }

    /// With the key that [`Redaction::needs_key`](crate::redact::Redaction::needs_key) asks for. Without it, text that says so
    /// stands for what the key would make.
    #[must_use]
    pub fn with_key(self, key: &RedactionKey) -> Self {
        Self { redactor: Redactor::new(self.settings.schema, &self.settings.redact, Some(key)), ..self }
    }

    /// With actions that write over the documents there are (`index`), so that they are derived anew. Impossible where
    /// [`Settings::can_overwrite`] says so: there the actions stay `create`, and a caller refuses beforehand.
    #[must_use]
    pub fn overwriting(self) -> Self {
        let operation = if self.settings.can_overwrite() { "index" } else { CREATE };
        Self { operation, ..self }
    }

    /// Reads every line in this format, whatever the source's name and the line's own shape say.
    #[must_use]
    pub fn only(self, format: Format) -> Self {
        Self { hint: Hint::Only(format), ..self }
    }

    /// Appends the line's action and document to `out`, or appends nothing and says why.
    pub fn write<'a>(&self, line: &Line<'a>, out: &mut Vec<u8>) -> LineOutcome<'a> {
        let mut scratch = Scratch::default();
        match read(line, self.hint, self.settings.schema, &mut scratch) {
            Ok(found) => self.item(line, &found, out).map_or(LineOutcome::Filtered, LineOutcome::Item),
            Err(Unread::Skipped(skip)) => LineOutcome::Skipped(skip),
            Err(Unread::Rejected(error)) => LineOutcome::Rejected(Rejection { line: *line, error }),
        }
    }

    /// Writes, redacts, filters, in this order: the filter is asked what an engine would be asked.
    fn item(&self, line: &Line<'_>, found: &Found<'_>, out: &mut Vec<u8>) -> Option<Item> {
        let Found { record, around, file } = found;
        let start = out.len();
        out.extend_from_slice(b"{\"");
        out.extend_from_slice(self.operation.as_bytes());
        out.extend_from_slice(br#"":{"_index":""#);
        out.extend_from_slice(self.settings.index.as_bytes());
        for (separator, part) in self.settings.date_parts(record.time().date()) {
            out.push(separator);
            out.extend_from_slice(part.as_bytes());
        }
        if self.settings.engine == EngineKind::Elasticsearch6 {
            out.extend_from_slice(br#"","_type":""#);
            out.extend_from_slice(self.settings.schema.type_name().as_bytes());
        }
        if self.settings.has_ids() {
            out.extend_from_slice(br#"","_id":""#);
            match &self.redactor {
                None => self.ids.write(line.number, line.bytes, out),
                // Of what redaction leaves in any case.
                Some(_) => self.ids.write(line.number, record.time().text.as_bytes(), out),
            }
        }
        out.extend_from_slice(br#""}}"#);
        let action = start..out.len();
        out.push(b'\n');
        let start = out.len();
        match (self.settings.schema, record) {
            (Schema::NetworkLog, Record::AlbAccess(record)) => network_log::write(record, out),
            _ => match file {
                None => ecs::write(record, line, &self.context, out),
                Some(file) => ecs::write(record, line, &self.context_of(file), out),
            },
        }
        if let Some(redactor) = &self.redactor {
            let written = out.split_off(start);
            redactor.write(&written, out);
        }
        let document = start..out.len();
        if let (Some(filter), Some(written)) = (&self.filter, out.get(document.clone()))
            && !filter.matches(written)
        {
            out.truncate(action.start);
            return None;
        }
        out.push(b'\n');
        Some(Item { action, document, around: *around })
    }

    /// The context of a line that what stood around it says to be from another file.
    #[cold]
    fn context_of(&self, file: &str) -> Context {
        let (account, region) = account_and_region(file);
        let own = self.context.clone();
        Context {
            path: Some(file.to_owned()),
            account: account.map(str::to_owned).or(own.account),
            region: region.map(str::to_owned).or(own.region),
            ..own
        }
    }
}

/// Why a line gave no record.
pub(crate) enum Unread {
    Skipped(Skip),
    Rejected(ParseError),
}

/// Some editors and shells put it at the head of a text file; AWS does not.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The record in a line.
#[inline]
pub(crate) fn read<'a>(
    line: &Line<'a>,
    hint: Hint,
    schema: Schema,
    scratch: &'a mut Scratch,
) -> Result<Found<'a>, Unread> {
    let bytes = line.bytes;
    // Hardly a line begins with white space or has less than a control line: one look sorts them out.
    if !line.is_cut() {
        if bytes.first().is_none_or(u8::is_ascii_whitespace) && bytes.trim_ascii().is_empty() {
            return Err(Unread::Skipped(Skip::Blank));
        }
        if line.offset == 0 && bytes.starts_with(BYTE_ORDER_MARK) {
            return behind_the_mark(bytes, hint, schema, scratch);
        }
    }
    // `Enable AccessLog for ELB: app/NAME/ID at 2025-05-30T16:47:00.781Z`
    if bytes.starts_with(b"Enable ") && memchr::memmem::find(bytes, b" for ELB: ").is_some() {
        return Err(Unread::Skipped(Skip::Control));
    }
    if line.is_cut() {
        let span = Span::new(0, bytes.len());
        let kind = ErrorKind::LineTooLong { limit: span.end };
        return Err(Unread::Rejected(ParseError { kind, field: None, span }));
    }
    match Record::find(bytes, hint, scratch) {
        Ok(found) => {
            let [year, ..] = found.record.time().date();
            let kind = match schema.takes(found.record.format()) {
                true if schema.has_indices_of(year) => return Ok(found),
                true => ErrorKind::OtherCentury,
                false => ErrorKind::OtherFormat(found.record.format()),
            };
            Err(Unread::Rejected(ParseError { kind, field: None, span: Span::new(0, bytes.len()) }))
        }
        Err(_) if is_header(bytes) => Err(Unread::Skipped(Skip::Control)),
        Err(error) => Err(Unread::Rejected(error)),
    }
}

/// The log's first line without its byte order mark. Offset, id and error spans stay those of the physical line: the
/// same bytes always have the same id, and a place is one in the file.
#[cold]
fn behind_the_mark<'a>(
    bytes: &'a [u8],
    hint: Hint,
    schema: Schema,
    scratch: &'a mut Scratch,
) -> Result<Found<'a>, Unread> {
    let text = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    // Any other offset: a mark behind the mark is none.
    let line = Line { number: 1, offset: BYTE_ORDER_MARK.len() as u64, bytes: text, length: text.len() as u64 };
    read(&line, hint, schema, scratch).map_err(|unread| match unread {
        Unread::Rejected(ParseError { kind, field, span }) => {
            let moved = |at: u32| at.saturating_add(BYTE_ORDER_MARK.len() as u32);
            let span = Span { start: moved(span.start), end: moved(span.end) };
            Unread::Rejected(ParseError { kind, field, span })
        }
        skipped @ Unread::Skipped(_) => skipped,
    })
}

#[cfg(test)]
mod tests {
    use super::super::settings::Target;
    use super::*;

    const LINE: &[u8] = br#"http 2026-11-23T00:00:00.000001Z app/a/1 192.0.2.1:1 - -1 -1 -1 404 - 1 2 "GET http://a.example:80/ HTTP/1.1" "-" - - -"#;

    fn action(engine: EngineKind, target: Target, overwriting: bool) -> String {
        let settings = Settings { engine, target, ..Settings::default() };
        let mut writer = ItemWriter::new(&settings, &Source::file("a.log"), &Knowledge::default());
        if overwriting {
            writer = writer.overwriting();
        }
        let line = Line { number: 1, offset: 0, bytes: LINE, length: LINE.len() as u64 };
        let mut out = Vec::new();
        let LineOutcome::Item(item) = writer.write(&line, &mut out) else { panic!("an item") };
        let id = action_id(&out[item.action.clone()]);
        String::from_utf8_lossy(&out[item.action]).replace(&id, "ID")
    }

    /// The id in an action; text that is in none when it has none.
    fn action_id(action: &[u8]) -> String {
        let action: serde_json::Value = serde_json::from_slice(action).expect("JSON");
        let fields = action.as_object().and_then(|operations| operations.values().next()).expect("an operation");
        fields["_id"].as_str().unwrap_or("no id").to_owned()
    }

    #[test]
    fn actions_as_each_engine_and_target_takes_them() {
        use EngineKind::{Current, Elasticsearch6, ServerlessTimeSeries};
        use Target::{Daily, DataStream, Monthly};
        for (engine, target, overwriting, expected) in [
            (Current, Daily, false, r#"{"create":{"_index":"albatross-elb-2026.11.23","_id":"ID"}}"#),
            (Current, Daily, true, r#"{"index":{"_index":"albatross-elb-2026.11.23","_id":"ID"}}"#),
            (Current, Monthly, false, r#"{"create":{"_index":"albatross-elb-2026.11","_id":"ID"}}"#),
            (Current, DataStream, false, r#"{"create":{"_index":"albatross-elb","_id":"ID"}}"#),
            (Current, DataStream, true, r#"{"create":{"_index":"albatross-elb","_id":"ID"}}"#),
            (
                Elasticsearch6,
                Daily,
                false,
                r#"{"create":{"_index":"albatross-elb-2026.11.23","_type":"_doc","_id":"ID"}}"#,
            ),
            (
                Elasticsearch6,
                Monthly,
                true,
                r#"{"index":{"_index":"albatross-elb-2026.11","_type":"_doc","_id":"ID"}}"#,
            ),
            (ServerlessTimeSeries, Daily, false, r#"{"create":{"_index":"albatross-elb-2026.11.23"}}"#),
            (ServerlessTimeSeries, Daily, true, r#"{"create":{"_index":"albatross-elb-2026.11.23"}}"#),
        ] {
            assert_eq!(action(engine, target, overwriting), expected);
        }
    }

    #[test]
    fn flat_documents_go_to_indices_of_their_own_and_other_formats_nowhere() {
        let write = |settings: &str, line: &[u8]| {
            let writer = ItemWriter::new(
                &Settings::from_json(settings).expect(settings),
                &Source::file("a.log"),
                &Knowledge::default(),
            );
            let (line, mut out) = (Line { number: 1, offset: 0, bytes: line, length: line.len() as u64 }, Vec::new());
            match writer.write(&line, &mut out) {
                LineOutcome::Item(item) => String::from_utf8_lossy(&out[item.action]).into_owned(),
                LineOutcome::Rejected(Rejection { error, .. }) => format!("{} {error}", error.kind.code()),
                other => panic!("{other:?}"),
            }
        };
        let daily = write(r#"{"schema":"network-log"}"#, LINE);
        assert!(daily.starts_with(r#"{"create":{"_index":"logs-2026-11-23","_id":""#), "{daily}");
        let old = r#"{"schema":"network-log","engine":"elasticsearch-6","target":"monthly"}"#;
        let old = write(old, LINE);
        assert!(old.starts_with(r#"{"create":{"_index":"logs-2026-11","_type":"network_log","_id":""#), "{old}");
        let connection = b"2026-09-23T07:11:27.691358Z 192.0.2.71 64326 443 - - 0.337 \"-\" - - Success TID_9f39";
        let other = write(r#"{"schema":"network-log"}"#, connection);
        assert!(other.starts_with("other_format this is a line of the format alb_connection"), "{other}");
    }

    #[test]
    fn a_byte_order_mark_belongs_to_the_line_and_not_to_its_first_field() {
        let writer = ItemWriter::new(&Settings::default(), &Source::file("a.log"), &Knowledge::default());
        let marked = [BYTE_ORDER_MARK, LINE].concat();
        let line = |bytes, offset| Line { number: 1, offset, bytes, length: marked.len() as u64 };
        let (mut plain, mut out) = (Vec::new(), Vec::new());
        let LineOutcome::Item(item) =
            writer.write(&Line { number: 1, offset: 0, bytes: LINE, length: LINE.len() as u64 }, &mut plain)
        else {
            panic!("an item")
        };
        let LineOutcome::Item(found) = writer.write(&line(&marked, 0), &mut out) else { panic!("an item") };
        assert_eq!(out[found.document], plain[item.document], "the same document");
        assert_ne!(action_id(&out[found.action]), action_id(&plain[item.action]), "an id of the physical bytes");
        let LineOutcome::Item(found) = writer.write(&line(&marked, 700), &mut out) else { panic!("an item") };
        assert_eq!(found.around, Some(Around::Text), "of files that were put together");

        let marked = [BYTE_ORDER_MARK, &LINE[..40]].concat();
        let cut = Line { number: 1, offset: 0, bytes: &marked, length: marked.len() as u64 };
        let LineOutcome::Rejected(rejection) = writer.write(&cut, &mut out) else { panic!("a rejection") };
        assert_eq!(rejection.error.span, Span::new(marked.len(), marked.len()));
        let blank = Line { number: 1, offset: 0, bytes: BYTE_ORDER_MARK, length: 3 };
        assert_eq!(writer.write(&blank, &mut out), LineOutcome::Skipped(Skip::Blank));
    }
}
