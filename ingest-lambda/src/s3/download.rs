//! Reading objects: whole small ones, and logs as a stream that survives lost connections.

use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;

use super::{S3Error, Store, classify};
use crate::backoff::Backoff;
use crate::error_chain::error_chain;

/// Nothing of our own that is read whole is longer.
const MAX_WHOLE_BYTES: u64 = 64 << 20;

impl Store {
    /// Opens an object.
    ///
    /// # Errors
    /// When it is gone, denied, or S3 fails.
    pub async fn get<'a>(&'a self, key: &'a str) -> Result<Download<'a>, S3Error> {
        let request = self.client.get_object().bucket(&self.bucket).key(key);
        let output = request.send().await.map_err(|error| classify("GetObject", &error))?;
        let length = output.content_length.and_then(|length| u64::try_from(length).ok());
        let (Some(etag), Some(length)) = (output.e_tag, length) else {
            return Err(S3Error::NoEtag);
        };
        let (body, backoff) = (output.body, Backoff::default());
        Ok(Download { store: self, key, etag, length, received: 0, body, backoff })
    }

    /// A small object of our own and its `ETag`; none where there is no such object.
    ///
    /// # Errors
    /// When it is denied, too long to be ours, or S3 fails.
    pub async fn read(&self, key: &str) -> Result<Option<(Vec<u8>, String)>, S3Error> {
        let mut download = match self.get(key).await {
            Ok(download) => download,
            Err(S3Error::Gone) => return Ok(None),
            Err(error) => return Err(error),
        };
        if download.length > MAX_WHOLE_BYTES {
            let message = format!("{key} has {} bytes, and is not of our making", download.length);
            return Err(S3Error::Failed { operation: "GetObject", message });
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
    etag: String,
    length: u64,
    received: u64,
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
            let lost = |cause| S3Error::Lost { received: self.received, length: self.length, cause };
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
        let request = self.store.client.get_object().bucket(&self.store.bucket).key(self.key);
        let range = format!("bytes={}-", self.received);
        let answer = request.range(range).if_match(&self.etag).send().await;
        answer.map_err(|error| classify("GetObject", &error))
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
