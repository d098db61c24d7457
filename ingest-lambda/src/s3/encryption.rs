//! How S3 shall encrypt what we write.

use aws_sdk_s3::types::ServerSideEncryption;

use super::Store;
use crate::config::Encryption;

impl Store {
    /// The headers of whatever we write: the algorithm, and the key where it is one of KMS.
    pub(super) fn encryption(&self) -> (Option<ServerSideEncryption>, Option<String>) {
        match &self.encryption {
            None => (None, None),
            Some(Encryption::S3) => (Some(ServerSideEncryption::Aes256), None),
            Some(Encryption::Kms(key)) => (Some(ServerSideEncryption::AwsKms), key.clone()),
        }
    }
}
