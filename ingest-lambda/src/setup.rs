//! What an engine needs once, before the first document: our template and, if wished, a policy, a role and dashboards.

pub(crate) mod dashboards;
pub(crate) mod grant;
pub(crate) mod readiness;
pub(crate) mod retention;
mod shape;
pub(crate) mod template;

use std::fmt;

use parser_wasm::Settings;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use self::dashboards::{DashboardsError, Imported, dashboards};
use self::grant::{Grant, GrantError};
use self::retention::{Lifecycle, RetentionError};
use self::template::TemplateError;
use crate::config::{BackendRole, Config, DashboardsUrl};
use crate::engine::Engine;
use crate::engine::preflight::{self, Bulk, Preflight};

/// What an operator may ask for beside template and retention.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SetupExtras {
    /// Who gets the rights that an ingest needs.
    pub grant: Option<BackendRole>,
    /// Where dashboards are imported.
    pub dashboards: Option<DashboardsUrl>,
}

/// A work order asks for what its sender may not choose: who may invoke a function shall not thereby learn a password,
/// or grant rights.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OrderError {
    /// The engine's credentials would go elsewhere.
    #[error(
        "\"dashboards\": a work order imports below ALBATROSS_ENDPOINT or at ALBATROSS_DASHBOARDS_URL alone; elsewhere \
         run `albatross setup --dashboards URL`"
    )]
    Dashboards,
    /// The configuration names another role.
    #[error(
        "\"grant\": a work order grants to the role in ALBATROSS_GRANT_ROLE alone; for another one run `albatross setup \
         --grant BACKEND_ROLE`"
    )]
    Grant,
}

impl SetupExtras {
    /// Whether a work order may ask for them.
    ///
    /// # Errors
    /// When the configuration does not let it.
    pub(crate) fn allow(&self, config: &Config) -> Result<(), OrderError> {
        let is_allowed = |url: &DashboardsUrl| {
            url.is_below(&config.endpoint) || config.dashboards_url.as_ref().is_some_and(|own| url.is_below(own.url()))
        };
        if !self.dashboards.as_ref().is_none_or(is_allowed) {
            return Err(OrderError::Dashboards);
        }
        match (&self.grant, &config.grant_role) {
            (Some(asked), Some(allowed)) if asked != allowed => Err(OrderError::Grant),
            _ => Ok(()),
        }
    }
}

/// What is in place now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SetupReport {
    /// The engine's address.
    pub endpoint: String,
    /// The template's name.
    pub template: String,
    /// The template's version.
    pub version: u64,
    /// The indices that it is for, as a pattern, or the data stream.
    pub indices: String,
    /// How long documents are kept; none where this program has not been told.
    pub retention: Option<Retention>,
    /// What the engine is, and whether it takes documents.
    #[serde(flatten)]
    pub preflight: Preflight,
    /// What was granted, where that was asked for.
    pub granted: Option<Grant>,
    /// Dashboards, where they were asked for.
    pub imported: Option<Imported>,
}

/// The policy in place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Retention {
    /// At least so many days are kept.
    pub days: u32,
    /// What sees to it.
    pub by: Lifecycle,
}

/// Why the engine is not ready. Setting up again is harmless.
#[derive(Debug, Error)]
pub enum SetupError {
    /// The template.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The retention policy.
    #[error(transparent)]
    Retention(#[from] RetentionError),
    /// The role of the ingest.
    #[error(transparent)]
    Grant(#[from] GrantError),
    /// The dashboards. Only where there are none for such documents, nothing else has been done.
    #[error(transparent)]
    Dashboards(#[from] DashboardsError),
}

/// Puts the template and, where days are given, the retention policy; both over older ones. Grants
/// what is asked for.
///
/// # Errors
/// When the engine does not take one of them. What an engine may not know comes first, and of two
/// the one that the other names: without a role nothing has been changed, and without a policy
/// no template.
pub async fn setup(
    engine: &Engine,
    settings: &Settings,
    retention_days: Option<u32>,
    extras: &SetupExtras,
) -> Result<SetupReport, SetupError> {
    let import = match &extras.dashboards {
        Some(url) => Some((url, dashboards(settings)?)),
        None => None,
    };
    let granted = match &extras.grant {
        Some(backend_role) => Some(grant::grant(engine, settings, backend_role).await?),
        None => None,
    };
    let retention = match retention_days {
        Some(days) => Some(Retention { days, by: retention::install(engine, settings, days).await? }),
        None => None,
    };
    let by_template = retention.as_ref().is_some_and(|retention| retention.by == Lifecycle::Ilm);
    let name = settings.template_name();
    let version = template::put(engine, settings, by_template.then_some(name.as_str())).await?;
    shape::check(engine, settings).await?;
    let preflight = preflight::look(engine, settings, &shape::todays_index(settings)).await;
    let imported = match import {
        Some((url, file)) => Some(dashboards::import(engine, url, &file).await?),
        None => None,
    };
    Ok(SetupReport {
        endpoint: engine.endpoint().to_string(),
        template: name,
        version,
        indices: settings.index_pattern(),
        retention,
        preflight,
        granted,
        imported,
    })
}

impl fmt::Display for SetupReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { endpoint, template, version, indices, retention, preflight, granted, imported } = self;
        write!(f, "index template {template} version {version} is in place at {endpoint}, for {indices}")?;
        match retention {
            Some(Retention { days, by: Lifecycle::Ilm }) => {
                write!(f, "\nnew indices are kept for {days} days by the ILM policy {template}")?;
            }
            Some(Retention { days, by: Lifecycle::Ism }) => {
                write!(f, "\nnew indices are kept for {days} days by the ISM policy {template}")?;
            }
            None => {}
        }
        match &preflight.engine {
            Some(engine) => write!(f, "\nthe engine is {engine}")?,
            None => write!(f, "\nthe engine does not tell its version")?,
        }
        match &preflight.bulk {
            Bulk::Allowed => write!(f, "; this user may send documents")?,
            Bulk::Refused(why) => write!(f, "; this user may not send documents: {why}")?,
            Bulk::Unknown => write!(f, "; it does not tell whether this user may send documents")?,
        }
        if let Some(granted) = granted {
            write!(f, "\n{granted}")?;
        }
        if let Some(Imported { url, objects, dashboards }) = imported {
            write!(f, "\n{dashboards} dashboards ({objects} saved objects) are in place at {url}")?;
        }
        Ok(())
    }
}
