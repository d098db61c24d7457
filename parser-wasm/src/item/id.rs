//! Document ids: the same line of the same object always has the same id, wherever the object lies.
//!
//! An id is 32 characters: 12 of the object, 6 of the line's number, 14 of what tells the line from all others. They are
//! digits of six bits in the order of ASCII, so that ids of one object sort in the order of its lines; and they are the
//! characters of base64url, which Elasticsearch and OpenSearch store as the 24 bytes that they are.

use std::fmt;

use highway::{HighwayHash, HighwayHasher, Key};

const DIGITS: &[u8; 64] = b"-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";

const OBJECT_DIGITS: usize = 12;
const NUMBER_DIGITS: usize = 6;
const LINE_DIGITS: usize = 14;

/// The hash of names; "Albatross ids 1" in ASCII. It must never change.
const NAMES: Key = Key([0x416C_6261_7472_6F73, 0x7320_6964_7320_3100, 0, 0]);

/// Makes the ids of one object's lines.
#[derive(Clone)]
pub(crate) struct Ids {
    object: [u8; OBJECT_DIGITS],
    /// Another one for each object, so that what was found for one is of no use for another.
    key: Key,
}

impl Ids {
    /// For the object of this name.
    pub(crate) fn of(object: &str) -> Self {
        let [a, b, c, d] = HighwayHasher::new(NAMES).hash256(object.as_bytes());
        let digest = HighwayHasher::new(Key([a, b, c, d])).hash128(object.as_bytes());
        Self { object: digits(wide(digest)), key: Key([a, b, c, d]) }
    }

    /// Appends the id of a line; `content` is what tells it from the line that another object of this name, or another
    /// version of this one, has in its place.
    pub(crate) fn write(&self, line_number: u64, content: &[u8], out: &mut Vec<u8>) {
        let line = HighwayHasher::new(self.key).hash128(content);
        out.extend_from_slice(&self.object);
        out.extend_from_slice(&digits::<NUMBER_DIGITS>(u128::from(line_number)));
        out.extend_from_slice(&digits::<LINE_DIGITS>(wide(line)));
    }
}

impl fmt::Debug for Ids {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Ids").field(&String::from_utf8_lossy(&self.object)).finish()
    }
}

fn wide([low, high]: [u64; 2]) -> u128 {
    u128::from(high) << 64 | u128::from(low)
}

/// The last digits of a number, the most significant first.
fn digits<const COUNT: usize>(value: u128) -> [u8; COUNT] {
    std::array::from_fn(|at| {
        let six = (value >> (6 * (COUNT - 1 - at))) & 0x3F;
        DIGITS.get(six as usize).copied().unwrap_or_default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(object: &str, line_number: u64, content: &[u8]) -> String {
        let mut id = Vec::new();
        Ids::of(object).write(line_number, content, &mut id);
        String::from_utf8(id).unwrap()
    }

    /// Written down, because ids must never change: a replay would double every document.
    #[test]
    fn ids_are_stable() {
        assert_eq!(id("a.log.gz", 255, b"line"), "corWyO-i35B0----2zAIDULSPMqLKCzp");
    }

    #[test]
    fn ids_sort_as_lines_do_and_are_of_one_width() {
        let numbers = [0, 1, 62, 63, 64, 65, 4095, 4096, 1 << 24, (1 << 36) - 1];
        let ids: Vec<String> = numbers.iter().map(|number| id("a.log", *number, b"")).collect();
        assert!(ids.is_sorted_by(|a, b| a < b), "{ids:#?}");
        assert!(ids.iter().all(|id| id.len() == 32));
    }

    #[test]
    fn object_and_line_have_their_part() {
        let parts = |object: &str, line_number, content: &[u8]| {
            let id = id(object, line_number, content);
            let (object, line) = id.split_at(OBJECT_DIGITS);
            (object.to_owned(), line.split_at(NUMBER_DIGITS).1.to_owned())
        };
        let (object, line) = parts("a.log", 1, b"x");
        assert_eq!((&object, &line), (&parts("a.log", 7, b"x").0, &parts("a.log", 7, b"x").1));
        assert_ne!(object, parts("b.log", 1, b"x").0);
        assert_ne!(line, parts("b.log", 1, b"x").1, "what was found for one object is of no use for another");
        assert_ne!(line, parts("a.log", 1, b"y").1);
    }
}
