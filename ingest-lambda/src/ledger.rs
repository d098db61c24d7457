//! The account of one object: every line has exactly one fate.

use serde::{Deserialize, Serialize};

/// `lines = indexed + duplicate + filtered + quarantined + unstored + blank + control`, and the bytes they came in.
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
    /// Documents that the engine acknowledged, and that are not in their index: a pipeline dropped them or sent them
    /// elsewhere. An account of an earlier release has none.
    #[serde(default)]
    pub unstored: u64,
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
        self.unstored += other.unstored;
        self.blank += other.blank;
        self.control += other.control;
        self.received_bytes += other.received_bytes;
        self.inflated_bytes += other.inflated_bytes;
    }

    /// Whether nearly all lines that are events were left out by the filter.
    #[must_use]
    pub fn is_nearly_all_filtered(&self) -> bool {
        let events = self.lines - self.blank - self.control;
        self.filtered > 0 && self.filtered * 100 >= events * 95
    }

    /// Whether every line read has met its fate.
    #[must_use]
    pub fn balances(&self) -> bool {
        let (sent, kept) = (self.indexed + self.duplicate + self.unstored, self.filtered + self.quarantined);
        self.lines == sent + kept + self.blank + self.control
    }

    /// This account without one that was taken over from an earlier run.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        Self {
            lines: self.lines - earlier.lines,
            indexed: self.indexed - earlier.indexed,
            duplicate: self.duplicate - earlier.duplicate,
            filtered: self.filtered - earlier.filtered,
            quarantined: self.quarantined - earlier.quarantined,
            unstored: self.unstored - earlier.unstored,
            blank: self.blank - earlier.blank,
            control: self.control - earlier.control,
            ..self.clone()
        }
    }

    /// Whether the object may be settled: every line that the reader gave is in the account, with its fate, none of
    /// them is missing in the index, and as many bytes came as S3 announced. A download cut at the border of a gzip member, or in plain text, shows nowhere
    /// else.
    #[must_use]
    pub fn may_settle(&self, lines_read: u64, announced_bytes: u64) -> bool {
        self.balances() && self.unstored == 0 && self.lines == lines_read && self.received_bytes == announced_bytes
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
        assert!(balanced().may_settle(12, 500));
        assert!(Ledger::default().may_settle(0, 0), "an empty object holds nothing to lose");
        assert!(!balanced().may_settle(12, 501), "a byte is missing");
        assert!(!balanced().may_settle(13, 500), "a line is missing");
        let unacknowledged = Ledger { indexed: 3, ..balanced() };
        assert!(!unacknowledged.balances() && !unacknowledged.may_settle(12, 500));
        let dropped = Ledger { indexed: 3, unstored: 1, ..balanced() };
        assert!(dropped.balances() && !dropped.may_settle(12, 500), "acknowledged is not stored");
        let counted_twice = Ledger { duplicate: 4, ..balanced() };
        assert!(!counted_twice.may_settle(12, 500));
    }

    #[test]
    fn accounts_of_parts_add_up() {
        let mut sum = balanced();
        sum.add(&balanced());
        assert!(sum.balances());
        assert_eq!((sum.lines, sum.quarantined, sum.received_bytes), (24, 4, 1000));
        let rest = sum.since(&balanced());
        assert!(rest.balances());
        assert_eq!((rest.lines, rest.quarantined, rest.received_bytes), (12, 2, 1000), "bytes are received again");
    }
}
