//! From a stream of bytes, plain or gzip, to numbered lines: push bytes in, pull lines out.

use crate::damage::{Damage, DamageKind, OTHER_FILES};
use crate::gzip::{Gzip, MAGIC, Step};
use crate::lines::{Line, LineBuffer};

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

#[derive(Debug)]
enum Encoding {
    /// Not enough bytes yet to tell.
    Unknown,
    Plain,
    Gzip(Box<Gzip>),
}

/// Where the gzip member begins that is being read.
#[derive(Debug, Clone, Copy)]
struct Member {
    /// Bytes of the file before it.
    offset: u64,
    /// The line that its first byte of the log belongs to.
    line: u64,
}

/// Reads a log in constant memory: sniffs gzip (and what is packed otherwise, to refuse it by name), inflates all members, splits lines.
///
/// Between two pushes, take lines until there is none: inflating happens as lines are taken, so that no input,
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
/// # Ok::<(), parser_wasm::Damage>(())
/// ```
#[derive(Debug)]
pub struct LogReader {
    encoding: Encoding,
    /// Pushed and not yet used: `input[used..]`.
    input: Vec<u8>,
    used: usize,
    /// Bytes used of all that was pushed.
    consumed: u64,
    lines: LineBuffer,
    member: Member,
    damage: Option<Damage>,
    long_line: Option<Damage>,
}

impl LogReader {
    /// A reader at the start of a log.
    pub fn new(limits: Limits) -> Self {
        Self {
            encoding: Encoding::Unknown,
            input: Vec::new(),
            used: 0,
            consumed: 0,
            lines: LineBuffer::new(limits.line_bytes),
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

    /// The next whole line, or `None` when more bytes are needed or the stream is damaged.
    pub fn next_line(&mut self) -> Option<Line<'_>> {
        while !self.lines.has_line() {
            if !self.fill() {
                return None;
            }
        }
        self.note_long_line();
        Some(self.lines.take())
    }

    /// Ends the input, after [`next_line`](Self::next_line) gave `None`: the last line if it has no line ending.
    ///
    /// # Errors
    /// When the stream is damaged or ends inside a gzip member. A piece of a line before the damage is no line.
    pub fn finish(&mut self) -> Result<Option<Line<'_>>, Damage> {
        if self.damage.is_none() {
            let left = self.input.get(self.used..).unwrap_or_default();
            match &self.encoding {
                Encoding::Gzip(gzip) => {
                    if let Err(kind) = gzip.finish(left) {
                        self.damaged(kind);
                    }
                }
                // A file of a few bytes: too short to be anything but text.
                Encoding::Unknown => {
                    self.encoding = Encoding::Plain;
                    while !self.lines.has_line() && self.fill() {}
                    if self.lines.has_line() {
                        self.note_long_line();
                        return Ok(Some(self.lines.take()));
                    }
                }
                Encoding::Plain => {}
            }
        }
        match self.damage {
            Some(damage) => Err(damage),
            None => {
                self.note_long_line();
                Ok(self.lines.rest())
            }
        }
    }

    /// The first line that was longer than the limit: whoever wants its end needs the file.
    pub fn long_line(&self) -> Option<&Damage> {
        self.long_line.as_ref()
    }

    /// Bytes of the inflated log so far.
    pub fn inflated_bytes(&self) -> u64 {
        self.lines.received()
    }

    /// Moves some input on towards the lines; whether it got anywhere.
    fn fill(&mut self) -> bool {
        if self.damage.is_some() {
            return false;
        }
        let input = self.input.get(self.used..).unwrap_or_default();
        let step = match &mut self.encoding {
            Encoding::Unknown => {
                match sniff(input) {
                    Sniffed::Gzip => self.encoding = Encoding::Gzip(Box::new(Gzip::new())),
                    Sniffed::Plain => self.encoding = Encoding::Plain,
                    Sniffed::Other(kind) => self.damaged(kind),
                    Sniffed::TooShort => return false,
                }
                return self.damage.is_none();
            }
            Encoding::Plain => Ok(copy(input, self.lines.room())),
            Encoding::Gzip(gzip) => {
                if gzip.is_between_members() {
                    self.member = Member { offset: self.consumed, line: self.lines.number() };
                }
                gzip.step(input, self.lines.room())
            }
        };
        match step {
            Ok(Step { consumed, written }) => {
                self.lines.commit(written);
                self.used += consumed;
                self.consumed += consumed as u64;
                consumed + written > 0
            }
            Err(kind) => {
                self.damaged(kind);
                false
            }
        }
    }

    fn damaged(&mut self, kind: DamageKind) {
        self.damage = Some(self.here(kind));
    }

    fn note_long_line(&mut self) {
        if self.lines.is_long() && self.long_line.is_none() {
            self.long_line = Some(self.here(DamageKind::LongLine));
        }
    }

    fn here(&self, kind: DamageKind) -> Damage {
        Damage {
            kind,
            compressed_offset: self.consumed,
            inflated_offset: self.lines.received(),
            line: self.lines.number(),
            member_offset: self.member.offset,
            member_line: self.member.line,
        }
    }
}

/// What the first bytes of a file are.
enum Sniffed {
    Gzip,
    Plain,
    Other(DamageKind),
    /// They may become anything yet.
    TooShort,
}

fn sniff(input: &[u8]) -> Sniffed {
    if input.starts_with(&MAGIC) {
        return Sniffed::Gzip;
    }
    if let Some((_, kind)) = OTHER_FILES.iter().find(|(magic, _)| input.starts_with(magic)) {
        return Sniffed::Other(*kind);
    }
    let may_become = |magic: &[u8]| magic.starts_with(input);
    if may_become(&MAGIC) || OTHER_FILES.iter().any(|(magic, _)| may_become(magic)) {
        return Sniffed::TooShort;
    }
    Sniffed::Plain
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
