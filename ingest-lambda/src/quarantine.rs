//! Lines and documents that cannot be indexed, kept so that they can be sent again after a fix.
//!
//! One file for each source object and `ETag`, replaced when the object is read again: so each bad
//! line stands there once. It appears whole, just before the object is settled, or not at all.

use std::io::Write;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use parser_wasm::Limits;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128;

use crate::s3::{Condition, PART_BYTES, S3Error, Store, Upload};

/// S3's limit on keys, in bytes.
const MAX_KEY_BYTES: usize = 1024;

/// An entry holds a line of the longest length and perhaps its document, which tells parts of it several times; escaping
/// makes six bytes of one at worst.
pub const ENTRY_LIMITS: Limits = Limits { line_bytes: 16 << 20 };

/// Below the deployment's folder: files of lines.
const LINES: &str = "quarantine/lines/";
/// Below the deployment's folder: damaged objects, whole.
const OBJECTS: &str = "quarantine/objects/";
/// Behind the key of a damaged object: what is wrong with it.
const RECORD: &str = ".damage.json";

/// Below which the files of quarantined lines lie.
#[must_use]
pub fn lines_prefix(folder: &str) -> String {
    format!("{folder}{LINES}")
}

/// Below which damaged objects lie.
#[must_use]
pub fn objects_prefix(folder: &str) -> String {
    format!("{folder}{OBJECTS}")
}

/// The key of the file with the bad lines of an object.
#[must_use]
pub fn lines_key(folder: &str, key: &str, etag: &str) -> String {
    let version = etag.trim_matches('"');
    shortened(format!("{folder}{LINES}{key}@{version}.ndjson.gz"), folder, LINES, ".ndjson.gz")
}

/// The key to which a damaged version of an object moves.
#[must_use]
pub fn object_key(folder: &str, key: &str, etag: &str) -> String {
    let version = etag.trim_matches('"');
    shortened(format!("{folder}{OBJECTS}{key}@{version}"), folder, OBJECTS, "")
}

/// The key of the record of what is wrong with an object in quarantine.
#[must_use]
pub fn record_key(object: &str) -> String {
    format!("{object}{RECORD}")
}

/// Whether this is the key of such a record.
#[must_use]
pub fn is_record(key: &str) -> bool {
    key.ends_with(RECORD)
}

/// A key too long for S3 is replaced by its digest; the file itself names its origin.
fn shortened(key: String, path: &str, folder: &str, suffix: &str) -> String {
    if key.len() <= MAX_KEY_BYTES - RECORD.len() {
        return key;
    }
    format!("{path}{folder}{:032x}{suffix}", xxh3_128(key.as_bytes()))
}

/// A file of quarantined lines under construction.
#[derive(Debug)]
pub struct QuarantineFile {
    key: String,
    /// The version it replaces; without one, whatever is there.
    replaces: Option<String>,
    upload: Option<Upload>,
    /// What is to be the upload's next part. It stays here until S3 has it, so that nothing is lost where the future
    /// that uploads it is dropped.
    part: Bytes,
    encoder: GzEncoder<Vec<u8>>,
    is_empty: bool,
    is_complete: bool,
}

/// A file of quarantined lines, put aside near the deadline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspended {
    upload: Option<Upload>,
    /// What is not uploaded yet: gzip members, in base64.
    pending: String,
    is_empty: bool,
    /// The file is there, and only the object is not settled.
    is_complete: bool,
}

impl QuarantineFile {
    /// A file with nothing in it; it will not be written unless something comes.
    #[must_use]
    pub fn new(key: String) -> Self {
        Self {
            key,
            replaces: None,
            upload: None,
            part: Bytes::new(),
            encoder: encoder(Vec::new()),
            is_empty: true,
            is_complete: false,
        }
    }

    /// A file that takes the place of its earlier version, and of no other.
    #[must_use]
    pub fn replacing(key: String, etag: &str) -> Self {
        Self { replaces: Some(etag.to_owned()), ..Self::new(key) }
    }

    /// Goes on with a file that was put aside; none when its text is not ours.
    #[must_use]
    pub fn resume(key: String, suspended: Suspended) -> Option<Self> {
        let Suspended { upload, pending, is_empty, is_complete } = suspended;
        let encoder = encoder(STANDARD.decode(pending).ok()?);
        Some(Self { upload, encoder, is_empty, is_complete, ..Self::new(key) })
    }

    /// Enters entries, one JSON object a line. They are in the account from here on, and [`Self::flush`] has its turn.
    pub fn enter(&mut self, entries: &[u8]) {
        if entries.is_empty() {
            return;
        }
        self.is_empty = false;
        self.is_complete = false;
        // Into memory: it cannot fail.
        let _ = self.encoder.write_all(entries);
    }

