//! How large a share of the documents the engine refuses.

use super::entry::Refusal;
use crate::cancel::StopReason;

/// So many may always be refused: of a few documents the share says nothing.
const FEW: usize = 10;

/// What is remembered, in documents: of more, the older count half.
const REMEMBERED: usize = 1000;

/// A count of refused documents, over a batch or over the latest of many small ones.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct RefusalRate {
    pub(super) refused: usize,
    pub(super) documents: usize,
}

impl RefusalRate {
    /// Enters a batch, and forgets older ones by and by.
    pub(super) fn enter(&mut self, batch: Self) {
        self.refused += batch.refused;
        self.documents += batch.documents;
        while self.documents > REMEMBERED {
            self.refused /= 2;
            self.documents /= 2;
        }
    }

    /// What was refused may be the documents' own fault. Too large a share, with too many in it,
    /// is another's: a mapping, a proxy.
    ///
    /// # Errors
    /// When the run has to cancel.
    pub(super) fn check(self, percent: usize, cause: &Refusal) -> Result<(), StopReason> {
        let Self { refused, documents } = self;
        if refused > FEW && refused * 100 > documents * percent {
            let why = format!("{refused} of the latest {documents} documents, one of them for {cause}");
            return Err(StopReason::Refused(why));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_too_large(refused: usize, documents: usize) -> bool {
        let cause = Refusal { status: 400, kind: "bad".into(), reason: String::new() };
        RefusalRate { refused, documents }.check(50, &cause).is_err()
    }

    #[test]
    fn a_few_are_never_too_many() {
        assert!(!is_too_large(10, 10));
        assert!(is_too_large(11, 11));
        assert!(is_too_large(11, 21));
        assert!(!is_too_large(11, 22));
    }

    #[test]
    fn what_is_long_past_counts_less() {
        let mut latest = RefusalRate::default();
        (0..100).for_each(|_| latest.enter(RefusalRate { refused: 0, documents: 5000 }));
        assert!(latest.documents <= REMEMBERED && latest.refused == 0);
        (0..300).for_each(|_| latest.enter(RefusalRate { refused: 3, documents: 3 }));
        assert!(is_too_large(latest.refused, latest.documents), "{latest:?}");
    }
}
