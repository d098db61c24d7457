//! Objects nearly all of whose lines were filtered out are not deleted before the run has shown that the
//! filter lets something through: a wrong word in it would delete the bucket.

use crate::cancel::StopReason;
use crate::object::{Task, Todo};
use crate::outcome::{Unsettled, Worked};
use crate::report::Report;
use crate::s3::ListedObject;

/// So many such objects without a line let through end the run at once.
const ENOUGH: usize = 25;

/// The filter is believed when one line of so many gets through.
const ONE_OF: u64 = 20;

/// Objects that are accounted for and wait for the run's verdict.
#[derive(Debug)]
pub(super) struct Held {
    objects: Vec<(Task, ListedObject)>,
    /// Those of earlier runs.
    before: usize,
}

impl Held {
    /// Those that earlier runs held back.
    pub(super) fn of(objects: Vec<(Task, ListedObject)>) -> Self {
        Self { before: objects.len(), objects }
    }

    /// Takes an object whose lines were filtered out; false for any other.
    pub(super) fn takes(&mut self, object: &ListedObject, worked: &Worked) -> bool {
        let (Err(Unsettled::Filtered), Some(account)) = (&worked.outcome, &worked.account) else { return false };
        let task = Task { todo: Todo::Settle(account.clone()), ..Task::read(&object.key, &object.etag) };
        self.objects.push((task, object.clone()));
        true
    }

    /// Why the run has to end at once, if it has.
    pub(super) fn is_enough(&self, report: &Report) -> Option<StopReason> {
        let count = self.objects.len() - self.before;
        (count >= ENOUGH && report.indexed + report.duplicate == 0).then_some(StopReason::Filtered(count as u64))
    }

    /// Why they are not deleted, once the run has ended.
    pub(super) fn verdict(&self, report: &Report) -> Option<StopReason> {
        let count = self.objects.len() - self.before;
        let passed = report.indexed + report.duplicate + report.quarantined;
        (count > 0 && passed * ONE_OF < report.filtered).then_some(StopReason::Filtered(count as u64))
    }

    /// The objects that may be settled now; otherwise they are left, and none is given.
    pub(super) fn into_tasks(self, release: bool, report: &mut Report) -> Vec<(Task, ListedObject)> {
        if release && report.indexed + report.duplicate > 0 {
            return self.objects;
        }
        self.objects.into_iter().for_each(|(task, _)| report.leave(task.key, &Unsettled::Filtered));
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::Account;

    fn filtered() -> Worked {
        let account = Some(Account { length: 1, quarantined: false, damage: None });
        Worked { account, ..Worked::nothing(Unsettled::Filtered) }
    }

    #[test]
    fn a_filter_that_lets_nothing_through_deletes_nothing() {
        let mut held = Held::of(Vec::new());
        let mut report = Report { filtered: 5, ..Report::default() };
        assert!(held.takes(&ListedObject::new("a", 1), &filtered()));
        assert!(!held.takes(&ListedObject::new("b", 1), &Worked::nothing(Unsettled::Gone)));
        assert_eq!(held.verdict(&report), Some(StopReason::Filtered(1)));
        assert!(held.into_tasks(false, &mut report).is_empty());
        assert_eq!(report.left_by_reason["filtered"], 1);
    }

    #[test]
    fn a_filter_that_lets_something_through_is_believed() {
        let mut held = Held::of(Vec::new());
        let mut report = Report { filtered: 95, indexed: 5, ..Report::default() };
        held.takes(&ListedObject::new("a", 1), &filtered());
        assert_eq!(held.verdict(&report), None);
        assert_eq!(held.into_tasks(true, &mut report).len(), 1);
    }
}
