//! What the Lambda was woken by.

use serde_json::Value;
use thiserror::Error;

/// An event this Lambda acts on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// A schedule's tick, by an EventBridge rule or by EventBridge Scheduler: sweep the bucket.
    Tick,
}

/// An event nobody should have sent here.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("this function takes scheduled events of EventBridge, but {0} came")]
pub struct EventError(String);

impl Event {
    /// Recognizes an event.
    ///
    /// # Errors
    /// Names what came instead, so that the wrong trigger can be found.
    pub fn from_json(event: &Value) -> Result<Self, EventError> {
        let text = |key| event.get(key).and_then(Value::as_str);
        match (text("source"), text("detail-type")) {
            (Some("aws.events" | "aws.scheduler"), Some("Scheduled Event")) => Ok(Self::Tick),
            _ => Err(EventError(name(event))),
        }
    }
}

/// What a stranger's event is, in words.
fn name(event: &Value) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn both_schedulers_tick() {
        for source in ["aws.events", "aws.scheduler"] {
            let event = json!({"version": "0", "source": source, "detail-type": "Scheduled Event", "detail": {}});
            assert_eq!(Event::from_json(&event), Ok(Event::Tick));
        }
    }

    #[test]
    fn anything_else_is_named() {
        for (event, named) in [
            (json!({"Records": [{"eventSource": "aws:sqs"}]}), "records of aws:sqs"),
            (json!({"Records": [{"EventSource": "aws:sns"}]}), "records of aws:sns"),
            (json!({"Records": [7]}), "records of an unknown source"),
            (json!({"source": "aws.s3", "detail-type": "Object Created"}), "\"Object Created\" of aws.s3"),
            (json!({"Service": "Amazon S3", "Event": "s3:TestEvent"}), "s3:TestEvent"),
            (json!({"httpMethod": "GET", "path": "/"}), "an object with the keys httpMethod, path"),
            (json!({}), "an empty object"),
            (json!([1]), "an array"),
            (json!("x"), "a string"),
            (json!(7), "the value 7"),
            (Value::Null, "nothing"),
        ] {
            let error = Event::from_json(&event).unwrap_err().to_string();
            assert!(error.contains(&format!("but {named} came")), "{error}");
        }
    }
}
