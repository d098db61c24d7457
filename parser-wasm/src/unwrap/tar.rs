//! Archives of files (POSIX.1-1988 `ustar`, GNU's long names, POSIX.1-2001's `pax`), header by header.

use crate::damage::DamageKind;

/// A header's length, and the unit in which files are stored.
pub(crate) const BLOCK: usize = 512;

/// A name that is longer is no file's.
const LONGEST_NAME: u64 = 64 * 1024;

/// So many files are walked in one archive.
const MOST_FILES: u64 = 100_000;

/// Whether a file begins as an archive does: the sum over its header is in the header.
pub(super) fn is_header(input: &[u8]) -> bool {
    let Some(block) = input.get(..BLOCK) else { return false };
    block.first() != Some(&0) && sum_in(block).is_some_and(|sum| sum == sum_of(block))
}

/// The sum of the header's bytes, its own field taken as blanks.
fn sum_of(block: &[u8]) -> u64 {
    let byte = |(at, byte): (usize, &u8)| u64::from(if (148..156).contains(&at) { b' ' } else { *byte });
    block.iter().enumerate().map(byte).sum()
}

fn sum_in(block: &[u8]) -> Option<u64> {
    number(block.get(148..156)?)
}

/// Octal digits, or a number in base 256 whose first bit is set.
fn number(field: &[u8]) -> Option<u64> {
    if let [first, rest @ ..] = field
        && *first >= 0x80
    {
        let start = u64::from(first & 0x7F);
        return rest.iter().try_fold(start, |sum, byte| sum.checked_mul(256)?.checked_add(u64::from(*byte)));
    }
    let text = field.split(|&byte| byte == 0).next()?.trim_ascii();
    let digit = |sum: u64, byte: &u8| match byte {
        b'0'..=b'7' => sum.checked_mul(8)?.checked_add(u64::from(byte - b'0')),
        _ => None,
    };
    text.iter().try_fold(0, digit)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    File,
    /// The name of the next file.
    Name,
    /// Records of the next file, its name among them.
    Records,
    Passed,
}

/// Where in the archive reading stands.
#[derive(Debug)]
pub(crate) struct Tar {
    content: Content,
    /// Bytes left of what the header announced.
    left: u64,
    padding: u64,
    /// A name that was announced for the next file, or what was read of it.
    name: Vec<u8>,
    has_name: bool,
    files: u64,
    is_over: bool,
}

/// What the input begins with.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Block {
    /// So many bytes that say nothing about files' content.
    Passed(usize),
    /// So many bytes of a header, behind which a file of this name begins.
    File(usize, String),
    /// So many bytes of the file.
    Bytes(usize),
    /// The file is over.
    End,
    /// More input is needed.
    More,
}

impl Tar {
    pub(crate) fn new() -> Self {
        Self {
            content: Content::Passed,
            left: 0,
            padding: 0,
            name: Vec::new(),
            has_name: false,
            files: 0,
            is_over: false,
        }
    }

    /// What comes next.
    pub(crate) fn next(&mut self, input: &[u8]) -> Result<Block, DamageKind> {
        let fits = |left: u64| usize::try_from(left).unwrap_or(usize::MAX).min(input.len());
        if self.left > 0 {
            let length = fits(self.left);
            if length == 0 {
                return Ok(Block::More);
            }
            self.left -= length as u64;
            if self.content == Content::File {
                return Ok(Block::Bytes(length));
            }
            if matches!(self.content, Content::Name | Content::Records) {
                self.name.extend_from_slice(input.get(..length).unwrap_or_default());
            }
            return Ok(Block::Passed(length));
        }
        match std::mem::replace(&mut self.content, Content::Passed) {
            Content::File => return Ok(Block::End),
            Content::Name => self.has_name = true,
            Content::Records => self.keep_path(),
            Content::Passed => {}
        }
        if self.padding > 0 || self.is_over {
            let length = if self.is_over { input.len() } else { fits(self.padding) };
            self.padding = self.padding.saturating_sub(length as u64);
            return Ok(if length == 0 { Block::More } else { Block::Passed(length) });
        }
        let Some(header) = input.get(..BLOCK) else { return Ok(Block::More) };
        self.header(header)
    }

    /// Whether the archive may end here: a block of zeros has said so.
    pub(crate) fn is_whole(&self) -> bool {
        self.is_over
    }

    fn header(&mut self, header: &[u8]) -> Result<Block, DamageKind> {
        // A block of zeros ends the archive; another follows, and padding.
        if header.iter().all(|&byte| byte == 0) {
            self.is_over = true;
            return Ok(Block::Passed(BLOCK));
        }
        if sum_in(header) != Some(sum_of(header)) {
            return Err(DamageKind::BadArchive);
        }
        let size = header.get(124..136).and_then(number).ok_or(DamageKind::BadArchive)?;
        self.left = size;
        self.padding = size.next_multiple_of(BLOCK as u64) - size;
        self.content = match header.get(156) {
            Some(0 | b'0' | b'7') => Content::File,
            Some(b'L') => Content::Name,
            Some(b'x') => Content::Records,
            _ => Content::Passed,
        };
        match self.content {
            Content::Name | Content::Records if size > LONGEST_NAME => Err(DamageKind::BadArchive),
            Content::Name | Content::Records => {
                self.name.clear();
                self.has_name = false;
                Ok(Block::Passed(BLOCK))
            }
            // Links, folders and devices have no content, whatever their size says; a name was for them.
            Content::Passed => {
                if header.get(156) != Some(&b'g') {
                    self.has_name = false;
                    (self.left, self.padding) = (0, 0);
                }
                Ok(Block::Passed(BLOCK))
            }
            Content::File => {
                self.files += 1;
                if self.files > MOST_FILES {
                    return Err(DamageKind::TooManyFiles);
                }
                Ok(Block::File(BLOCK, self.name_of(header)))
            }
        }
    }

