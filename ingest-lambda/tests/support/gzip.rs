//! Text into gzip, and from any number of its members.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use parser_wasm::{Limits, LogReader};

/// A member.
pub fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).expect("into memory");
    encoder.finish().expect("into memory")
}

/// The lines of a compressed text.
pub fn gunzip_lines(gzip: &[u8]) -> Vec<String> {
    let mut reader = LogReader::of_lines(Limits { line_bytes: 64 << 20 });
    reader.push(gzip).expect("no damage yet");
    let mut lines = Vec::new();
    while let Some(line) = reader.next_line() {
        lines.push(String::from_utf8(line.bytes.to_vec()).expect("UTF-8"));
    }
    assert!(reader.finish().expect("whole").is_none(), "a line ending is missing");
    lines
}
