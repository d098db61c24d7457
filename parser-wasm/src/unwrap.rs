//! What logs are wrapped in, taken off as bytes and lines go by, in bounded memory.

mod relined;
mod sniff;
mod table;
mod tar;
mod utf16;

pub(crate) use relined::Relined;
pub(crate) use sniff::{SNIFFED_BYTES, Sniffed, first_line, sniff};
pub(crate) use table::{Row, Table};
#[cfg(test)]
pub(crate) use tar::tests::entry as tar_entry;
pub(crate) use tar::{Block, Tar};
pub(crate) use utf16::Utf16;

/// What a person should know of so many files that were not read, in an archive or a folder; nothing of none.
pub fn passed_over(files: u64) -> Option<String> {
    match files {
        0 => None,
        1 => Some("1 file in it is no log by its name, and was passed over".to_owned()),
        count => Some(format!("{count} files in it are no logs by their names, and were passed over")),
    }
}
