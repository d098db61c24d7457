//! The configuration: one plain struct, read from environment variables.

mod auth;
mod aws_host;
mod backend_role;
mod bucket;
mod dashboards_url;
mod encryption;
mod endpoint;
pub(crate) mod geo;
mod location;
mod lookup;
mod memory;
pub(crate) mod secret;
mod variables;

use std::fmt::Display;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use parser_wasm::{GeoDatabases, RedactionKey, Settings};
use reqwest::Url;
use thiserror::Error;

pub use self::backend_role::BackendRole;
pub use self::dashboards_url::{DashboardsUrl, NoDashboardsUrl};
pub use self::encryption::Encryption;
pub(crate) use self::endpoint::{from_url as engine_url, is_loopback};
pub use self::location::Location;
pub use self::variables::{VARIABLES, Variable};

use self::lookup::Lookup;
use crate::config::secret::Secret;

/// Everything that can be set; [`VARIABLES`] says by which variable. AWS's side (region,
/// credentials, endpoints) comes from the variables and files every AWS tool reads.
#[derive(Debug, Clone)]
pub struct Config {
    /// The bucket that the load balancers write to.
    pub bucket: String,
    /// Only keys that begin with this; empty for all.
    pub prefix: String,
    /// The engine's URL; its path ends in a slash.
    pub endpoint: Url,
    /// How requests to the engine are authorized.
    pub auth: Auth,
    /// Certificate authorities to trust, in PEM; the system's where none is given.
    pub ca_file: Option<PathBuf>,
    /// How long the engine may take to answer.
    pub request_timeout: Duration,
    /// How S3 shall encrypt what we write; as the bucket says where none is given.
    pub encryption: Option<Encryption>,
    /// Whether buckets are named in the path of a request and not in its host.
    pub path_style: bool,
    /// What documents look like.
    pub settings: SettingsSource,
    /// Where clients are.
    pub geo: GeoDatabases,
    /// How many bytes the files of these have.
    pub geo_bytes: u64,
    /// The secret under which addresses are replaced, where the settings say so.
    pub redaction_key: Option<RedactionKey>,
    /// The ARN of a secret that is it.
    pub redaction_key_arn: Option<String>,
    /// What becomes of an object whose every line is accounted for.
    pub settle: Settle,
    /// Whether objects nearly all of whose lines are filtered out may be deleted.
    pub delete_filtered: bool,
    /// Where quarantine and state lie in the bucket; ends in a slash.
    pub own_prefix: String,
    /// Whether S3 events arrive too, so that a sweep leaves new objects to them.
    pub events: bool,
    /// The queue to which a sweep hands its objects.
    pub fanout_queue_url: Option<String>,
    /// The queue to which a backfill hands its objects.
    pub backfill_queue_url: Option<String>,
    /// Most bytes of a bulk request, before compression.
    pub batch_bytes: usize,
    /// Objects worked on at once.
    pub objects_in_flight: usize,
    /// Most indices of old days, or of days to come, that one run writes to.
    pub old_indices: usize,
    /// How long documents are kept; none for ever.
    pub retention_days: Option<u32>,
    /// The one place outside the engine's address where a work order may import dashboards.
    pub dashboards_url: Option<DashboardsUrl>,
    /// The one backend role that a work order may grant rights to.
    pub grant_role: Option<BackendRole>,
}

/// How requests to the engine are authorized.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Auth {
    /// Not at all.
    None,
    /// By [`Credentials`] in the environment.
    Given(Credentials),
    /// By [`Credentials`] that Secrets Manager or SSM keeps, by their ARN.
    Secret(String),
    /// By AWS signature version 4, with the process's own AWS credentials.
    SigV4(Signing),
}

/// What an engine asks of its users.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credentials {
    /// Basic authentication.
    Basic {
        /// The user's name.
        username: String,
        /// The user's password.
        password: Secret,
    },
    /// An API key, encoded as Elasticsearch hands it out.
    ApiKey(Secret),
}

/// What a signature is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signing {
    /// The service.
    pub service: SigningName,
    /// The region; none for that of all other clients of AWS.
    pub region: Option<String>,
}

/// The service name in a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SigningName {
    /// Amazon OpenSearch Service.
    Es,
    /// Amazon OpenSearch Serverless.
    Aoss,
}

impl SigningName {
    /// As AWS writes it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Es => "es",
            Self::Aoss => "aoss",
        }
    }
}

