//! Which of the objects in the bucket a sweep takes, and in which order.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashSet, VecDeque};

use parser_wasm::{KeyKind, Settings};

use super::regions::region_of;
use crate::config::{Config, Settle};
use crate::object::{Task, Todo};
use crate::outcome::{Unsettled, Worked};
use crate::report::Report;
use crate::s3::ListedObject;
use crate::state::{Kind, MARKER, Memory, StateError, Version};

/// Objects taken up by one sweep; bounds the memory of the listing. The others are the next one's.
pub(crate) const OBJECTS_PER_SWEEP: usize = 10_000;

/// Of ten objects that were never tried, one is the newest, so that new logs do not wait for all the old ones.
const ONE_NEWEST_OF: usize = 10;

/// Of so many objects one was tried before.
const ONE_RETRY_OF: usize = 16;

/// Where S3 events arrive too, they have so long for an object before a sweep takes it.
const EVENTS_HEAD_START_MS: i64 = 15 * 60 * 1000;

/// What is known of an object by its name.
pub(crate) fn refusal(config: &Config, settings: &Settings, key: &str) -> Option<Unsettled> {
    match KeyKind::of(key) {
        _ if !key.starts_with(&config.prefix) || config.is_own(key) => Some(Unsettled::NotOurs),
        KeyKind::TestFile => Some(Unsettled::TestFile),
        KeyKind::Parquet => Some(Unsettled::Parquet),
        KeyKind::Other => Some(Unsettled::NotAccessLog),
        KeyKind::NamedByAws(format) if !settings.takes(format) => Some(Unsettled::OtherFormat(format)),
        KeyKind::NamedByAws(_) | KeyKind::NamedLog | KeyKind::Delivered => None,
    }
}

/// An object that was tried before: the order is that of the last try.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Retry {
    last_tried_s: u64,
    object: ListedObject,
    kind: RetryKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum RetryKind {
    Read,
    Settle,
}

/// Takes the listing object by object.
pub(crate) struct Candidates<'a> {
    config: &'a Config,
    settings: &'a Settings,
    now_ms: i64,
    /// What the work list says goes here too.
    pub(crate) memory: &'a mut Memory,
    report: &'a mut Report,
    capacity: usize,
    /// Never tried: the oldest; what does not fit goes to the newest.
    oldest: BinaryHeap<ListedObject>,
    newest: BinaryHeap<Reverse<ListedObject>>,
    retries: BinaryHeap<Retry>,
    /// A process died over them, so each has its turn alone, after all others.
    suspects: Vec<ListedObject>,
    /// Objects that the look at the newest folders has shown already.
    seen: HashSet<u64>,
    is_fresh_look: bool,
    /// Folders that a deployment has marked as its own.
    marked: BTreeSet<String>,
    oldest_day: Option<i32>,
}

/// What a sweep is to work on.
#[derive(Debug, Default)]
pub(crate) struct Chosen {
    /// In this order, several at once.
    pub(crate) objects: Vec<(Task, ListedObject)>,
    /// After them, one at a time.
    pub(crate) suspects: Vec<(Task, ListedObject)>,
    /// Accounted for, and held back since their lines were filtered out.
    pub(crate) held: Vec<(Task, ListedObject)>,
}

impl<'a> Candidates<'a> {
    /// Nothing chosen yet, of at most `capacity` objects.
    pub(crate) fn new(
        config: &'a Config,
        settings: &'a Settings,
        now_ms: i64,
        capacity: usize,
        memory: &'a mut Memory,
        report: &'a mut Report,
    ) -> Self {
        let marked = memory.deployment.listing.marked.clone();
        Self {
            config,
            settings,
            now_ms,
            memory,
            report,
            capacity,
            oldest: BinaryHeap::new(),
            newest: BinaryHeap::new(),
            retries: BinaryHeap::new(),
            suspects: Vec::new(),
            seen: HashSet::new(),
            is_fresh_look: false,
            marked,
            oldest_day: None,
        }
    }

    /// What comes now is a look at the newest folders; the listing of everything will show it again.
    pub(crate) fn look_at_newest(&mut self, yes: bool) {
        self.is_fresh_look = yes;
    }

