//! The listing of a sweep: it has a share of the time, goes on where the last one stopped, and looks at the
//! newest folders first where it does not see everything each time.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, Days, Utc};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use super::candidates::Candidates;
use super::regions::{self, Regions};
use crate::cancel::Cancel;
use crate::ingest::Ingest;
use crate::outcome::RunError;
use crate::s3::{ListedObject, S3Error};
use crate::state::now_s;

/// The listing's share of the time for work.
const SHARE: f64 = 0.5;

/// Of the listing's time, the share for the newest folders.
const NEWEST_SHARE: f64 = 0.7;

/// Folders listed at once, and pages of them that wait.
const AT_ONCE: usize = 8;

/// Regions are looked for so often.
const REGIONS_AGE_S: u64 = 24 * 60 * 60;

/// Lists the bucket into the candidates, as far as time allows. True when it has shown all keys, together with the runs
/// before, or at least all of the newest folders.
///
/// # Errors
/// When S3 does not list, or the state cannot be read.
pub(crate) async fn list(ingest: &Ingest, candidates: &mut Candidates<'_>, cancel: &Cancel) -> Result<bool, RunError> {
    let begun = Instant::now();
    let time = cancel.time_left().unwrap_or(Duration::from_secs(365 * 24 * 60 * 60));
    let mut is_newest_shown = false;
    if candidates.memory.deployment.listing.after.is_some() {
        candidates.look_at_newest(true);
        is_newest_shown = newest(ingest, candidates, begun + time.mul_f64(SHARE * NEWEST_SHARE)).await?;
        candidates.look_at_newest(false);
    }
    Ok(everything(ingest, candidates, begun + time.mul_f64(SHARE)).await? || is_newest_shown)
}

/// Goes on with the listing of all keys; true when it came to the last one.
async fn everything(ingest: &Ingest, candidates: &mut Candidates<'_>, until: Instant) -> Result<bool, RunError> {
    let listing = &mut candidates.memory.deployment.listing;
    let from = listing.after.clone();
    listing.begun_s.get_or_insert_with(now_s);
    let mut pages = ingest.store.pages(&ingest.config.prefix);
    if let Some(after) = &from {
        pages = pages.after(after);
    }
    let (mut last, mut region) = (from.clone(), None::<String>);
    let is_whole = loop {
        let Ok(page) = timeout_at(until, pages.next()).await else { break false };
        let Some(page) = page.map_err(RunError::List)? else { break true };
        last = page.objects.last().map(|object| object.key.clone()).or(last);
        for object in &page.objects {
            if region.as_ref().is_none_or(|region| !object.key.starts_with(region.as_str()))
                && let Some(found) = regions::region_of(&object.key)
            {
                candidates.memory.deployment.listing.regions.insert(found.to_owned());
                region = Some(found.to_owned());
            }
        }
        take(candidates, page.objects).await?;
    };
    let to = (!is_whole).then_some(last).flatten();
    candidates.listed(from, to, is_whole).await?;
    Ok(is_whole)
}

async fn take(candidates: &mut Candidates<'_>, objects: Vec<ListedObject>) -> Result<(), RunError> {
    candidates.memory.ready(&objects).await?;
    objects.into_iter().for_each(|object| candidates.consider(object));
    Ok(())
}

/// Lists yesterday's and today's folder of every region; true when all of them were seen.
async fn newest(ingest: &Ingest, candidates: &mut Candidates<'_>, until: Instant) -> Result<bool, RunError> {
    let prefix = ingest.config.prefix.as_str();
    look_for_regions(ingest, candidates, until).await?;
    let listing = &mut candidates.memory.deployment.listing;
    if listing.regions.is_empty() {
        return Ok(false);
    }
    let today = DateTime::<Utc>::from(SystemTime::now()).date_naive();
    let days = [Some(today), today.checked_sub_days(Days::new(1))];
    let mut folders: Vec<String> = listing
        .regions
        .iter()
        .flat_map(|region| days.iter().flatten().map(move |day| regions::day_folder(region, *day)))
        .filter(|folder| regions::is_on_the_way(folder, prefix))
        .collect();
    folders.sort_unstable();
    // What the last run did not see comes first.
    if let Some(from) = listing.fresh_from.take() {
        let first = folders.partition_point(|folder| *folder < from);
        folders.rotate_left(first);
    }
    let mut left: Vec<String> = folders.clone();
    let (sender, mut pages) = mpsc::channel::<Result<Found, S3Error>>(AT_ONCE);
    let mut waiting = folders.into_iter();
    let mut listing_folders = JoinSet::new();
    let mut spawn_next = |listing_folders: &mut JoinSet<()>| {
        let Some(folder) = waiting.next() else { return };
        let (store, sender, prefix) = (ingest.store.clone(), sender.clone(), prefix.to_owned());
        listing_folders.spawn(async move {
            let mut pages = store.pages(regions::within(&folder, &prefix));
            loop {
                let found = match pages.next().await {
                    Ok(Some(page)) => Ok(Found::Objects(page.objects)),
                    Ok(None) => Ok(Found::End(folder.clone())),
                    Err(error) => Err(error),
                };
                let is_over = !matches!(found, Ok(Found::Objects(_)));
                if sender.send(found).await.is_err() || is_over {
                    return;
                }
            }
        });
    };
    (0..AT_ONCE).for_each(|_| spawn_next(&mut listing_folders));
    while !left.is_empty() {
        match timeout_at(until, pages.recv()).await {
            Ok(Some(Ok(Found::Objects(objects)))) => take(candidates, objects).await?,
            Ok(Some(Ok(Found::End(folder)))) => {
                left.retain(|it| *it != folder);
                spawn_next(&mut listing_folders);
            }
            Ok(Some(Err(error))) => return Err(RunError::List(error)),
            Ok(None) | Err(_) => break,
        }
    }
    listing_folders.abort_all();
    candidates.memory.deployment.listing.fresh_from = left.first().cloned();
    Ok(left.is_empty())
}

/// Looks from time to time for the regions in which new logs appear. Other layouts have none, and are not looked
/// through each time.
async fn look_for_regions(ingest: &Ingest, candidates: &mut Candidates<'_>, until: Instant) -> Result<(), RunError> {
    let listing = &candidates.memory.deployment.listing;
    if listing.regions_s.is_some_and(|at_s| now_s() < at_s + REGIONS_AGE_S) {
        return Ok(());
    }
    let is_own = |folder: &str| candidates.is_own(folder);
    let mut found = Regions::default();
    let looked = timeout_at(until, regions::find(&ingest.store, &ingest.config.prefix, is_own, &mut found)).await;
    looked.unwrap_or(Ok(())).map_err(RunError::List)?;
    let listing = &mut candidates.memory.deployment.listing;
    listing.regions.extend(found.folders);
    listing.regions_s = Some(now_s());
    Ok(())
}

/// What the listing of a folder brings.
enum Found {
    Objects(Vec<ListedObject>),
    End(String),
}