/// Where the settings text is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingsSource {
    /// In the configuration itself.
    Inline(Settings),
    /// In an S3 object: the prefix is its key.
    Uri(Location),
}

/// What becomes of an object whose every line is accounted for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settle {
    /// It is deleted.
    Delete,
    /// It is moved below this place, under its whole key.
    Archive(Location),
    /// It stays; a checkpoint remembers that it is done.
    Keep,
}

/// Every problem of a configuration, each beginning with the variable's name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the configuration has problems: {}", problems.join("; "))]
pub struct ConfigError {
    /// One sentence each.
    pub problems: Vec<String>,
}

impl Config {
    /// Reads the process's environment.
    ///
    /// # Errors
    /// All problems at once.
    pub fn from_env() -> Result<Self, ConfigError> {
        without_problems(Self::read_env())
    }

    /// The same, for those who look for more problems: what has one is a stand-in.
    pub(crate) fn read_env() -> (Self, Vec<String>) {
        // A name or value that is no Unicode text is none of ours.
        Self::read(
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))),
        )
    }

    /// Reads variables. An empty value is like none. Unknown names that begin like ours are
    /// refused: a misspelt setting would silently not hold.
    ///
    /// # Errors
    /// All problems at once.
    pub fn from_variables(variables: impl IntoIterator<Item = (String, String)>) -> Result<Self, ConfigError> {
        without_problems(Self::read(variables))
    }

    fn read(variables: impl IntoIterator<Item = (String, String)>) -> (Self, Vec<String>) {
        let mut lookup = Lookup::new(variables);
        let bucket = lookup.required("ALBATROSS_BUCKET", "name the bucket with the logs");
        let bucket = bucket.and_then(|text| lookup.check("ALBATROSS_BUCKET", bucket::name(&text)));
        let endpoint = read_endpoint(&mut lookup);
        let auth = auth::read_auth(&mut lookup, endpoint.as_ref());
        auth::check_plain_http(&mut lookup, endpoint.as_ref(), &auth);
        let encryption = lookup
            .text("ALBATROSS_S3_ENCRYPTION")
            .and_then(|text| lookup.check("ALBATROSS_S3_ENCRYPTION", Encryption::parse(&text)));
        let settings = read_settings(&mut lookup);
        let (geo, geo_bytes) = read_geo(&mut lookup);
        let (redaction_key, redaction_key_arn) = read_redaction_key(&mut lookup);
        let prefix = lookup.text("ALBATROSS_PREFIX").unwrap_or_default();
        let own_prefix = read_own_prefix(&mut lookup, &prefix);
        let settle = read_settle(&mut lookup, bucket.as_deref(), &prefix, &own_prefix);
        let config = Self {
            bucket: bucket.unwrap_or_default(),
            prefix,
            endpoint: endpoint.unwrap_or_else(placeholder),
            auth,
            ca_file: lookup.text("ALBATROSS_CA_FILE").map(PathBuf::from),
            request_timeout: Duration::from_secs(lookup.number("ALBATROSS_REQUEST_TIMEOUT_SECONDS", 30, 1..=300)),
            encryption,
            path_style: lookup.flag("ALBATROSS_S3_PATH_STYLE", false),
            settings,
            geo,
            geo_bytes,
            redaction_key,
            redaction_key_arn,
            settle,
            delete_filtered: lookup.flag("ALBATROSS_DELETE_FILTERED", false),
            own_prefix,
            events: lookup.flag("ALBATROSS_EVENTS", false),
            fanout_queue_url: lookup.text("ALBATROSS_FANOUT_QUEUE_URL"),
            backfill_queue_url: lookup.text("ALBATROSS_BACKFILL_QUEUE_URL"),
            batch_bytes: lookup.number("ALBATROSS_BATCH_BYTES", 3 << 20, 10_000..=100 << 20),
            objects_in_flight: lookup.number("ALBATROSS_OBJECTS_IN_FLIGHT", 4, 1..=64),
            old_indices: lookup.number("ALBATROSS_OLD_INDICES", 100, 0..=100_000),
            retention_days: lookup.optional_number("ALBATROSS_RETENTION_DAYS", 1..=36_500),
            dashboards_url: read_parsed(&mut lookup, "ALBATROSS_DASHBOARDS_URL"),
            grant_role: read_parsed(&mut lookup, "ALBATROSS_GRANT_ROLE"),
        };
        // Read where the log begins, before there is a configuration.
        lookup.choice(LOG_LEVEL, &LOG_LEVELS.map(|level| (level, ())));
        (config, lookup.into_problems())
    }

    /// What stands against running in a function of so many MiB of memory.
    pub(crate) fn memory_problem(&self, function_mib: u64) -> Option<String> {
        memory::problem(self, function_mib)
    }

    /// Whether a key lies where this program itself writes: quarantine, state, archive. Such
    /// objects are no logs that a load balancer wrote, and are never swept. An archive in this bucket
    /// is below this prefix, or not below the one that is swept: so it stays left out when it is no
    /// longer the archive.
    #[must_use]
    pub fn is_own(&self, key: &str) -> bool {
        key.starts_with(&self.own_prefix)
    }
}