    /// Takes an object in, or says in the report why not. Its day has been made ready in the memory.
    pub(crate) fn consider(&mut self, object: ListedObject) {
        if let Some(folder) = object.key.strip_suffix(MARKER).filter(|it| it.is_empty() || it.ends_with('/')) {
            self.marked.insert(folder.to_owned());
        }
        // Nobody misses these in a report: our own, and other deployments'.
        if self.is_own(&object.key) {
            return;
        }
        let version = Version::listed(&object);
        if self.is_fresh_look {
            self.seen.insert(version.digest);
        } else {
            self.oldest_day = Some(self.oldest_day.map_or(version.day, |day| day.min(version.day)));
            if self.seen.contains(&version.digest) {
                return;
            }
        }
        self.report.deliveries.note(KeyKind::of(&object.key));
        self.report.objects.listed += 1;
        if self.memory.is_done(&object) {
            self.report.objects.done_before += 1;
            return;
        }
        if let Some(why) = refusal(self.config, self.settings, &object.key) {
            // AWS may have begun to use another name.
            let is_unknown = matches!(why, Unsettled::NotAccessLog) && region_of(&object.key).is_some();
            self.report.unknown_names += u64::from(is_unknown);
            return self.report.leave(object.key, &why);
        }
        if self.config.events && object.modified_ms > self.now_ms - EVENTS_HEAD_START_MS {
            return self.report.leave(object.key, &Unsettled::TooYoung);
        }
        let brief = self.memory.work.see(&object.key, &object.etag);
        if object.archived {
            let known = brief.is_some_and(|brief| brief.kind == Kind::Archived);
            let entry = Worked::nothing(Unsettled::Archived).entry(&object.key, &object.etag);
            if let Some(entry) = entry.filter(|_| !known) {
                self.memory.work.enter(entry);
            }
            return self.report.leave(object.key, &Unsettled::Archived);
        }
        self.report.note_waiting(self.now_ms, object.modified_ms);
        let Some(brief) = brief else { return self.take_fresh(object) };
        let retry = |kind, object| Retry { last_tried_s: brief.last_tried_s(), object, kind };
        match brief.kind {
            Kind::NotLog => self.report.leave(object.key, &Unsettled::NotLogBefore),
            _ if brief.is_handed_over(self.now_s()) => self.report.leave(object.key, &Unsettled::QueueBusy),
            // It was in the queue's hands for as long as it may be, and may never have been tried.
            Kind::HandedOver | Kind::Interrupted => self.take_fresh(object),
            Kind::Died => self.suspects.push(object),
            Kind::Accounted => self.take_retry(retry(RetryKind::Settle, object)),
            // It was restored.
            Kind::Archived | Kind::Failed => self.take_retry(retry(RetryKind::Read, object)),
        }
    }

    fn now_s(&self) -> u64 {
        u64::try_from(self.now_ms / 1000).unwrap_or_default()
    }

    /// Whether a key, or a folder, is our own or another deployment's.
    pub(crate) fn is_own(&self, key: &str) -> bool {
        self.config.is_own(key) || self.marked.iter().any(|folder| key.starts_with(folder.as_str()))
    }

    fn take_fresh(&mut self, object: ListedObject) {
        if self.memory.is_late(&object) {
            self.report.objects.late += 1;
        }
        let newest = self.capacity / ONE_NEWEST_OF;
        self.oldest.push(object);
        if self.oldest.len() > self.capacity - newest
            && let Some(younger) = self.oldest.pop()
        {
            self.newest.push(Reverse(younger));
        }
        if self.newest.len() > newest
            && let Some(Reverse(between)) = self.newest.pop()
        {
            self.report.leave(between.key, &Unsettled::NotReached);
        }
    }

    fn take_retry(&mut self, retry: Retry) {
        self.retries.push(retry);
        if self.retries.len() > self.capacity
            && let Some(latest) = self.retries.pop()
        {
            self.report.leave(latest.object.key, &Unsettled::NotReached);
        }
    }

