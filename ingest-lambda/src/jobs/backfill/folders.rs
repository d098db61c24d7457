//! The folders in which AWS puts logs: `AWSLogs/ACCOUNT/elasticloadbalancing/REGION/YYYY/MM/DD/`.
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html>

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::BackfillError;
use crate::ingest::Ingest;
use crate::s3::S3Error;

const ROOT: &str = "AWSLogs/";
const SERVICE: &str = "elasticloadbalancing/";

impl Ingest {
    /// The folders of the days, as far as the prefix lets them, the oldest day of every region first.
    pub(super) async fn day_folders(&self, from: NaiveDate, to: NaiveDate) -> Result<Vec<String>, BackfillError> {
        let regions = self.regions().await?;
        let days = from.iter_days().take_while(|day| *day <= to);
        let folders =
            days.flat_map(|day| regions.iter().map(move |region| format!("{region}{}", day.format("%Y/%m/%d/"))));
        Ok(folders.filter(|folder| is_on_the_way(folder, &self.config.prefix)).collect())
    }

    /// Every `…AWSLogs/ACCOUNT/elasticloadbalancing/REGION/` at, below or above the prefix.
    async fn regions(&self) -> Result<BTreeSet<String>, BackfillError> {
        let prefix = &self.config.prefix;
        // The prefix may end inside the layout: begin above it, and keep what lies below it.
        let roots = match prefix.find(ROOT) {
            Some(at) => BTreeSet::from([prefix[..at + ROOT.len()].to_owned()]),
            None => self.roots(prefix).await?,
        };
        let mut regions = BTreeSet::new();
        for root in roots {
            for account in self.folders(&root).await? {
                let service = format!("{account}{SERVICE}");
                if is_on_the_way(&service, prefix) {
                    regions.extend(self.folders(&service).await?);
                }
            }
        }
        if regions.is_empty() {
            let (bucket, prefix) = (self.store.bucket().to_owned(), prefix.clone());
            return Err(BackfillError::NoLogs { bucket, prefix });
        }
        Ok(regions)
    }

    /// `AWSLogs/` right below the prefix, or one folder further down.
    async fn roots(&self, prefix: &str) -> Result<BTreeSet<String>, S3Error> {
        let mut roots = BTreeSet::new();
        for folder in self.folders(prefix).await? {
            if folder.ends_with(ROOT) {
                roots.insert(folder);
            } else if !self.config.is_own(&folder) {
                roots.extend(self.folders(&folder).await?.into_iter().filter(|folder| folder.ends_with(ROOT)));
            }
        }
        Ok(roots)
    }

    /// The folders right below a parent, where the prefix names one only that.
    async fn folders(&self, parent: &str) -> Result<Vec<String>, S3Error> {
        let mut pages = self.store.folders(towards(parent, &self.config.prefix));
        let mut folders = Vec::new();
        while let Some(page) = pages.next().await? {
            folders.extend(page.folders);
        }
        folders.retain(|folder| is_on_the_way(folder, &self.config.prefix));
        Ok(folders)
    }
}

/// Whether a folder holds keys that begin with the prefix, or the prefix lies in it.
fn is_on_the_way(folder: &str, prefix: &str) -> bool {
    folder.starts_with(prefix) || prefix.starts_with(folder)
}

/// What to list to find the folders of a parent that are on the way to the prefix: in a bucket of
/// a thousand accounts, those of one.
fn towards<'a>(parent: &'a str, prefix: &'a str) -> &'a str {
    match prefix.strip_prefix(parent) {
        Some(rest) => &prefix[..parent.len() + rest.find('/').unwrap_or(rest.len())],
        None => parent,
    }
}

/// What to list for a folder's keys that begin with the prefix.
pub(super) fn within<'a>(folder: &'a str, prefix: &'a str) -> &'a str {
    if prefix.len() > folder.len() { prefix } else { folder }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_prefix_names_is_looked_at() {
        for (parent, prefix, listed) in [
            ("", "", ""),
            ("AWSLogs/", "", "AWSLogs/"),
            ("AWSLogs/", "AWSLogs/", "AWSLogs/"),
            ("AWSLogs/", "AWSLogs/12", "AWSLogs/12"),
            ("AWSLogs/", "AWSLogs/1/elasticloadbalancing/", "AWSLogs/1"),
            ("a/AWSLogs/1/elasticloadbalancing/", "a/", "a/AWSLogs/1/elasticloadbalancing/"),
            (
                "AWSLogs/1/elasticloadbalancing/",
                "AWSLogs/1/elasticloadbalancing/eu-west-1/2024/0",
                "AWSLogs/1/elasticloadbalancing/eu-west-1",
            ),
        ] {
            assert_eq!(towards(parent, prefix), listed, "{parent} towards {prefix}");
        }
        assert!(is_on_the_way("AWSLogs/12/", "AWSLogs/1") && is_on_the_way("AWSLogs/1/", "AWSLogs/1/e"));
        assert!(!is_on_the_way("AWSLogs/12/", "AWSLogs/1/e"));
    }
}