/// Bulk requests in flight for each object: while the engine works on one, the next is made ready. More objects at
/// once do the same as more requests each.
pub(crate) const MOST_IN_FLIGHT: usize = 2;

/// The variable of the log's level, which the log itself reads.
pub(crate) const LOG_LEVEL: &str = "ALBATROSS_LOG_LEVEL";
const LOG_LEVELS: [&str; 4] = ["error", "warn", "info", "debug"];

/// What lies below our own prefix, whatever is configured.
const OWN_FOLDERS: [&str; 2] = ["quarantine/", "state/"];

fn without_problems((config, problems): (Config, Vec<String>)) -> Result<Config, ConfigError> {
    if problems.is_empty() { Ok(config) } else { Err(ConfigError { problems }) }
}

/// A stand-in: a problem has been noted, and no [`Config`] comes of it.
#[allow(clippy::expect_used, reason = "a constant that is a URL")]
fn placeholder() -> Url {
    Url::parse("http://localhost/").expect("a URL")
}

fn read_endpoint(lookup: &mut Lookup) -> Option<Url> {
    match (lookup.text("ALBATROSS_ENDPOINT"), lookup.text("ALBATROSS_CLOUD_ID")) {
        (Some(_), Some(_)) => {
            lookup.problem("ALBATROSS_CLOUD_ID is set, and ALBATROSS_ENDPOINT too: give one of them");
            None
        }
        (Some(url), None) => lookup.check("ALBATROSS_ENDPOINT", endpoint::from_url(&url)),
        (None, Some(id)) => lookup.check("ALBATROSS_CLOUD_ID", endpoint::from_cloud_id(&id)),
        (None, None) => {
            lookup.problem("ALBATROSS_ENDPOINT is not set: give the engine's URL, or ALBATROSS_CLOUD_ID");
            None
        }
    }
}

fn read_redaction_key(lookup: &mut Lookup) -> (Option<RedactionKey>, Option<String>) {
    let text = lookup.text("ALBATROSS_REDACT_KEY");
    let arn = auth::read_secret_arn(lookup, "ALBATROSS_REDACT_KEY_ARN");
    if text.is_some() && arn.is_some() {
        lookup.problem("ALBATROSS_REDACT_KEY_ARN is set, and ALBATROSS_REDACT_KEY too: give one of them");
    }
    let key = text.and_then(|key| {
        let key = RedactionKey::new(key.as_bytes()).map_err(|error| format!("cannot be used: {error}"));
        lookup.check("ALBATROSS_REDACT_KEY", key)
    });
    (key, arn)
}

fn read_parsed<T: FromStr<Err: Display>>(lookup: &mut Lookup, name: &'static str) -> Option<T> {
    let text = lookup.text(name)?;
    lookup.check(name, text.parse().map_err(|error: T::Err| format!("cannot be used: {error}")))
}

fn read_settings(lookup: &mut Lookup) -> SettingsSource {
    let default = || SettingsSource::Inline(Settings::default());
    match (lookup.text("ALBATROSS_SETTINGS"), lookup.text("ALBATROSS_SETTINGS_URI")) {
        (Some(_), Some(_)) => {
            lookup.problem("ALBATROSS_SETTINGS_URI is set, and ALBATROSS_SETTINGS too: give one of them");
            default()
        }
        (Some(json), None) => {
            let settings = Settings::from_json(&json).map_err(|error| error.to_string());
            lookup.check("ALBATROSS_SETTINGS", settings).map_or_else(default, SettingsSource::Inline)
        }
        (None, Some(uri)) => {
            lookup.check("ALBATROSS_SETTINGS_URI", Location::parse(&uri)).map_or_else(default, SettingsSource::Uri)
        }
        (None, None) => default(),
    }
}

