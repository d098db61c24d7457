//! What nobody takes up again by itself: the folders of other deployments, and places inside big objects.

use serde::Serialize;

use crate::ingest::Ingest;
use crate::outcome::RunError;
use crate::state::{Deployment, Folder, ResumePoint, iso};

/// Another deployment that left something below the same own prefix.
#[derive(Debug, Serialize)]
pub struct Other {
    /// Its folder: to be deleted when the deployment is given up, and its quarantine is not needed any more.
    pub folder: String,
    /// The prefix that it sweeps.
    pub prefix: String,
    /// The engine that it feeds.
    pub endpoint: String,
    /// The release that ran last.
    pub release: String,
    /// When its last whole listing began, where that is remembered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listed_whole_at: Option<String>,
}

/// Places at which big objects are resumed; one of an object that is gone stays until somebody deletes it.
#[derive(Debug, Default, Serialize)]
pub struct Points {
    /// How many there are.
    pub count: u64,
    /// Below which they lie.
    pub below: String,
    /// When the oldest of them was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oldest: Option<String>,
}

/// The other deployments. One whose state cannot be read is named by its folder alone.
pub(super) async fn others(ingest: &Ingest) -> Result<Vec<Other>, RunError> {
    let mut others = Vec::new();
    let mut pages = ingest.store.folders(&ingest.config.own_prefix);
    while let Some(page) = pages.next().await.map_err(RunError::List)? {
        for path in page.folders.into_iter().filter(|path| path != ingest.folder.path()) {
            let deployment = Deployment::load(&ingest.store, &Folder::at(&path)).await;
            let Deployment { prefix, endpoint, release, listing, .. } = deployment.ok().flatten().unwrap_or_default();
            let listed_whole_at = listing.complete_s.map(iso);
            others.push(Other { folder: path, prefix, endpoint, release, listed_whole_at });
        }
    }
    Ok(others)
}

/// The places of this deployment.
pub(super) async fn points(ingest: &Ingest) -> Result<Points, RunError> {
    let mut points = Points { below: ResumePoint::prefix(&ingest.folder), ..Points::default() };
    let mut oldest_ms: Option<i64> = None;
    let mut pages = ingest.store.pages(&points.below);
    while let Some(page) = pages.next().await.map_err(RunError::List)? {
        points.count += page.objects.len() as u64;
        oldest_ms = page.objects.iter().map(|object| object.modified_ms).chain(oldest_ms).min();
    }
    points.oldest = oldest_ms.and_then(|ms| u64::try_from(ms / 1000).ok()).map(iso);
    Ok(points)
}
