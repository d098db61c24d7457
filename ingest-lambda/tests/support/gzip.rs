//! Text from gzip of any number of members.

use parser_wasm::{Limits, LogReader};

/// The lines of a compressed text.
pub fn gunzip_lines(gzip: &[u8]) -> Vec<String> {
    let mut reader = LogReader::new(Limits { line_bytes: 64 << 20 });
    reader.push(gzip).expect("no damage yet");
    let mut lines = Vec::new();
    while let Some(line) = reader.next_line() {
        lines.push(String::from_utf8(line.bytes.to_vec()).expect("UTF-8"));
    }
    assert!(reader.finish().expect("whole").is_none(), "a line ending is missing");
    lines
}
