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