    /// The listing has shown every key between these two, and the last key of all if it `is_whole`.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub(crate) async fn listed(
        &mut self,
        from: Option<String>,
        to: Option<String>,
        is_whole: bool,
    ) -> Result<(), StateError> {
        self.memory.forget_unseen(from.as_deref(), to.as_deref()).await?;
        let keeps = self.memory.done.is_some();
        let listing = &mut self.memory.deployment.listing;
        listing.marked.clone_from(&self.marked);
        listing.oldest_day = listing.oldest_day.into_iter().chain(self.oldest_day).min();
        if !is_whole {
            // Where not even the first page came, it begins there again.
            listing.after = to;
            return Ok(());
        }
        let (begun_s, oldest_day) = (listing.begun_s.take(), listing.oldest_day.take());
        if listing.after.take().is_none() {
            // Everything is seen each time: no need to know where new logs appear.
            listing.regions.clear();
            listing.regions_s = None;
        }
        if keeps {
            listing.complete_s = begun_s;
            self.memory.forget_before(oldest_day).await?;
        }
        Ok(())
    }

    /// The chosen objects, in order: the oldest first, with a share for the newest and for what was tried before; the
    /// rest of the latter comes last, in the order of the last try.
    pub(crate) fn into_order(self) -> Chosen {
        let Self { oldest, newest, retries, suspects, capacity, memory, report, config, .. } = self;
        let fresh = oldest.len() + newest.len();
        let room = capacity.saturating_sub(fresh).max(capacity / ONE_RETRY_OF).max(1);
        let mut chosen = Chosen::default();
        let mut tried = Vec::new();
        for (place, Retry { object, kind, .. }) in retries.into_sorted_vec().into_iter().enumerate() {
            let account = memory.work.account(&object.key).cloned();
            let task = match (kind, account) {
                _ if place >= room => None,
                (RetryKind::Read, _) => Some(Task::read(&object.key, &object.etag)),
                (RetryKind::Settle, Some(account)) => {
                    Some(Task { todo: Todo::Settle(account), ..Task::read(&object.key, &object.etag) })
                }
                (RetryKind::Settle, None) => None,
            };
            let is_held = memory.work.see(&object.key, &object.etag).is_some_and(|brief| brief.is_held());
            match task {
                Some(task) if is_held && config.settle == Settle::Delete && !config.delete_filtered => {
                    chosen.held.push((task, object));
                }
                Some(task) => tried.push((task, object)),
                None => report.leave(object.key, &Unsettled::NotReached),
            }
        }
        // Oldest first; what did not fit among the oldest is younger than all of them.
        let mut fresh: VecDeque<ListedObject> = oldest.into_sorted_vec().into();
        fresh.extend(newest.into_sorted_vec().into_iter().rev().map(|Reverse(object)| object));
        let mut tried = tried.into_iter();
        let read = |object: ListedObject| (Task::read(&object.key, &object.etag), object);
        for place in 1.. {
            let share = match place {
                _ if place % ONE_RETRY_OF == 0 => tried.next(),
                _ if place % ONE_NEWEST_OF == 0 => fresh.pop_back().map(read),
                _ => None,
            };
            match share.or_else(|| fresh.pop_front().map(read)) {
                Some(next) => chosen.objects.push(next),
                None => break,
            }
        }
        chosen.objects.extend(tried);
        chosen.suspects = suspects.into_iter().map(read).collect();
        chosen
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::{Entry, now_s};

    fn config(extra: &[(&str, &str)]) -> Config {
        let needed =
            [("ALBATROSS_BUCKET", "logs"), ("ALBATROSS_ENDPOINT", "http://engine"), ("ALBATROSS_SETTLE", "delete")];
        let variables = needed.iter().chain(extra).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Config::from_variables(variables).unwrap()
    }

    fn failed(key: &str, last_tried_s: u64) -> Entry {
        let worked = Worked::nothing(Unsettled::Storage(String::new()));
        Entry { last_tried_s, ..worked.entry(key, "").unwrap() }
    }

    /// What is chosen of objects given by key and age, oldest with the smallest number.
    fn chosen(config: &Config, capacity: usize, work: Vec<Entry>, objects: &[(&str, i64)]) -> (Vec<String>, Report) {
        let mut memory = Memory::remembering(work);
        let mut report = Report::default();
        let settings = Settings::from_json(r#"{"schema":"network-log"}"#).unwrap();
        let mut candidates = Candidates::new(config, &settings, 1_000_000_000, capacity, &mut memory, &mut report);
        for (key, modified_ms) in objects {
            candidates.consider(ListedObject::new(key, *modified_ms));
        }
        let Chosen { objects, suspects, .. } = candidates.into_order();
        (objects.into_iter().chain(suspects).map(|(task, _)| task.key).collect(), report)
    }

    #[test]
    fn the_oldest_first_and_what_failed_last_in_the_order_of_the_last_try() {
        let objects = [("c.log", 3), ("a.log", 1), ("bad.log", 0), ("worse.log", 0), ("b.log", 2)];
        let work = || vec![failed("bad.log", 20), failed("worse.log", 10)];
        let (keys, report) = chosen(&config(&[]), 100, work(), &objects);
        assert_eq!(keys, ["a.log", "b.log", "c.log", "worse.log", "bad.log"]);
        assert_eq!(report.oldest_waiting_s, Some(1_000_000), "what failed waits, too");
    }

    #[test]
    fn the_newest_and_what_failed_have_their_share_of_a_crowd() {
        let names: Vec<String> = (0..100).map(|number| format!("{number:03}.log")).collect();
        let mut objects: Vec<(&str, i64)> = names.iter().map(String::as_str).zip(1..).collect();
        objects.push(("bad.log", 0));
        let (keys, report) = chosen(&config(&[]), 40, vec![failed("bad.log", 1)], &objects);
        assert_eq!(keys[..9], names[..9]);
        assert_eq!(keys[9], "099.log", "the newest");
        assert_eq!(keys[15], "bad.log");
        assert_eq!((keys.len(), report.left_by_reason["not_reached"]), (41, 60));
    }

    #[test]
    fn our_own_objects_and_marked_folders_are_never_taken() {
        let objects = [
            ("albatross/x/quarantine/objects/a.log", 1),
            ("team/!albatross", 1),
            ("team/archive/a.log", 1),
            ("teams/a.log", 1),
        ];
        let (keys, report) = chosen(&config(&[]), 10, Vec::new(), &objects);
        assert_eq!((keys, report.objects.listed), (vec!["teams/a.log".to_owned()], 1));
    }

    #[test]
    fn logs_that_the_schema_has_no_documents_for_are_left_and_named() {
        let key = "conn_log_1_elasticloadbalancing_eu-west-1_app.a.1_20261123T0005Z_192.0.2.1_x.log.gz";
        let (keys, report) = chosen(&config(&[]), 10, Vec::new(), &[(key, 1), ("a.log", 1)]);
        assert_eq!(keys, ["a.log"]);
        assert_eq!(report.left_by_reason["other_format"], 1);
    }

    #[test]
    fn a_name_that_aws_may_have_begun_to_use_is_counted() {
        let key = "AWSLogs/123456789012/elasticloadbalancing/eu-west-1/2026/11/23/a.zip";
        let (_, report) = chosen(&config(&[]), 10, Vec::new(), &[(key, 1), ("readme.txt", 1)]);
        assert_eq!((report.left_by_reason["not_access_log"], report.unknown_names), (2, 1));
    }

    #[test]
    fn both_deliveries_are_taken_and_told() {
        let folder = "AWSLogs/123456789012/elasticloadbalancing/eu-west-1/2026/11/23/";
        let classical =
            format!("{folder}123456789012_elasticloadbalancing_eu-west-1_app.a.1_20261123T0005Z_192.0.2.1_x.log.gz");
        let [newer, parquet] = ["0a1b.json.gz", "0a1b.parquet"].map(|name| format!("{folder}{name}"));
        let (keys, report) = chosen(&config(&[]), 10, Vec::new(), &[(&classical, 1), (&newer, 2), (&parquet, 3)]);
        assert_eq!(keys, [classical.clone(), newer]);
        assert!(report.deliveries.told().is_some());
        assert_eq!((report.left_by_reason["parquet"], report.unknown_names), (1, 0));
        let (_, report) = chosen(&config(&[]), 10, Vec::new(), &[(&classical, 1), ("a.log", 2)]);
        assert!(report.deliveries.is_one());
    }

    #[test]
    fn events_have_a_head_start() {
        let objects = [("young.log", 1_000_000_000 - 60_000), ("old.log", 1)];
        let (keys, report) = chosen(&config(&[("ALBATROSS_EVENTS", "true")]), 10, Vec::new(), &objects);
        assert_eq!(keys, ["old.log"]);
        assert_eq!(report.left_by_reason["too_young"], 1);
    }

    #[test]
    fn what_is_in_the_queues_hands_or_an_archive_is_left() {
        let handed = Entry { kind: Kind::HandedOver, handed_over_until_s: Some(now_s() + 99), ..failed("a.log", 1) };
        let over = Entry { kind: Kind::HandedOver, handed_over_until_s: Some(1), ..failed("b.log", 1) };
        let mut memory = Memory::remembering(vec![handed, over]);
        let (mut report, config) = (Report::default(), config(&[]));
        let settings = Settings::default();
        let now_ms = i64::try_from(now_s() * 1000).unwrap();
        let mut candidates = Candidates::new(&config, &settings, now_ms, 10, &mut memory, &mut report);
        ["a.log", "b.log"].iter().for_each(|key| candidates.consider(ListedObject::new(key, 1)));
        candidates.consider(ListedObject { archived: true, ..ListedObject::new("c.log", 1) });
        let keys: Vec<String> = candidates.into_order().objects.into_iter().map(|(task, _)| task.key).collect();
        assert_eq!(keys, ["b.log"]);
        assert_eq!((report.left_by_reason["queue_busy"], report.left_by_reason["archived"]), (1, 1));
    }
}
