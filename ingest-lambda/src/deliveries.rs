//! Which of AWS's two deliveries the keys of a bucket show: where one load balancer has both, each request is logged twice.

use parser_wasm::KeyKind;
use serde::{Serialize, Serializer};

/// What is told where both were seen.
const BOTH: &str = "the bucket has logs of both deliveries, the classical and the newer one: a load balancer that has \
                    both would be indexed twice. Switch one of them off, or set ALBATROSS_PREFIX to one of them";

/// The deliveries seen.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Deliveries {
    classical: bool,
    newer: bool,
}

impl Deliveries {
    /// Takes a key's kind into account.
    pub(crate) fn note(&mut self, kind: KeyKind) {
        match kind {
            KeyKind::NamedByAws(_) => self.classical = true,
            KeyKind::Delivered | KeyKind::Parquet => self.newer = true,
            KeyKind::NamedLog | KeyKind::TestFile | KeyKind::Other => {}
        }
    }

    /// Whether there is nothing to tell.
    #[must_use]
    pub fn is_one(&self) -> bool {
        !(self.classical && self.newer)
    }

    /// What to do, where both were seen.
    #[must_use]
    pub fn told(&self) -> Option<&'static str> {
        (!self.is_one()).then_some(BOTH)
    }
}

/// As the sentence about them.
impl Serialize for Deliveries {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.told().serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_are_told_and_one_is_not() {
        let folder = "AWSLogs/123456789012/elasticloadbalancing/eu-west-1/2026/11/23/";
        let classical = "123456789012_elasticloadbalancing_eu-west-1_app.a.1_20261123T0005Z_192.0.2.1_x.log.gz";
        let told = |keys: &[&str]| {
            let mut deliveries = Deliveries::default();
            keys.iter().for_each(|key| deliveries.note(KeyKind::of(&format!("{folder}{key}"))));
            deliveries.told()
        };
        assert_eq!(told(&[classical, classical, "a.log"]), None);
        assert_eq!(told(&["0a1b.json.gz", "0a1b.parquet"]), None);
        assert_eq!(told(&[classical, "0a1b.json.gz"]), Some(BOTH));
    }
}
