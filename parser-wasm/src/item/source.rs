//! Where a log came from, and what its name says.

use crate::format::{self, AwsName, Hint};

/// An S3 object, or a file that has no bucket. Of an object that was moved it is the place where it was written: so its
/// documents stay what they were.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// `s3://bucket/key`, or a path in an archive; absent for a file on disk.
    path: Option<String>,
    /// The key, or the path as it was given.
    key: String,
}

/// Why a text is not the address of an object.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the address of an S3 object: {0:?}; expected s3://bucket/key")]
pub struct SourceError(String);

impl Source {
    /// An object in S3.
    pub fn s3(bucket: &str, key: &str) -> Self {
        Self { path: Some(format!("s3://{bucket}/{key}")), key: key.to_owned() }
    }

    /// A file outside S3, by its name or path. Its documents have no `log.file.path`; their ids are those of an object with
    /// the same base name, so that a file downloaded from S3 keeps its ids, as long as nothing is redacted.
    pub fn file(name: &str) -> Self {
        Self { path: None, key: name.to_owned() }
    }

    /// A file in an archive, by its path there, which is its documents' `log.file.path`.
    pub fn in_archive(path: &str) -> Self {
        Self { path: Some(path.to_owned()), key: path.to_owned() }
    }

    /// Reads `s3://bucket/key`.
    ///
    /// # Errors
    /// When the text has another shape.
    pub fn parse(uri: &str) -> Result<Self, SourceError> {
        match uri.strip_prefix("s3://").and_then(|rest| rest.split_once('/')) {
            Some((bucket, key)) if !bucket.is_empty() && !base_name(key).is_empty() => Ok(Self::s3(bucket, key)),
            _ => Err(SourceError(uri.to_owned())),
        }
    }

    /// `s3://bucket/key`, where there is a bucket; of a file in an archive its path there.
    pub fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// The key of an object; of a file, which may lie anywhere, its name without folders.
    pub(crate) fn key(&self) -> &str {
        let is_object = self.path.as_ref().is_some_and(|path| path.starts_with("s3://"));
        if is_object { &self.key } else { self.base_name() }
    }

    /// The name without folders.
    pub fn base_name(&self) -> &str {
        base_name(&self.key)
    }

    /// The format that the name tells of, where it is one that AWS gives.
    pub(crate) fn hint(&self) -> Hint {
        AwsName::parse(self.base_name()).map_or(Hint::None, |name| Hint::Named(name.format))
    }

    /// Account and region, where name or folders tell.
    pub(crate) fn account_and_region(&self) -> (Option<&str>, Option<&str>) {
        account_and_region(&self.key)
    }
}

/// Account and region in a key or path: by its last part, where that is a name that AWS gives, else by its folders.
pub(super) fn account_and_region(key: &str) -> (Option<&str>, Option<&str>) {
    let named = AwsName::parse(base_name(key)).filter(|AwsName { account, region, .. }| {
        let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        let is_of_region = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        is_account && !region.is_empty() && region.bytes().all(is_of_region)
    });
    match named {
        Some(AwsName { account, region, .. }) => (Some(account), Some(region)),
        None => format::account_and_region(key),
    }
}

fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::Format;

    #[test]
    fn names_tell_account_and_region() {
        let key = "p/AWSLogs/123456789012/elasticloadbalancing/eu-central-1/2026/11/23/123456789012_elasticloadbalancing_eu-central-1_app.web.50dc6c495c0c9188_20261123T0005Z_192.0.2.1_abc123.log.gz";
        let source = Source::parse(&format!("s3://logs/{key}")).expect("a source");
        assert_eq!(source, Source::s3("logs", key));
        let both = (Some("123456789012"), Some("eu-central-1"));
        assert_eq!(source.account_and_region(), both);
        assert_eq!(Source::file(source.base_name()).account_and_region(), both);
        let connections = format!("conn_log_{}", source.base_name());
        assert_eq!(Source::file(&connections).account_and_region(), both);
        assert_eq!(Source::file(&connections).hint(), Hint::Named(Format::AlbConnection));
        assert_eq!(Source::file("X_elasticloadbalancing_eu_app").account_and_region(), (None, None));
        let hive = "AWSLogs/aws-account-id=123456789012/elasticloadbalancing/region=eu-central-1/year=2026/month=11/day=23/0a1b.gz";
        assert_eq!(Source::s3("logs", hive).account_and_region(), both);
        assert_eq!(Source::file("team/eu-central-1/2026/11/23/0a1b.gz").account_and_region(), (None, both.1));
        assert_eq!(Source::file("access.log").path(), None);
    }

    #[test]
    fn other_shapes_are_refused() {
        for uri in
            ["", "s3://", "s3://bucket", "s3://bucket/", "s3:///key", "https://bucket/key", "s3://bucket/folder/"]
        {
            assert_eq!(Source::parse(uri), Err(SourceError(uri.to_owned())));
        }
    }
}
