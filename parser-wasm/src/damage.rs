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
    /// A line is longer than the limit. The lines behind it are read all the same; its own end is only in the file.
    #[error("a line is longer than the limit, and only its beginning is kept apart")]
    LongLine,
    /// The file is packed by zstd (RFC 8878).
    #[error("this is zstd-compressed; AWS writes gzip: unpack it by `zstd -d` first")]
    Zstd,
    /// The file is packed by bzip2.
    #[error("this is bzip2-compressed; AWS writes gzip: unpack it by `bunzip2` first")]
    Bzip2,
    /// The file is packed by xz.
    #[error("this is xz-compressed; AWS writes gzip: unpack it by `unxz` first")]
    Xz,
    /// The file is packed by lz4.
    #[error("this is lz4-compressed; AWS writes gzip: unpack it by `unlz4` first")]
    Lz4,
    /// The file is an archive.
    #[error("this is a zip archive; AWS writes gzip: unpack it by `unzip` first")]
    Zip,
    /// The file is a table in Apache Parquet, a way of AWS's log delivery that is not read here.
    #[error("this is a Parquet file, which is not read: let AWS deliver the log as json, w3c or plain")]
    Parquet,
    /// The file is an archive of logs, and only one log was asked for.
    #[error("this is a tar archive: unpack it by `tar -xf` first")]
    Tar,
    /// An archive has something where a file's header should stand.
    #[error("the tar archive is corrupt: a header's sum does not fit")]
    BadArchive,
    /// An archive ends inside a file.
    #[error("the tar archive is cut: it ends inside a file")]
    CutArchive,
    /// An archive has more files than are walked.
    #[error("the tar archive has more than 100,000 files: unpack it by `tar -xf` first")]
    TooManyFiles,
    /// Packed in what is packed in what is packed.
    #[error("this is packed more than four times: unpack it by `gunzip` or `tar -xf` first")]
    TooDeep,
    /// UTF-16 that does not say so.
    #[error("this is UTF-16 without its mark: turn it into text by `iconv -f UTF-16LE -t UTF-8` (or UTF-16BE) first")]
    Utf16,
    /// What S3 said instead of giving the log.
    #[error("this is an error of S3 in the log's place, AccessDenied: fetch the log again with permission to read it")]
    S3AccessDenied,
    /// The same.
    #[error("this is an error of S3 in the log's place, NoSuchKey: there is no such object")]
    S3NoSuchKey,
    /// The same.
    #[error("this is an error of S3 in the log's place, ExpiredToken: fetch the log again with fresh credentials")]
    S3ExpiredToken,
    /// The same, for another cause.
    #[error("this is an error of S3 in the log's place: look at its <Code>, and fetch the log again")]
    S3Error,
    /// XML or HTML.
    #[error("this is XML or a web page, not a log: fetch the log again")]
    Markup,
    /// Lines end with a carriage return alone.
    #[error("its lines end with a carriage return alone: turn them into lines by `tr '\\r' '\\n'` first")]
    CarriageReturns,
    /// Values that may hold the delimiter stand without quotes.
    #[error(
        "values that may hold the delimiter stand without quotes, so nobody can tell where one ends: let AWS deliver the log with tabs between the fields, or as JSON"
    )]
    Delimiter,
    /// A log in the W3C format whose names are no load balancer's.
    #[error(
        "this is a W3C log of another service: CloudFront writes such logs as load balancers do, but these are not a load balancer's columns"
    )]
    OtherW3c,
}

/// How other files begin, which pass for logs at times.
pub(crate) const OTHER_FILES: [(&[u8], DamageKind); 6] = [
    (b"\x28\xB5\x2F\xFD", DamageKind::Zstd),
    (b"BZh", DamageKind::Bzip2),
    (b"\xFD7zXZ\0", DamageKind::Xz),
    (b"\x04\x22\x4D\x18", DamageKind::Lz4),
    (b"PK\x03\x04", DamageKind::Zip),
    (b"PAR1", DamageKind::Parquet),
];

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
            Self::LongLine => "long_line",
            Self::Zstd => "zstd",
            Self::Bzip2 => "bzip2",
            Self::Xz => "xz",
            Self::Lz4 => "lz4",
            Self::Zip => "zip",
            Self::Parquet => "parquet",
            Self::Tar => "tar",
            Self::BadArchive => "bad_archive",
            Self::CutArchive => "cut_archive",
            Self::TooManyFiles => "too_many_files",
            Self::TooDeep => "too_deep",
            Self::Utf16 => "utf_16",
            Self::S3AccessDenied => "s3_access_denied",
            Self::S3NoSuchKey => "s3_no_such_key",
            Self::S3ExpiredToken => "s3_expired_token",
            Self::S3Error => "s3_error",
            Self::Markup => "markup",
            Self::CarriageReturns => "carriage_returns",
            Self::Delimiter => "delimiter",
            Self::OtherW3c => "other_w3c",
        }
    }

    /// Whether the file is packed in a way that is not unpacked here.
    pub(crate) fn is_packed(self) -> bool {
        OTHER_FILES.iter().any(|(_, kind)| *kind == self)
    }

    /// Whether the file is no damaged log but another kind of file from its first byte on.
    pub fn is_other_file(self) -> bool {
        match self {
            Self::Truncated
            | Self::BadHeader
            | Self::BadDeflate
            | Self::WrongChecksum
            | Self::WrongLength
            | Self::TrailingData
            | Self::LongLine
            | Self::BadArchive
            | Self::CutArchive
            | Self::TooManyFiles => false,
            Self::Zstd
            | Self::Bzip2
            | Self::Xz
            | Self::Lz4
            | Self::Zip
            | Self::Parquet
            | Self::Tar
            | Self::TooDeep
            | Self::Utf16
            | Self::S3AccessDenied
            | Self::S3NoSuchKey
            | Self::S3ExpiredToken
            | Self::S3Error
            | Self::Markup
            | Self::CarriageReturns
            | Self::Delimiter
            | Self::OtherW3c => true,
        }
    }
}

/// Where and why reading a stream stopped. Nothing behind it is read, whole members included; the whole lines before it
/// were given. Only a [long line](DamageKind::LongLine) stops nothing.
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
