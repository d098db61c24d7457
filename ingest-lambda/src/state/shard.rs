//! A part of the work list: entries as gzipped NDJSON behind a line with version and count.

use std::collections::BTreeMap;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use parser_wasm::{Limits, LogReader};
use serde::{Deserialize, Serialize};

use super::{Entry, StateError, merge, read, text};
use crate::s3::{S3Error, Store};

/// Far above the longest entry: a key of 1 KiB, and a reason that is cut.
const ENTRY_LIMITS: Limits = Limits { line_bytes: 1 << 20 };

#[derive(Serialize, Deserialize)]
struct Head {
    entries: usize,
}

/// Entries by their digests.
pub(super) type Entries = BTreeMap<u64, Entry>;

/// Reads a shard; an absent one is empty.
pub(super) async fn load(store: &Store, key: &str) -> Result<(Entries, Option<String>), StateError> {
    merge::load(store, key, decode).await
}

/// Changes a shard, whoever else does so meanwhile.
pub(super) async fn merge(store: &Store, key: &str, change: impl Fn(&mut Entries)) -> Result<(), StateError> {
    let changed = |mut entries| {
        change(&mut entries);
        body(&entries)
    };
    merge::merge(store, key, decode, changed).await
}

/// Writes a shard over the version that was read; an empty one is removed.
pub(super) async fn write(store: &Store, key: &str, entries: &Entries, replaces: Option<&str>) -> Result<(), S3Error> {
    merge::write(store, key, body(entries), replaces).await
}

fn body(entries: &Entries) -> Option<Vec<u8>> {
    (!entries.is_empty()).then(|| encode(entries))
}

fn encode(entries: &Entries) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    let lines = std::iter::once(text(&Head { entries: entries.len() }));
    let lines = lines.chain(entries.values().map(|entry| serde_json::to_vec(entry).unwrap_or_default()));
    for line in lines {
        // Into memory: it cannot fail.
        let _ = gzip.write_all(&line);
        let _ = gzip.write_all(b"\n");
    }
    gzip.finish().unwrap_or_default()
}

fn decode(key: &str, body: &[u8]) -> Result<Entries, StateError> {
    let invalid = |problem: String| StateError::Invalid { key: key.to_owned(), problem };
    let mut reader = LogReader::of_lines(ENTRY_LIMITS);
    reader.push(body).map_err(|damage| invalid(damage.to_string()))?;
    let mut announced = None;
    let mut entries = Entries::new();
    while let Some(line) = reader.next_line() {
        if announced.is_none() {
            announced = Some(read::<Head>(key, line.bytes)?.entries);
            continue;
        }
        let entry: Entry = serde_json::from_slice(line.bytes).map_err(|error| invalid(error.to_string()))?;
        entries.insert(entry.digest(), entry);
    }
    reader.finish().map_err(|damage| invalid(damage.to_string()))?;
    match announced {
        Some(announced) if announced == entries.len() => Ok(entries),
        _ => Err(invalid(format!("it has {} entries, and says {announced:?}", entries.len()))),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::Kind;
    use super::*;

    pub(in crate::state) fn entry(key: &str) -> Entry {
        Entry {
            key: key.to_owned(),
            etag: "\"e\"".to_owned(),
            kind: Kind::Failed,
            code: "access_denied".to_owned(),
            reason: "GetObject: AccessDenied".to_owned(),
            attempts: 1,
            first_seen_s: 5,
            last_tried_s: 7,
            handed_over_until_s: None,
            line: None,
            account: None,
            held: false,
            release: None,
        }
    }

    #[test]
    fn what_is_written_is_read_and_nothing_else() {
        let entries: Entries = ["a", "b"].map(entry).map(|entry| (entry.digest(), entry)).into();
        let body = encode(&entries);
        assert_eq!(decode("k", &body).unwrap(), entries);
        assert!(decode("k", &body[..body.len() - 1]).is_err(), "cut");
        assert!(decode("k", b"").is_err(), "empty");
        assert!(decode("k", b"{\"version\":1,\"entries\":1}\n").is_err(), "an entry is missing");
        assert!(matches!(decode("k", b"{\"version\":9,\"entries\":0}\n"), Err(StateError::Version { found: 9, .. })));
        assert!(decode("k", b"{\"version\":1,\"entries\":0}\n").unwrap().is_empty());
    }
}
