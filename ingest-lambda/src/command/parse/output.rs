//! Where `albatross parse` writes: documents to standard output, everything else to standard
//! error, on a terminal below them a progress bar.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use indicatif::{ProgressBar, ProgressStyle};
use parser_wasm::{Damage, ErrorKind, ItemWriter, Line, LineOutcome, Rejection};
use serde::Serialize;

use crate::plain::{self, Plain};

/// Written at once when so much has gathered.
const WRITE_BYTES: usize = 256 << 10;

/// Documents on their way to standard output.
pub(super) struct Documents {
    buffer: Vec<u8>,
    bulk: bool,
}

impl Documents {
    pub(super) fn new(bulk: bool) -> Self {
        Self { buffer: Vec::with_capacity(2 * WRITE_BYTES), bulk }
    }

    pub(super) fn write<'a>(&mut self, writer: &ItemWriter, line: &Line<'a>) -> io::Result<LineOutcome<'a>> {
        let outcome = writer.write(line, &mut self.buffer);
        if let LineOutcome::Item(item) = &outcome
            && !self.bulk
        {
            // Over its action; the newline goes with it.
            self.buffer.copy_within(item.document.start.., item.action.start);
            self.buffer.truncate(self.buffer.len() - (item.document.start - item.action.start));
        }
        if self.buffer.len() >= WRITE_BYTES {
            self.flush()?;
        }
        Ok(outcome)
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        stdout.write_all(&self.buffer)?;
        self.buffer.clear();
        stdout.flush()
    }
}

/// Notes on standard error, JSON lines for programs and text for people, and the progress bar.
pub(super) struct Notes {
    buffer: Vec<u8>,
    /// Rejected lines are shown to a person.
    on_terminal: bool,
    bar: ProgressBar,
}

#[derive(Serialize)]
struct DamagedFile<'a> {
    file: &'a str,
    #[serde(flatten)]
    damage: &'a Damage,
    message: String,
}

/// What a person should know of a file, though nothing is wrong.
#[derive(Serialize)]
struct Notice<'a> {
    file: &'a str,
    kind: &'static str,
    message: &'a str,
}

/// An entry whose pieces stand on lines of their own.
#[derive(Serialize)]
struct BrokenEntry<'a> {
    file: &'a str,
    line: u64,
    lines: usize,
    code: &'static str,
    message: String,
}

/// A fault of a file that shows in some of its lines.
#[derive(Serialize)]
struct FaultyFile<'a> {
    file: &'a str,
    kind: &'static str,
    lines: u64,
    message: String,
}

#[derive(Serialize)]
struct UnreadableFile<'a> {
    file: &'a str,
    kind: &'static str,
    message: String,
}

impl Notes {
    pub(super) fn new(files: &[PathBuf]) -> Self {
        Self { buffer: Vec::new(), on_terminal: io::stderr().is_terminal(), bar: progress_bar(files) }
    }

    pub(super) fn rejected(&mut self, file: &str, rejection: &Rejection<'_>) {
        if self.on_terminal {
            self.say(file, rejection);
        } else {
            rejection.write_json(file, &mut self.buffer);
            self.buffer.push(b'\n');
        }
        if self.buffer.len() >= WRITE_BYTES {
            self.flush();
        }
    }

    pub(super) fn ambiguous(&mut self, file: &str, lines: u64) {
        let message = format!("{lines} lines: {}", ErrorKind::Delimiter);
        self.note(&FaultyFile { file, kind: ErrorKind::Delimiter.code(), lines, message });
    }

    pub(super) fn broken(&mut self, file: &str, line: u64, lines: usize) {
        let message = format!("an entry broken over {lines} lines: join them by blanks, or fetch the log itself");
        if self.on_terminal {
            self.say(file, &format_args!("line {line}: {message}"));
        } else {
            self.note(&BrokenEntry { file, line, lines, code: "broken_entry", message });
        }
    }

    /// Says once per file what was unwrapped or taken off its lines.
    pub(super) fn told(&mut self, file: &str, sentences: impl Iterator<Item = String>) {
        for message in sentences {
            self.notice(file, &message);
        }
    }

    fn notice(&mut self, file: &str, message: &str) {
        if self.on_terminal {
            self.say(file, &message);
        } else {
            self.note(&Notice { file, kind: "notice", message });
        }
    }

    pub(super) fn damaged(&mut self, file: &str, damage: &Damage) {
        self.note(&DamagedFile { file, damage, message: damage.to_string() });
    }

    pub(super) fn unreadable(&mut self, file: &str, error: &io::Error) {
        self.note(&UnreadableFile { file, kind: "read", message: error.to_string() });
    }

    /// Says something of a file to a person; its name may hold anything.
    fn say(&mut self, file: &str, message: &impl Display) {
        self.buffer.extend_from_slice(format!("{}: {message}\n", Plain(file)).as_bytes());
    }

    fn note(&mut self, note: &impl Serialize) {
        // Of types that are always JSON.
        let json = serde_json::to_string(note).unwrap_or_default();
        self.buffer.extend_from_slice(plain::json(&json).as_bytes());
        self.buffer.push(b'\n');
        self.flush();
    }

    /// So many bytes of input are done with.
    pub(super) fn advance(&mut self, bytes: usize) {
        self.flush();
        self.bar.inc(bytes as u64);
    }

    /// Nobody may listen to standard error; that is no reason to stop writing documents.
    pub(super) fn flush(&mut self) {
        if !self.buffer.is_empty() {
            let written = self.bar.suspend(|| io::stderr().write_all(&self.buffer));
            drop(written);
            self.buffer.clear();
        }
    }
}

impl Drop for Notes {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// Bytes read of all bytes; only where it disturbs nothing that is shown on the same terminal.
fn progress_bar(files: &[PathBuf]) -> ProgressBar {
    if !io::stderr().is_terminal() || io::stdout().is_terminal() {
        return ProgressBar::hidden();
    }
    let sizes =
        files.iter().map(|path| std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file).map(|file| file.len()));
    let (bar, template) = match sizes.sum::<Option<u64>>() {
        Some(total) => (ProgressBar::new(total), "{bytes}/{total_bytes} {wide_bar} {bytes_per_sec}, {eta} left"),
        None => (ProgressBar::no_length(), "{spinner} {bytes} {bytes_per_sec} {elapsed}"),
    };
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
