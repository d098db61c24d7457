//! From a stream of bytes, however it is wrapped, to numbered lines: push bytes in, pull lines out.

use crate::damage::{Damage, DamageKind};
use crate::format::KeyKind;
use crate::gzip::{Gzip, Step};
use crate::lines::{Line, LineBuffer};
use crate::unwrap::{Block, Relined, Row, SNIFFED_BYTES, Sniffed, Table, Tar, Utf16, first_line, passed_over, sniff};

/// Bounds on what a reader keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest line in bytes; of a longer one only this much is kept.
    pub line_bytes: usize,
}

impl Default for Limits {
    /// 256 KiB a line: ALB caps a header line at 16 KB and the user agent at 8 KB, so no genuine line comes near.
    fn default() -> Self {
        Self { line_bytes: 256 * 1024 }
    }
}

/// So often may a log be packed.
const DEEPEST: usize = 4;

/// What is decoded at once on its way to another decoder.
const CHUNK: usize = 64 * 1024;

/// How far a reader unwraps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    /// Lines as they stand, gzipped or not.
    Lines,
    /// One log, whatever it is wrapped in.
    Log,
    /// The logs in an archive, too.
    Archive,
}

#[derive(Debug)]
enum Decoder {
    /// Not enough bytes yet to tell.
    Unknown,
    Plain,
    Gzip(Box<Gzip>),
    Utf16(Utf16),
    Json(Box<Relined>),
    Tar(Box<Tar>),
}

/// Where decoded bytes go.
#[derive(Debug)]
enum Sink {
    Lines(LineBuffer),
    /// They are packed again, or of a file in an archive.
    Inner(Box<LogReader>),
}

/// Where the gzip member begins that is being read.
#[derive(Debug, Clone, Copy)]
struct Member {
    /// Bytes of the file before it.
    offset: u64,
    /// The line that its first byte of the log belongs to.
    line: u64,
}

/// A file in an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextFile {
    /// Its path in the archive.
    pub name: String,
    /// What is wrong with the file before it.
    pub damage: Option<Damage>,
}

/// Reads a log in constant memory: sniffs what it is packed in, unpacks it, splits lines. What it does not unpack it
/// refuses by name.
///
/// Between two pushes, take lines until there is none: unpacking happens as lines are taken, so that no input,
/// however far it expands, needs more than the limit of one line and a fixed buffer.
///
/// ```
/// use parser_wasm::{Limits, LogReader};
/// let mut reader = LogReader::new(Limits::default());
/// reader.push(b"first\nsec")?;
/// while let Some(line) = reader.next_line() {
///     assert_eq!((line.number, line.bytes), (1, &b"first"[..]));
/// }
/// reader.push(b"ond")?;
/// while let Some(line) = reader.next_line() { unreachable!("{line:?}") }
/// assert_eq!(reader.finish()?.map(|line| line.bytes), Some(&b"second"[..]));
/// assert_eq!(reader.finish()?, None);
/// # Ok::<(), parser_wasm::Damage>(())
/// ```
#[derive(Debug)]
pub struct LogReader {
    limits: Limits,
    extent: Extent,
    /// How often what is read here was packed.
    depth: usize,
    decoder: Decoder,
    /// Pushed and not yet used: `input[used..]`.
    input: Vec<u8>,
    used: usize,
    /// Bytes used of all that was pushed.
    consumed: u64,
    /// No more bytes will be pushed.
    is_ended: bool,
    sink: Sink,
    /// What comes out was looked at: it is text.
    is_text: bool,
    /// Where decoded bytes wait for another decoder.
    chunk: Vec<u8>,
    /// No line but blank ones came so far.
    is_first: bool,
    table: Option<Table>,
    had_table: bool,
    /// The present line as the table's row, where `has_row`.
    row: Vec<u8>,
    has_row: bool,
    /// The next file of an archive, which the caller has to ask for.
    next_file: Option<NextFile>,
    file_damage: Option<Damage>,
    is_skipping: bool,
    passed_over: u64,
    /// Bytes of log in files of an archive that are over.
    inflated_before: u64,
    member: Member,
    damage: Option<Damage>,
    long_line: Option<Damage>,
}

