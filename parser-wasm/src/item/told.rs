//! What is told once per file: that lines had something around them, which was taken off.

use crate::format::Around;
use std::collections::BTreeMap;

/// How many lines of a file had what around them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told(BTreeMap<Around, u64>);

impl Told {
    /// Counts a line.
    pub fn count(&mut self, around: Option<Around>) {
        if let Some(around) = around {
            *self.0.entry(around).or_default() += 1;
        }
    }

    /// In sentences, such as "2 lines had a line number before them".
    pub fn sentences(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|(around, count)| match count {
            1 => format!("1 line had {}, which was taken off", around.words()),
            count => format!("{count} lines had {}, which was taken off", around.words()),
        })
    }
}
