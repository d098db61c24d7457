//! Multipart uploads of the scripted bucket.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::bucket::etag;
use super::{Reply, Request};

type Parts = BTreeMap<usize, Vec<u8>>;

#[derive(Clone, Default)]
pub struct Uploads(Arc<Mutex<BTreeMap<String, Parts>>>);

impl Uploads {
    pub fn end(&self) {
        self.0.lock().expect("lock").clear();
    }

    /// CreateMultipartUpload, UploadPart, CompleteMultipartUpload and AbortMultipartUpload.
    pub fn answer(&self, key: &str, query: &str, request: &Request, put: impl FnOnce(Vec<u8>)) -> Reply {
        let value = |name: &str| {
            query
                .split('&')
                .find_map(|pair| pair.split_once('=').filter(|(found, _)| *found == name))
                .map(|(_, value)| value)
        };
        let mut uploads = self.0.lock().expect("lock");
        let Some(id) = value("uploadId") else {
            let id = format!("upload-{}-{}", uploads.len(), key.len());
            uploads.insert(id.clone(), Parts::new());
            return Reply::new(
                200,
                format!("<InitiateMultipartUploadResult><UploadId>{id}</UploadId></InitiateMultipartUploadResult>"),
            );
        };
        let Some(parts) = uploads.get_mut(id) else {
            return Reply::new(404, "<Error><Code>NoSuchUpload</Code></Error>");
        };
        match (request.method.as_str(), value("partNumber")) {
            ("PUT", Some(number)) => {
                parts.insert(number.parse().expect("a number"), request.body.clone());
                Reply::new(200, "").header("etag", etag(&request.body))
            }
            ("POST", _) => {
                put(uploads.remove(id).expect("it is there").into_values().flatten().collect());
                Reply::new(200, "<CompleteMultipartUploadResult><ETag>\"x\"</ETag></CompleteMultipartUploadResult>")
            }
            _ => {
                uploads.remove(id);
                Reply::new(204, "")
            }
        }
    }
}
