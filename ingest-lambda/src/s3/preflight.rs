//! Tries every permission that a run needs, without harm, so that what is missing shows before documents are sent.

use std::fmt::Display;

use serde::Serialize;

use super::request::Whose;
use super::{Condition, ListedObject, S3Error, Store};
use crate::config::{Config, Location, Settle};

/// No object has it.
const NO_ETAG: &str = "\"00000000000000000000000000000000-albatross\"";

/// The name of a probe: of an object that is put and deleted, or of one that is never there.
const PROBE: &str = "!albatross-preflight";

/// What was tried, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The permission, as a policy names it, or `region`.
    pub permission: &'static str,
    /// The bucket, prefix or key.
    pub on: String,
    /// Whether it is there.
    pub result: Access,
    /// What S3 says, unless all is well.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub message: String,
}

/// Whether a permission is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// It is.
    Allowed,
    /// It is not.
    Denied,
    /// It could not be tried.
    Unknown,
}

impl Finding {
    fn new(permission: &'static str, on: impl Display, tried: Result<(), S3Error>) -> Self {
        let (result, message) = match tried {
            Ok(()) => (Access::Allowed, String::new()),
            // What is not there, or not as asked for, was looked for: nobody is told so whom S3 denies it.
            Err(error) if error.is_changed() || error.is_missing() => (Access::Allowed, String::new()),
            Err(error) if error.is_denial() => (Access::Denied, error.to_string()),
            Err(error) => (Access::Unknown, error.to_string()),
        };
        Self { permission, on: on.to_string(), result, message }
    }

    fn unknown(permission: &'static str, on: impl Display, why: &str) -> Self {
        Self { permission, on: on.to_string(), result: Access::Unknown, message: why.to_owned() }
    }
}

impl Store {
    /// Tries all that this configuration needs, below `folder` and where the logs and the archive are. A probe is put
    /// into the folder, and deleted. Deletes and copies of logs carry a condition that cannot hold, and names at which
    /// nothing lies.
    pub(crate) async fn preflight(&self, config: &Config, folder: &str) -> Vec<Finding> {
        let mut findings = vec![self.try_region().await];
        let logs = format!("s3://{}/{}", self.bucket, config.prefix);
        let page = self.pages(&config.prefix).next().await;
        let is_log = |object: &ListedObject| !config.is_own(&object.key) && !object.archived && object.size_bytes > 0;
        let (listed, log) = match page {
            Ok(page) => (Ok(()), page.and_then(|page| page.objects.into_iter().find(is_log))),
            Err(error) => (Err(error), None),
        };
        findings.push(Finding::new("s3:ListBucket", &logs, listed));
        findings.push(match &log {
            Some(log) => {
                let on = format!("s3://{}/{}", self.bucket, log.key);
                Finding::new("s3:GetObject", on, self.first_byte(&log.key).await)
            }
            None => Finding::unknown("s3:GetObject", &logs, "there is no log to read"),
        });
        self.try_own(folder, &mut findings).await;
        if config.settle != Settle::Keep {
            let key = format!("{}{PROBE}", config.prefix);
            findings.push(Finding::new("s3:DeleteObject", &logs, self.delete(&key, NO_ETAG).await));
        }
        if let Settle::Archive(archive) = &config.settle {
            self.try_archive(archive, log.as_ref(), &mut findings).await;
        }
        findings
    }

    async fn try_own(&self, folder: &str, findings: &mut Vec<Finding>) {
        let key = format!("{folder}{PROBE}");
        let on = format!("s3://{}/{folder}", self.bucket);
        let put = self.put(&key, "probe", Condition::Always).await.map(drop);
        findings.push(Finding::new("s3:PutObject", &on, put));
        findings.push(Finding::new("s3:GetObject", &on, self.read(&key).await.map(drop)));
        findings.push(Finding::new("s3:DeleteObject", &on, self.remove(&key).await));
        // Who may not list here is denied what is not there, and takes it for denied.
        findings.push(Finding::new("s3:ListBucket", &on, self.etag(&key).await.map(drop)));
    }

    async fn try_archive(&self, archive: &Location, log: Option<&ListedObject>, findings: &mut Vec<Finding>) {
        let there = self.with_bucket(&archive.bucket);
        findings.push(there.try_region().await);
        let to = Location { bucket: archive.bucket.clone(), prefix: format!("{}{PROBE}", archive.prefix) };
        findings.push(match log {
            Some(log) => {
                let copied = self.copy_object(&log.key, NO_ETAG, &to).await;
                if copied.is_ok() {
                    // The store does not know the condition.
                    let _ = there.remove(&to.prefix).await;
                }
                Finding::new("s3:PutObject", archive, copied)
            }
            None => Finding::unknown("s3:PutObject", archive, "there is no log to copy"),
        });
        findings.push(Finding::new("s3:GetObject", archive, there.etag(&to.prefix).await.map(drop)));
    }

    /// Whether the bucket is where it is asked for.
    async fn try_region(&self) -> Finding {
        let request = || self.client.head_bucket().bucket(&self.bucket).send();
        let found = self.send(self.subject("HeadBucket", "", Whose::Own), request).await;
        let on = format!("s3://{}", self.bucket);
        match found {
            // Only its region is asked for here; whether it may be listed is tried under the prefix.
            Err(error) if error.is_denied() => Finding::unknown("region", on, &error.to_string()),
            found => Finding::new("region", on, found.map(drop)),
        }
    }

    async fn first_byte(&self, key: &str) -> Result<(), S3Error> {
        let request = || self.client.get_object().bucket(&self.bucket).key(key).range("bytes=0-0").send();
        self.send(self.subject("GetObject", key, Whose::Log), request).await.map(drop)
    }
}