    fn name_of(&mut self, header: &[u8]) -> String {
        let field = |from: usize, to: usize| {
            let field = header.get(from..to).unwrap_or_default();
            field.split(|&byte| byte == 0).next().unwrap_or_default()
        };
        let name = if std::mem::take(&mut self.has_name) {
            self.name.split(|&byte| byte == 0).next().unwrap_or_default().to_vec()
        } else {
            let folder = if field(257, 262) == b"ustar" { field(345, 500) } else { b"" };
            [folder, if folder.is_empty() { b"" } else { b"/" }, field(0, 100)].concat()
        };
        String::from_utf8_lossy(&name).into_owned()
    }

    /// `LENGTH path=NAME\n` among such records.
    fn keep_path(&mut self) {
        let mut rest = &self.name[..];
        let mut path = None;
        while let Some(space) = memchr::memchr(b' ', rest) {
            let length = rest.get(..space).and_then(|digits| std::str::from_utf8(digits).ok()?.parse::<usize>().ok());
            let Some((record, behind)) = length.and_then(|length| rest.split_at_checked(length)) else { break };
            let record = record.get(space + 1..).unwrap_or_default();
            if let Some(value) = record.strip_prefix(b"path=") {
                path = Some(value.strip_suffix(b"\n").unwrap_or(value).to_vec());
            }
            if length == Some(0) {
                break;
            }
            rest = behind;
        }
        if let Some(path) = path {
            self.name = path;
            self.has_name = true;
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A header as tar writes it.
    pub(crate) fn header(name: &str, size: usize, kind: u8) -> Vec<u8> {
        let mut block = vec![0; BLOCK];
        let (folder, name) = if name.len() > 100 { name.split_at(name.rfind('/').unwrap_or(0)) } else { ("", name) };
        let name = name.trim_start_matches('/');
        block[..name.len()].copy_from_slice(name.as_bytes());
        block[124..135].copy_from_slice(format!("{size:011o}").as_bytes());
        block[156] = kind;
        block[257..263].copy_from_slice(b"ustar\0");
        block[345..345 + folder.len()].copy_from_slice(folder.as_bytes());
        let sum = format!("{:06o}\0 ", sum_of(&block));
        block[148..156].copy_from_slice(sum.as_bytes());
        block
    }

    pub(crate) fn entry(name: &str, content: &[u8]) -> Vec<u8> {
        let mut entry = header(name, content.len(), b'0');
        entry.extend_from_slice(content);
        entry.resize(entry.len().next_multiple_of(BLOCK), 0);
        entry
    }

    fn walk(archive: &[u8], size: usize) -> Result<Vec<(String, Vec<u8>)>, DamageKind> {
        let (mut tar, mut files, mut input) = (Tar::new(), Vec::<(String, Vec<u8>)>::new(), Vec::new());
        for piece in archive.chunks(size) {
            input.extend_from_slice(piece);
            loop {
                let length = match tar.next(&input)? {
                    Block::Passed(length) => length,
                    Block::File(length, name) => {
                        files.push((name, Vec::new()));
                        length
                    }
                    Block::Bytes(length) => {
                        files.last_mut().expect("a file").1.extend_from_slice(&input[..length]);
                        length
                    }
                    Block::End => 0,
                    Block::More => break,
                };
                input.drain(..length);
            }
        }
        assert!(tar.is_whole());
        Ok(files)
    }

    #[test]
    fn files_with_short_and_long_names() {
        let long = format!("logs/{}/{}.log", "d".repeat(90), "n".repeat(60));
        let pax = format!("path={}\n", "p".repeat(200));
        let pax = format!("{} {pax}", pax.len() + 4);
        let archive = [
            header("logs/", 0, b'5'),
            entry("logs/a.log", b"one\ntwo\n"),
            entry(&long, &[b'x'; 1024]),
            [header("././@LongLink", 5, b'L'), b"g.log".to_vec(), vec![0; BLOCK - 5]].concat(),
            entry("cut", b"gnu"),
            [header("x", pax.len(), b'x'), pax.clone().into_bytes(), vec![0; BLOCK - pax.len()]].concat(),
            entry("cut", b""),
            header("link", 99, b'2'),
            vec![0; 3 * BLOCK],
        ]
        .concat();
        assert!(is_header(&archive));
        let files = walk(&archive, archive.len()).expect("an archive");
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["logs/a.log", &long, "g.log", &"p".repeat(200)]);
        assert_eq!((files[0].1.as_slice(), files[1].1.len(), files[3].1.len()), (&b"one\ntwo\n"[..], 1024, 0));
        for size in [1, 100, BLOCK, 1000] {
            assert_eq!(walk(&archive, size).as_ref(), Ok(&files));
        }
    }

    #[test]
    fn what_is_no_header_is_told() {
        let archive = [entry("a.log", b"x"), vec![b'x'; BLOCK]].concat();
        assert_eq!(walk(&archive, 100), Err(DamageKind::BadArchive));
        assert!(!is_header(&[b'x'; BLOCK]) && !is_header(&[0; BLOCK]) && !is_header(b"short"));
    }
}
