//! The account of one object: every line has exactly one fate.

use serde::{Deserialize, Serialize};

/// `lines = indexed + duplicate + filtered + quarantined + blank + control`, and the bytes they came in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// Lines read from the log.
    pub lines: u64,
    /// Documents the engine acknowledged as new.
    pub indexed: u64,
    /// Documents that were in the index already, from an earlier run.
    pub duplicate: u64,
    /// Lines that the filter left out.
    pub filtered: u64,
    /// Lines that could not be parsed, or whose document the engine rejected.
    pub quarantined: u64,
    /// Blank lines.
    pub blank: u64,
    /// Control lines, which AWS writes for its own ends.
    pub control: u64,
    /// Bytes received from S3.
    pub received_bytes: u64,
    /// Bytes of log text in them.
    pub inflated_bytes: u64,
}

impl Ledger {
    /// Enters what another account says of other lines.
    pub fn add(&mut self, other: &Self) {
        self.lines += other.lines;
        self.indexed += other.indexed;
        self.duplicate += other.duplicate;
        self.filtered += other.filtered;
        self.quarantined += other.quarantined;
        self.blank += other.blank;
        self.control += other.control;
        self.received_bytes += other.received_bytes;
        self.inflated_bytes += other.inflated_bytes;
    }

    /// Whether every line read has met its fate.
    #[must_use]
    pub fn balances(&self) -> bool {
        let fates = self.indexed + self.duplicate + self.filtered + self.quarantined + self.blank + self.control;
        self.lines == fates
    }

    /// Whether the object may be settled, as far as the ledger knows: every line accounted for, and
    /// as many bytes received as S3 announced. A download cut at the border of a gzip member, or in
    /// plain text, shows nowhere else.
    #[must_use]
    pub fn may_settle(&self, announced_bytes: u64) -> bool {
        self.balances() && self.received_bytes == announced_bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn balanced() -> Ledger {
        Ledger {
            lines: 12,
            indexed: 4,
            duplicate: 3,
            quarantined: 2,
            blank: 2,
            control: 1,
            received_bytes: 500,
            ..Ledger::default()
        }
    }

    #[test]
    fn settles_only_when_every_line_and_byte_is_there() {
        assert!(balanced().may_settle(500));
        assert!(Ledger::default().may_settle(0), "an empty object holds nothing to lose");
        assert!(!balanced().may_settle(501), "a byte is missing");
        let unacknowledged = Ledger { indexed: 3, ..balanced() };
        assert!(!unacknowledged.balances() && !unacknowledged.may_settle(500));
        let counted_twice = Ledger { duplicate: 4, ..balanced() };
        assert!(!counted_twice.may_settle(500));
    }

    #[test]
    fn accounts_of_parts_add_up() {
        let mut sum = balanced();
        sum.add(&balanced());
        assert!(sum.balances());
        assert_eq!((sum.lines, sum.quarantined, sum.received_bytes), (24, 4, 1000));
    }
}
