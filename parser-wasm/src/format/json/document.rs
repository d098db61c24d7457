//! JSON documents of other tools that hold a log line: as text in one of their members, or as an object of its own.

use super::super::Format;
use super::names;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value};

/// What such a document holds.
pub(in super::super) struct Document {
    /// The line, or the object that is one.
    pub text: String,
    /// The file that the line is from: Filebeat's `log.file.path`.
    pub file: Option<String>,
}

/// Members that hold a line: of Filebeat and Logstash, CloudWatch Logs Insights, Splunk, Docker, Loki, journald.
const TEXTS: [&str; 9] = ["message", "@message", "event.original", "original", "_raw", "log", "line", "MESSAGE", "msg"];

/// Objects in objects, such as `_source` of an export.
const DEEPEST: usize = 4;

/// So many of a format's names make an object a line.
const ENOUGH: usize = 3;

impl Document {
    /// None where no member can be a line.
    pub fn of(line: &[u8]) -> Option<Self> {
        let members: Map<String, Value> = serde_json::from_slice(line).ok()?;
        let text = text(&members, DEEPEST).or_else(|| data(&members)).or_else(|| record(&members, DEEPEST))?;
        Some(Self { text, file: file(&members, DEEPEST) })
    }
}

fn objects(members: &Map<String, Value>) -> impl Iterator<Item = &Map<String, Value>> {
    members.values().filter_map(Value::as_object)
}

/// Firehose's `data`, which is base64; what is packed in there is not unpacked.
fn data(members: &Map<String, Value>) -> Option<String> {
    let bytes = STANDARD.decode(members.get("data")?.as_str()?).ok()?;
    String::from_utf8(bytes).ok()
}

fn text(members: &Map<String, Value>, deepest: usize) -> Option<String> {
    let named = |name: &&str| members.get(*name).and_then(Value::as_str).filter(|text| text.contains([' ', '\t', ',']));
    let here = TEXTS.iter().find_map(named).map(str::to_owned);
    here.or_else(|| objects(members).find_map(|inner| text(inner, deepest.checked_sub(1)?)))
}

fn record(members: &Map<String, Value>, deepest: usize) -> Option<String> {
    objects(members).find_map(|inner| {
        let known = |format: &Format| inner.keys().filter(|name| names::is_known(format.fields(), name)).count();
        if Format::ALL.iter().map(known).max() >= Some(ENOUGH) {
            return serde_json::to_string(inner).ok();
        }
        record(inner, deepest.checked_sub(1)?)
    })
}

fn file(members: &Map<String, Value>, deepest: usize) -> Option<String> {
    let inside = |object: &str, name: &str| members.get(object)?.get(name).cloned();
    let path = inside("log", "file").and_then(|file| file.get("path").cloned());
    let path = path.or_else(|| members.get("log.file.path").cloned());
    let here = path.and_then(|path| path.as_str().map(str::to_owned));
    here.or_else(|| objects(members).find_map(|inner| file(inner, deepest.checked_sub(1)?)))
}
