//! The folders in which AWS puts logs: `AWSLogs/ACCOUNT/elasticloadbalancing/REGION/YYYY/MM/DD/`, with `AWSLogs/`
//! at any depth, and an organization's folder before the accounts. The newer delivery may write `aws-account-id=ACCOUNT`,
//! `region=REGION`, `year=YYYY` and so on, a folder of one's own or none in place of the region, and a prefix in place of
//! all above the region.
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html>

use std::collections::BTreeSet;

use chrono::NaiveDate;
use parser_wasm::{account_of, number_of, region_of as region_named};
use tokio::task::JoinSet;

use crate::s3::{S3Error, Store};

const ROOT: &str = "AWSLogs";
const SERVICE: &str = "elasticloadbalancing";

/// Listings at once.
const AT_ONCE: usize = 16;

/// `AWSLogs/` is looked for in so many levels of folders below the root of the bucket.
const LEVELS: usize = 5;

/// Folders that lead nowhere are named, up to so many.
const NAMED: usize = 100;

/// What was found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Regions {
    /// `…AWSLogs/ACCOUNT/elasticloadbalancing/REGION/`.
    pub(crate) folders: BTreeSet<String>,
    /// Folders in which no such folder lies.
    pub(crate) passed_over: BTreeSet<String>,
    /// How many these are.
    pub(crate) passed_over_count: u64,
}

/// What a folder is, by its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// On the way to `AWSLogs/`, or to an account below it.
    Above,
    /// An account's folder: of all services, one is looked into.
    Account,
    /// The folder of the service: regions lie in it.
    Service,
    /// A region's, or what stands in its place: days lie in it.
    Region,
    /// Too deep, or another service's.
    Nowhere,
}

fn place(folder: &str) -> Place {
    let parts: Vec<&str> = folder.trim_end_matches('/').split('/').collect();
    let Some(root) = parts.iter().position(|part| *part == ROOT) else {
        return match parts.last() {
            _ if parts.len() > LEVELS => Place::Nowhere,
            Some(last) if region_named(last).is_some() => Place::Region,
            _ => Place::Above,
        };
    };
    let below = &parts[root + 1..];
    let is_account = |part: &&str| account_of(part).is_some();
    match below.iter().position(is_account) {
        // Between the two there is an organization's folder at most, or one of somebody's own making.
        None if below.len() <= 2 => Place::Above,
        None => Place::Nowhere,
        Some(account) => match &below[account + 1..] {
            [] => Place::Account,
            [service] if *service == SERVICE => Place::Service,
            [service, _] if *service == SERVICE => Place::Region,
            _ => Place::Nowhere,
        },
    }
}

/// Looks for the regions' folders on the way to a prefix. `is_own` says which folders are not looked into. What
/// was found stays found where the future is dropped.
///
/// # Errors
/// When a folder cannot be listed.
pub(crate) async fn find(
    store: &Store,
    prefix: &str,
    is_own: impl Fn(&str) -> bool,
    found: &mut Regions,
) -> Result<(), S3Error> {
    let mut waiting = vec![String::new()];
    let mut listing = JoinSet::new();
    loop {
        while listing.len() < AT_ONCE
            && let Some(parent) = waiting.pop()
        {
            let (store, within) = (store.clone(), towards(&parent, prefix).to_owned());
            listing.spawn(async move { folders(&store, &within).await.map(|folders| (parent, folders)) });
        }
        let (parent, folders) = match listing.join_next().await {
            Some(Ok(listed)) => listed?,
            Some(Err(failed)) => std::panic::resume_unwind(failed.into_panic()),
            None => return Ok(()),
        };
        let mut leads_on = false;
        for folder in folders.into_iter().filter(|folder| is_on_the_way(folder, prefix) && !is_own(folder)) {
            match place(&folder) {
                Place::Above => waiting.push(folder),
                // One folder of many: no need to list the others.
                Place::Account => waiting.push(format!("{folder}{SERVICE}/")),
                Place::Service => waiting.push(folder),
                Place::Region => {
                    let region = if is_year(&folder) { parent.clone() } else { folder };
                    found.folders.insert(region);
                }
                Place::Nowhere => continue,
            }
            leads_on = true;
        }
        if !leads_on && !parent.is_empty() {
            found.passed_over_count += 1;
            if found.passed_over.len() < NAMED {
                found.passed_over.insert(parent);
            }
        }
    }
}

