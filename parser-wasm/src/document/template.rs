//! The index template: the only copy of the mapping.

use super::schema::Schema;
use super::settings::{EngineKind, Settings, Target};
use serde_json::{Map, Value, json};

/// Raised with every change of the mapping; an ingest refuses to run against another one.
pub const TEMPLATE_VERSION: u32 = 3;

/// The oldest version whose documents this template takes as well: what was mapped then is mapped so still, and
/// what has come since is fields more. An ingest of that version or a later one runs against this template.
const COMPATIBLE_WITH: u32 = 3;

/// Above the built-in templates of Elasticsearch (100) and of its integrations (200).
const PRIORITY: u32 = 501;

/// The template's body, to `PUT` at [`TemplatePlace::path`]. `lifecycle_policy` names the ILM policy that its indices
/// get; it is for Elasticsearch (from 6.6) only, as an ISM policy names the indices itself.
pub fn index_template(settings: &Settings, lifecycle_policy: Option<&str>) -> Value {
    let index_settings = match lifecycle_policy {
        Some(policy) => json!({ "index.lifecycle.name": policy }),
        None => json!({}),
    };
    let mut mappings = mappings(settings);
    if settings.engine == EngineKind::Elasticsearch6 {
        // The older kind has no `_meta` of its own, but a mapping has one.
        mappings.insert("_meta".to_owned(), template_meta(settings));
        return json!({
            "index_patterns": [settings.index_pattern()],
            "order": PRIORITY,
            "settings": index_settings,
            "mappings": { settings.schema.type_name(): mappings },
        });
    }
    let mut template = json!({
        "index_patterns": [settings.index_pattern()],
        "priority": PRIORITY,
        "_meta": template_meta(settings),
        "template": { "settings": index_settings, "mappings": mappings },
    });
    if let (Target::DataStream, Some(template)) = (settings.target, template.as_object_mut()) {
        template.insert("data_stream".to_owned(), json!({}));
    }
    template
}

/// What stands in a template's `_meta`: what shapes the template beside its name and place, and which ingests it is
/// for; see [`takes_documents`].
pub fn template_meta(settings: &Settings) -> Value {
    json!({
        "managed_by": "albatross",
        "version": TEMPLATE_VERSION,
        "compatible_with": COMPATIBLE_WITH,
        "schema": settings.schema,
        "engine": settings.engine,
        "target": settings.target,
    })
}

/// Whether an ingest under these settings runs against a template with this `_meta`: one of its own version, or a newer
/// one that says so. Two deployments are upgraded one after the other.
pub fn takes_documents(meta: &Value, settings: &Settings) -> bool {
    let wanted = template_meta(settings);
    let is_same = |member: &&str| meta.get(member) == wanted.get(member);
    let number = |member: &str| meta.get(member).and_then(Value::as_u64);
    let own = u64::from(TEMPLATE_VERSION);
    let is_newer = number("version").is_some_and(|version| version > own)
        && number("compatible_with").is_some_and(|oldest| oldest <= own);
    ["managed_by", "schema", "engine", "target"].iter().all(is_same) && (is_same(&"version") || is_newer)
}

/// Where an engine keeps our template, whose name is [`Settings::template_name`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplatePlace {
    /// Path of the requests, without leading `/`.
    pub path: String,
    /// JSON pointer to [`template_meta`] in the answer to a `GET`.
    pub meta_pointer: String,
}

impl TemplatePlace {
    /// The place under these settings.
    pub fn of(settings: &Settings) -> Self {
        let name = settings.template_name();
        match settings.engine {
            // An index name holds nothing that a JSON pointer would escape. Elasticsearch 6 answers with types.
            EngineKind::Elasticsearch6 => Self {
                path: format!("_template/{name}"),
                meta_pointer: format!("/{name}/mappings/{}/_meta", settings.schema.type_name()),
            },
            EngineKind::Current | EngineKind::ServerlessTimeSeries => Self {
                path: format!("_index_template/{name}"),
                meta_pointer: "/index_templates/0/index_template/_meta".to_owned(),
            },
        }
    }
}

/// Longer values are kept and not searchable, in Java's characters. A term may have 32,766 bytes; 8,191 characters of
/// four bytes each stay below that.
pub(crate) const IGNORE_ABOVE: usize = 8191;

