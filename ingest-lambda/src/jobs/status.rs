//! What waits, since when, why, and what was tried: a view of the work list.

use std::collections::{BTreeMap, BinaryHeap};

use serde::{Deserialize, Serialize};

use crate::ingest::Ingest;
use crate::lines::LogLines;
use crate::outcome::RunError;
use crate::quarantine::{ENTRY_LIMITS, is_record, lines_prefix, objects_prefix};
use crate::s3::S3Error;
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

/// What lies in quarantine.
#[derive(Debug, Default, Serialize)]
pub struct Quarantine {
    /// Files of bad lines, each of one object.
    pub files: u64,
    /// Their lines, by code.
    pub by_code: BTreeMap<String, u64>,
    /// The same, by the day in the object's key or of the file.
    pub by_day: BTreeMap<String, u64>,
    /// The objects with the most bad lines.
    pub most: Vec<(String, u64)>,
    /// Files that cannot be read, and why.
    pub unreadable: Vec<(String, String)>,
    /// Damaged objects, whole.
    pub objects: u64,
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

/// Reads the work list, and with `quarantine` every file of bad lines.
///
/// # Errors
/// When the state or the quarantine cannot be read.
pub async fn status(ingest: &Ingest, objects: usize, quarantine: bool) -> Result<Status, RunError> {
    let (store, folder) = (&ingest.store, &ingest.folder);
    let deployment = Deployment::load(store, folder).await?.unwrap_or_default();
    let mut status = Status {
        folder: folder.path().to_owned(),
        listed_up_to: deployment.listing.after,
        listed_whole_at: deployment.listing.complete_s.map(iso),
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
    if quarantine {
        status.quarantine = Some(look_into_quarantine(ingest).await.map_err(RunError::Quarantine)?);
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

#[derive(Deserialize)]
struct Code {
    code: String,
}

async fn look_into_quarantine(ingest: &Ingest) -> Result<Quarantine, S3Error> {
    const MOST: usize = 20;
    let (store, folder) = (&ingest.store, ingest.folder.path());
    let mut quarantine = Quarantine::default();
    let prefix = lines_prefix(folder);
    let mut pages = store.pages(&prefix);
    while let Some(page) = pages.next().await? {
        for file in page.objects {
            quarantine.files += 1;
            let object = file.key.strip_prefix(&prefix).unwrap_or(&file.key).to_owned();
            let day = day_of(&object).unwrap_or_else(|| iso_day(file.modified_ms));
            match count(ingest, &file.key, &mut quarantine.by_code).await {
                Ok(lines) => {
                    *quarantine.by_day.entry(day).or_default() += lines;
                    quarantine.most.push((object, lines));
                    quarantine.most.sort_by_key(|(_, lines)| std::cmp::Reverse(*lines));
                    quarantine.most.truncate(MOST);
                }
                Err(why) => quarantine.unreadable.push((file.key, why)),
            }
        }
    }
    let mut pages = store.pages(&objects_prefix(folder));
    while let Some(page) = pages.next().await? {
        quarantine.objects += page.objects.iter().filter(|object| !is_record(&object.key)).count() as u64;
    }
    Ok(quarantine)
}

async fn count(ingest: &Ingest, file: &str, by_code: &mut BTreeMap<String, u64>) -> Result<u64, String> {
    let mut download = ingest.store.get(file).await.map_err(|error| error.to_string())?;
    let mut lines = LogLines::new(ENTRY_LIMITS);
    let mut counted = 0;
    while lines.take_up(&mut download).await.map_err(|error| error.to_string())? {
        while let Some(line) = lines.next_line() {
            let Code { code } = serde_json::from_slice(line.bytes).map_err(|error| error.to_string())?;
            *by_code.entry(code).or_default() += 1;
            counted += 1;
        }
    }
    match lines.damage() {
        Some(damage) => Err(damage.to_string()),
        None => Ok(counted),
    }
}

/// `YYYY-MM-DD` of `/YYYY/MM/DD/` in a key.
fn day_of(key: &str) -> Option<String> {
    let parts: Vec<&str> = key.split('/').collect();
    let is_number = |part: &str, digits: usize| part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
    let day = parts.windows(3).find(|it| is_number(it[0], 4) && is_number(it[1], 2) && is_number(it[2], 2))?;
    Some(day.join("-"))
}

fn iso_day(epoch_ms: i64) -> String {
    let iso = iso(u64::try_from(epoch_ms / 1000).unwrap_or_default());
    iso.get(.."YYYY-MM-DD".len()).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_stand_in_keys() {
        let key = "AWSLogs/1/elasticloadbalancing/eu-west-1/2026/11/23/a.log.gz@0.ndjson.gz";
        assert_eq!(day_of(key).as_deref(), Some("2026-11-23"));
        assert_eq!(day_of("a/b.log"), None);
        assert_eq!(iso_day(1_795_435_200_000), "2026-11-23");
    }
}
