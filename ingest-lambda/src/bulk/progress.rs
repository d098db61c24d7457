//! Who got through, and when: tells a document's or an object's failure from everybody's.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What happened longer ago says nothing of now.
const RECENT: Duration = Duration::from_secs(60);

/// So many indices are remembered; a batch has one or two.
const MOST_INDICES: usize = 64;

/// What the engine took of late, and who got nothing through since.
#[derive(Debug, Default)]
pub(super) struct Progress(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    taken: HashMap<String, Taken>,
    last: Option<Instant>,
    /// Indices for which a batch has lost its patience, and which took nothing since; none stands for the engine.
    ill: HashSet<Option<String>>,
    /// When a control failed last.
    doubted: Option<Instant>,
    /// Objects that were given up since anything was taken.
    in_a_row: HashSet<(Kind, String)>,
}

/// What objects are given up for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// Their index refuses them, or is too busy, while the engine answers.
    Index,
    /// They are not allowed to be written, while others were.
    Denied,
    /// The engine does not answer, or refuses requests as a whole.
    Engine,
}

impl Kind {
    /// So many objects in a row, with nothing taken in between, have not failed each for itself. An index is no other
    /// index: many late logs of closed ones may come before the first of today.
    fn many(self) -> usize {
        match self {
            Self::Index => 100,
            Self::Denied | Self::Engine => 2,
        }
    }
}

#[derive(Debug)]
struct Taken {
    at: Instant,
    /// The item that was taken last.
    item: Vec<u8>,
}

/// How to see whether an index takes anything at present.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Control {
    /// By sending this item again, which it has: that changes nothing.
    Item(Vec<u8>),
    /// It took something since the moment asked for, but gives no ids, and would have the item twice.
    TookOthers,
    /// Not at all: it took nothing of late.
    None,
}

impl Progress {
    /// An index took this item, or had it.
    pub(super) fn took(&self, index: &str, item: &[u8]) {
        let mut state = self.lock();
        let now = Instant::now();
        state.last = Some(now);
        state.in_a_row.clear();
        if !state.ill.is_empty() {
            state.ill.remove(&None);
            state.ill.remove(&Some(index.to_owned()));
        }
        if let Some(taken) = state.taken.get_mut(index) {
            taken.at = now;
            taken.item.clear();
            taken.item.extend_from_slice(item);
            return;
        }
        if state.taken.len() >= MOST_INDICES {
            state.taken.clear();
        }
        state.taken.insert(index.to_owned(), Taken { at: now, item: item.to_owned() });
    }

    /// Whether anything was taken after this.
    pub(super) fn since(&self, moment: Instant) -> bool {
        self.lock().last.is_some_and(|last| last > moment)
    }

    /// Whether anything was taken shortly before this, or after.
    pub(super) fn shortly_before(&self, moment: Instant) -> bool {
        self.lock().last.is_some_and(|last| last + RECENT > moment)
    }

    /// How to see whether the index takes anything, since this moment.
    pub(super) fn control(&self, index: &str, since: Instant) -> Control {
        let state = self.lock();
        match state.taken.get(index) {
            // Something older may have been deleted on purpose meanwhile.
            Some(taken) if has_id(&taken.item) && taken.at.elapsed() < RECENT => Control::Item(taken.item.clone()),
            Some(taken) if taken.at > since => Control::TookOthers,
            _ => Control::None,
        }
    }

    /// A control failed: the engine does not even take what it has.
    pub(super) fn doubt(&self) {
        self.lock().doubted = Some(Instant::now());
    }

    /// Whether what fails of late may fail by chance.
    pub(super) fn is_in_doubt(&self) -> bool {
        self.lock().doubted.is_some_and(|doubted| doubted.elapsed() < RECENT)
    }

    /// A batch has lost its patience with this index, or with the engine.
    pub(super) fn mark_ill(&self, index: Option<&str>) {
        self.lock().ill.insert(index.map(str::to_owned));
    }

    /// Whether a batch has lost its patience with the same before, and nobody got through since.
    pub(super) fn is_ill(&self, index: Option<&str>) -> bool {
        let ill = &self.lock().ill;
        !ill.is_empty() && ill.contains(&index.map(str::to_owned))
    }

    /// An object is given up. Whether it is one of so many in a row that it is everybody's failure: whoever comes
    /// later begins anew.
    pub(super) fn give_up(&self, kind: Kind, object: &str) -> bool {
        let mut state = self.lock();
        state.in_a_row.insert((kind, object.to_owned()));
        let is_everybodys = state.in_a_row.iter().filter(|(other, _)| *other == kind).count() >= kind.many();
        if is_everybodys {
            state.in_a_row.clear();
            state.ill.clear();
        }
        is_everybodys
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether an item's action names an id.
fn has_id(item: &[u8]) -> bool {
    const ID: &[u8] = br#","_id":""#;
    let action = item.split(|byte| *byte == b'\n').next().unwrap_or_default();
    action.windows(ID.len()).any(|window| window == ID)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ITEM: &[u8] = b"{\"create\":{\"_index\":\"a\",\"_id\":\"1\"}}\n{}\n";

    #[test]
    fn an_item_serves_as_control_for_its_index_and_only_with_an_id() {
        let progress = Progress::default();
        let before = Instant::now();
        assert_eq!(progress.control("a", before), Control::None);
        progress.took("a", ITEM);
        progress.took("b", b"{\"create\":{\"_index\":\"b\"}}\n{}\n");
        let after = Instant::now();
        assert_eq!(progress.control("a", after), Control::Item(ITEM.to_owned()));
        assert_eq!(progress.control("b", before), Control::TookOthers);
        assert_eq!(progress.control("b", after), Control::None);
        assert_eq!(progress.control("c", before), Control::None);
        assert!(!progress.is_in_doubt());
        progress.doubt();
        assert!(progress.is_in_doubt());
    }

    #[test]
    fn objects_in_a_row_are_everybodys_failure_and_one_object_never_is() {
        let progress = Progress::default();
        assert!((0..10).all(|_| !progress.give_up(Kind::Engine, "a.log")));
        assert!(!progress.give_up(Kind::Denied, "b.log"), "that is another thing");
        progress.took("a", ITEM);
        assert!(!progress.give_up(Kind::Engine, "c.log"));
        assert!(progress.give_up(Kind::Engine, "d.log"));
        assert!(!progress.give_up(Kind::Engine, "e.log"), "the next run begins anew");
        let ended = (0..200).position(|number| progress.give_up(Kind::Index, &format!("{number}.log")));
        assert_eq!(ended, Some(99), "an index is no other index");
    }

    #[test]
    fn an_ill_index_is_well_when_it_takes_something() {
        let progress = Progress::default();
        progress.mark_ill(Some("a"));
        progress.mark_ill(None);
        assert!(progress.is_ill(Some("a")) && !progress.is_ill(Some("b")) && progress.is_ill(None));
        progress.took("b", ITEM);
        assert!(progress.is_ill(Some("a")) && !progress.is_ill(None));
        progress.took("a", ITEM);
        assert!(!progress.is_ill(Some("a")));
    }

    #[test]
    fn recent_is_a_matter_of_when() {
        let progress = Progress::default();
        let begun = Instant::now();
        assert!(!progress.shortly_before(begun) && !progress.since(begun));
        progress.took("a", ITEM);
        assert!(progress.since(begun) && progress.shortly_before(Instant::now()));
        assert!(!progress.since(Instant::now()) && !progress.shortly_before(Instant::now() + RECENT * 2));
    }
}
