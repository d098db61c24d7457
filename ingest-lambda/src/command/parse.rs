//! `albatross parse`: log files to documents, without any network.

mod broken;
mod folder;
mod output;
mod redact;

use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use parser_wasm::{
    Damage, ErrorKind, Format, ItemWriter, Knowledge, Limits, Line, LineOutcome, LogReader, NextFile, RedactionKey,
    Rejection, Settings, Source, Told,
};

use self::broken::Broken;
use self::folder::Folder;
use self::output::{Documents, Notes};
use super::geo::Geo;
use super::{FAILED, USAGE, fail, fail_with_text, read_filter, read_settings};

/// A line was rejected, and `--strict` minds.
const REJECTED: u8 = 3;

const READ_BYTES: usize = 256 << 10;

/// Turn log files into documents, one JSON object per line
///
/// Documents go to standard output in the order of their lines. Lines that cannot be parsed go to
/// standard error, one JSON object each: file, line, offset, code, field, span, message, raw; so
/// do reads that fail and files that are damaged, after everything good in them was written. On a
/// terminal a rejected line is shown instead, with a caret under what is wrong with it.
/// Files may be plain, gzip, tar or UTF-16, whatever their names, and hold the lines of any load balancer, mixed too:
/// as text, JSON, W3C or a query's result, as events of CloudWatch Logs or Firehose, or with what grep puts before
/// them. Of a folder, every log below it is read. What was unwrapped or taken off is told once for each file.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  albatross parse access.log.gz | jq -r '[.\"@timestamp\", .url.original] | @tsv'
  albatross parse AWSLogs/ > documents.ndjson
  zcat *.log.gz | albatross parse --strict - > documents.ndjson
  albatross parse --where 'albatross.verdict.by: waf' --redact query=mask,addresses=truncate *.log.gz
  albatross parse --bulk --source s3://my-alb-logs/AWSLogs/a.log.gz a.log.gz |
    curl -s -H 'content-type: application/x-ndjson' --data-binary @- localhost:9200/_bulk

Exit status:
  0  done
  1  a file could not be read or is damaged
  2  bad usage
  3  with --strict: a line was rejected")]
pub(super) struct Parse {
    /// Log files, or folders of them; `-` is standard input, and so is none
    files: Vec<PathBuf>,

    /// Write each document's action line before it: the body of a bulk request, as it is sent
    #[arg(long)]
    bulk: bool,

    /// Exit with 3 when a line was rejected
    #[arg(long)]
    strict: bool,

    /// Where the one file comes from; without it documents have no log.file.path, and their ids
    /// follow from the file's own name
    #[arg(long, value_name = "s3://BUCKET/KEY", value_parser = parse_source)]
    source: Option<Source>,

    /// Read every line in this format, instead of the one that the line itself and the file's name tell
    #[arg(long = "type", value_name = "FORMAT", value_parser = format_parser())]
    format: Option<Format>,

    /// What documents look like: a JSON file, as the page exports it
    #[arg(long, value_name = "FILE", value_parser = read_settings)]
    settings: Option<Settings>,

    /// Only documents for which this holds, such as `http.response.status_code >= 500 and not
    /// curl`; instead of the settings' filter
    #[arg(long = "where", value_name = "EXPR", allow_hyphen_values = true)]
    filter: Option<String>,

    /// Take out of documents: query=mask or query=drop, addresses=truncate or addresses=hmac,
    /// remove=FIELD; instead of the same in the settings
    #[arg(long, value_name = "WHAT=HOW,...", value_delimiter = ',', value_parser = redact::parse_change)]
    redact: Vec<redact::Change>,

    /// File with the secret under which addresses=hmac replaces addresses
    #[arg(long, value_name = "FILE", value_parser = read_key)]
    redact_key_file: Option<RedactionKey>,

    #[command(flatten)]
    geo: Geo,
}

fn parse_source(uri: &str) -> Result<Source, String> {
    Source::parse(uri).map_err(|error| error.to_string())
}

fn read_key(path: &str) -> Result<RedactionKey, String> {
    let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
    RedactionKey::new(&bytes).map_err(|error| error.to_string())
}

fn format_parser() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::ALL.map(Format::code)).try_map(|code| {
        let unknown = || format!("no format is called {code:?}");
        Format::from_code(&code).ok_or_else(unknown)
    })
}

/// Why a file was not read to its end.
enum Halt {
    Read(io::Error),
    Damaged(Damage),
    /// Standard output does not take any more: nothing further can be done, in no file.
    Write(io::Error),
}

