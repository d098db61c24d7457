//! What an engine needs once, before the first document: our template and, if wished, a policy, a role and dashboards.

pub(crate) mod dashboards;
pub(crate) mod grant;
pub(crate) mod retention;
pub(crate) mod template;

use std::fmt;

use parser_wasm::{Settings, TEMPLATE_VERSION};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use self::dashboards::{DashboardsError, DashboardsUrl, Imported, dashboards};
use self::grant::{BackendRole, Grant, GrantError};
use self::retention::{Lifecycle, RetentionError};
use self::template::TemplateError;
use crate::engine::Engine;

/// What an operator may ask for beside template and retention.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SetupExtras {
    /// Who gets the rights that an ingest needs.
    pub grant: Option<BackendRole>,
    /// Where dashboards are imported.
    pub dashboards: Option<DashboardsUrl>,
}

/// What is in place now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SetupReport {
    /// The engine's address.
    pub endpoint: String,
    /// The template's name.
    pub template: String,
    /// The template's version.
    pub version: u32,
    /// The indices that it is for, as a pattern, or the data stream.
    pub indices: String,
    /// How long documents are kept; none where this program has not been told.
    pub retention: Option<Retention>,
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
    template::put(engine, settings, by_template.then_some(name.as_str())).await?;
    let imported = match import {
        Some((url, file)) => Some(dashboards::import(engine, url, &file).await?),
        None => None,
    };
    Ok(SetupReport {
        endpoint: engine.endpoint().to_string(),
        template: name,
        version: TEMPLATE_VERSION,
        indices: settings.index_pattern(),
        retention,
        granted,
        imported,
    })
}

impl fmt::Display for SetupReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { endpoint, template, version, indices, retention, granted, imported } = self;
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
        if let Some(granted) = granted {
            write!(f, "\n{granted}")?;
        }
        if let Some(Imported { url, objects, dashboards }) = imported {
            write!(f, "\n{dashboards} dashboards ({objects} saved objects) are in place at {url}")?;
        }
        Ok(())
    }
}
