//! Indices of days long past, or to come: one run may write to so many of them.
//!
//! An index follows from the time in a line, and a cluster takes so many shards. Whoever can write one object could
//! otherwise take the last of them.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use chrono::{DateTime, Days, NaiveDate, Utc};
use parser_wasm::Settings;

use super::{Batch, Parked, ParkedCode};

/// Logs of the last days, and of tomorrow by another clock, are what a run is for.
const DAYS_BEFORE: u64 = 31;
const DAYS_AFTER: u64 = 1;

/// The indices that a run has written to.
#[derive(Debug)]
pub(super) struct OldIndices {
    settings: Settings,
    most: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    today: Option<NaiveDate>,
    recent: HashSet<String>,
    old: HashSet<String>,
}

impl OldIndices {
    pub(super) fn new(settings: &Settings, most: usize) -> Self {
        Self { settings: settings.clone(), most, state: Mutex::default() }
    }

    /// A run begins.
    pub(super) fn begin(&self) {
        self.lock().old.clear();
    }

    /// Whether a batch may be sent; otherwise its object is parked.
    pub(super) fn admit(&self, batch: &Batch) -> Result<(), Parked> {
        let mut state = self.lock();
        state.look_at_the_calendar(&self.settings, DateTime::<Utc>::from(SystemTime::now()).date_naive());
        let mut head: &[u8] = &[];
        for item in 0..batch.len() {
            if !head.is_empty() && batch.item(item).starts_with(head) {
                continue;
            }
            head = batch.head_of(item);
            let index = batch.index_of(item);
            if !state.admits(index, self.most) {
                let reason = format!("ALBATROSS_OLD_INDICES is {}", self.most);
                return Err(Parked { code: ParkedCode::ManyIndices, index: Some(index.to_owned()), reason });
            }
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn look_at_the_calendar(&mut self, settings: &Settings, today: NaiveDate) {
        if self.today == Some(today) {
            return;
        }
        let first = today.checked_sub_days(Days::new(DAYS_BEFORE)).unwrap_or(today);
        let days = first.iter_days().take((DAYS_BEFORE + DAYS_AFTER + 1) as usize);
        self.recent = days.map(|day| settings.index_of_day(&day.to_string())).collect();
        self.today = Some(today);
    }

    fn admits(&mut self, index: &str, most: usize) -> bool {
        if self.recent.contains(index) || self.old.contains(index) {
            return true;
        }
        self.old.len() < most && self.old.insert(index.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use parser_wasm::Target;

    use super::*;

    #[test]
    fn the_latest_days_are_no_old_ones() {
        let today = NaiveDate::from_ymd_opt(2026, 3, 1).unwrap();
        let admits = |target, index: &str, most| {
            let settings = Settings { target, ..Settings::default() };
            let mut state = State::default();
            state.look_at_the_calendar(&settings, today);
            state.admits(index, most)
        };
        for (index, is_recent) in [
            ("albatross-elb-2026.03.02", true),
            ("albatross-elb-2026.03.01", true),
            ("albatross-elb-2026.01.29", true),
            ("albatross-elb-2026.01.28", false),
            ("albatross-elb-2026.03.03", false),
            ("albatross-elb-1970.01.01", false),
        ] {
            assert_eq!(admits(Target::Daily, index, 0), is_recent, "{index}");
            assert!(admits(Target::Daily, index, 1), "{index}");
        }
        assert!(
            admits(Target::Monthly, "albatross-elb-2026.01", 0) && !admits(Target::Monthly, "albatross-elb-2025.12", 0)
        );
        assert!(admits(Target::DataStream, "albatross-elb", 0));
    }

    #[test]
    fn an_index_counts_once() {
        let mut state = State::default();
        assert!(["a", "b", "a", "b"].into_iter().all(|index| state.admits(index, 2)));
        assert!(!state.admits("c", 2) && state.admits("b", 2));
    }
}