impl LogReader {
    /// A reader at the start of a log. An archive of logs is refused by name.
    pub fn new(limits: Limits) -> Self {
        Self::with(limits, Extent::Log, 0)
    }

    /// A reader of a log, or of the logs in an archive, one after the other: see [`next_file`](Self::next_file).
    pub fn of_archives(limits: Limits) -> Self {
        Self::with(limits, Extent::Archive, 0)
    }

    /// A reader of lines that are no log's: nothing but gzip is taken off.
    pub fn of_lines(limits: Limits) -> Self {
        Self::with(limits, Extent::Lines, 0)
    }

    fn with(limits: Limits, extent: Extent, depth: usize) -> Self {
        Self {
            limits,
            extent,
            depth,
            decoder: Decoder::Unknown,
            input: Vec::new(),
            used: 0,
            consumed: 0,
            is_ended: false,
            sink: Sink::Lines(LineBuffer::new(limits.line_bytes)),
            is_text: false,
            chunk: Vec::new(),
            is_first: extent != Extent::Lines,
            table: None,
            had_table: false,
            row: Vec::new(),
            has_row: false,
            next_file: None,
            file_damage: None,
            is_skipping: false,
            passed_over: 0,
            inflated_before: 0,
            member: Member { offset: 0, line: 1 },
            damage: None,
            long_line: None,
        }
    }

