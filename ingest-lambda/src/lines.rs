//! The one way in which logs are read: bytes in, lines out, the last one by the same door as the others.

use parser_wasm::{Damage, Limits, Line, LogReader};

use crate::s3::{Download, S3Error};

/// The lines of a log, as its bytes arrive.
#[derive(Debug)]
pub(crate) struct LogLines {
    reader: LogReader,
    phase: Phase,
    damage: Option<Damage>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Reading,
    /// All bytes came; a last line without a line feed may be left.
    Ending,
}

impl LogLines {
    /// The lines of a log, whatever it is wrapped in.
    pub(crate) fn new(limits: Limits) -> Self {
        Self { reader: LogReader::new(limits), phase: Phase::Reading, damage: None }
    }

    /// Lines of our own, which nothing is wrapped around.
    pub(crate) fn of_entries(limits: Limits) -> Self {
        Self { reader: LogReader::of_lines(limits), phase: Phase::Reading, damage: None }
    }

    /// Takes bytes; all lines so far have been taken out. After a damage they are not read.
    pub(crate) fn push(&mut self, chunk: &[u8]) {
        if self.damage.is_none() {
            self.damage = self.reader.push(chunk).err();
        }
    }

    /// There are no more bytes.
    pub(crate) fn end(&mut self) {
        self.phase = Phase::Ending;
    }

    /// Takes up the next bytes of a download, or its end; false when that was taken up before. What comes after a
    /// damage is received all the same: only an object that came whole can be damaged.
    ///
    /// # Errors
    /// When the download fails.
    pub(crate) async fn take_up(&mut self, download: &mut Download<'_>) -> Result<bool, S3Error> {
        match download.chunk().await? {
            Some(chunk) => self.push(&chunk),
            None if self.phase == Phase::Reading => self.end(),
            None => return Ok(false),
        }
        Ok(true)
    }

    /// The next line, as far as bytes have come.
    pub(crate) fn next_line(&mut self) -> Option<Line<'_>> {
        match self.phase {
            Phase::Reading => self.reader.next_line(),
            Phase::Ending if self.damage.is_none() => {
                // One line may be left, or several.
                match self.reader.finish() {
                    Ok(line) => line,
                    Err(damage) => {
                        self.damage = Some(damage);
                        None
                    }
                }
            }
            Phase::Ending => None,
        }
    }

    /// What is wrong with the bytes, as far as it is known.
    pub(crate) fn damage(&self) -> Option<&Damage> {
        self.damage.as_ref()
    }

    /// Why the lines alone do not keep all of the log: its bytes are damaged, or a line is too long to be kept apart.
    /// To be asked at the end.
    pub(crate) fn fault(&self) -> Option<&Damage> {
        self.damage().or_else(|| self.reader.long_line())
    }

    /// What was unwrapped, in sentences.
    pub(crate) fn told(&self) -> Vec<String> {
        self.reader.told()
    }

    /// Bytes of text so far.
    pub(crate) fn inflated_bytes(&self) -> u64 {
        self.reader.inflated_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &[u8]) -> (Vec<String>, Option<Damage>) {
        let mut log = LogLines::new(Limits::default());
        let mut lines = Vec::new();
        for chunk in text.chunks(3) {
            log.push(chunk);
            while let Some(line) = log.next_line() {
                lines.push(String::from_utf8_lossy(line.bytes).into_owned());
            }
        }
        log.end();
        while let Some(line) = log.next_line() {
            lines.push(String::from_utf8_lossy(line.bytes).into_owned());
        }
        (lines, log.damage().cloned())
    }

    #[test]
    fn the_last_line_needs_no_line_feed() {
        for text in ["one\ntwo\nthree", "one\ntwo\nthree\n"] {
            assert_eq!(lines(text.as_bytes()), (["one", "two", "three"].map(str::to_owned).to_vec(), None));
        }
        assert_eq!(lines(b"").0, Vec::<String>::new());
    }

    #[test]
    fn a_damage_ends_the_lines() {
        let (lines, damage) = lines(b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff");
        assert!(lines.is_empty() && damage.is_some());
    }
}