/// What a field is in the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    Keyword,
    /// Kept in the document, not searchable.
    Stored,
    Time,
    Ip,
    Long,
    Float,
    Boolean,
    /// A point on the earth.
    GeoPoint,
}

impl Type {
    fn mapping(self, engine: EngineKind) -> Value {
        match self {
            Self::Keyword => json!({ "type": "keyword", "ignore_above": IGNORE_ABOVE }),
            Self::Stored => {
                json!({ "type": "keyword", "index": false, "doc_values": false, "ignore_above": IGNORE_ABOVE })
            }
            // Six decimals of a second need more than `date`'s milliseconds.
            Self::Time => json!({ "type": if engine.has_nanoseconds() { "date_nanos" } else { "date" } }),
            Self::Ip => json!({ "type": "ip" }),
            Self::Long => json!({ "type": "long" }),
            Self::Float => json!({ "type": "float" }),
            Self::Boolean => json!({ "type": "boolean" }),
            Self::GeoPoint => json!({ "type": "geo_point" }),
        }
    }
}

/// Every field of an `ecs` document, by its path. A test holds it against documents that have them all.
pub(crate) const FIELDS: &[(&str, Type)] = &[
    ("@timestamp", Type::Time),
    ("ecs.version", Type::Keyword),
    ("event.kind", Type::Keyword),
    ("event.module", Type::Keyword),
    ("event.dataset", Type::Keyword),
    ("event.category", Type::Keyword),
    ("event.type", Type::Keyword),
    ("event.outcome", Type::Keyword),
    ("event.start", Type::Time),
    ("event.end", Type::Time),
    ("event.duration", Type::Long),
    ("event.original", Type::Stored),
    ("cloud.provider", Type::Keyword),
    ("cloud.region", Type::Keyword),
    ("cloud.account.id", Type::Keyword),
    ("data_stream.type", Type::Keyword),
    ("data_stream.dataset", Type::Keyword),
    ("data_stream.namespace", Type::Keyword),
    ("log.file.path", Type::Keyword),
    ("log.offset", Type::Long),
    ("source.address", Type::Keyword),
    ("source.ip", Type::Ip),
    ("source.port", Type::Long),
    ("source.bytes", Type::Long),
    ("source.geo.continent_name", Type::Keyword),
    ("source.geo.country_iso_code", Type::Keyword),
    ("source.geo.country_name", Type::Keyword),
    ("source.geo.region_iso_code", Type::Keyword),
    ("source.geo.region_name", Type::Keyword),
    ("source.geo.city_name", Type::Keyword),
    ("source.geo.location", Type::GeoPoint),
    ("source.as.number", Type::Long),
    ("source.as.organization.name", Type::Keyword),
    ("destination.domain", Type::Keyword),
    ("destination.bytes", Type::Long),
    ("http.request.method", Type::Keyword),
    ("http.request.body.bytes", Type::Long),
    ("http.response.status_code", Type::Long),
    ("http.response.body.bytes", Type::Long),
    ("http.version", Type::Keyword),
    ("url.original", Type::Keyword),
    ("url.full", Type::Keyword),
    ("url.scheme", Type::Keyword),
    ("url.username", Type::Keyword),
    ("url.domain", Type::Keyword),
    ("url.port", Type::Long),
    ("url.path", Type::Keyword),
    ("url.extension", Type::Keyword),
    ("url.query", Type::Keyword),
    ("url.fragment", Type::Keyword),
    ("user_agent.original", Type::Keyword),
    ("user_agent.name", Type::Keyword),
    ("user_agent.version", Type::Keyword),
    ("user_agent.os.name", Type::Keyword),
    ("user_agent.os.version", Type::Keyword),
    ("user_agent.os.full", Type::Keyword),
    ("user_agent.device.name", Type::Keyword),
    ("tls.cipher", Type::Keyword),
    ("tls.version", Type::Keyword),
    ("tls.version_protocol", Type::Keyword),
    ("tls.established", Type::Boolean),
    ("tls.client.subject", Type::Keyword),
    ("tls.client.not_before", Type::Time),
    ("tls.client.not_after", Type::Time),
    ("tls.client.x509.serial_number", Type::Keyword),
    ("trace.id", Type::Keyword),
    ("related.ip", Type::Ip),
    ("related.hosts", Type::Keyword),
    ("aws.elb.type", Type::Keyword),
    ("aws.elb.name", Type::Keyword),
    ("aws.elb.listener", Type::Keyword),
    ("aws.elb.listener_port", Type::Long),
    ("aws.elb.protocol", Type::Keyword),
    ("aws.elb.backend.ip", Type::Keyword),
    ("aws.elb.backend.port", Type::Keyword),
    ("aws.elb.backend.arn", Type::Keyword),
    ("aws.elb.backend.http.response.status_code", Type::Long),
    ("aws.elb.request_processing_time.sec", Type::Float),
    ("aws.elb.backend_processing_time.sec", Type::Float),
    ("aws.elb.response_processing_time.sec", Type::Float),
    ("aws.elb.connection_time.ms", Type::Long),
    ("aws.elb.tls_handshake_time.ms", Type::Float),
    ("aws.elb.tls_verify_status", Type::Keyword),
    ("aws.elb.tls_named_group", Type::Keyword),
    ("aws.elb.tls_connection_creation_time", Type::Time),
    ("aws.elb.incoming_tls_alert", Type::Keyword),
    ("aws.elb.alpn_fe_protocol", Type::Keyword),
    ("aws.elb.alpn_be_protocol", Type::Keyword),
    ("aws.elb.alpn_client_preference_list", Type::Keyword),
    ("aws.elb.health_check.latency.sec", Type::Float),
    ("aws.elb.health_check.status", Type::Keyword),
    ("aws.elb.health_check.status_code", Type::Long),
    ("aws.elb.health_check.reason", Type::Keyword),
    ("aws.elb.ssl_cipher", Type::Keyword),
    ("aws.elb.ssl_protocol", Type::Keyword),
    ("aws.elb.target_group.arn", Type::Keyword),
    ("aws.elb.target_group.name", Type::Keyword),
    ("aws.elb.trace_id", Type::Keyword),
    ("aws.elb.chosen_cert.arn", Type::Keyword),
    ("aws.elb.chosen_cert.serial", Type::Keyword),
    ("aws.elb.matched_rule_priority", Type::Keyword),
    ("aws.elb.action_executed", Type::Keyword),
    ("aws.elb.redirect_url", Type::Keyword),
    ("aws.elb.error.reason", Type::Keyword),
    ("aws.elb.target_port", Type::Keyword),
    ("aws.elb.target_status_code", Type::Keyword),
    ("aws.elb.classification", Type::Keyword),
    ("aws.elb.classification_reason", Type::Keyword),
    ("aws.elb.conn_trace_id", Type::Keyword),
    ("aws.elb.transformed_host", Type::Keyword),
    ("aws.elb.transformed_uri", Type::Keyword),
    ("aws.elb.request_transform_status", Type::Keyword),
    ("aws.elb.node_ip", Type::Ip),
    ("aws.elb.extra", Type::Stored),
    ("albatross.verdict.by", Type::Keyword),
    ("albatross.verdict.reason", Type::Keyword),
    ("albatross.verdict.text", Type::Stored),
    ("albatross.latency.total_ms", Type::Float),
    ("albatross.latency.dominant", Type::Keyword),
    ("albatross.client.network", Type::Keyword),
    ("albatross.bot", Type::Boolean),
    ("albatross.enrichment_version", Type::Long),
];