    /// Uploads a part, if there is enough for one. May be dropped and called again.
    ///
    /// # Errors
    /// When S3 does not take it.
    pub async fn flush(&mut self, store: &Store) -> Result<(), S3Error> {
        if self.part.is_empty() && self.encoder.get_ref().len() >= PART_BYTES {
            self.part = self.take_pending().into();
        }
        self.upload_part(store).await
    }

    /// Makes the file appear, where anything is in it.
    ///
    /// # Errors
    /// When S3 fails. The object must not be settled then.
    pub async fn complete(&mut self, store: &Store) -> Result<(), S3Error> {
        if self.is_complete {
            return Ok(());
        }
        if !self.is_empty {
            if self.part.len() >= PART_BYTES {
                self.upload_part(store).await?;
            }
            self.part = self.rest();
            if self.upload.is_some() {
                self.upload_part(store).await?;
            }
            let condition = self.replaces.as_deref().map_or(Condition::Always, Condition::Matches);
            match &self.upload {
                Some(upload) => store.complete_upload(&self.key, upload, condition).await?,
                None => drop(store.put(&self.key, self.part.clone(), condition).await?),
            }
            self.part = Bytes::new();
            self.upload = None;
        }
        self.is_complete = true;
        Ok(())
    }

    /// Whether nothing came: then there is no file.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.is_empty
    }

    /// Puts the file aside.
    #[must_use]
    pub fn suspend(&mut self) -> Suspended {
        let pending = STANDARD.encode(self.rest());
        let (upload, is_empty, is_complete) = (self.upload.clone(), self.is_empty, self.is_complete);
        Suspended { upload, pending, is_empty, is_complete }
    }

    /// Gives the file up: the object is read again, and so is every line of it.
    pub async fn abandon(&self, store: &Store) {
        if let Some(upload) = &self.upload
            && let Err(error) = store.abort_upload(&self.key, upload).await
        {
            tracing::debug!(key = self.key, %error, "an upload is left for the bucket's lifecycle rule");
        }
    }

    async fn upload_part(&mut self, store: &Store) -> Result<(), S3Error> {
        if self.part.is_empty() {
            return Ok(());
        }
        let upload = match &mut self.upload {
            Some(upload) => upload,
            none => none.insert(store.begin_upload(&self.key).await?),
        };
        store.upload_part(&self.key, upload, self.part.clone()).await?;
        self.part = Bytes::new();
        Ok(())
    }

    /// Everything that is in no part yet.
    fn rest(&mut self) -> Bytes {
        [&std::mem::take(&mut self.part)[..], &self.take_pending()].concat().into()
    }

    /// What was compressed since the last part: whole gzip members.
    fn take_pending(&mut self) -> Vec<u8> {
        let full = std::mem::replace(&mut self.encoder, encoder(Vec::new()));
        full.finish().unwrap_or_default()
    }
}

fn encoder(begun: Vec<u8>) -> GzEncoder<Vec<u8>> {
    GzEncoder::new(begun, Compression::fast())
}

#[cfg(test)]
mod tests {
    use parser_wasm::LogReader;

    use super::*;

    #[test]
    fn keys_name_object_and_version() {
        assert_eq!(
            lines_key("albatross/", "AWSLogs/a.log.gz", "\"0123\""),
            "albatross/quarantine/lines/AWSLogs/a.log.gz@0123.ndjson.gz"
        );
        assert_eq!(
            object_key("albatross/", "AWSLogs/a.log.gz", "\"0123\""),
            "albatross/quarantine/objects/AWSLogs/a.log.gz@0123"
        );
        let long = lines_key("albatross/", &"k".repeat(1000), "\"0123\"");
        assert!(long.len() < 100 && long.starts_with("albatross/quarantine/lines/") && long.ends_with(".ndjson.gz"));
    }

    #[test]
    fn what_is_put_aside_is_not_lost() {
        let mut file = QuarantineFile::new("k".to_owned());
        file.enter(b"{\"line\":1}\n");
        let kept = serde_json::to_string(&file.suspend()).unwrap();
        let mut file = QuarantineFile::resume("k".to_owned(), serde_json::from_str(&kept).unwrap()).unwrap();
        file.enter(b"{\"line\":2}\n");
        assert!(!file.is_empty && !file.is_complete);
        let mut reader = LogReader::of_lines(Limits::default());
        reader.push(&file.take_pending()).unwrap();
        for number in [1, 2] {
            assert_eq!(reader.next_line().unwrap().bytes, format!("{{\"line\":{number}}}").as_bytes());
        }
        assert!(reader.next_line().is_none() && reader.finish().unwrap().is_none());
    }
}
