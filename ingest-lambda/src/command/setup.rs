//! `albatross setup`: index template and retention, and what else is asked for.

use std::io;
use std::process::ExitCode;
use std::str::FromStr;

use clap::Args;

use super::{FAILED, fail, ingest};
use crate::config::{BackendRole, DashboardsUrl, NoDashboardsUrl};
use crate::console;
use crate::setup::dashboards::dashboards;
use crate::setup::{SetupExtras, setup};

/// Put index template and retention policy into the engine; needed once, and after an upgrade
///
/// Ingest refuses to run without the template: the engine would guess field types, and some
/// engines would make a data stream of the first index.
///
/// With ALBATROSS_RETENTION_DAYS, a policy deletes an index once all its documents are older: by
/// ILM in Elasticsearch, by ISM in OpenSearch.
///
/// With --grant, a role in OpenSearch's security plugin holds exactly the rights that an ingest
/// needs. An administrator of that plugin has to run it; others that have the role keep it.
///
/// With --dashboards, OpenSearch Dashboards or Kibana gets dashboards, over those of an earlier
/// set-up. It is sent what authorizes requests to the engine.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  albatross setup --grant arn:aws:iam::123456789012:role/albatross-ingest
  albatross setup --dashboards https://search.example/_dashboards
  albatross setup --dashboards - > albatross.ndjson

Exit status:
  0  all is in place
  1  the engine cannot be reached or refuses it
  2  bad usage or configuration")]
pub(super) struct Setup {
    /// Whom to grant the rights of an ingest in OpenSearch: an IAM role's ARN, or another backend role
    #[arg(long, value_name = "BACKEND_ROLE")]
    grant: Option<BackendRole>,

    /// OpenSearch Dashboards or Kibana; or - for a file on standard output, to import by hand
    #[arg(long, value_name = "URL|-")]
    dashboards: Option<Dashboards>,
}

/// Where the dashboards go.
#[derive(Debug, Clone)]
enum Dashboards {
    StandardOutput,
    Import(DashboardsUrl),
}

impl FromStr for Dashboards {
    type Err = NoDashboardsUrl;

    fn from_str(text: &str) -> Result<Self, NoDashboardsUrl> {
        if text == "-" { Ok(Self::StandardOutput) } else { text.parse().map(Self::Import) }
    }
}

impl Setup {
    pub(super) async fn run(self) -> ExitCode {
        let ingest = match ingest().await {
            Ok(ingest) => ingest,
            Err(status) => return status,
        };
        let (file, dashboards) = match self.dashboards {
            None => (None, None),
            Some(Dashboards::Import(url)) => (None, Some(url)),
            Some(Dashboards::StandardOutput) => match dashboards(&ingest.settings) {
                Ok(file) => (Some(file), None),
                Err(error) => return fail(FAILED, &error),
            },
        };
        let extras = SetupExtras { grant: self.grant, dashboards };
        let report = match setup(&ingest.engine, &ingest.settings, ingest.config.retention_days, &extras).await {
            Ok(report) => report,
            Err(error) => return fail(FAILED, &error),
        };
        let Some(file) = file else {
            return written(console::text(&report));
        };
        console::note(&report);
        written(console::file(file.as_bytes()))
    }
}

fn written(result: io::Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(FAILED, &error),
    }
}
