//! Gzip (RFC 1952), push by push: any number of members, checked header to trailer.
//!
//! The members are walked here and not by a ready-made multi-member reader, because what went wrong must be told
//! apart (cut, wrong checksum, wrong length, junk behind) and placed, and what was good before it must be kept.

use crate::damage::DamageKind;
use flate2::{Crc, Decompress, FlushDecompress, Status};

/// The first two bytes of a member.
pub(crate) const MAGIC: [u8; 2] = [0x1F, 0x8B];

/// A member's header may hold a file name and a comment of any length; beyond this it is no log's header.
const LONGEST_HEADER: usize = 64 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Between members: the next header, or zeros that pad the end.
    Header,
    Body,
    /// The data make no sense from here on; what came out before is given first.
    Broken,
    Trailer,
    /// After the last member: only zeros may follow.
    Padding,
}

/// What one call of [`Gzip::step`] did.
pub(crate) struct Step {
    /// Input bytes used up.
    pub consumed: usize,
    /// Output bytes written.
    pub written: usize,
}

/// The decoder's state between two pieces of input.
#[derive(Debug)]
pub(crate) struct Gzip {
    state: State,
    inflate: Decompress,
    checksum: Crc,
    members: u64,
}

impl Gzip {
    pub(crate) fn new() -> Self {
        Self { state: State::Header, inflate: Decompress::new(false), checksum: Crc::new(), members: 0 }
    }

    /// Whether the next input is a member's first.
    pub(crate) fn is_between_members(&self) -> bool {
        self.state == State::Header
    }

    /// Goes as far as `input` and `output` allow. Nothing consumed and nothing written: give more of either.
    pub(crate) fn step(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, DamageKind> {
        match self.state {
            State::Header => self.header(input),
            State::Body => self.body(input, output),
            State::Broken => Err(DamageKind::BadDeflate),
            State::Trailer => self.trailer(input),
            State::Padding => match input.iter().position(|&byte| byte != 0) {
                Some(0) => Err(DamageKind::TrailingData),
                zeros => Ok(consumed(zeros.unwrap_or(input.len()))),
            },
        }
    }

    /// At the end of input: whether the last member is whole.
    pub(crate) fn finish(&self, left: &[u8]) -> Result<(), DamageKind> {
        match self.state {
            State::Padding => Ok(()),
            State::Header if left.is_empty() => Ok(()),
            // One zero byte is too few to tell a header from padding before the end is known.
            State::Header if self.members > 0 => {
                if left.starts_with(&[MAGIC[0]]) {
                    Err(DamageKind::Truncated)
                } else if left == [0] {
                    Ok(())
                } else {
                    Err(DamageKind::TrailingData)
                }
            }
            State::Broken => Err(DamageKind::BadDeflate),
            State::Header | State::Body | State::Trailer => Err(DamageKind::Truncated),
        }
    }

    fn header(&mut self, input: &[u8]) -> Result<Step, DamageKind> {
        match input {
            [] | [_] => Ok(consumed(0)),
            [0, ..] if self.members > 0 => {
                self.state = State::Padding;
                Ok(consumed(1))
            }
            [a, b, ..] if [*a, *b] != MAGIC => Err(DamageKind::TrailingData),
            _ => match header_length(input)? {
                None if input.len() > LONGEST_HEADER => Err(DamageKind::BadHeader),
                None => Ok(consumed(0)),
                Some(length) => {
                    self.inflate.reset(false);
                    self.checksum.reset();
                    self.state = State::Body;
                    Ok(consumed(length))
                }
            },
        }
    }

    fn body(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, DamageKind> {
        let (in_before, out_before) = (self.inflate.total_in(), self.inflate.total_out());
        let status = self.inflate.decompress(input, output, FlushDecompress::None);
        // Both differences are bounded by the slices' lengths.
        let step = Step {
            consumed: (self.inflate.total_in() - in_before) as usize,
            written: (self.inflate.total_out() - out_before) as usize,
        };
        self.checksum.update(output.get(..step.written).unwrap_or_default());
        match status {
            Ok(Status::StreamEnd) => self.state = State::Trailer,
            Ok(Status::Ok | Status::BufError) => {}
            Err(_) => {
                self.state = State::Broken;
                if step.consumed + step.written == 0 {
                    return Err(DamageKind::BadDeflate);
                }
            }
        }
        Ok(step)
    }

    fn trailer(&mut self, input: &[u8]) -> Result<Step, DamageKind> {
        let Some(([c0, c1, c2, c3, l0, l1, l2, l3], _)) = input.split_first_chunk::<8>() else {
            return Ok(consumed(0));
        };
        if u32::from_le_bytes([*c0, *c1, *c2, *c3]) != self.checksum.sum() {
            return Err(DamageKind::WrongChecksum);
        }
        if u32::from_le_bytes([*l0, *l1, *l2, *l3]) != self.checksum.amount() {
            return Err(DamageKind::WrongLength);
        }
        self.members += 1;
        self.state = State::Header;
        Ok(consumed(8))
    }
}

fn consumed(consumed: usize) -> Step {
    Step { consumed, written: 0 }
}

/// The length of the member header at the start of `input`, or `None` when more input is needed (RFC 1952, 2.3).
fn header_length(input: &[u8]) -> Result<Option<usize>, DamageKind> {
    const FHCRC: u8 = 2;
    const FEXTRA: u8 = 4;
    const FNAME: u8 = 8;
    const FCOMMENT: u8 = 16;
    const RESERVED: u8 = 0xE0;
    let Some((fixed, _)) = input.split_first_chunk::<10>() else { return Ok(None) };
    let [_, _, method, flags, ..] = *fixed;
    if method != 8 || flags & RESERVED != 0 {
        return Err(DamageKind::BadHeader);
    }
    let mut at = fixed.len();
    if flags & FEXTRA != 0 {
        let Some([low, high]) = input.get(at..at + 2) else { return Ok(None) };
        at += 2 + usize::from(u16::from_le_bytes([*low, *high]));
    }
    for flag in [FNAME, FCOMMENT] {
        if flags & flag != 0 {
            let Some(length) = input.get(at..).and_then(|rest| memchr::memchr(0, rest)) else { return Ok(None) };
            at += length + 1;
        }
    }
    if flags & FHCRC != 0 {
        at += 2;
    }
    Ok((at <= input.len()).then_some(at))
}
