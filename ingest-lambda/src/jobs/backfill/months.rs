//! The months and days of which a region has folders: only what exists is looked into.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};
use parser_wasm::number_of;

use super::super::regions::{is_on_the_way, month_folder};
use crate::at_once::at_once;
use crate::s3::{S3Error, Store};

/// Listings at once.
const AT_ONCE: usize = 16;

/// A month, counted from the year 0.
pub(super) type Month = u32;

/// The month of a day.
pub(super) fn month_of(day: NaiveDate) -> Month {
    u32::try_from(day.year()).unwrap_or_default() * 12 + day.month0()
}

/// What was found in the regions' folders.
#[derive(Debug, Default)]
pub(super) struct Months {
    /// The regions that have a folder of the month, by their place in the list given.
    pub(super) regions: BTreeMap<Month, Vec<u32>>,
    /// Regions without any folder of a year: another layout.
    pub(super) without_years: Vec<String>,
}

/// Looks for the months from one day to another.
pub(super) async fn find(
    store: &Store,
    regions: &[String],
    prefix: &str,
    (from, to): (NaiveDate, NaiveDate),
) -> Result<Months, S3Error> {
    let mut found = Months::default();
    let looks = (0_u32..).zip(regions).map(|(number, region)| {
        let (store, region, prefix) = (store.clone(), region.clone(), prefix.to_owned());
        async move {
            let months = months_of(&store, &region, &prefix, (month_of(from), month_of(to))).await?;
            Ok::<_, S3Error>((number, region, months))
        }
    });
    let enter = |(number, region, months): (u32, String, Option<BTreeSet<Month>>)| match months {
        Some(months) => months.into_iter().for_each(|month| found.regions.entry(month).or_default().push(number)),
        None => found.without_years.push(region),
    };
    at_once(AT_ONCE, looks, enter).await?;
    Ok(found)
}

/// The months of one region; none where it has no folder of a year.
async fn months_of(
    store: &Store,
    region: &str,
    prefix: &str,
    (from, to): (Month, Month),
) -> Result<Option<BTreeSet<Month>>, S3Error> {
    let mut months = BTreeSet::new();
    let years = numbered(store, region, prefix).await?;
    for (year, folder) in &years {
        if (from / 12..=to / 12).contains(year) {
            let within = numbered(store, folder, prefix).await?;
            let within = within.into_iter().filter(|(month, _)| (1..=12).contains(month));
            months.extend(within.map(|(month, _)| year * 12 + month - 1).filter(|month| (from..=to).contains(month)));
        }
    }
    Ok((!years.is_empty()).then_some(months))
}

/// The folders of the days of a month in these regions, by day and then by region.
pub(super) async fn days(
    store: &Store,
    regions: impl Iterator<Item = &String>,
    month: Month,
    prefix: &str,
) -> Result<Vec<(NaiveDate, String)>, S3Error> {
    let (year, month) = (month / 12, month % 12 + 1);
    let listings = regions.map(|region| {
        let (store, folder, prefix) = (store.clone(), month_folder(region, year, month), prefix.to_owned());
        async move { numbered(&store, &folder, &prefix).await }
    });
    let mut all = Vec::new();
    let enter = |days: Vec<(u32, String)>| {
        all.extend(days.into_iter().filter_map(|(day, folder)| {
            let day = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
            Some((day, folder))
        }));
    };
    at_once(AT_ONCE, listings, enter).await?;
    all.sort_unstable();
    Ok(all)
}

/// The folders right below a parent that are named by a number.
async fn numbered(store: &Store, parent: &str, prefix: &str) -> Result<Vec<(u32, String)>, S3Error> {
    let mut pages = store.folders(parent);
    let mut folders = Vec::new();
    while let Some(page) = pages.next().await? {
        let on_the_way = page.folders.into_iter().filter(|folder| is_on_the_way(folder, prefix));
        folders.extend(on_the_way.filter_map(|folder| {
            let name = folder.strip_prefix(parent)?.strip_suffix('/')?;
            Some((number_of(name)?, folder))
        }));
    }
    Ok(folders)
}