impl Parse {
    pub(super) fn run(mut self) -> ExitCode {
        if self.files.is_empty() {
            if io::stdin().is_terminal() {
                return fail(USAGE, &"no files given; `albatross parse --help` has examples");
            }
            self.files.push(PathBuf::from("-"));
        }
        if self.source.is_some() && (self.files.len() > 1 || self.files.iter().any(|path| path.is_dir())) {
            return fail(USAGE, &"--source names the source of one file, and several were given");
        }
        let settings = match self.settings() {
            Ok(settings) => settings,
            Err(problem) => return fail_with_text(USAGE, &problem),
        };
        let knowledge = match self.geo.read() {
            Ok(databases) => Knowledge::of_uap_core(databases),
            Err(status) => return status,
        };
        let folders: Vec<(PathBuf, Option<Folder>)> = self
            .files
            .drain(..)
            .map(|path| if path.is_dir() { (path.clone(), Some(Folder::walk(&path))) } else { (path, None) })
            .collect();
        for (path, folder) in &folders {
            match folder {
                Some(folder) => self.files.extend(folder.logs.iter().cloned()),
                None => self.files.push(path.clone()),
            }
        }
        let notes = Notes::new(&self.files);
        let mut session = Session {
            documents: Documents::new(self.bulk),
            knowledge,
            notes,
            chunk: vec![0; READ_BYTES],
            rejected: false,
            failed: false,
        };
        let making = Making { settings: &settings, key: self.redact_key_file.as_ref(), format: self.format };
        let mut failed = false;
        for (path, folder) in &folders {
            failed |= session.folder(path, folder.as_ref());
        }
        for path in &self.files {
            let name = path.to_string_lossy();
            let named = Named { path, name: &name, source: self.source.as_ref() };
            match session.file(named, &making) {
                Ok(()) => continue,
                Err(Halt::Read(error)) => session.notes.unreadable(&name, &error),
                Err(Halt::Damaged(damage)) => session.notes.damaged(&name, &damage),
                Err(Halt::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => break,
                Err(Halt::Write(error)) => return fail(FAILED, &error),
            }
            failed = true;
        }
        match (failed || session.failed, self.strict && session.rejected) {
            (true, _) => FAILED.into(),
            (false, true) => REJECTED.into(),
            (false, false) => ExitCode::SUCCESS,
        }
    }

    /// The settings file's settings, or the defaults, with the changes that the other options make.
    fn settings(&mut self) -> Result<Settings, String> {
        let mut settings = self.settings.take().unwrap_or_default();
        if let Some(filter) = self.filter.take() {
            let filter = read_filter(settings.schema, &filter);
            settings.filter = Some(filter.map_err(|problem| format!("--where is no filter: {problem}"))?);
        }
        redact::apply(std::mem::take(&mut self.redact), &mut settings.redact);
        if settings.redact.needs_key() && self.redact_key_file.is_none() {
            return Err("addresses are replaced under a key: name its file by --redact-key-file".to_owned());
        }
        settings.checked().map_err(|error| error.to_string())
    }
}

/// A file, and what it is called.
struct Named<'a> {
    path: &'a Path,
    name: &'a str,
    source: Option<&'a Source>,
}

/// How documents are made, of whatever file.
struct Making<'a> {
    settings: &'a Settings,
    key: Option<&'a RedactionKey>,
    format: Option<Format>,
}

impl Making<'_> {
    fn writer(&self, source: &Source, knowledge: &Knowledge) -> ItemWriter {
        let writer = ItemWriter::new(self.settings, source, knowledge);
        let writer = if let Some(key) = self.key { writer.with_key(key) } else { writer };
        if let Some(format) = self.format { writer.only(format) } else { writer }
    }
}

/// The log that is being read: a file, or one in an archive.
struct Log {
    name: String,
    writer: ItemWriter,
    /// What was taken off its lines.
    told: Told,
    /// Rejected lines that may be one entry's pieces.
    broken: Broken,
    /// Lines of which nobody can tell where a value ends: a fault of the file, told once.
    ambiguous: u64,
}

impl Log {
    fn new(name: String, writer: ItemWriter) -> Self {
        Self { name, writer, told: Told::default(), broken: Broken::default(), ambiguous: 0 }
    }
}

/// What is shared by all files of one call.
struct Session {
    documents: Documents,
    knowledge: Knowledge,
    notes: Notes,
    chunk: Vec<u8>,
    rejected: bool,
    /// A file in an archive is damaged.
    failed: bool,
}

