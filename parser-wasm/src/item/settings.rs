//! What the user decides about documents. Page and Lambda read the same JSON text.

use crate::document::{EngineKind, Schema};
use crate::filter::{Filter, FilterError};
use crate::format::Format;
use crate::redact::{Redaction, RedactionError};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

/// Everything beside the line and its source that changes a document's or its action's bytes, or the index template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Settings {
    /// What documents look like. The default is not written, so that digests of settings from before there was a choice
    /// still hold.
    #[serde(skip_serializing_if = "Schema::is_default")]
    pub schema: Schema,
    /// Beginning of the index names, or the data stream's name. In one engine, no deployment's name may be the beginning
    /// of another's: the patterns of one would take the other's indices.
    pub index: String,
    /// What takes the documents.
    pub engine: EngineKind,
    /// Where in it they go.
    pub target: Target,
    /// Whether documents hold the raw line as `event.original`.
    pub keep_original: bool,
    /// Whether the indices stand below `logs-*` too, by an alias: there Elastic's dashboards look. Without is not the
    /// default, and only then written.
    #[serde(skip_serializing_if = "is_true")]
    pub logs_alias: bool,
    /// Which documents there are; all of them without. It is asked of the document as it would be sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<Filter>,
    /// What is taken out of them.
    #[serde(skip_serializing_if = "Redaction::is_empty")]
    pub redact: Redaction,
}

/// Which index an event goes to. An index name follows from the event's own time, so that the same line always goes
/// to the same index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// `{index}-YYYY.MM.DD`.
    #[default]
    Daily,
    /// `{index}-YYYY.MM`.
    Monthly,
    /// The data stream `{index}`. An id is unique within one backing index only: a line that is sent again after a
    /// rollover is there twice.
    DataStream,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            schema: Schema::default(),
            index: Schema::default().default_index().to_owned(),
            engine: EngineKind::default(),
            target: Target::default(),
            keep_original: false,
            logs_alias: true,
            filter: None,
            redact: Redaction::default(),
        }
    }
}

/// Why a settings text cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// Not JSON, or a setting that does not exist or has another type.
    #[error("the settings are not valid: {0}")]
    Json(#[from] serde_json::Error),
    /// An index name that engines refuse.
    #[error(
        "the setting \"index\" cannot begin an index name: {0:?}; use lower-case letters, digits, \"-\", \"_\" and \".\", beginning with a letter or digit, 200 characters at most"
    )]
    Index(String),
    /// A data stream where there are none.
    #[error(
        "the setting \"target\" cannot be \"data_stream\" while \"engine\" is {}: it has no data streams; use \"daily\" or \"monthly\"",
        serde_json::json!(.0)
    )]
    NoDataStreams(EngineKind),
    /// A data stream of documents that it cannot take.
    #[error(
        "the setting \"target\" cannot be \"data_stream\" while \"schema\" is \"network-log\": a data stream wants @timestamp, which its documents do not have; use \"daily\" or \"monthly\""
    )]
    NoTimestamp,
    /// The raw line, where it has no place.
    #[error(
        "the setting \"keep_original\" cannot be true while \"schema\" is \"network-log\": its documents have no field for the raw line"
    )]
    NoOriginal,
    /// A filter that makes no sense.
    #[error("the setting \"filter\" is no filter: {}", .error.in_text(.text))]
    Filter {
        /// The filter.
        text: String,
        /// What is wrong with it.
        error: FilterError,
    },
    /// A redaction that cannot be done.
    #[error("the setting \"redact\" cannot be used: {0}")]
    Redact(#[from] RedactionError),
    /// The raw line would show what redaction takes out.
    #[error("the setting \"keep_original\" cannot be true while \"redact\" takes anything out: the raw line holds it")]
    OriginalRedacted,
}

/// Settings as they are written: what a filter means and what the default index is, only the schema tells.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Written {
    schema: Schema,
    index: Option<String>,
    engine: EngineKind,
    target: Target,
    keep_original: bool,
    logs_alias: bool,
    filter: Option<String>,
    redact: Redaction,
}

impl Default for Written {
    fn default() -> Self {
        let Settings { schema, engine, target, keep_original, logs_alias, .. } = Settings::default();
        let redact = Redaction::default();
        Self { schema, index: None, engine, target, keep_original, logs_alias, filter: None, redact }
    }
}

fn is_true(flag: &bool) -> bool {
    *flag
}

