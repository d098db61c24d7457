//! Reading objects: whole small ones, and logs as a stream that survives lost connections.

use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;

use super::request::Whose;
use super::{S3Error, Store};
use crate::backoff::Backoff;
use crate::error_chain::error_chain;

/// Nothing of our own that is read whole is longer.
const MAX_WHOLE_BYTES: u64 = 64 << 20;

impl Store {
    /// Opens a log.
    ///
    /// # Errors
    /// When it is gone, archived, denied, or S3 fails.
    pub async fn get<'a>(&'a self, key: &'a str) -> Result<Download<'a>, S3Error> {
        self.open(key, Whose::Log).await
    }

    async fn open<'a>(&'a self, key: &'a str, whose: Whose) -> Result<Download<'a>, S3Error> {
        let subject = self.subject("GetObject", key, whose);
        let request = || self.client.get_object().bucket(&self.bucket).key(key).send();
        let output = self.send(subject, request).await?;
        let length = output.content_length.and_then(|length| u64::try_from(length).ok());
        let (Some(etag), Some(length)) = (output.e_tag, length) else {
            // Without an ETag a later delete could hit another object than the one that was read.
            return Err(subject.broken("the answer has no ETag or no Content-Length"));
        };
        let modified_ms = output.last_modified.and_then(|at| at.to_millis().ok()).unwrap_or_default();
        let (body, backoff) = (output.body, Backoff::default());
        Ok(Download { store: self, key, whose, etag, length, received: 0, modified_ms, body, backoff })
    }

    /// A small object of our own and its `ETag`; none where there is no such object.
    ///
    /// # Errors
    /// When it is denied, too long to be ours, or S3 fails.
    pub async fn read(&self, key: &str) -> Result<Option<(Vec<u8>, String)>, S3Error> {
        let mut download = match self.open(key, Whose::Own).await {
            Ok(download) => download,
            Err(error) if error.is_absent() => return Ok(None),
            Err(error) => return Err(error),
        };
        if download.length > MAX_WHOLE_BYTES {
            let problem = format!("it has {} bytes, and is not of our making", download.length);
            return Err(self.subject("GetObject", key, Whose::Own).broken(&problem));
        }
        let mut body = Vec::new();
        while let Some(chunk) = download.chunk().await? {
            body.extend_from_slice(&chunk);
        }
        Ok(Some((body, download.etag)))
    }
}

/// One object's bytes, in order, across as many connections as it takes.
pub struct Download<'a> {
    store: &'a Store,
    key: &'a str,
    whose: Whose,
    etag: String,
    length: u64,
    received: u64,
    modified_ms: i64,
    body: ByteStream,
    backoff: Backoff,
}

impl Download<'_> {
    /// The next bytes; none when all of `Content-Length` came. A connection lost halfway is taken
    /// up again at the byte where it broke, on the same `ETag`.
    ///
    /// # Errors
    /// When the object has changed meanwhile, or resuming is of no avail.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, S3Error> {
        loop {
            let cause = match self.body.next().await {
                Some(Ok(chunk)) => {
                    self.received += chunk.len() as u64;
                    self.backoff.reset();
                    return Ok(Some(chunk));
                }
                None if self.received == self.length => return Ok(None),
                None => "the connection ended".to_owned(),
                Some(Err(error)) => error_chain(&error),
            };
            tracing::debug!(key = self.key, received = self.received, cause, "resuming");
            let lost = |cause| {
                let key = self.key.to_owned();
                S3Error::Lost { key, received: self.received, length: self.length, cause }
            };
            if !self.backoff.pause(None).await {
                return Err(lost(cause));
            }
            let output = self.resume().await?;
            let expected = format!("bytes {}-", self.received);
            if !output.content_range().is_some_and(|range| range.starts_with(&expected)) {
                return Err(lost("the answer is not the range asked for".to_owned()));
            }
            self.body = output.body;
        }
    }

    async fn resume(&self) -> Result<GetObjectOutput, S3Error> {
        let Self { store, key, whose, .. } = *self;
        let request = || {
            let request = store.client.get_object().bucket(&store.bucket).key(key);
            request.range(format!("bytes={}-", self.received)).if_match(&self.etag).send()
        };
        store.send(store.subject("GetObject", key, whose), request).await
    }

    /// The bytes that came so far.
    #[must_use]
    pub fn received(&self) -> u64 {
        self.received
    }

    /// `LastModified`, in milliseconds since the epoch.
    #[must_use]
    pub fn modified_ms(&self) -> i64 {
        self.modified_ms
    }

    /// The bytes S3 announced.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Which version of the object this is.
    #[must_use]
    pub fn etag(&self) -> &str {
        &self.etag
    }
}
