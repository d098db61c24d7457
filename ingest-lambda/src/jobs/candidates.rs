//! Which of the objects in the bucket a sweep takes, and in which order.

use std::collections::BinaryHeap;

use parser_wasm::{KeyKind, Settings};

use crate::config::Config;
use crate::outcome::Unsettled;
use crate::report::Report;
use crate::s3::ListedObject;
use crate::state::memory::{Memory, Turn};

/// Objects taken up by one sweep; bounds the memory of the listing. The others are the next one's.
pub(crate) const OBJECTS_PER_SWEEP: usize = 10_000;

/// Where S3 events arrive too, they have so long for an object before a sweep takes it.
const EVENTS_HEAD_START_MS: i64 = 15 * 60 * 1000;

/// An object with its place: what failed last time goes behind everything else, then by age.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Candidate {
    /// Whether it failed last time.
    pub failed: bool,
    /// The object.
    pub object: ListedObject,
}

/// Takes the listing object by object.
pub struct Choice<'a> {
    config: &'a Config,
    settings: &'a Settings,
    now_ms: i64,
    memory: &'a mut Memory,
    report: &'a mut Report,
    first: BinaryHeap<Candidate>,
    capacity: usize,
}

impl<'a> Choice<'a> {
    /// Nothing chosen yet, of at most `capacity` objects.
    pub fn new(
        config: &'a Config,
        settings: &'a Settings,
        now_ms: i64,
        capacity: usize,
        memory: &'a mut Memory,
        report: &'a mut Report,
    ) -> Self {
        Self { config, settings, now_ms, memory, report, first: BinaryHeap::new(), capacity }
    }

    /// Takes an object in, or says in the report why not.
    pub fn consider(&mut self, object: ListedObject) {
        // Nobody misses these in a report: our own, and other people's.
        if self.config.is_own(&object.key) || !object.key.ends_with(&self.config.suffix) {
            return;
        }
        self.report.objects.listed += 1;
        if self.memory.is_done(&object) {
            self.report.objects.done_before += 1;
            return;
        }
        match KeyKind::of(&object.key) {
            KeyKind::TestFile => return self.report.leave(object.key, &Unsettled::TestFile),
            KeyKind::Other => return self.report.leave(object.key, &Unsettled::NotAccessLog),
            KeyKind::NamedByAws(format) if !self.settings.takes(format) => {
                return self.report.leave(object.key, &Unsettled::OtherFormat(format));
            }
            KeyKind::NamedByAws(_) | KeyKind::NamedLog => {}
        }
        if self.config.events && object.modified_ms > self.now_ms - EVENTS_HEAD_START_MS {
            return self.leave_for_later(object, &Unsettled::TooYoung);
        }
        let failed = self.memory.has_failed(&object);
        if !failed {
            self.report.note_waiting(self.now_ms, object.modified_ms);
        }
        self.first.push(Candidate { failed, object });
        if self.first.len() > self.capacity
            && let Some(last) = self.first.pop()
        {
            self.leave_for_later(last.object, &Unsettled::NotReached);
        }
    }

    fn leave_for_later(&mut self, object: ListedObject, why: &Unsettled) {
        self.memory.enter(&object, Turn::Open);
        self.report.leave(object.key, why);
    }

    /// The chosen objects, in order.
    #[must_use]
    pub fn into_order(self) -> Vec<ListedObject> {
        self.first.into_sorted_vec().into_iter().map(|candidate| candidate.object).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::FailedObjects;

    fn config(extra: &[(&str, &str)]) -> Config {
        let needed = [("ALBATROSS_BUCKET", "logs"), ("ALBATROSS_ENDPOINT", "http://engine")];
        let variables = needed.iter().chain(extra).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Config::from_variables(variables).unwrap()
    }

    fn object(key: &str, modified_ms: i64) -> ListedObject {
        ListedObject { modified_ms, key: key.to_owned(), size_bytes: 1, etag: String::new() }
    }

    fn chosen(config: &Config, capacity: usize, failed: &[&str], objects: &[(&str, i64)]) -> (Vec<String>, Report) {
        let mut memory = Memory { failed: FailedObjects::remembering(failed), ..Memory::default() };
        let mut report = Report::default();
        let settings = Settings::from_json(r#"{"schema":"network-log"}"#).unwrap();
        let mut choice = Choice::new(config, &settings, 1_000_000_000, capacity, &mut memory, &mut report);
        for (key, modified_ms) in objects {
            choice.consider(object(key, *modified_ms));
        }
        let keys = choice.into_order().into_iter().map(|object| object.key).collect();
        (keys, report)
    }

    #[test]
    fn the_oldest_first_and_the_failed_last() {
        let objects = [("c.log", 3), ("a.log", 1), ("bad.log", 0), ("b.log", 2)];
        let (keys, report) = chosen(&config(&[]), 10, &["bad.log"], &objects);
        assert_eq!(keys, ["a.log", "b.log", "c.log", "bad.log"]);
        assert_eq!(report.oldest_waiting_s, Some(999_999), "the age alarm looks at what can be done");
        let (keys, report) = chosen(&config(&[]), 2, &["bad.log"], &objects);
        assert_eq!(keys, ["a.log", "b.log"]);
        assert_eq!(report.left_by_reason["not_reached"], 2);
    }

    #[test]
    fn our_own_objects_are_never_taken() {
        let archive = [("ALBATROSS_SETTLE", "archive"), ("ALBATROSS_ARCHIVE_TO", "s3://logs/albatross/old/")];
        let objects = [("albatross/quarantine/objects/a.log", 1), ("albatross/old/a.log", 1), ("a.log", 1)];
        let (keys, report) = chosen(&config(&archive), 10, &[], &objects);
        assert_eq!(keys, ["a.log"]);
        assert_eq!(report.objects.listed, 1);
    }

    #[test]
    fn logs_that_the_schema_has_no_documents_for_are_left_and_named() {
        let key = "conn_log_1_elasticloadbalancing_eu-west-1_app.a.1_20261123T0005Z_192.0.2.1_x.log.gz";
        let (keys, report) = chosen(&config(&[]), 10, &[], &[(key, 1), ("a.log", 1)]);
        assert_eq!(keys, ["a.log"]);
        assert_eq!(report.left_by_reason["other_format"], 1);
    }

    #[test]
    fn events_have_a_head_start() {
        let objects = [("young.log", 1_000_000_000 - 60_000), ("old.log", 1)];
        let (keys, report) = chosen(&config(&[("ALBATROSS_EVENTS", "true")]), 10, &[], &objects);
        assert_eq!(keys, ["old.log"]);
        assert_eq!(report.left_by_reason["too_young"], 1);
    }

    #[test]
    fn suffixes_choose() {
        let (keys, _) = chosen(&config(&[("ALBATROSS_SUFFIX", ".log.gz")]), 10, &[], &[("a.log", 1), ("a.log.gz", 1)]);
        assert_eq!(keys, ["a.log.gz"]);
    }
}
