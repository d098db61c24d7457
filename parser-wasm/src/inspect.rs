//! The page's data set: every row of the opened logs, in columns and compressed blocks, and questions about them.

mod blocks;
mod columns;
mod histogram;
mod selection;
mod shown;
mod summary;

pub use histogram::Histogram;
pub use selection::FilterProblem;
pub use summary::{FileSummary, Progress, RejectedLine, Row, Summary, VerdictCount};

use crate::damage::Damage;
use crate::enrich::{GeoError, Knowledge, Latency, RulesError, UserAgents, verdict};
use crate::format::{Hint, ParseError, Record, Scratch};
use crate::item::{LineOutcome, Settings, SettingsError, Skip, Source, SourceError, Told, Unread, read};
use crate::lines::Line;
use crate::reader::{Limits, LogReader, NextFile};
use crate::redact::RedactionKey;
use crate::text::Text;
use blocks::Blocks;
use columns::{Cells, Columns};
use selection::Selection;
use shown::Shown;
use std::ops::Range;
use std::sync::Arc;

/// The logs a user has opened: files are read one after the other, rows are numbered through from 0.
#[derive(Debug)]
pub struct Inspection {
    settings: Settings,
    redaction_key: Option<RedactionKey>,
    knowledge: Knowledge,
    selection: Option<Selection>,
    files: Vec<File>,
    /// Which of them was opened last; those behind it are in it.
    opened: usize,
    reader: Option<LogReader>,
    columns: Columns,
    lines: Blocks,
    rejections: Vec<StoredRejection>,
    rejected_lines: Blocks,
}

/// One opened file and the rows it gave.
#[derive(Debug)]
struct File {
    name: String,
    source: Source,
    hint: Hint,
    first_row: usize,
    rejected: u64,
    blank: u64,
    control: u64,
    /// Bytes of log in the files of the same archive before it.
    inflated_from: u64,
    inflated_bytes: u64,
    /// What was unwrapped, in sentences.
    told: Vec<String>,
    /// What was taken off its lines.
    taken_off: Told,
    damage: Option<Damage>,
}

#[derive(Debug)]
struct StoredRejection {
    file: usize,
    line: u64,
    offset: u64,
    error: ParseError,
}

/// A row's line, document and action, as the ingest would send them.
struct Sent {
    bytes: Vec<u8>,
    action: Range<usize>,
    document: Range<usize>,
}

impl Inspection {
    /// An empty data set under these settings (JSON; empty text for the defaults).
    ///
    /// # Errors
    /// When the settings cannot be used.
    pub fn new(settings: &str) -> Result<Self, SettingsError> {
        let settings = if settings.trim().is_empty() { Settings::default() } else { Settings::from_json(settings)? };
        Ok(Self {
            settings,
            redaction_key: None,
            knowledge: Knowledge::default(),
            selection: None,
            files: Vec::new(),
            opened: 0,
            reader: None,
            columns: Columns::default(),
            lines: Blocks::default(),
            rejections: Vec::new(),
            rejected_lines: Blocks::default(),
        })
    }

    /// From now on documents say what user agents are, by the rules of a `regexes.yaml`.
    ///
    /// # Errors
    /// When the rules cannot be used; nothing changes then.
    pub fn set_user_agent_rules(&mut self, yaml: &str) -> Result<(), RulesError> {
        self.knowledge.user_agents = Some(Arc::new(UserAgents::with_rules(yaml)?));
        self.select_again();
        Ok(())
    }

    /// From now on documents say what this MMDB file knows of the client's address, and those added before it do not.
    ///
    /// # Errors
    /// When it cannot be used; nothing changes then.
    pub fn add_geo_database(&mut self, mmdb: &[u8]) -> Result<(), GeoError> {
        self.knowledge.geo.add(mmdb.into())?;
        self.select_again();
        Ok(())
    }

    /// Starts the next file. Without a source it is a file on disk.
    ///
    /// # Errors
    /// When the source is not `s3://bucket/key`.
    pub fn begin(&mut self, name: &str, source: Option<&str>) -> Result<(), SourceError> {
        let source = source.map_or_else(|| Ok(Source::file(name)), Source::parse)?;
        self.opened = self.files.len();
        self.begin_file(name.to_owned(), source);
        self.reader = Some(LogReader::of_archives(Limits::default()));
        Ok(())
    }

