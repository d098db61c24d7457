//! Listing.

use super::{S3Error, Store, classify};

/// An object as the listing shows it; orders by age, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListedObject {
    /// `LastModified`, in milliseconds since the epoch.
    pub modified_ms: i64,
    /// The key.
    pub key: String,
    /// The size in bytes.
    pub size_bytes: u64,
}

impl Store {
    /// Lists all objects under a prefix, page by page, in the order of keys.
    ///
    /// # Errors
    /// When a page cannot be had.
    pub async fn list(&self, prefix: &str, mut each: impl FnMut(ListedObject)) -> Result<(), S3Error> {
        let request = self.client.list_objects_v2().bucket(&self.bucket).prefix(prefix);
        let mut pages = request.into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| classify("ListObjectsV2", &error))?;
            // A cut answer that still reads as XML would end the listing early, and silently.
            if page.is_truncated.is_none() {
                let message = "the answer does not say whether it is complete".to_owned();
                return Err(S3Error::Failed { operation: "ListObjectsV2", message });
            }
            for object in page.contents.unwrap_or_default() {
                each(ListedObject {
                    modified_ms: object.last_modified.and_then(|time| time.to_millis().ok()).unwrap_or_default(),
                    key: object.key.unwrap_or_default(),
                    size_bytes: object.size.and_then(|size| size.try_into().ok()).unwrap_or_default(),
                });
            }
        }
        Ok(())
    }
}
