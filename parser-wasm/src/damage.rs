//! What may be wrong with a stream as a whole, and where it stopped.

use serde::Serialize;

/// What is wrong with a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DamageKind {
    /// The stream ends inside a gzip member.
    #[error("the gzip stream is cut: it ends inside a member")]
    Truncated,
    /// A member's header is not one that gzip writes.
    #[error("a gzip member has a malformed header")]
    BadHeader,
    /// The compressed data make no sense.
    #[error("the compressed data are corrupt")]
    BadDeflate,
    /// A member's CRC-32 does not fit its data.
    #[error("a gzip member's checksum does not fit its data")]
    WrongChecksum,
    /// A member's length does not fit its data.
    #[error("a gzip member's length does not fit its data")]
    WrongLength,
    /// Something that is neither a member nor zeros follows a member.
    #[error("something that is not gzip follows the last member")]
    TrailingData,
}

impl DamageKind {
    /// The stable name of this kind, for machines.
    pub fn code(self) -> &'static str {
        match self {
            Self::Truncated => "truncated",
            Self::BadHeader => "bad_header",
            Self::BadDeflate => "bad_deflate",
            Self::WrongChecksum => "wrong_checksum",
            Self::WrongLength => "wrong_length",
            Self::TrailingData => "trailing_data",
        }
    }
}

/// Where and why reading a stream stopped. Nothing behind it is read, whole members included; the whole lines before it
/// were given.
///
/// What came out of the members before is verified. What came out of the member in which it stopped is not, as a
/// checksum stands at a member's end: for [`WrongChecksum`](DamageKind::WrongChecksum) and
/// [`WrongLength`](DamageKind::WrongLength) anything in it may be wrong, from byte `member_offset` to
/// `compressed_offset` of the file and from line `member_line` to `line`; otherwise it is most likely right up to
/// shortly before the stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{kind}, at byte {compressed_offset} of the file, in line {line} (byte {inflated_offset} of the log)")]
pub struct Damage {
    /// What is wrong.
    pub kind: DamageKind,
    /// Bytes of the file that were read.
    pub compressed_offset: u64,
    /// Bytes of the log that came out of them.
    pub inflated_offset: u64,
    /// The line in which it stopped, from 1.
    pub line: u64,
    /// Where in the file the member begins in which it stopped. For trailing data, where no member begins: the byte
    /// behind the last member.
    pub member_offset: u64,
    /// The line that holds the first byte of the log that came out of that member, from 1. It may have begun in the
    /// member before.
    pub member_line: u64,
}
