//! What lies in quarantine, counted.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ingest::Ingest;
use crate::lines::LogLines;
use crate::quarantine::{ENTRY_LIMITS, is_record, lines_prefix, objects_prefix};
use crate::s3::S3Error;
use crate::state::iso;

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

#[derive(Deserialize)]
struct Code {
    code: String,
}

/// Reads every file of bad lines.
pub(super) async fn look_into(ingest: &Ingest) -> Result<Quarantine, S3Error> {
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
    let mut lines = LogLines::of_entries(ENTRY_LIMITS);
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
