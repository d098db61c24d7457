//! The index template: the only copy of the mapping.

use super::settings::{Settings, Target};
use crate::document::{EngineKind, Schema, Type};
use serde_json::{Map, Value, json};

/// Raised with every change of the mapping; an ingest refuses to run against another one.
pub const TEMPLATE_VERSION: u32 = 4;

/// The oldest version whose documents this template takes as well: what was mapped then is mapped so still, or wider, and
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
    let aliases = settings.alias().map(|alias| json!({ alias: {} }));
    if settings.engine == EngineKind::Elasticsearch6 {
        // The older kind has no `_meta` of its own, but a mapping has one.
        mappings.insert("_meta".to_owned(), template_meta(settings));
        let mut template = json!({
            "index_patterns": [settings.index_pattern()],
            "order": PRIORITY,
            "settings": index_settings,
            "mappings": { settings.schema.type_name(): mappings },
        });
        if let (Some(aliases), Some(template)) = (aliases, template.as_object_mut()) {
            template.insert("aliases".to_owned(), aliases);
        }
        return template;
    }
    let mut template = json!({
        "index_patterns": [settings.index_pattern()],
        "priority": PRIORITY,
        "_meta": template_meta(settings),
        "template": { "settings": index_settings, "mappings": mappings },
    });
    let inner = template.get_mut("template").and_then(Value::as_object_mut);
    if let (Some(aliases), Some(template)) = (aliases, inner) {
        template.insert("aliases".to_owned(), aliases);
    }
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

/// `dynamic: false`: a field the mapping does not know is kept in the document and never explodes the mapping.
fn mappings(settings: &Settings) -> Map<String, Value> {
    let mut properties = Map::new();
    for (path, kind) in settings.schema.fields() {
        let mut mapping = kind.mapping(settings.engine);
        // A value that the engine has no room for is no reason to refuse the document: it is kept, and not searched for.
        let may_not_fit = match settings.schema {
            // The event's own time is read so that it fits; data streams want that.
            Schema::Ecs => *kind == Type::Time && *path != settings.schema.time_field(),
            // Values stand as logged there.
            Schema::NetworkLog => matches!(kind, Type::Time | Type::Ip | Type::Long | Type::Float),
        };
        if let (true, Some(mapping)) = (may_not_fit, mapping.as_object_mut()) {
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
        assert_eq!(template["template"]["aliases"], json!({ "logs-aws.elb_logs-albatross": {} }));
        assert_eq!(template["template"]["mappings"]["dynamic"], false);
        let fields = &template["template"]["mappings"]["properties"];
        assert_eq!(fields["source"]["properties"]["ip"]["type"], "ip");
        assert_eq!(fields["@timestamp"]["type"], "date_nanos");
        assert_eq!(template.get("data_stream"), None);
    }

    #[test]
    fn the_alias_is_for_indices_that_elastics_dashboards_can_read() {
        let aliases = |settings: &Settings| index_template(settings, None)["template"].get("aliases").is_some();
        let default = Settings::default();
        assert!(aliases(&Settings { target: Target::Monthly, ..default.clone() }));
        for without in [
            Settings { logs_alias: false, ..default.clone() },
            Settings { target: Target::DataStream, ..default.clone() },
            Settings { engine: EngineKind::ServerlessTimeSeries, ..default.clone() },
            Settings { schema: Schema::NetworkLog, ..default },
        ] {
            assert!(!aliases(&without), "{}", without.to_json());
        }
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
                "aliases": { "logs-aws.elb_logs-albatross": {} },
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