impl Settings {
    /// Reads settings; what is left out has its default.
    ///
    /// # Errors
    /// When the text is not a JSON object of known settings, a value cannot be used, or two cannot be used together.
    pub fn from_json(text: &str) -> Result<Self, SettingsError> {
        let Written { schema, index, engine, target, keep_original, logs_alias, filter, redact } =
            serde_json::from_str(text)?;
        let index = index.unwrap_or_else(|| schema.default_index().to_owned());
        let read =
            |text: String| Filter::parse_for(schema, &text).map_err(|error| SettingsError::Filter { text, error });
        let filter = filter.map(read).transpose()?;
        Self { schema, index, engine, target, keep_original, logs_alias, filter, redact }.checked()
    }

    /// These settings, if they can be used. Those that were read have been checked.
    ///
    /// # Errors
    /// When a value cannot be used, or two cannot be used together.
    pub fn checked(self) -> Result<Self, SettingsError> {
        let index = self.index.as_bytes();
        // The rules of Elasticsearch and OpenSearch for index names, with room for the date.
        let legal = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.".contains(byte);
        let starts = index.first().is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        if !starts || index.len() > 200 || !index.iter().all(legal) {
            return Err(SettingsError::Index(self.index));
        }
        // `_data_stream` is on no list of what OpenSearch Serverless supports; Elasticsearch has it since 7.9.
        if self.target == Target::DataStream && self.engine != EngineKind::Current {
            return Err(SettingsError::NoDataStreams(self.engine));
        }
        if self.schema == Schema::NetworkLog && self.target == Target::DataStream {
            return Err(SettingsError::NoTimestamp);
        }
        if self.schema == Schema::NetworkLog && self.keep_original {
            return Err(SettingsError::NoOriginal);
        }
        self.redact.check(self.schema)?;
        if self.keep_original && !self.redact.is_empty() {
            return Err(SettingsError::OriginalRedacted);
        }
        Ok(self)
    }

