//! Document ids: the same line of the same object always has the same id, wherever the object lies.

use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

/// The part of the id that all lines of an object share: 96 bits of its base name, base64url, 16 characters.
pub(crate) fn object_id(base_name: &str) -> [u8; 16] {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let bits = xxh3_128(base_name.as_bytes());
    // Six bits a character, from the most significant end.
    std::array::from_fn(|at| {
        let six = (bits >> (122 - 6 * at)) & 0x3F;
        ALPHABET.get(six as usize).copied().unwrap_or_default()
    })
}

/// Appends the id of one line: object, `-`, line number in 8 hex digits, `-`, 32 bits of the raw line in 8 hex digits.
/// Fixed width, so that ids of one object sort in the order of its lines.
pub(crate) fn write_id(object: &[u8; 16], line_number: u64, raw: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(object);
    out.push(b'-');
    write_hex(line_number as u32, out);
    out.push(b'-');
    write_hex((xxh3_64(raw) >> 32) as u32, out);
}

fn write_hex(value: u32, out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    out.extend(
        (0..8).rev().map(|nibble| DIGITS.get((value >> (4 * nibble)) as usize & 0xF).copied().unwrap_or_default()),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written down, because ids must never change: a replay would double every document.
    #[test]
    fn ids_are_stable() {
        let mut id = Vec::new();
        write_id(&object_id("a.log.gz"), 255, b"line", &mut id);
        assert_eq!(String::from_utf8_lossy(&id), "X_boxPUAqhXveJ2C-000000ff-34e39687");
    }
}
