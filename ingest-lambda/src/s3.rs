//! S3, as far as we need it: concrete, over `aws_sdk_s3`. Errors name the outcomes a caller acts on.

mod change;
mod classify;
mod download;
mod encryption;
mod error;
mod list;
mod permission;
mod preflight;
mod reach;
mod request;
mod upload;

use std::sync::Arc;

use aws_config::SdkConfig;
use aws_sdk_s3::Client;

use crate::aws;
use crate::config::{Config, Encryption};

pub use self::change::Condition;
pub use self::download::Download;
pub use self::error::{Failure, S3Error};
pub use self::list::ListedObject;
pub use self::preflight::Finding;
pub use self::reach::Reach;
pub use self::upload::{PART_BYTES, Upload};

use self::request::Pace;

/// The bucket with the logs. Quarantine and state lie in it too.
#[derive(Debug, Clone)]
pub struct Store {
    client: Client,
    bucket: String,
    /// Where requests are sent to, so that an error can say so.
    region: Arc<str>,
    encryption: Option<Encryption>,
    pace: Arc<Pace>,
}

impl Store {
    /// A store of this bucket; connects at the first request.
    #[must_use]
    pub fn new(sdk: &SdkConfig, config: &Config) -> Self {
        Self {
            client: aws::s3(sdk, config.path_style),
            bucket: config.bucket.clone(),
            region: sdk.region().map_or("", |region| region.as_ref()).into(),
            encryption: config.encryption.clone(),
            pace: Pace::new(),
        }
    }

    /// A store of nothing, which no test asks.
    #[cfg(test)]
    pub(crate) fn nowhere() -> Self {
        let config = aws_sdk_s3::Config::builder().behavior_version_latest().build();
        let (client, bucket, region) = (Client::from_conf(config), "logs".to_owned(), "".into());
        Self { client, bucket, region, encryption: None, pace: Pace::new() }
    }

    /// Whether S3 is in trouble, so that no further objects should be taken up.
    pub(crate) fn is_paused(&self) -> bool {
        self.pace.is_paused()
    }

    /// Another bucket, by the same client and at the same pace.
    #[must_use]
    pub(crate) fn with_bucket(&self, bucket: &str) -> Self {
        Self { bucket: bucket.to_owned(), ..self.clone() }
    }

    /// The bucket's name.
    #[must_use]
    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    fn region(&self) -> &str {
        &self.region
    }

    fn is_encrypted(&self) -> bool {
        self.encryption.is_some()
    }
}