    fn begin_file(&mut self, name: String, source: Source) {
        self.files.push(File {
            name,
            hint: source.hint(),
            source,
            first_row: self.columns.len(),
            rejected: 0,
            blank: 0,
            control: 0,
            inflated_from: 0,
            inflated_bytes: 0,
            told: Vec::new(),
            taken_off: Told::default(),
            damage: None,
        });
    }

    /// Gives the file's next bytes. Damage is kept for the summary; what is good before it stays.
    pub fn push(&mut self, bytes: &[u8]) {
        let Some(mut reader) = self.reader.take() else { return };
        if reader.push(bytes).is_ok() {
            loop {
                while let Some(line) = reader.next_line() {
                    self.add(&line);
                }
                if !self.next_file(&mut reader) {
                    break;
                }
            }
            self.note_size(&reader);
        }
        self.reader = Some(reader);
    }

    /// Ends the file.
    pub fn finish(&mut self) {
        let Some(mut reader) = self.reader.take() else { return };
        let damage = loop {
            match reader.finish() {
                Ok(Some(line)) => {
                    self.add(&line);
                    continue;
                }
                Ok(None) => {}
                Err(damage) => break Some(damage),
            }
            if !self.next_file(&mut reader) {
                break None;
            }
        };
        self.note_size(&reader);
        if let Some(file) = self.files.last_mut() {
            file.damage = damage;
        }
        if let Some(file) = self.files.get_mut(self.opened) {
            file.told = reader.told();
        }
        self.select_again();
    }

    /// Goes on with the next file of an archive, which is a file like those that were opened.
    fn next_file(&mut self, reader: &mut LogReader) -> bool {
        let Some(NextFile { name, damage }) = reader.next_file() else { return false };
        if let Some(file) = self.files.last_mut() {
            file.damage = damage;
        }
        let source = Source::in_archive(&name);
        self.begin_file(name, source);
        if let Some(file) = self.files.last_mut() {
            file.inflated_from = reader.inflated_bytes();
        }
        true
    }

    fn note_size(&mut self, reader: &LogReader) {
        if let Some(file) = self.files.last_mut() {
            file.inflated_bytes = reader.inflated_bytes().saturating_sub(file.inflated_from);
        }
    }

    fn add(&mut self, line: &Line<'_>) {
        let at = self.files.len().saturating_sub(1);
        let Some(file) = self.files.last_mut() else { return };
        let mut scratch = Scratch::default();
        match read(line, file.hint, self.settings.schema, &mut scratch) {
            Ok(found) => {
                file.taken_off.count(found.around);
                self.columns.push(cells(line, &found.record));
                self.lines.push(line.bytes);
            }
            Err(Unread::Skipped(Skip::Blank)) => file.blank += 1,
            Err(Unread::Skipped(Skip::Control)) => file.control += 1,
            Err(Unread::Rejected(error)) => {
                file.rejected += 1;
                self.rejections.push(StoredRejection { file: at, line: line.number, offset: line.offset, error });
                self.rejected_lines.push(line.bytes);
            }
        }
    }

    /// How far reading has come.
    pub fn progress(&self) -> Progress {
        Progress {
            rows: self.columns.len() as f64,
            rejected: self.rejections.len() as f64,
            skipped: self.files.iter().map(|file| file.blank + file.control).sum::<u64>() as f64,
            inflated_bytes: self.files.iter().map(|file| file.inflated_bytes).sum::<u64>() as f64,
        }
    }

    /// Counts over the selected rows, and over all of each file.
    pub fn summary(&self) -> Summary {
        let ends = self.files.iter().skip(1).map(|file| file.first_row).chain([self.columns.len()]);
        let files: Vec<FileSummary> = self
            .files
            .iter()
            .zip(ends)
            .map(|(file, end)| FileSummary {
                name: file.name.clone(),
                source: file.source.path().map(str::to_owned),
                rows: (end - file.first_row) as f64,
                rejected: file.rejected as f64,
                blank: file.blank as f64,
                control: file.control as f64,
                inflated_bytes: file.inflated_bytes as f64,
                told: file.told.iter().cloned().chain(file.taken_off.sentences()).collect(),
                damage: file.damage.map(|damage| damage.to_string()),
            })
            .collect();
        summary::summarize(self.selected(), files, self.settings.digest())
    }

