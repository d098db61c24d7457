//! How large a share of the documents the engine refuses: the guard against a refusal that is not the documents'.

use std::collections::HashSet;

/// So many may always be refused: of a few documents the share says nothing.
const FEW: usize = 10;

/// More than this share of the documents is seldom their own fault: of honest logs hardly a line is refused.
const MOST_PERCENT: usize = 20;

/// What is remembered, in documents: of more, the older count half.
const REMEMBERED: usize = 1000;

/// One object whose documents are refused is an object's failure. So many in a row, with nothing good in between,
/// are a mapping's, or somebody's in front of the engine.
const MANY_OBJECTS: usize = 10;

/// A count of refused documents, over a batch or over the latest of many small ones.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct RefusalRate {
    pub(super) refused: usize,
    pub(super) documents: usize,
}

impl RefusalRate {
    /// What was refused may be the documents' own fault. Too large a share, with too many in it, is another's.
    pub(super) fn is_too_large(self) -> bool {
        self.refused > FEW && self.refused * 100 > self.documents * MOST_PERCENT
    }
}

/// What is watched over all batches.
#[derive(Debug, Default)]
pub(super) struct LatestRefusals {
    rate: RefusalRate,
    /// Objects with too large a share, since one had a good one.
    in_a_row: HashSet<String>,
}

impl LatestRefusals {
    /// Enters a batch, and forgets older ones by and by. Whether the latest, which say more than small batches one by
    /// one, are refused too often, and this batch is one of them.
    pub(super) fn enter(&mut self, batch: RefusalRate) -> Option<RefusalRate> {
        self.rate.refused += batch.refused;
        self.rate.documents += batch.documents;
        while self.rate.documents > REMEMBERED {
            self.rate.refused /= 2;
            self.rate.documents /= 2;
        }
        if batch.refused > 0 && self.rate.is_too_large() {
            return Some(self.rate);
        }
        if batch.refused < batch.documents {
            self.in_a_row.clear();
        }
        None
    }

    /// An object is parked for its share. Whether it is one of so many that the run has to end; one that comes after
    /// it begins anew.
    pub(super) fn park(&mut self, object: &str) -> bool {
        self.in_a_row.insert(object.to_owned());
        let is_everybodys = self.in_a_row.len() >= MANY_OBJECTS;
        if is_everybodys {
            *self = Self::default();
        }
        is_everybodys
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_too_large(refused: usize, documents: usize) -> bool {
        RefusalRate { refused, documents }.is_too_large()
    }

    #[test]
    fn a_few_are_never_too_many() {
        assert!(!is_too_large(10, 10));
        assert!(is_too_large(11, 11));
        assert!(is_too_large(11, 54));
        assert!(!is_too_large(11, 55));
    }

    #[test]
    fn what_is_long_past_counts_less() {
        let mut latest = LatestRefusals::default();
        (0..100).for_each(|_| assert_eq!(latest.enter(RefusalRate { refused: 0, documents: 5000 }), None));
        assert!(latest.rate.documents <= REMEMBERED && latest.rate.refused == 0);
        let small = RefusalRate { refused: 3, documents: 3 };
        assert!((0..300).any(|_| latest.enter(small).is_some()), "{latest:?}");
        assert_eq!(latest.enter(RefusalRate { refused: 0, documents: 3 }), None, "it has no part in it");
    }

    #[test]
    fn one_object_is_its_own_failure_and_many_in_a_row_are_everybodys() {
        let mut latest = LatestRefusals::default();
        assert!((0..50).all(|_| !latest.park("a.log")));
        assert!((0..8).all(|number| !latest.park(&format!("{number}.log"))));
        latest.enter(RefusalRate { refused: 0, documents: 3 });
        assert!((0..9).all(|number| !latest.park(&format!("{number}.log"))));
        assert!(latest.park("z.log"));
        assert!(!latest.park("z.log"), "a run that comes after begins anew");
    }
}