    /// The settings as JSON in a fixed order: every one of them, but for filter and redaction that are not there.
    pub fn to_json(&self) -> String {
        // A struct of texts and flags always serializes.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// 16 hex digits that are equal where the settings are.
    pub fn digest(&self) -> String {
        format!("{:016x}", xxh3_64(self.to_json().as_bytes()))
    }

    /// The pattern of all indices that documents go to (for the template, health and retention), or the data stream's
    /// name. A data stream is there from its first document on; until then an engine calls its health red, after having
    /// waited for it (seen), while a pattern that matches nothing is green.
    pub fn index_pattern(&self) -> String {
        let index = &self.index;
        match (self.schema, self.target) {
            (_, Target::DataStream) => index.clone(),
            (Schema::Ecs, Target::Daily) => format!("{index}-*.*.*"),
            (Schema::Ecs, Target::Monthly) => format!("{index}-*.*"),
            // `logs-*-*` would take other people's data streams, whose names have three parts; so the century.
            (Schema::NetworkLog, Target::Daily) => format!("{index}-20*-*-*"),
            (Schema::NetworkLog, Target::Monthly) => format!("{index}-20*-*"),
        }
    }

    /// What stands after `index` in the name of the index for year, month and day: each part after its separator.
    pub(crate) fn date_parts<'d>(&self, [year, month, day]: [&'d str; 3]) -> impl Iterator<Item = (u8, &'d str)> {
        let separator = self.schema.date_separator() as u8;
        let count = match self.target {
            Target::Daily => 3,
            Target::Monthly => 2,
            Target::DataStream => 0,
        };
        [(b'-', year), (separator, month), (separator, day)].into_iter().take(count)
    }

    /// The index to which documents of a day go, `YYYY-MM-DD`; or the data stream.
    pub fn index_of_day(&self, day: &str) -> String {
        let mut parts = day.splitn(3, '-');
        let date = [(); 3].map(|()| parts.next().unwrap_or_default());
        let mut index = self.index.clone();
        for (separator, part) in self.date_parts(date) {
            index.push(char::from(separator));
            index.push_str(part);
        }
        index
    }

    /// The alias under which Elastic's dashboards find the indices. Data streams are named by those who set them up, time-series
    /// collections have no aliases, and flat documents none of Elastic's fields.
    pub fn alias(&self) -> Option<&'static str> {
        let has_indices = self.target != Target::DataStream && self.engine != EngineKind::ServerlessTimeSeries;
        (self.logs_alias && has_indices && self.schema == Schema::Ecs).then_some("logs-aws.elb_logs-albatross")
    }

    /// `data_stream.namespace`: the third part of a data stream's name, where it is `logs-DATASET-NAMESPACE`.
    pub(crate) fn namespace(&self) -> &str {
        let named = self.index.strip_prefix("logs-").and_then(|rest| rest.split_once('-'));
        named.filter(|_| self.target == Target::DataStream).map_or("default", |(_, namespace)| namespace)
    }

    /// The name of the index template and of the policy for retention. Elasticsearch has a template and a policy `logs`
    /// of its own, which ours must not replace.
    pub fn template_name(&self) -> String {
        match self.schema {
            Schema::Ecs => self.index.clone(),
            Schema::NetworkLog => format!("{}-network-log", self.index),
        }
    }

    /// Whether lines of this format are documents.
    pub fn takes(&self, format: Format) -> bool {
        self.schema.takes(format)
    }

    /// Whether a document that is there can be written anew: data streams only take `create`, and without ids of our
    /// own there is nothing to find it by.
    pub fn can_overwrite(&self) -> bool {
        self.has_ids() && self.target != Target::DataStream
    }

    /// Whether documents carry our ids, by which engines notice what they have already.
    pub fn has_ids(&self) -> bool {
        self.engine != EngineKind::ServerlessTimeSeries
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_has_its_default() {
        assert_eq!(Settings::from_json("{}").expect("valid"), Settings::default());
        assert!(Settings::from_json(r#"{"keep_original":true}"#).expect("valid").keep_original);
        assert_eq!(Settings::from_json(&Settings::default().to_json()).expect("valid"), Settings::default());
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        let message = |text: &str| Settings::from_json(text).expect_err("invalid").to_string();
        assert!(message(r#"{"indx":"a"}"#).contains("indx"));
        for name in ["", "-a", "A", "a b", "a*", "_a", "a/b"] {
            assert!(message(&serde_json::json!({ "index": name }).to_string()).contains("\"index\""), "{name}");
        }
    }

    #[test]
    fn engines_and_targets_by_name() {
        let settings = Settings::from_json(r#"{"engine":"elasticsearch-6","target":"monthly"}"#).expect("valid");
        assert_eq!((settings.engine, settings.target), (EngineKind::Elasticsearch6, Target::Monthly));
        assert_eq!(
            Settings::default().to_json(),
            r#"{"index":"albatross-elb","engine":"current","target":"daily","keep_original":false}"#
        );
        assert!(Settings::from_json(r#"{"target":"weekly"}"#).is_err());
    }

    #[test]
    fn the_alias_is_there_unless_it_is_taken_out() {
        let without = Settings::from_json(r#"{"logs_alias":false}"#).expect("valid");
        assert_eq!((without.alias(), Settings::default().alias()), (None, Some("logs-aws.elb_logs-albatross")));
        assert_eq!(Settings::from_json(&without.to_json()).expect("valid"), without);
        assert_ne!(without.digest(), Settings::default().digest());
    }

    #[test]
    fn a_data_streams_name_says_its_namespace() {
        let namespace = |target: &str, index: &str| {
            let text = serde_json::json!({ "target": target, "index": index }).to_string();
            Settings::from_json(&text).expect("valid").namespace().to_owned()
        };
        assert_eq!(namespace("data_stream", "logs-aws.elb_logs-prod"), "prod");
        assert_eq!(namespace("data_stream", "logs-aws.elb_logs-prod-eu"), "prod-eu");
        assert_eq!(namespace("data_stream", "albatross-elb"), "default");
        assert_eq!(namespace("daily", "logs-aws.elb_logs-prod"), "default");
    }

    #[test]
    fn no_data_stream_where_there_are_none() {
        for engine in ["elasticsearch-6", "serverless-time-series"] {
            let text = serde_json::json!({ "engine": engine, "target": "data_stream" }).to_string();
            let message = Settings::from_json(&text).expect_err("invalid").to_string();
            assert!(message.contains(&format!("\"engine\" is \"{engine}\"")), "{message}");
        }
        assert!(Settings::from_json(r#"{"target":"data_stream"}"#).is_ok());
    }

    #[test]
    fn filter_and_redaction_by_name() {
        let text = r#"{"filter":"source.ip: 192.0.2.0/24","redact":{"query":"mask","remove":["user_agent"],"addresses":"hmac"}}"#;
        let settings = Settings::from_json(text).expect("valid");
        assert_eq!(settings.filter.as_ref().map(Filter::text), Some("source.ip: 192.0.2.0/24"));
        assert!(settings.redact.needs_key());
        assert!(settings.to_json().ends_with(text.trim_start_matches('{')));
        assert_eq!(Settings::from_json(&settings.to_json()).expect("valid"), settings);
        assert_ne!(settings.digest(), Settings::default().digest());
        assert_eq!(Settings::from_json(r#"{"filter":null,"redact":{}}"#).expect("valid"), Settings::default());
    }

    #[test]
    fn what_is_wrong_with_filter_and_redaction() {
        for (text, message) in [
            (
                r#"{"filter":"a and é: 1"}"#,
                "the setting \"filter\" is no filter: no such field\n  a and é: 1\n        ^",
            ),
            (
                r#"{"redact":{"remove":["url","usr_agent"]}}"#,
                "the setting \"redact\" cannot be used: no field or object \"usr_agent\"",
            ),
            (
                r#"{"redact":{"remove":["url.orignal"]}}"#,
                "the setting \"redact\" cannot be used: no field or object \"url.orignal\"; did you mean \"url.original\"?",
            ),
            (
                r#"{"redact":{"remove":["@timestamp"]}}"#,
                "the setting \"redact\" cannot be used: \"@timestamp\" cannot be removed: an event without its time has no index",
            ),
            (
                r#"{"redact":{"query":"drop"},"keep_original":true}"#,
                "the setting \"keep_original\" cannot be true while \"redact\" takes anything out: the raw line holds it",
            ),
        ] {
            assert_eq!(Settings::from_json(text).expect_err(text).to_string(), message);
        }
        for text in [r#"{"redact":{"quer":"mask"}}"#, r#"{"redact":{"query":"hide"}}"#, r#"{"filter":1}"#] {
            assert!(matches!(Settings::from_json(text), Err(SettingsError::Json(_))), "{text}");
        }
    }

    #[test]
    fn the_schema_network_log() {
        let settings = Settings::from_json(r#"{"schema":"network-log","filter":"statusCode >= 500"}"#).expect("valid");
        assert_eq!((&*settings.index, &*settings.index_pattern()), ("logs", "logs-20*-*-*"));
        assert_eq!(settings.template_name(), "logs-network-log");
        assert!(settings.to_json().starts_with(r#"{"schema":"network-log","index":"logs","#));
        assert_eq!(Settings::from_json(&settings.to_json()).expect("valid"), settings);
        let monthly = Settings::from_json(r#"{"schema":"network-log","index":"a","target":"monthly"}"#).expect("valid");
        assert_eq!(monthly.index_pattern(), "a-20*-*");
        assert!(settings.takes(Format::AlbAccess) && !settings.takes(Format::Classic));
        for (rest, message) in [
            (r#""target":"data_stream""#, "a data stream wants @timestamp"),
            (r#""keep_original":true"#, "have no field for the raw line"),
            (r#""filter":"http.response.status_code: 1""#, "no such field"),
            (r#""redact":{"remove":["requestTime"]}"#, "\"requestTime\" cannot be removed"),
            (r#""redact":{"remove":["user_agent"]}"#, "no field or object"),
        ] {
            let text = format!(r#"{{"schema":"network-log",{rest}}}"#);
            let found = Settings::from_json(&text).expect_err(rest).to_string();
            assert!(found.contains(message), "{found}");
        }
    }

    #[test]
    fn what_the_target_and_the_engine_imply() {
        let of = |engine, target| Settings { engine, target, ..Settings::default() };
        for (settings, pattern, can_overwrite) in [
            (of(EngineKind::Current, Target::Daily), "albatross-elb-*.*.*", true),
            (of(EngineKind::Elasticsearch6, Target::Monthly), "albatross-elb-*.*", true),
            (of(EngineKind::Current, Target::DataStream), "albatross-elb", false),
            (of(EngineKind::ServerlessTimeSeries, Target::Daily), "albatross-elb-*.*.*", false),
        ] {
            assert_eq!((&*settings.index_pattern(), settings.can_overwrite()), (pattern, can_overwrite));
        }
    }

    #[test]
    fn the_digest_follows_the_settings() {
        let kept = Settings { keep_original: true, ..Settings::default() };
        assert_eq!(Settings::default().digest(), Settings::default().digest());
        assert_ne!(Settings::default().digest(), kept.digest());
        assert_eq!(kept.digest().len(), 16);
    }
}