impl Session {
    /// Tells what was found in a folder; true when it cannot be read, or holds no log.
    fn folder(&mut self, path: &Path, folder: Option<&Folder>) -> bool {
        let Some(folder) = folder else { return false };
        let name = path.to_string_lossy();
        self.notes.told(&name, folder.told().into_iter());
        for (path, error) in &folder.unreadable {
            self.notes.unreadable(&path.to_string_lossy(), error);
        }
        let is_empty = folder.logs.is_empty() && folder.unreadable.is_empty();
        if is_empty {
            let nothing = io::Error::new(io::ErrorKind::NotFound, "no file below this folder is a log by its name");
            self.notes.unreadable(&name, &nothing);
        }
        is_empty || !folder.unreadable.is_empty()
    }

    fn file(&mut self, named: Named<'_>, making: &Making<'_>) -> Result<(), Halt> {
        let Named { path, name, source } = named;
        let (mut input, own_source): (Box<dyn Read>, Source) = if name == "-" {
            (Box::new(io::stdin().lock()), Source::file("stdin"))
        } else {
            (Box::new(File::open(path).map_err(Halt::Read)?), Source::file(name))
        };
        let writer = making.writer(source.unwrap_or(&own_source), &self.knowledge);
        let mut log = Log::new(name.to_owned(), writer);
        let mut reader = LogReader::of_archives(Limits::default());
        let mut outcome = self.read(&mut *input, &mut reader, &mut log, making);
        // Everything good is written before anything is said about the end.
        self.documents.flush().map_err(Halt::Write)?;
        self.tell_rest(&mut log);
        self.notes.told(&log.name, log.told.sentences());
        self.notes.told(name, reader.told().into_iter());
        self.notes.flush();
        if let Err(Halt::Damaged(damage)) = &outcome
            && log.name != name
        {
            self.notes.damaged(&log.name, damage);
            outcome = Ok(());
            self.failed = true;
        }
        outcome
    }

    fn read(
        &mut self,
        input: &mut dyn Read,
        reader: &mut LogReader,
        log: &mut Log,
        making: &Making<'_>,
    ) -> Result<(), Halt> {
        loop {
            let length = match input.read(&mut self.chunk) {
                Ok(0) => break,
                Ok(length) => length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(Halt::Read(error)),
            };
            let pushed = reader.push(&self.chunk[..length]);
            loop {
                while let Some(line) = reader.next_line() {
                    self.line(&line, log)?;
                }
                if !self.next_file(reader, log, making) {
                    break;
                }
            }
            pushed.map_err(Halt::Damaged)?;
            self.notes.advance(length);
        }
        loop {
            while let Some(line) = reader.finish().map_err(Halt::Damaged)? {
                self.line(&line, log)?;
            }
            if !self.next_file(reader, log, making) {
                return Ok(());
            }
        }
    }

    /// Goes on with the next file of an archive, which is a log of its own.
    fn next_file(&mut self, reader: &mut LogReader, log: &mut Log, making: &Making<'_>) -> bool {
        let Some(NextFile { name, damage }) = reader.next_file() else { return false };
        self.tell_rest(log);
        self.notes.told(&log.name, log.told.sentences());
        if let Some(damage) = damage {
            self.notes.damaged(&log.name, &damage);
            self.failed = true;
        }
        let writer = making.writer(&Source::in_archive(&name), &self.knowledge);
        *log = Log::new(name, writer);
        true
    }

    fn line(&mut self, line: &Line<'_>, log: &mut Log) -> Result<(), Halt> {
        match self.documents.write(&log.writer, line).map_err(Halt::Write)? {
            LineOutcome::Item(item) => log.told.count(item.around),
            LineOutcome::Filtered | LineOutcome::Skipped(_) => {}
            LineOutcome::Rejected(rejection) => {
                self.rejected = true;
                self.reject(&rejection, log);
            }
        }
        Ok(())
    }

    /// Tells of a rejected line, or waits whether it is a piece of an entry that is broken over several.
    #[cold]
    fn reject(&mut self, rejection: &Rejection<'_>, log: &mut Log) {
        if rejection.error.kind == ErrorKind::Delimiter {
            log.ambiguous += 1;
            return;
        }
        if log.broken.take(rejection) {
            return;
        }
        self.tell_pieces(log);
        if !log.broken.take(rejection) {
            self.notes.rejected(&log.name, rejection);
        }
    }

    /// Tells of lines that were waited with, and of those that have one fault.
    fn tell_rest(&mut self, log: &mut Log) {
        self.tell_pieces(log);
        if log.ambiguous > 0 {
            self.notes.ambiguous(&log.name, log.ambiguous);
            self.failed = true;
        }
    }

    /// Tells of lines that were waited with.
    fn tell_pieces(&mut self, log: &mut Log) {
        let (entry, lines) = log.broken.drain();
        if let Some((first, lines)) = entry {
            self.notes.broken(&log.name, first, lines);
        }
        for (line, error) in lines {
            self.notes.rejected(&log.name, &Rejection { line: line.line(), error });
        }
    }
}
