//! A place in S3: a bucket and a beginning of keys.

use std::fmt;

use super::bucket::is_name;

/// `s3://bucket/prefix`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The bucket.
    pub bucket: String,
    /// The beginning of the keys, or a whole key.
    pub prefix: String,
}

impl Location {
    /// Reads `s3://bucket/prefix`, the prefix perhaps empty.
    pub(super) fn parse(uri: &str) -> Result<Self, String> {
        let rest = uri.strip_prefix("s3://").ok_or("must begin with s3://")?;
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        if !bucket.is_empty() && !is_name(bucket) {
            return Err("names no bucket that there can be: expected s3://bucket/prefix/".to_owned());
        }
        if bucket.is_empty() {
            return Err("names no bucket: expected s3://bucket/prefix/".to_owned());
        }
        Ok(Self { bucket: bucket.to_owned(), prefix: prefix.to_owned() })
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_shows() {
        let location = Location::parse("s3://archive/logs/").unwrap();
        assert_eq!((location.bucket.as_str(), location.prefix.as_str()), ("archive", "logs/"));
        assert_eq!(location.to_string(), "s3://archive/logs/");
        assert_eq!(Location::parse("s3://archive").unwrap().prefix, "");
        assert!(Location::parse("archive/logs").is_err());
        assert!(Location::parse("s3:///logs").is_err());
    }
}