    /// Gives the next bytes of the file.
    ///
    /// # Errors
    /// The damage that an earlier push led to: nothing more can be read.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), Damage> {
        if let Some(damage) = self.damage {
            return Err(damage);
        }
        self.input.drain(..self.used);
        self.used = 0;
        self.input.extend_from_slice(bytes);
        Ok(())
    }

    /// The next whole line, or `None` when more bytes are needed, the next file of an archive begins, or the stream is
    /// damaged.
    #[inline]
    pub fn next_line(&mut self) -> Option<Line<'_>> {
        if self.is_ready() { Some(self.take()) } else { None }
    }

    /// The file of an archive that begins here, after [`next_line`](Self::next_line) or [`finish`](Self::finish) gave no
    /// line: its lines, counted from 1 again, are the next.
    pub fn next_file(&mut self) -> Option<NextFile> {
        self.next_file.take().or_else(|| match &mut self.sink {
            Sink::Inner(inner) => inner.next_file(),
            Sink::Lines(_) => None,
        })
    }

    /// Ends the input, after [`next_line`](Self::next_line) gave `None`: gives the lines that are left, one at each call,
    /// then `None`.
    ///
    /// # Errors
    /// When the stream is damaged or ends inside something. A piece of a line before the damage is no line.
    pub fn finish(&mut self) -> Result<Option<Line<'_>>, Damage> {
        self.is_ended = true;
        if self.is_ready() {
            return Ok(Some(self.take()));
        }
        match self.damage.or(self.file_damage) {
            Some(damage) if self.next_file.is_none() => Err(damage),
            _ => Ok(None),
        }
    }

    /// The first line that was longer than the limit: whoever wants its end needs the file.
    pub fn long_line(&self) -> Option<&Damage> {
        self.long_line.as_ref().or_else(|| match &self.sink {
            Sink::Lines(_) => None,
            Sink::Inner(inner) => inner.long_line(),
        })
    }

    /// Bytes of the unpacked log so far.
    pub fn inflated_bytes(&self) -> u64 {
        self.inflated_before
            + match &self.sink {
                Sink::Lines(lines) => lines.received(),
                Sink::Inner(inner) => inner.inflated_bytes(),
            }
    }

    /// What was unwrapped, in sentences about the file.
    pub fn told(&self) -> Vec<String> {
        let mut told = Vec::new();
        let inner = match &self.sink {
            Sink::Lines(_) => None,
            Sink::Inner(inner) => Some(inner),
        };
        match (&self.decoder, inner.map(|inner| &inner.decoder)) {
            (Decoder::Gzip(_), Some(Decoder::Gzip(_))) => {
                told.push("it is gzip in gzip, which was unpacked".to_owned())
            }
            (Decoder::Utf16(_), _) => told.push("it is UTF-16, which was turned into UTF-8".to_owned()),
            (Decoder::Json(_), _) => told.push(
                "it is JSON over several lines or in an envelope; each event was read as a line of its own".to_owned(),
            ),
            (Decoder::Tar(_), _) => told.push("it is a tar archive, of which each log was read".to_owned()),
            _ => {}
        }
        if self.had_table {
            told.push("it is a table, whose header names the columns".to_owned());
        }
        told.extend(passed_over(self.passed_over));
        told.extend(inner.map(|inner| inner.told()).unwrap_or_default());
        told
    }

    /// Whether there is a line to take; unpacks until there is.
    #[inline]
    fn is_ready(&mut self) -> bool {
        loop {
            match &mut self.sink {
                Sink::Lines(lines) => {
                    if self.is_text && lines.has_line() {
                        return !(self.is_first || self.table.is_some() || lines.begins_with(b'#'))
                            || self.look_at_line();
                    }
                }
                Sink::Inner(inner) => {
                    if self.next_file.is_none() && self.file_damage.is_none() && inner.is_ready() {
                        return true;
                    }
                    if inner.next_file.is_some() {
                        return false;
                    }
                    if !self.take_over_damage() {
                        return false;
                    }
                }
            }
            if self.next_file.is_some() || !self.fill() {
                return false;
            }
        }
    }

    fn take(&mut self) -> Line<'_> {
        if self.long_line.is_none() && matches!(&self.sink, Sink::Lines(lines) if lines.is_long()) {
            self.long_line = Some(self.here(DamageKind::LongLine));
        }
        match &mut self.sink {
            Sink::Inner(inner) => inner.take(),
            Sink::Lines(lines) => {
                let line = lines.take();
                if std::mem::take(&mut self.has_row) {
                    return Line { bytes: &self.row, length: self.row.len() as u64, ..line };
                }
                line
            }
        }
    }

    /// Looks at a line that may be a header or a table's row, or the first; false when it damns the file.
    #[cold]
    fn look_at_line(&mut self) -> bool {
        let Sink::Lines(lines) = &self.sink else { return true };
        let line = lines.peek();
        if self.extent == Extent::Lines || line.trim_ascii().is_empty() {
            return true;
        }
        let line = if lines.number() == 1 { line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line) } else { line };
        // Directives before the names say nothing of what follows.
        if line.first() == Some(&b'#') && !line.starts_with(b"#Fields:") {
            return true;
        }
        let is_first = std::mem::take(&mut self.is_first);
        if is_first && let Some(kind) = first_line(line) {
            return self.refuse(kind);
        }
        if is_first || line.first() == Some(&b'#') {
            let begun = Table::begun_by(line, is_first);
            if begun.is_some() || line.starts_with(b"#Fields:") {
                // W3C is one of AWS's own ways; nothing was unwrapped.
                self.had_table |= begun.is_some() && line.first() != Some(&b'#');
                self.table = begun;
            }
            return true;
        }
        match self.table.as_ref().map(|table| table.row(line, &mut self.row)) {
            None => {}
            Some(Row::Object) => self.has_row = true,
            Some(Row::Ambiguous) => return self.refuse(DamageKind::Delimiter),
        }
        true
    }

    /// A line damns the file from here on.
    fn refuse(&mut self, kind: DamageKind) -> bool {
        self.damaged(kind);
        // What is in the buffer is not given.
        self.is_text = false;
        false
    }

    /// Moves some input on towards the lines; whether it got anywhere.
    fn fill(&mut self) -> bool {
        if self.damage.is_some() {
            return false;
        }
        let input = self.input.get(self.used..).unwrap_or_default();
        if matches!(self.decoder, Decoder::Unknown) {
            return self.tell_decoder();
        }
        if let Decoder::Tar(tar) = &mut self.decoder {
            return match tar.next(input) {
                Ok(block) => self.walk(block),
                Err(kind) => {
                    self.damaged(kind);
                    false
                }
            };
        }
        if let (Decoder::Gzip(gzip), Sink::Lines(lines)) = (&self.decoder, &self.sink)
            && gzip.is_between_members()
        {
            self.member = Member { offset: self.consumed, line: lines.number() };
        }
        let room = match &mut self.sink {
            Sink::Lines(lines) => lines.room(),
            Sink::Inner(_) => {
                self.chunk.resize(CHUNK, 0);
                &mut self.chunk[..]
            }
        };
        let step = match &mut self.decoder {
            Decoder::Unknown | Decoder::Tar(_) => return false,
            Decoder::Plain => Ok(copy(input, room)),
            Decoder::Utf16(utf16) => Ok(utf16.step(input, room)),
            Decoder::Json(relined) => Ok(relined.step(input, room)),
            Decoder::Gzip(gzip) => gzip.step(input, room),
        };
        match step {
            Ok(Step { consumed, written }) => {
                self.used += consumed;
                self.consumed += consumed as u64;
                self.pass_on(written);
                consumed + written > 0 || (self.is_ended && self.close())
            }
            Err(kind) => {
                self.damaged(kind);
                false
            }
        }
    }

    /// So many bytes were decoded.
    fn pass_on(&mut self, written: usize) {
        match &mut self.sink {
            Sink::Lines(lines) => {
                lines.commit(written);
                if !self.is_text {
                    self.look_inside(false);
                }
            }
            Sink::Inner(inner) => {
                // A damage in there is seen when lines are asked for.
                let _ = inner.push(self.chunk.get(..written).unwrap_or_default());
            }
        }
    }

    /// The decoder for a file that begins so.
    fn tell_decoder(&mut self) -> bool {
        let input = self.input.get(self.used..).unwrap_or_default();
        let is_verbatim = self.extent == Extent::Lines;
        let decoder = match sniff(input, self.is_ended) {
            Sniffed::TooShort => return false,
            Sniffed::Gzip => Decoder::Gzip(Box::new(Gzip::new())),
            Sniffed::Plain => Decoder::Plain,
            Sniffed::Other(kind) if !is_verbatim || kind.is_packed() => {
                self.damaged(kind);
                return false;
            }
            _ if is_verbatim => Decoder::Plain,
            Sniffed::Other(_) => Decoder::Plain,
            Sniffed::Utf16(order) => Decoder::Utf16(Utf16::new(order)),
            Sniffed::Json => Decoder::Json(Box::new(Relined::new())),
            Sniffed::Tar if self.extent == Extent::Archive => Decoder::Tar(Box::new(Tar::new())),
            Sniffed::Tar => {
                self.damaged(DamageKind::Tar);
                return false;
            }
        };
        // What these give is looked at again.
        self.is_text = is_verbatim || matches!(decoder, Decoder::Plain | Decoder::Json(_));
        self.decoder = decoder;
        true
    }

    /// Looks whether what comes out is packed again, as soon as enough of it is there.
    fn look_inside(&mut self, is_end: bool) {
        let Sink::Lines(lines) = &self.sink else { return };
        let begun = lines.left();
        match sniff(begun, is_end || begun.len() >= SNIFFED_BYTES) {
            Sniffed::TooShort => {}
            Sniffed::Plain => self.is_text = true,
            _ if self.depth + 1 >= DEEPEST => self.damaged(DamageKind::TooDeep),
            _ => {
                let mut inner = Self::with(self.limits, self.extent, self.depth + 1);
                inner.input.extend_from_slice(begun);
                self.sink = Sink::Inner(Box::new(inner));
            }
        }
    }

    /// What an archive has next.
    fn walk(&mut self, block: Block) -> bool {
        let length = match block {
            Block::More => return self.is_ended && self.close(),
            Block::Passed(length) => length,
            Block::File(length, name) => {
                self.begin_file(name);
                length
            }
            Block::Bytes(length) => {
                let bytes = self.input.get(self.used..self.used + length).unwrap_or_default();
                if let (false, Sink::Inner(inner)) = (self.is_skipping, &mut self.sink) {
                    // A damage in there is seen when lines are asked for.
                    let _ = inner.push(bytes);
                }
                length
            }
            Block::End => {
                if let Sink::Inner(inner) = &mut self.sink {
                    inner.is_ended = true;
                }
                0
            }
        };
        self.used += length;
        self.consumed += length as u64;
        true
    }

    fn begin_file(&mut self, name: String) {
        self.is_skipping = !KeyKind::of(&name).may_be_log();
        if self.is_skipping {
            self.passed_over += 1;
            return;
        }
        self.inflated_before = self.inflated_bytes();
        if self.depth + 1 >= DEEPEST {
            return self.damaged(DamageKind::TooDeep);
        }
        // Archives in archives are not walked.
        self.sink = Sink::Inner(Box::new(Self::with(self.limits, Extent::Log, self.depth + 1)));
        self.next_file = Some(NextFile { name, damage: self.file_damage.take() });
    }

    /// A damage inside is one of the whole, but in an archive, where it is one of a file; false when nothing more can be
    /// read.
    fn take_over_damage(&mut self) -> bool {
        let Sink::Inner(inner) = &self.sink else { return true };
        let Some(damage) = inner.damage.or(inner.file_damage.filter(|_| inner.is_ended)) else { return true };
        if matches!(self.decoder, Decoder::Tar(_)) {
            self.file_damage.get_or_insert(damage);
            self.is_skipping = true;
            return true;
        }
        self.damage = Some(Damage { compressed_offset: self.consumed, ..damage });
        false
    }

    /// No more input comes; whether that gives something more to read.
    fn close(&mut self) -> bool {
        let left = self.input.get(self.used..).unwrap_or_default();
        let end = match &mut self.decoder {
            Decoder::Gzip(gzip) => gzip.finish(left),
            Decoder::Tar(tar) if !tar.is_whole() || !left.is_empty() => Err(DamageKind::CutArchive),
            _ => Ok(()),
        };
        if let Err(kind) = end {
            self.damaged(kind);
            return false;
        }
        if let Decoder::Json(relined) = &mut self.decoder
            && relined.finish()
        {
            return true;
        }
        if !self.is_text {
            self.look_inside(true);
        }
        match &mut self.sink {
            Sink::Lines(lines) => {
                let was_closed = lines.is_closed();
                lines.close();
                self.is_text = true;
                !was_closed
            }
            Sink::Inner(inner) => !std::mem::replace(&mut inner.is_ended, true),
        }
    }

    #[cold]
    fn damaged(&mut self, kind: DamageKind) {
        self.damage = Some(self.here(kind));
    }

    fn here(&self, kind: DamageKind) -> Damage {
        let (inflated_offset, line) = match &self.sink {
            Sink::Lines(lines) => (lines.received(), lines.number()),
            Sink::Inner(inner) => (inner.inflated_bytes(), 1),
        };
        Damage {
            kind,
            compressed_offset: self.consumed,
            inflated_offset,
            line,
            member_offset: self.member.offset,
            member_line: self.member.line,
        }
    }
}

/// Plain text's step: as much of it as there is room for.
fn copy(input: &[u8], room: &mut [u8]) -> Step {
    let length = input.len().min(room.len());
    if let (Some(to), Some(from)) = (room.get_mut(..length), input.get(..length)) {
        to.copy_from_slice(from);
    }
    Step { consumed: length, written: length }
}

#[cfg(test)]
mod tests;
