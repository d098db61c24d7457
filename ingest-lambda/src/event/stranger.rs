//! Events that nobody should have sent here.

use serde_json::Value;

/// What a stranger's event is, in words.
pub(super) fn name(event: &Value) -> String {
    let text = |value: &Value, key| value.get(key).and_then(Value::as_str).map(str::to_owned);
    if let Some(record) = event.get("Records").and_then(|records| records.get(0)) {
        // SNS writes its records' keys with a capital.
        let source = text(record, "eventSource").or_else(|| text(record, "EventSource"));
        return format!("records of {}", source.as_deref().unwrap_or("an unknown source"));
    }
    if let Some(source) = text(event, "source") {
        let kind = text(event, "detail-type").unwrap_or_default();
        return format!("\"{kind}\" of {source}");
    }
    if let Some(kind) = text(event, "Event") {
        return kind;
    }
    match event {
        Value::Object(fields) if fields.is_empty() => "an empty object".to_owned(),
        Value::Object(fields) => {
            let keys: Vec<&str> = fields.keys().take(8).map(String::as_str).collect();
            format!("an object with the keys {}", keys.join(", "))
        }
        Value::Array(_) => "an array".to_owned(),
        Value::Null => "nothing".to_owned(),
        Value::String(_) => "a string".to_owned(),
        Value::Bool(_) | Value::Number(_) => format!("the value {event}"),
    }
}
