//! UTF-16 with its mark (RFC 2781), as Windows shells write it, to UTF-8.

use crate::gzip::Step;

/// The order of the two bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Little,
    Big,
}

const MARKS: [([u8; 2], Order); 2] = [([0xFF, 0xFE], Order::Little), ([0xFE, 0xFF], Order::Big)];

impl Order {
    pub(super) fn of(input: &[u8]) -> Option<Self> {
        MARKS.iter().find(|(mark, _)| input.starts_with(mark)).map(|(_, order)| *order)
    }

    pub(super) fn may_become(input: &[u8]) -> bool {
        MARKS.iter().any(|(mark, _)| mark.starts_with(input))
    }
}

/// The decoder between two pieces of input.
#[derive(Debug)]
pub(crate) struct Utf16 {
    order: Order,
    /// The first half of a character that takes two units.
    high: Option<u16>,
    is_begun: bool,
}

impl Utf16 {
    pub(crate) fn new(order: Order) -> Self {
        Self { order, high: None, is_begun: false }
    }

    /// Goes as far as `input` and `output` allow. A half without its other half becomes U+FFFD.
    pub(crate) fn step(&mut self, input: &[u8], output: &mut [u8]) -> Step {
        let (mut consumed, mut written) = (0, 0);
        for pair in input.chunks_exact(2) {
            // Two characters at most, of three bytes and of four.
            let Some(room) = output.get_mut(written..).filter(|room| room.len() >= 7) else { break };
            let [first, second] = *pair else { break };
            let unit = match self.order {
                Order::Little => u16::from_le_bytes([first, second]),
                Order::Big => u16::from_be_bytes([first, second]),
            };
            consumed += 2;
            if !std::mem::replace(&mut self.is_begun, true) {
                // The mark.
                continue;
            }
            let is_high = (0xD800..0xDC00).contains(&unit);
            let (first, second) = match self.high.take() {
                None if is_high => (None, None),
                None => (Some(char::decode_utf16([unit])), None),
                Some(high) if is_high => (Some(char::decode_utf16([high])), None),
                Some(high) if (0xDC00..0xE000).contains(&unit) => (None, Some(char::decode_utf16([high, unit]))),
                Some(high) => (Some(char::decode_utf16([high])), Some(char::decode_utf16([unit, 0]))),
            };
            if is_high {
                self.high = Some(unit);
            }
            let mut at = 0;
            let ones = first.into_iter().filter_map(|mut it| it.next());
            let twos = second.into_iter().filter_map(|mut it| it.next());
            for character in ones.chain(twos) {
                let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
                if let Some(room) = room.get_mut(at..at + character.len_utf8()) {
                    at += character.encode_utf8(room).len();
                }
            }
            written += at;
        }
        Step { consumed, written }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_of_one_and_two_units_in_both_orders() {
        let text = "https é 漢 😀\n";
        for order in [Order::Little, Order::Big] {
            let unit = |unit: u16| if order == Order::Little { unit.to_le_bytes() } else { unit.to_be_bytes() };
            let units: Vec<u16> =
                [0xFEFF].into_iter().chain(text.encode_utf16()).chain([0xD83D, 0x0041, 0xDE00]).collect();
            let bytes: Vec<u8> = units.into_iter().flat_map(unit).collect();
            for size in [1, 2, 3, 100] {
                let (mut decoder, mut out, mut input) = (Utf16::new(order), Vec::new(), Vec::new());
                for piece in bytes.chunks(size) {
                    input.extend_from_slice(piece);
                    loop {
                        let mut room = [0; 9];
                        let Step { consumed, written } = decoder.step(&input, &mut room);
                        input.drain(..consumed);
                        out.extend_from_slice(&room[..written]);
                        if consumed == 0 {
                            break;
                        }
                    }
                }
                assert_eq!(String::from_utf8_lossy(&out), format!("{text}\u{FFFD}A\u{FFFD}"), "{order:?} {size}");
            }
        }
    }
}
