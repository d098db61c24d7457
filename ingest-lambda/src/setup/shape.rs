//! Whether our template shapes our indices: of several that match, an engine takes the one of the highest priority.

use std::time::SystemTime;

use chrono::{DateTime, Utc};
use parser_wasm::{EngineKind, Settings, Target, index_template};
use reqwest::Method;
use serde_json::{Map, Value};

use super::template::{Overruled, TemplateError};
use crate::engine::{Answer, Body, Engine};
use crate::plain::excerpt;

/// Templates that an error names.
const NAMED: usize = 5;

/// A field that an index would have otherwise than we mean.
#[derive(Debug, PartialEq, Eq)]
struct Difference {
    field: String,
    wanted: String,
    found: String,
}

/// Has the engine say what today's index would be like.
///
/// # Errors
/// When it would have other fields than ours. Where nobody tells (Elasticsearch 6, no permission, a gateway that lets
/// nothing through but what an ingest needs), that is no error: the template itself has been read.
pub(crate) async fn check(engine: &Engine, settings: &Settings) -> Result<(), TemplateError> {
    if settings.engine == EngineKind::Elasticsearch6 {
        return Ok(());
    }
    let index = todays_index(settings);
    if settings.target == Target::DataStream {
        let path = format!("_data_stream/{index}?filter_path=data_streams.template");
        let answer = engine.ask(Method::GET, &path, Body::empty()).await?;
        // OpenSearch fails to simulate a data stream that is there (seen in 2.19 and 3.7). It is asked for its template
        // instead, which is that of its next index.
        if answer.status != 404 {
            return check_stream(engine, settings, &answer).await;
        }
    }
    let path = format!("_index_template/_simulate_index/{index}");
    let answer = engine.ask(Method::POST, &path, Body::empty()).await?;
    let simulated = answer.json().unwrap_or_default();
    if !answer.is_success() || !simulated["template"].is_object() {
        tracing::debug!(answer = answer.excerpt(), "cannot simulate an index");
        return Ok(());
    }
    let wanted = index_template(settings, None);
    let mappings = &simulated["template"]["mappings"];
    // Some releases of 7 name the type that no index has any more.
    let found = mappings.get("_doc").unwrap_or(mappings);
    let wanted_fields = wanted["template"]["mappings"]["properties"].as_object();
    match wanted_fields.and_then(|fields| difference("", fields, &found["properties"])) {
        None => Ok(()),
        Some(Difference { field, wanted, found }) => {
            let others = above(engine, settings, &index, &simulated).await;
            let name = settings.template_name();
            let how = format!("the field {field} would be {found}, not {wanted}");
            Err(TemplateError::Overruled(Box::new(Overruled { name, index, how, others })))
        }
    }
}

async fn check_stream(engine: &Engine, settings: &Settings, answer: &Answer) -> Result<(), TemplateError> {
    let said = answer.json().unwrap_or_default();
    let Some(template) = said["data_streams"][0]["template"].as_str().filter(|_| answer.is_success()) else {
        tracing::debug!(answer = answer.excerpt(), "cannot read the template of the data stream");
        return Ok(());
    };
    let (name, index) = (settings.template_name(), todays_index(settings));
    if template == name {
        return Ok(());
    }
    let how = "its next index would not have our fields".to_owned();
    let others = above(engine, settings, &index, &Value::Null).await;
    Err(TemplateError::Overruled(Box::new(Overruled { name, index, how, others })))
}

/// To which the documents of this day go.
pub(super) fn todays_index(settings: &Settings) -> String {
    let today = DateTime::<Utc>::from(SystemTime::now());
    settings.index_of_day(&today.format("%Y-%m-%d").to_string())
}