fn read_geo(lookup: &mut Lookup) -> (GeoDatabases, u64) {
    let paths = lookup.text("ALBATROSS_GEO_FILES").unwrap_or_default();
    let paths: Vec<PathBuf> =
        paths.split(',').map(str::trim).filter(|path| !path.is_empty()).map(PathBuf::from).collect();
    let bytes = paths.iter().filter_map(|path| Some(path.metadata().ok()?.len())).sum();
    let databases = geo::read(&paths).unwrap_or_else(|problems| {
        for problem in problems {
            lookup.problem(&format!("ALBATROSS_GEO_FILES {problem}"));
        }
        GeoDatabases::default()
    });
    (databases, bytes)
}

fn read_own_prefix(lookup: &mut Lookup, swept: &str) -> String {
    let own = lookup.text("ALBATROSS_OWN_PREFIX").unwrap_or_else(|| "albatross/".to_owned());
    if !own.ends_with('/') || own.starts_with('/') {
        lookup.problem("ALBATROSS_OWN_PREFIX must end with a slash, and not begin with one");
    } else if swept.starts_with(&own) {
        lookup.problem("ALBATROSS_OWN_PREFIX holds ALBATROSS_PREFIX: nothing would be left to sweep");
    }
    own
}

fn read_settle(lookup: &mut Lookup, bucket: Option<&str>, swept: &str, own: &str) -> Settle {
    let choices = [("delete", "delete"), ("archive", "archive"), ("keep", "keep")];
    let choice = lookup.choice("ALBATROSS_SETTLE", &choices);
    let archive =
        lookup.text("ALBATROSS_ARCHIVE_TO").and_then(|uri| lookup.check("ALBATROSS_ARCHIVE_TO", Location::parse(&uri)));
    match (choice, archive) {
        (Some("archive"), Some(archive)) => {
            if let Some(problem) = archive_problem(&archive, bucket, swept, own) {
                lookup.problem(&format!("ALBATROSS_ARCHIVE_TO is {archive}: {problem}"));
            }
            Settle::Archive(archive)
        }
        (Some("archive"), None) => {
            lookup.problem("ALBATROSS_ARCHIVE_TO is not set, but ALBATROSS_SETTLE is archive");
            Settle::Keep
        }
        (Some(other), Some(_)) => {
            lookup.problem(&format!("ALBATROSS_ARCHIVE_TO is set, but ALBATROSS_SETTLE is {other}"));
            Settle::Keep
        }
        (Some("delete"), None) => Settle::Delete,
        (Some(_), None) => Settle::Keep,
        // The one choice that destroys is made by nobody but the user.
        (None, _) => {
            lookup.problem(
                "ALBATROSS_SETTLE is not set: choose what becomes of an indexed object: delete, archive or keep",
            );
            Settle::Keep
        }
    }
}

/// What stands against archiving there. In the bucket itself the archive has to be left out by its
/// place and not by this variable: else who sets another `ALBATROSS_SETTLE` or archive would have the
/// old archive swept, and settled.
fn archive_problem(archive: &Location, bucket: Option<&str>, swept: &str, own: &str) -> Option<String> {
    let Location { prefix, .. } = archive;
    if !prefix.is_empty() && !prefix.ends_with('/') {
        return Some("it must end with a slash".to_owned());
    }
    if bucket != Some(archive.bucket.as_str()) {
        return None;
    }
    let folders = OWN_FOLDERS.map(|folder| format!("{own}{folder}"));
    if folders.iter().any(|folder| prefix.starts_with(folder) || folder.starts_with(prefix)) {
        return Some("it holds the quarantine or the state, or lies in it".to_owned());
    }
    let is_swept = prefix.starts_with(swept) || swept.starts_with(prefix);
    (is_swept && !prefix.starts_with(own)).then(|| {
        format!(
            "it would be swept, if not now then after a change of ALBATROSS_SETTLE: choose a place below {own} \
             (ALBATROSS_OWN_PREFIX), outside ALBATROSS_PREFIX, or in another bucket"
        )
    })
}

#[cfg(test)]
mod tests;
