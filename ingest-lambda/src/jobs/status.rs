//! What waits, since when, why, and what was tried: a view of the work list.

mod leftovers;
mod quarantine;

use std::collections::{BTreeMap, BinaryHeap};

use serde::Serialize;

use self::leftovers::{Other, Points};
use self::quarantine::Quarantine;
use crate::ingest::Ingest;
use crate::outcome::RunError;
use crate::state::{Deployment, Entry, Kind, Notes, WorkList, iso};

/// What waits.
#[derive(Debug, Default, Serialize)]
pub struct Status {
    /// The deployment's folder.
    pub folder: String,
    /// The last key listed, where the listing did not come to its end in one run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listed_up_to: Option<String>,
    /// When the last whole listing began, where that is remembered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listed_whole_at: Option<String>,
    /// Objects on the work list.
    pub waiting: u64,
    /// The same, by why they are on it.
    pub by_kind: BTreeMap<Kind, u64>,
    /// The same, by the code of the last reason.
    pub by_code: BTreeMap<String, u64>,
    /// Those that have waited longest.
    pub objects: Vec<Waiting>,
    /// Places inside big objects.
    pub resume_points: Points,
    /// Other deployments below the same own prefix.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Other>,
    /// Bad lines and damaged objects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quarantine: Option<Quarantine>,
}

/// One object that waits.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Waiting {
    /// Its key.
    pub key: String,
    /// Why it is on the work list.
    pub kind: Kind,
    /// A stable name for the last reason.
    pub code: String,
    /// The last reason in words.
    pub reason: String,
    /// How often it had its turn.
    pub attempts: u32,
    /// When it first failed.
    pub since: String,
    /// When it last had its turn.
    pub last_tried: String,
    /// The last line accounted for, where a run ended inside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
}

impl Status {
    /// Whether anything waits that will not go on by itself.
    #[must_use]
    pub fn waits_for_somebody(&self) -> bool {
        self.by_kind.keys().any(|kind| kind.waits_for_somebody())
    }

    fn enter(&mut self, entry: &Entry) {
        self.waiting += 1;
        *self.by_kind.entry(entry.kind).or_default() += 1;
        *self.by_code.entry(entry.code.clone()).or_default() += 1;
    }
}

/// Reads the work list, and `with_quarantine` every file of bad lines.
///
/// # Errors
/// When the state or the quarantine cannot be read.
pub async fn status(ingest: &Ingest, objects: usize, with_quarantine: bool) -> Result<Status, RunError> {
    let (store, folder) = (&ingest.store, &ingest.folder);
    let deployment = Deployment::load(store, folder).await?.unwrap_or_default();
    let mut status = Status {
        folder: folder.path().to_owned(),
        listed_up_to: deployment.listing.after,
        listed_whole_at: deployment.listing.complete_s.map(iso),
        resume_points: leftovers::points(ingest).await?,
        others: leftovers::others(ingest).await?,
        ..Status::default()
    };
    let mut longest = Longest { most: objects, heap: BinaryHeap::new() };
    let mut noted: BTreeMap<String, Entry> =
        Notes::load(store, folder).await?.into_open().into_iter().map(|entry| (entry.key.clone(), entry)).collect();
    WorkList::each(store, folder, deployment.work_bits, |entry| {
        // A note is newer.
        let entry = noted.remove(&entry.key).unwrap_or(entry);
        status.enter(&entry);
        longest.enter(entry);
    })
    .await?;
    for entry in noted.into_values() {
        status.enter(&entry);
        longest.enter(entry);
    }
    status.objects = longest.into_waiting();
    if with_quarantine {
        status.quarantine = Some(quarantine::look_into(ingest).await.map_err(RunError::Quarantine)?);
    }
    Ok(status)
}

/// The entries that have waited longest.
struct Longest {
    most: usize,
    heap: BinaryHeap<(u64, String, Box<Waiting>)>,
}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key.cmp(&other.key)
    }
}

impl Longest {
    fn enter(&mut self, entry: Entry) {
        let since_s = entry.first_seen_s;
        let waiting = Waiting {
            kind: entry.kind,
            code: entry.code,
            reason: entry.reason,
            attempts: entry.attempts,
            since: iso(entry.first_seen_s),
            last_tried: iso(entry.last_tried_s),
            line: entry.line,
            key: entry.key,
        };
        self.heap.push((since_s, waiting.key.clone(), Box::new(waiting)));
        if self.heap.len() > self.most {
            self.heap.pop();
        }
    }

    fn into_waiting(self) -> Vec<Waiting> {
        self.heap.into_sorted_vec().into_iter().map(|(_, _, waiting)| *waiting).collect()
    }
}