async fn folders(store: &Store, within: &str) -> Result<Vec<String>, S3Error> {
    let mut pages = store.folders(within);
    let mut folders = Vec::new();
    while let Some(page) = pages.next().await? {
        folders.extend(page.folders);
    }
    Ok(folders)
}

/// The region's folder that a key lies in.
pub(crate) fn region_of(key: &str) -> Option<&str> {
    let folders = key.match_indices('/').filter_map(|(at, _)| key.get(..=at));
    let mut above = "";
    for folder in folders {
        if place(folder) == Place::Region {
            return Some(if is_year(folder) { above } else { folder });
        }
        above = folder;
    }
    None
}

/// Whether a folder's own name is a year.
fn is_year(folder: &str) -> bool {
    let name = folder.trim_end_matches('/').rsplit('/').next().unwrap_or(folder);
    number_of(name).is_some_and(|number| number >= 1000)
}

/// Whether the folders in a region's are named as Hive wants them.
fn is_hive(region: &str) -> bool {
    region.split('/').any(|folder| folder.starts_with("aws-account-id=") || folder.starts_with("region="))
}

/// The folder of a month in a region.
pub(crate) fn month_folder(region: &str, year: u32, month: u32) -> String {
    match is_hive(region) {
        true => format!("{region}year={year:04}/month={month:02}/"),
        false => format!("{region}{year:04}/{month:02}/"),
    }
}

/// The folder of a day in a region.
pub(crate) fn day_folder(region: &str, day: NaiveDate) -> String {
    let days = if is_hive(region) { "year=%Y/month=%m/day=%d/" } else { "%Y/%m/%d/" };
    format!("{region}{}", day.format(days))
}

/// Whether a folder holds keys that begin with the prefix, or the prefix lies in it.
pub(crate) fn is_on_the_way(folder: &str, prefix: &str) -> bool {
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
pub(crate) fn within<'a>(folder: &'a str, prefix: &'a str) -> &'a str {
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

    #[test]
    fn every_layout_has_its_places() {
        for (folder, what) in [
            ("team/", Place::Above),
            ("prod/team-b/AWSLogs/", Place::Above),
            ("AWSLogs/o-abc123/", Place::Above),
            ("AWSLogs/o-abc123/123456789012/", Place::Account),
            ("AWSLogs/123456789012/elasticloadbalancing/", Place::Service),
            ("a/AWSLogs/123456789012/elasticloadbalancing/eu-west-1/", Place::Region),
            ("AWSLogs/aws-account-id=123456789012/", Place::Account),
            ("AWSLogs/aws-account-id=123456789012/elasticloadbalancing/region=eu-west-1/", Place::Region),
            ("AWSLogs/aws-account-id=123456789012/elasticloadbalancing/mine/", Place::Region),
            ("team/us-east-1/", Place::Region),
            ("team/region=us-east-1/", Place::Region),
            ("AWSLogs/123456789012/CloudTrail/", Place::Nowhere),
            ("a/b/c/d/e/f/", Place::Nowhere),
        ] {
            assert_eq!(place(folder), what, "{folder}");
        }
        let region = "x/AWSLogs/123456789012/elasticloadbalancing/eu-west-1/";
        assert_eq!(region_of(&format!("{region}2026/11/23/a.log.gz")), Some(region));
        let hive = "AWSLogs/aws-account-id=123456789012/elasticloadbalancing/region=eu-west-1/";
        let day = NaiveDate::from_ymd_opt(2026, 11, 3).unwrap();
        for (region, folder) in [
            (region, "2026/11/03/"),
            (hive, "year=2026/month=11/day=03/"),
            ("AWSLogs/aws-account-id=123456789012/elasticloadbalancing/mine/", "year=2026/month=11/day=03/"),
            ("AWSLogs/123456789012/elasticloadbalancing/", "2026/11/03/"),
            ("MyLogPrefix/us-east-1/", "2026/11/03/"),
        ] {
            assert_eq!(day_folder(region, day), format!("{region}{folder}"));
            assert_eq!(region_of(&format!("{region}{folder}0a1b.gz")), Some(region));
            assert!(day_folder(region, day).starts_with(&month_folder(region, 2026, 11)));
        }
        assert_eq!(region_of("elasticloadbalancing/x/a"), None);
        assert_eq!(region_of("AWSLogs/1/elasticloadbalancing/"), None);
    }
}