    /// Statuses of the selected rows over time, in at most `bins` bins of a round width.
    pub fn histogram(&self, bins: u32) -> Histogram {
        histogram::histogram(self.selected(), bins)
    }

    /// Of the selected rows those from `first` to `first + count`, as far as there are any.
    pub fn rows(&mut self, first: usize, count: usize) -> Vec<Row> {
        let end = first.saturating_add(count).min(self.selected().len());
        (first..end).filter_map(|at| self.row(self.selected_row(at)?)).collect()
    }

    fn row(&mut self, row: usize) -> Option<Row> {
        let file = self.file_of(row)?;
        let cells = self.columns.get(row)?;
        let hint = self.files.get(file)?.hint;
        let mut scratch = Scratch::default();
        let line = stored(&cells, self.lines.get(row)?);
        let found = read(&line, hint, self.settings.schema, &mut scratch).ok()?;
        Some(Row::of(row, file, &cells, &found.record))
    }

    /// The rejected lines `first..first + count`, as far as there are any.
    pub fn rejections(&mut self, first: usize, count: usize) -> Vec<RejectedLine> {
        let end = first.saturating_add(count).min(self.rejections.len());
        let mut lines = Vec::with_capacity(end.saturating_sub(first));
        for at in first..end {
            if let (Some(rejection), Some(raw)) = (self.rejections.get(at), self.rejected_lines.get(at)) {
                lines.push(RejectedLine::of(rejection.file, rejection.line, rejection.offset, rejection.error, raw));
            }
        }
        lines
    }

    /// The row's line as logged; empty when there is no such row.
    pub fn raw(&mut self, row: usize) -> String {
        self.lines.get(row).map(|line| Text(line).as_logged().into_owned()).unwrap_or_default()
    }

    /// The row's bulk action line, exactly as the ingest sends it; empty when it sends none.
    pub fn action(&mut self, row: usize) -> String {
        self.sent(row).map(|sent| text(sent.bytes.get(sent.action))).unwrap_or_default()
    }

    /// The row's document, exactly as the ingest sends it; empty when it sends none.
    pub fn document(&mut self, row: usize) -> String {
        self.sent(row).map(|sent| text(sent.bytes.get(sent.document))).unwrap_or_default()
    }

    fn sent(&mut self, row: usize) -> Option<Sent> {
        let writer = self.writer(self.file_of(row)?)?;
        let cells = self.columns.get(row)?;
        let line = stored(&cells, self.lines.get(row)?);
        let mut out = Vec::new();
        match writer.write(&line, &mut out) {
            LineOutcome::Item(item) => Some(Sent { bytes: out, action: item.action, document: item.document }),
            LineOutcome::Filtered | LineOutcome::Skipped(_) | LineOutcome::Rejected(_) => None,
        }
    }

    fn file_of(&self, row: usize) -> Option<usize> {
        self.files.partition_point(|file| file.first_row <= row).checked_sub(1)
    }
}

fn text(bytes: Option<&[u8]>) -> String {
    String::from_utf8_lossy(bytes.unwrap_or_default()).into_owned()
}

/// A row's line, as it was read.
fn stored<'a>(cells: &Cells, bytes: &'a [u8]) -> Line<'a> {
    Line { number: cells.line, offset: cells.offset, bytes, length: bytes.len() as u64 }
}

fn cells(line: &Line<'_>, record: &Record<'_>) -> Cells {
    let latency = Latency::of_request(record);
    let shown = Shown::of(record, latency);
    Cells {
        line: line.number,
        offset: line.offset,
        time_us: record.time().at.timestamp_micros(),
        status: shown.status,
        target_status: shown.target_status,
        duration_us: shown.duration_nanos.map(|nanos| nanos / 1000),
        reason: verdict(record, latency),
    }
}

#[cfg(test)]
mod tests;
