//! Whole numbers in every decimal notation: `500`, `500.0`, `5e2`, `.5E+3`.

/// A decimal number, cut down to a whole one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decimal {
    /// The number, or the next whole one below it.
    pub floor: i64,
    /// Whether the number itself is a whole one.
    pub is_whole: bool,
}

/// More digits than a `long` has, on either side of the point: beyond them is no digit that counts.
const MOST_SHIFT: i64 = 100;

impl Decimal {
    /// Reads a number that a `long` has room for, exactly.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (is_negative, text) = match text.strip_prefix('-') {
            Some(text) => (true, text),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        // The point stands behind that many of the digits.
        let point = whole.len() as i64 + exponent.clamp(-MOST_SHIFT - whole.len() as i64, MOST_SHIFT);
        let at = usize::try_from(point).unwrap_or(0);
        let missing = at.saturating_sub(digits.len());
        let mut number = 0_i128;
        for digit in digits.iter().take(at).copied().chain(std::iter::repeat_n(b'0', missing)) {
            number = number.checked_mul(10)?.checked_add(i128::from(digit - b'0'))?;
        }
        let is_whole = digits.iter().skip(at).all(|digit| *digit == b'0');
        let number = if is_negative { -number - i128::from(!is_whole) } else { number };
        Some(Self { floor: i64::try_from(number).ok()?, is_whole })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_every_notation() {
        for (text, expected) in [
            ("500", Some((500, true))),
            ("+500", Some((500, true))),
            ("0500", Some((500, true))),
            ("500.", Some((500, true))),
            ("500.0", Some((500, true))),
            ("5e2", Some((500, true))),
            (".5E+3", Some((500, true))),
            ("50000e-2", Some((500, true))),
            ("499.5", Some((499, false))),
            ("-0.5", Some((-1, false))),
            ("-1.0", Some((-1, true))),
            ("-1.5", Some((-2, false))),
            ("1e-9", Some((0, false))),
            ("0e99999", Some((0, true))),
            ("1e-99999999999", Some((0, false))),
            ("9007199254740993.0", Some((9_007_199_254_740_993, true))),
            ("9223372036854775807", Some((i64::MAX, true))),
            ("-9223372036854775808", Some((i64::MIN, true))),
            ("9223372036854775808", None),
            ("1e99", None),
            ("", None),
            (".", None),
            ("+-5", None),
            ("5xx", None),
            ("0x1F4", None),
            ("1,000", None),
            ("1_000", None),
            ("NaN", None),
            ("1e", None),
        ] {
            let found = Decimal::parse(text).map(|decimal| (decimal.floor, decimal.is_whole));
            assert_eq!(found, expected, "{text}");
        }
    }
}
