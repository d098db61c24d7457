//! Multipart uploads: an object that appears at once, when its last part is there.

use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::request::Whose;
use super::{Condition, S3Error, Store};

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
        let subject = self.subject("CreateMultipartUpload", key, Whose::Own);
        let request = || {
            let (algorithm, kms_key) = self.encryption();
            let request = self.client.create_multipart_upload().bucket(&self.bucket).key(key);
            request.set_server_side_encryption(algorithm).set_ssekms_key_id(kms_key).send()
        };
        match self.send(subject, request).await?.upload_id {
            Some(id) => Ok(Upload { id, parts: Vec::new() }),
            None => Err(subject.broken("the answer has no upload id")),
        }
    }

    /// Adds the next part.
    ///
    /// # Errors
    /// When S3 fails; the part may be uploaded again.
    pub async fn upload_part(&self, key: &str, upload: &mut Upload, body: Bytes) -> Result<(), S3Error> {
        let subject = self.subject("UploadPart", key, Whose::Own);
        let request = || {
            let request = self.client.upload_part().bucket(&self.bucket).key(key).upload_id(&upload.id);
            request.part_number(number(upload.parts.len())).body(body.clone().into()).send()
        };
        let etag = self.send(subject, request).await?.e_tag;
        upload.parts.push(etag.ok_or_else(|| subject.broken("the answer has no ETag"))?);
        Ok(())
    }

    /// Makes one object of the parts.
    ///
    /// # Errors
    /// When S3 fails; it may be tried again. One that [is about a change](S3Error::is_changed) when the
    /// condition does not hold.
    pub async fn complete_upload(&self, key: &str, upload: &Upload, on: Condition<'_>) -> Result<(), S3Error> {
        let part =
            |(index, etag): (usize, &String)| CompletedPart::builder().part_number(number(index)).e_tag(etag).build();
        let parts = upload.parts.iter().enumerate().map(part).collect();
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
        let request = || {
            let request = self.client.complete_multipart_upload().bucket(&self.bucket).key(key);
            let request = request.upload_id(&upload.id).multipart_upload(parts.clone());
            request.set_if_none_match(on.if_none_match()).set_if_match(on.if_match()).send()
        };
        self.send(self.subject("CompleteMultipartUpload", key, Whose::Own), request).await.map(drop)
    }

    /// Gives an upload up, so that its parts cost nothing.
    ///
    /// # Errors
    /// When S3 fails: the bucket's lifecycle rule then clears it away.
    pub async fn abort_upload(&self, key: &str, upload: &Upload) -> Result<(), S3Error> {
        let request = || {
            let request = self.client.abort_multipart_upload().bucket(&self.bucket).key(key);
            request.upload_id(&upload.id).send()
        };
        self.send(self.subject("AbortMultipartUpload", key, Whose::Own), request).await.map(drop)
    }
}

/// Part numbers count from 1.
fn number(index: usize) -> i32 {
    i32::try_from(index + 1).unwrap_or(i32::MAX)
}
