//! Multipart uploads: an object that appears at once, when its last part is there.

use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::{Condition, S3Error, Store, classify};

/// The least that S3 takes as a part, the last one apart.
pub const PART_BYTES: usize = 5 << 20;

/// An upload that is not completed: can be kept and gone on with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    /// S3's name for it.
    pub id: String,
    /// The `ETag`s of the parts so far, in order.
    pub parts: Vec<String>,
}

impl Store {
    /// Begins an upload.
    ///
    /// # Errors
    /// When S3 does not let us.
    pub async fn begin_upload(&self, key: &str) -> Result<Upload, S3Error> {
        let request = self.client.create_multipart_upload().bucket(&self.bucket).key(key);
        let output = request.send().await.map_err(|error| classify("CreateMultipartUpload", &error))?;
        match output.upload_id {
            Some(id) => Ok(Upload { id, parts: Vec::new() }),
            None => {
                let message = "the answer has no upload id".to_owned();
                Err(S3Error::Failed { operation: "CreateMultipartUpload", message })
            }
        }
    }

    /// Adds the next part.
    ///
    /// # Errors
    /// When S3 fails; the part may be uploaded again.
    pub async fn upload_part(&self, key: &str, upload: &mut Upload, body: Bytes) -> Result<(), S3Error> {
        let request = self.client.upload_part().bucket(&self.bucket).key(key).upload_id(&upload.id);
        let request = request.part_number(number(upload.parts.len())).body(body.into());
        let output = request.send().await.map_err(|error| classify("UploadPart", &error))?;
        upload.parts.push(output.e_tag.ok_or(S3Error::NoEtag)?);
        Ok(())
    }

    /// Makes one object of the parts.
    ///
    /// # Errors
    /// When S3 fails; it may be tried again. [`S3Error::Changed`] when the condition does not hold.
    pub async fn complete_upload(&self, key: &str, upload: &Upload, on: Condition<'_>) -> Result<(), S3Error> {
        let part =
            |(index, etag): (usize, &String)| CompletedPart::builder().part_number(number(index)).e_tag(etag).build();
        let parts = upload.parts.iter().enumerate().map(part).collect();
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
        let request = self.client.complete_multipart_upload().bucket(&self.bucket).key(key);
        let request = request.upload_id(&upload.id).multipart_upload(parts);
        let request = match on {
            Condition::Always => request,
            Condition::Absent => request.if_none_match("*"),
            Condition::Matches(etag) => request.if_match(etag),
        };
        request.send().await.map(drop).map_err(|error| classify("CompleteMultipartUpload", &error))
    }

    /// Gives an upload up, so that its parts cost nothing.
    ///
    /// # Errors
    /// When S3 fails: the bucket's lifecycle rule then clears it away.
    pub async fn abort_upload(&self, key: &str, upload: &Upload) -> Result<(), S3Error> {
        let request = self.client.abort_multipart_upload().bucket(&self.bucket).key(key).upload_id(&upload.id);
        request.send().await.map(drop).map_err(|error| classify("AbortMultipartUpload", &error))
    }
}

/// Part numbers count from 1.
fn number(index: usize) -> i32 {
    i32::try_from(index + 1).unwrap_or(i32::MAX)
}