/// `dynamic: false`: a field the mapping does not know is kept in the document and never explodes the mapping.
fn mappings(settings: &Settings) -> Map<String, Value> {
    let mut properties = Map::new();
    for (path, kind) in settings.schema.fields() {
        let mut mapping = kind.mapping(settings.engine);
        // Values stand as logged there: one that the engine has no room for is no reason to refuse the document.
        let is_parsed = matches!(kind, Type::Time | Type::Ip | Type::Long | Type::Float);
        if let (Schema::NetworkLog, true, Some(mapping)) = (settings.schema, is_parsed, mapping.as_object_mut()) {
            mapping.insert("ignore_malformed".to_owned(), json!(true));
        }
        insert(&mut properties, path, mapping);
    }
    let mut mappings = Map::new();
    mappings.insert("dynamic".to_owned(), json!(false));
    mappings.insert("properties".to_owned(), Value::Object(properties));
    mappings
}

fn insert(properties: &mut Map<String, Value>, path: &str, mapping: Value) {
    match path.split_once('.') {
        None => {
            properties.insert(path.to_owned(), mapping);
        }
        Some((head, rest)) => {
            let object = properties.entry(head).or_insert_with(|| json!({ "properties": {} }));
            if let Some(Value::Object(nested)) = object.get_mut("properties") {
                insert(nested, rest, mapping);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_is_ours_alone() {
        let settings = Settings::default();
        let template = index_template(&settings, None);
        assert_eq!(template["index_patterns"], json!(["albatross-elb-*.*.*"]));
        assert_eq!(template["priority"], 501);
        assert_eq!(template["_meta"], template_meta(&settings));
        assert_eq!(template["_meta"]["version"], TEMPLATE_VERSION);
        assert_eq!(template["template"]["settings"], json!({}));
        assert_eq!(template["template"]["mappings"]["dynamic"], false);
        let fields = &template["template"]["mappings"]["properties"];
        assert_eq!(fields["source"]["properties"]["ip"]["type"], "ip");
        assert_eq!(fields["@timestamp"]["type"], "date_nanos");
        assert_eq!(template.get("data_stream"), None);
    }

    #[test]
    fn a_data_stream_is_declared_and_a_policy_named() {
        let settings = Settings { target: Target::DataStream, ..Settings::default() };
        let template = index_template(&settings, Some("thirty-days"));
        assert_eq!(template["index_patterns"], json!(["albatross-elb"]));
        assert_eq!(template["data_stream"], json!({}));
        assert_eq!(template["template"]["settings"], json!({ "index.lifecycle.name": "thirty-days" }));
        assert_ne!(template_meta(&settings), template_meta(&Settings::default()));
    }

    #[test]
    fn elasticsearch_6_gets_the_older_kind() {
        let settings = Settings { engine: EngineKind::Elasticsearch6, target: Target::Monthly, ..Settings::default() };
        let mut template = index_template(&settings, Some("thirty-days"));
        assert_eq!(template["mappings"]["_doc"]["properties"]["@timestamp"], json!({ "type": "date" }));
        template["mappings"]["_doc"]["properties"] = Value::Null;
        assert_eq!(
            template,
            json!({
                "index_patterns": ["albatross-elb-*.*"],
                "order": 501,
                "settings": { "index.lifecycle.name": "thirty-days" },
                "mappings": { "_doc": { "_meta": template_meta(&settings), "dynamic": false, "properties": null } },
            })
        );
    }

    #[test]
    fn a_newer_template_may_be_for_older_ingests() {
        let settings = Settings::default();
        let of = |version: u32, compatible_with: Value| {
            let mut meta = template_meta(&settings);
            meta["version"] = version.into();
            meta["compatible_with"] = compatible_with;
            meta
        };
        for (meta, takes) in [
            (of(TEMPLATE_VERSION, Value::Null), true),
            (of(TEMPLATE_VERSION + 1, TEMPLATE_VERSION.into()), true),
            (of(TEMPLATE_VERSION + 1, (TEMPLATE_VERSION + 1).into()), false),
            (of(TEMPLATE_VERSION + 1, Value::Null), false),
            (of(TEMPLATE_VERSION - 1, 1.into()), false),
            (Value::Null, false),
        ] {
            assert_eq!(takes_documents(&meta, &settings), takes, "{meta}");
        }
        let stream = Settings { target: Target::DataStream, ..Settings::default() };
        assert!(!takes_documents(&of(TEMPLATE_VERSION + 1, TEMPLATE_VERSION.into()), &stream));
    }

    #[test]
    fn the_meta_is_found_where_the_engine_keeps_it() {
        let old = Settings { engine: EngineKind::Elasticsearch6, ..Settings::default() };
        let place = TemplatePlace::of(&old);
        assert_eq!(place.path, "_template/albatross-elb");
        let answer = json!({ "albatross-elb": index_template(&old, None) });
        assert_eq!(answer.pointer(&place.meta_pointer), Some(&template_meta(&old)));

        let current = Settings::default();
        let place = TemplatePlace::of(&current);
        assert_eq!(place.path, "_index_template/albatross-elb");
        let answer = json!({ "index_templates": [{ "index_template": index_template(&current, None) }] });
        assert_eq!(answer.pointer(&place.meta_pointer), Some(&template_meta(&current)));
    }
}
