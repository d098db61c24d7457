//! Lines and documents that cannot be indexed, kept so that they can be sent again after a fix.
//!
//! One file for each source object and `ETag`, replaced when the object is read again: so each bad
//! line stands there once. It appears whole, just before the object is settled, or not at all.

use std::io::Write;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128;

use crate::s3::{Condition, PART_BYTES, S3Error, Store, Upload};

/// S3's limit on keys, in bytes.
const MAX_KEY_BYTES: usize = 1024;

/// Below our own prefix: files of lines.
const LINES: &str = "quarantine/lines/";
/// Below our own prefix: damaged objects, whole.
const OBJECTS: &str = "quarantine/objects/";

/// Below which the files of quarantined lines lie.
#[must_use]
pub fn lines_prefix(own_prefix: &str) -> String {
    format!("{own_prefix}{LINES}")
}

/// The key of the file with the bad lines of an object.
#[must_use]
pub fn lines_key(own_prefix: &str, key: &str, etag: &str) -> String {
    let version = etag.trim_matches('"');
    shortened(format!("{own_prefix}{LINES}{key}@{version}.ndjson.gz"), own_prefix, LINES, ".ndjson.gz")
}

/// The key to which a damaged object moves.
#[must_use]
pub fn object_key(own_prefix: &str, key: &str) -> String {
    shortened(format!("{own_prefix}{OBJECTS}{key}"), own_prefix, OBJECTS, "")
}

/// A key too long for S3 is replaced by its digest; the file itself names its origin.
fn shortened(key: String, own_prefix: &str, folder: &str, suffix: &str) -> String {
    if key.len() <= MAX_KEY_BYTES - ".damage.json".len() {
        return key;
    }
    format!("{own_prefix}{folder}{:032x}{suffix}", xxh3_128(key.as_bytes()))
}

/// A file of quarantined lines under construction.
#[derive(Debug)]
pub struct QuarantineFile {
    key: String,
    upload: Option<Upload>,
    encoder: GzEncoder<Vec<u8>>,
    is_empty: bool,
}

/// A file of quarantined lines, put aside near the deadline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspended {
    upload: Option<Upload>,
    /// What is not uploaded yet: gzip members, in base64.
    pending: String,
    is_empty: bool,
}

impl QuarantineFile {
    /// A file with nothing in it; it will not be written unless something comes.
    #[must_use]
    pub fn new(key: String) -> Self {
        Self { key, upload: None, encoder: encoder(Vec::new()), is_empty: true }
    }

    /// Goes on with a file that was put aside; none when its text is not ours.
    #[must_use]
    pub fn resume(key: String, suspended: Suspended) -> Option<Self> {
        let Suspended { upload, pending, is_empty } = suspended;
        let pending = STANDARD.decode(pending).ok()?;
        Some(Self { key, upload, encoder: encoder(pending), is_empty })
    }

    /// Appends entries, one JSON object a line.
    ///
    /// # Errors
    /// When a part cannot be uploaded.
    pub async fn append(&mut self, store: &Store, entries: &[u8]) -> Result<(), S3Error> {
        if entries.is_empty() {
            return Ok(());
        }
        self.is_empty = false;
        // Into memory: it cannot fail.
        let _ = self.encoder.write_all(entries);
        if self.encoder.get_ref().len() >= PART_BYTES {
            let part = self.take_pending();
            self.upload(store, part).await?;
        }
        Ok(())
    }

    /// Makes the file appear, if anything is in it.
    ///
    /// # Errors
    /// When S3 fails. The object must not be settled then.
    pub async fn complete(mut self, store: &Store) -> Result<(), S3Error> {
        if self.is_empty {
            return Ok(());
        }
        let rest = self.take_pending();
        if self.upload.is_none() {
            return store.put(&self.key, rest, Condition::Always).await.map(drop);
        }
        self.upload(store, rest).await?;
        match &self.upload {
            Some(upload) => store.complete_upload(&self.key, upload).await,
            None => Ok(()),
        }
    }

    /// Puts the file aside.
    #[must_use]
    pub fn suspend(mut self) -> Suspended {
        let pending = STANDARD.encode(self.take_pending());
        Suspended { upload: self.upload, pending, is_empty: self.is_empty }
    }

    /// Gives the file up: the object is read again, and so is every line of it.
    pub async fn abandon(self, store: &Store) {
        if let Some(upload) = &self.upload
            && let Err(error) = store.abort_upload(&self.key, upload).await
        {
            tracing::debug!(key = self.key, %error, "an upload is left for the bucket's lifecycle rule");
        }
    }

    async fn upload(&mut self, store: &Store, part: Vec<u8>) -> Result<(), S3Error> {
        if self.upload.is_none() {
            self.upload = Some(store.begin_upload(&self.key).await?);
        }
        match &mut self.upload {
            Some(upload) => store.upload_part(&self.key, upload, part).await,
            None => Ok(()),
        }
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
    use parser_wasm::{Limits, LogReader};

    use super::*;

    #[test]
    fn keys_name_object_and_version() {
        assert_eq!(
            lines_key("albatross/", "AWSLogs/a.log.gz", "\"0123\""),
            "albatross/quarantine/lines/AWSLogs/a.log.gz@0123.ndjson.gz"
        );
        assert_eq!(object_key("albatross/", "AWSLogs/a.log.gz"), "albatross/quarantine/objects/AWSLogs/a.log.gz");
        let long = lines_key("albatross/", &"k".repeat(1000), "\"0123\"");
        assert!(long.len() < 100 && long.starts_with("albatross/quarantine/lines/") && long.ends_with(".ndjson.gz"));
    }

    #[test]
    fn what_is_put_aside_is_not_lost() {
        let mut file = QuarantineFile::new("k".to_owned());
        file.is_empty = false;
        file.encoder.write_all(b"{\"line\":1}\n").unwrap();
        let kept = serde_json::to_string(&file.suspend()).unwrap();
        let mut file = QuarantineFile::resume("k".to_owned(), serde_json::from_str(&kept).unwrap()).unwrap();
        file.encoder.write_all(b"{\"line\":2}\n").unwrap();
        let mut reader = LogReader::new(Limits::default());
        reader.push(&file.take_pending()).unwrap();
        for number in [1, 2] {
            assert_eq!(reader.next_line().unwrap().bytes, format!("{{\"line\":{number}}}").as_bytes());
        }
        assert!(reader.next_line().is_none() && reader.finish().unwrap().is_none());
    }
}
