//! What the folders of an object's key say: AWS's layouts, old and new.
//!
//! | delivery | folders |
//! |---|---|
//! | classical | `AWSLogs/ACCOUNT/elasticloadbalancing/REGION/YYYY/MM/DD/` |
//! | newer | the same |
//! | newer, Hive-compatible | `AWSLogs/aws-account-id=ACCOUNT/elasticloadbalancing/region=REGION/year=YYYY/month=MM/day=DD/` |
//! | newer, with a suffix of one's own | `AWSLogs/…ACCOUNT/elasticloadbalancing/FOLDER/…` |
//! | newer, with a destination prefix | `PREFIX/REGION/YYYY/MM/DD/` |
//!
//! Source: AWS, "Access logs for your Application Load Balancer", examples of object keys of 2026.

/// The account that a folder names: twelve digits, or Hive's `aws-account-id=`.
pub fn account_of(folder: &str) -> Option<&str> {
    let account = folder.strip_prefix("aws-account-id=").unwrap_or(folder);
    (account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit())).then_some(account)
}

/// The region that a folder names: `eu-central-1`, or Hive's `region=`.
pub fn region_of(folder: &str) -> Option<&str> {
    let region = folder.strip_prefix("region=").unwrap_or(folder);
    let mut parts = region.split('-');
    let is_area = parts.next().is_some_and(|area| area.len() == 2 && area.bytes().all(|it| it.is_ascii_lowercase()));
    let number = parts.next_back()?;
    let names = parts.filter(|name| !name.is_empty() && name.bytes().all(|it| it.is_ascii_lowercase())).count();
    let is_number = number.len() == 1 && number.bytes().all(|it| it.is_ascii_digit());
    (is_area && is_number && names > 0 && names + 1 == region.matches('-').count()).then_some(region)
}

/// The account and the region that a key's folders name, where it lies in one of these layouts.
pub(crate) fn account_and_region(key: &str) -> (Option<&str>, Option<&str>) {
    if !is_delivered_to(key) {
        return (None, None);
    }
    let folders = || key.rsplit_once('/').map_or("", |(folders, _)| folders).split('/');
    (folders().find_map(account_of), folders().rev().find_map(region_of))
}

/// Whether a key lies where load balancers' logs are delivered.
pub(crate) fn is_delivered_to(key: &str) -> bool {
    let folders: Vec<&str> = key.split('/').collect();
    let below = folders.iter().position(|folder| *folder == "AWSLogs").and_then(|root| folders.get(root..));
    if let Some(below) = below {
        return below.contains(&"elasticloadbalancing");
    }
    // A destination prefix stands in place of all folders above the region.
    let is_day = |folders: &[&str]| {
        let numbers: Vec<Option<u32>> = folders.iter().map(|folder| number_of(folder)).collect();
        matches!(numbers[..], [Some(1970..), Some(1..=12), Some(1..=31)])
    };
    folders.windows(4).any(|four| matches!(four, [region, day @ ..] if region_of(region).is_some() && is_day(day)))
}

/// The number of a year, a month or a day: `2026`, or Hive's `year=2026`.
pub fn number_of(folder: &str) -> Option<u32> {
    let parts = ["year=", "month=", "day="].iter().find_map(|name| folder.strip_prefix(name));
    let digits = parts.unwrap_or(folder);
    (matches!(digits.len(), 2 | 4) && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_and_regions_in_every_layout() {
        for (key, account, region) in [
            (
                "AWSLogs/123456789012/elasticloadbalancing/us-east-1/2026/09/10/x.gz",
                Some("123456789012"),
                Some("us-east-1"),
            ),
            (
                "AWSLogs/aws-account-id=123456789012/elasticloadbalancing/region=us-gov-west-1/year=2026/month=09/day=10/x",
                Some("123456789012"),
                Some("us-gov-west-1"),
            ),
            (
                "AWSLogs/aws-account-id=123456789012/elasticloadbalancing/mine/year=2026/month=09/day=10/x",
                Some("123456789012"),
                None,
            ),
            ("MyLogPrefix/us-east-1/2026/09/10/x.gz", None, Some("us-east-1")),
            ("x.log", None, None),
            ("my-app-1/123456789012/x.log", None, None),
        ] {
            assert_eq!(account_and_region(key), (account, region), "{key}");
        }
        for name in ["us-east-", "us--1", "us-1", "eu-central-11", "US-east-1", "region=", "europe-west-1"] {
            assert_eq!(region_of(name), None, "{name}");
        }
    }

    #[test]
    fn places_of_delivery() {
        for (key, is_one) in [
            ("AWSLogs/123456789012/elasticloadbalancing/us-east-1/2026/09/10/x", true),
            ("p/AWSLogs/aws-account-id=123456789012/elasticloadbalancing/mine/year=2026/month=09/day=10/x", true),
            ("p/eu-west-1/2026/09/10/x", true),
            ("p/eu-west-1/2026/09/10/23/x", true),
            ("region=eu-west-1/year=2026/month=09/day=10/x", true),
            ("AWSLogs/123456789012/CloudTrail/us-east-1/2026/09/10/x", false),
            ("AWSLogs/123456789012/vpcflowlogs/us-east-1/2026/09/10/x", false),
            ("p/2026/09/10/x", false),
            ("eu-west-1/9999/99/10/x", false),
            ("x", false),
        ] {
            assert_eq!(is_delivered_to(key), is_one, "{key}");
        }
    }
}
