//! The account of one object: every line has exactly one fate.

/// A line that is not in the index and will not get there by trying again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// Its number in the log, from 1.
    pub line: u64,
    /// What the parser or the engine had against it.
    pub reason: String,
}

/// `lines = indexed + duplicate + blank + control + rejected`, and the bytes they came in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Lines read from the log.
    pub lines: u64,
    /// Documents the engine acknowledged as new.
    pub indexed: u64,
    /// Documents that were in the index already, from an earlier run.
    pub duplicate: u64,
    /// Blank lines.
    pub blank: u64,
    /// Control lines, which AWS writes for its own ends.
    pub control: u64,
    /// Lines that could not be parsed, or whose document the engine rejected.
    pub rejected: u64,
    /// The first of those.
    pub first_rejected: Option<Rejected>,
    /// Bytes received from S3.
    pub received_bytes: u64,
    /// Bytes of log text in them.
    pub inflated_bytes: u64,
}

impl Ledger {
    /// Enters a rejected line.
    pub fn reject(&mut self, line: u64, reason: impl FnOnce() -> String) {
        self.rejected += 1;
        if self.first_rejected.as_ref().is_none_or(|first| line < first.line) {
            let reason = reason();
            self.first_rejected = Some(Rejected { line, reason });
        }
    }

    /// Whether every line read has met its fate.
    #[must_use]
    pub fn balances(&self) -> bool {
        self.lines == self.indexed + self.duplicate + self.blank + self.control + self.rejected
    }

    /// Whether the object may be deleted, as far as the ledger knows: everything acknowledged,
    /// nothing rejected, and as many bytes received as S3 announced. A download cut at the border
    /// of a gzip member, or in plain text, shows nowhere else.
    #[must_use]
    pub fn may_settle(&self, announced_bytes: u64) -> bool {
        self.balances() && self.rejected == 0 && self.received_bytes == announced_bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn balanced() -> Ledger {
        Ledger { lines: 10, indexed: 4, duplicate: 3, blank: 2, control: 1, received_bytes: 500, ..Ledger::default() }
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
    fn a_rejected_line_balances_and_yet_does_not_settle() {
        let mut ledger = Ledger { lines: 12, ..balanced() };
        ledger.reject(7, || "seven".to_owned());
        ledger.reject(5, || "five".to_owned());
        assert!(ledger.balances());
        assert!(!ledger.may_settle(500));
        assert_eq!(ledger.first_rejected.unwrap().reason, "five");
    }
}