/// The first of our fields that has another type.
fn difference(path: &str, wanted: &Map<String, Value>, found: &Value) -> Option<Difference> {
    wanted.iter().find_map(|(name, mapping)| {
        let (field, found) = (format!("{path}{name}"), &found[name]);
        if let Some(nested) = mapping["properties"].as_object() {
            return difference(&format!("{field}."), nested, &found["properties"]);
        }
        let kind = |mapping: &Value| excerpt(mapping["type"].as_str().unwrap_or("unmapped"));
        let (wanted, found) = (kind(mapping), kind(found));
        (wanted != found).then_some(Difference { field, wanted, found })
    })
}

/// The templates that match the index and have at least our priority; where they are not told, those that the
/// simulation names.
async fn above(engine: &Engine, settings: &Settings, index: &str, simulated: &Value) -> String {
    let ours = settings.template_name();
    let listed = engine.ask_json(Method::GET, "_index_template", Body::empty()).await;
    let listed = listed.map(|(_, body)| body).unwrap_or_default();
    let templates = listed["index_templates"].as_array().map(Vec::as_slice).unwrap_or_default();
    let priority = |template: &Value| template["index_template"]["priority"].as_u64().unwrap_or(0);
    let name = |template: &Value| template["name"].as_str().unwrap_or_default().to_owned();
    let least = templates.iter().find(|template| name(template) == ours).map_or(0, priority);
    let mut matching: Vec<&Value> = templates
        .iter()
        .filter(|template| name(template) != ours && priority(template) >= least)
        .filter(|template| patterns(&template["index_template"]).any(|pattern| matches(pattern, index)))
        .collect();
    matching.sort_by_key(|template| std::cmp::Reverse(priority(template)));
    let mut names: Vec<String> =
        matching.iter().map(|each| format!("{} (priority {})", excerpt(&name(each)), priority(each))).collect();
    if names.is_empty() {
        let overlapping = simulated["overlapping"].as_array().map(Vec::as_slice).unwrap_or_default();
        names = overlapping.iter().map(name).filter(|name| *name != ours).map(|name| excerpt(&name)).collect();
    }
    names.truncate(NAMED);
    if names.is_empty() { "one that the engine does not name".to_owned() } else { names.join(", ") }
}

/// One pattern may stand without a list.
fn patterns(template: &Value) -> impl Iterator<Item = &str> {
    let patterns = &template["index_patterns"];
    let list = patterns.as_array().map_or_else(|| std::slice::from_ref(patterns), Vec::as_slice);
    list.iter().filter_map(Value::as_str)
}

/// Whether an engine's pattern, in which `*` is any text, matches a name.
fn matches(pattern: &str, name: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut left) = name.strip_prefix(head) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let tail = parts.pop().unwrap_or_default();
    for part in parts {
        let Some(at) = left.find(part) else { return false };
        left = &left[at + part.len()..];
    }
    left.ends_with(tail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn patterns_are_those_of_an_engine() {
        for (pattern, name, expected) in [
            ("*", "albatross-elb-2026.11.25", true),
            ("albatross-elb-*.*.*", "albatross-elb-2026.11.25", true),
            ("albatross-elb-*.*.*", "albatross-elb-2026.11", false),
            ("*-elb-*25", "albatross-elb-2026.11.25", true),
            ("albatross", "albatross-elb", false),
            ("a*ab", "ab", false),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn the_first_field_of_another_type_is_named() {
        let wanted = json!({ "source": { "properties": { "ip": { "type": "ip" }, "port": { "type": "long" } } } });
        let wanted = wanted.as_object().unwrap();
        let of =
            |kind: &str| json!({ "source": { "properties": { "ip": { "type": kind }, "port": { "type": "long" } } } });
        assert_eq!(difference("", wanted, &of("ip")), None);
        let found = difference("", wanted, &of("text")).unwrap();
        assert_eq!((&*found.field, &*found.wanted, &*found.found), ("source.ip", "ip", "text"));
        assert_eq!(difference("", wanted, &Value::Null).unwrap().found, "unmapped");
    }
}
