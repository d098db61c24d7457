//! What the Lambda was woken by.

mod object;
mod order;
mod stranger;

use serde_json::Value;
use thiserror::Error;

pub use self::object::ObjectRef;
pub use self::order::WorkOrder;

use self::object::Notified;
use crate::plain::excerpt;

/// An event this Lambda acts on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A schedule's tick, by an EventBridge rule or by EventBridge Scheduler: sweep the bucket.
    Tick,
    /// What S3 sends once when notifications are switched on.
    Test,
    /// New objects, by an S3 notification, SNS or EventBridge.
    Objects(Vec<ObjectRef>),
    /// Messages of an SQS queue.
    Messages(Vec<Message>),
    /// An operator's work order.
    Order(WorkOrder),
}

/// A message of an SQS queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// `messageId`, by which it is reported as failed.
    pub id: String,
    /// `receiptHandle`, by which its time to come again is set.
    pub receipt: String,
    /// The queue's ARN.
    pub queue_arn: String,
    /// Whether it has been received before.
    pub again: bool,
    /// What it asks for.
    pub work: Result<MessageWork, EventError>,
}

/// What a message of a queue asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MessageWork {
    /// Objects.
    Objects(Vec<ObjectRef>),
    /// The rest of a backfill that did not end in its time.
    Backfill {
        /// The first day.
        from: String,
        /// The last day.
        to: String,
    },
}

/// An event nobody should have sent here.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EventError {
    /// Something else than what this program is for.
    #[error(
        "this function takes schedules of EventBridge, S3 events (direct, by SQS, SNS or EventBridge) and work orders, \
         but {0} came"
    )]
    Stranger(String),
    /// A work order that does not say what it should.
    #[error("not a work order that can be carried out: {0}")]
    Order(String),
}

impl Event {
    /// Recognizes an event.
    ///
    /// # Errors
    /// Names what came instead, so that the wrong trigger can be found.
    pub fn from_json(event: &Value) -> Result<Self, EventError> {
        let text = |key| event.get(key).and_then(Value::as_str);
        if text("Event") == Some("s3:TestEvent") {
            return Ok(Self::Test);
        }
        if event.get("albatross").is_some() {
            return order(event).map(Self::Order);
        }
        if text("detail-type") == Some("Scheduled Event")
            && matches!(text("source"), Some("aws.events" | "aws.scheduler"))
        {
            return Ok(Self::Tick);
        }
        match event.get("Records").and_then(Value::as_array) {
            Some(records) if all_of(records, "eventSource", "aws:sqs") => {
                Ok(Self::Messages(records.iter().map(message).collect()))
            }
            _ => objects(event).map(Self::Objects),
        }
    }
}

fn order(event: &Value) -> Result<WorkOrder, EventError> {
    serde_json::from_value(event.clone()).map_err(|error| EventError::Order(excerpt(&error.to_string())))
}

fn stranger(event: &Value) -> EventError {
    EventError::Stranger(excerpt(&stranger::name(event)))
}

fn all_of(records: &[Value], member: &str, source: &str) -> bool {
    !records.is_empty() && records.iter().all(|record| record.get(member).and_then(Value::as_str) == Some(source))
}

/// The objects in an event that is, or holds, an S3 notification or an EventBridge event.
fn objects(event: &Value) -> Result<Vec<ObjectRef>, EventError> {
    if let Some(records) = event.get("Records").and_then(Value::as_array) {
        if all_of(records, "eventSource", "aws:s3") {
            return created(records);
        }
        if all_of(records, "EventSource", "aws:sns") {
            let messages = records.iter().map(|record| nested(record.pointer("/Sns/Message"), record));
            return Ok(messages.collect::<Result<Vec<_>, _>>()?.concat());
        }
    }
    // SNS's envelope, as it stands in a queue without raw delivery.
    if event.get("Type").and_then(Value::as_str) == Some("Notification") {
        return nested(event.get("Message"), event);
    }
    let text = |key| event.get(key).and_then(Value::as_str);
    match (text("source"), text("detail-type"), text("Event"), text("albatross")) {
        (Some("aws.s3"), Some("Object Created"), ..) => {
            ObjectRef::from_detail(event).map(|object| vec![object]).ok_or_else(|| stranger(event))
        }
        (.., Some("s3:TestEvent"), _) => Ok(Vec::new()),
        (.., Some(_)) => match order(event)? {
            WorkOrder::Ingest { overwrite: true, .. } => Err(EventError::Order(
                "a queue's objects overwrite nothing; invoke the function with this order".to_owned(),
            )),
            WorkOrder::Ingest { bucket, key, .. } => Ok(vec![ObjectRef { bucket, key }]),
            WorkOrder::Setup(_) | WorkOrder::Backfill { .. } | WorkOrder::Replay { .. } => {
                Err(EventError::Order("a queue takes objects; invoke the function with this order".to_owned()))
            }
        },
        _ => Err(stranger(event)),
    }
}

/// The new objects of a notification. A record that cannot be read is an error, not an object less.
fn created(records: &[Value]) -> Result<Vec<ObjectRef>, EventError> {
    let mut objects = Vec::new();
    for record in records {
        match ObjectRef::from_record(record) {
            Some(Notified::Created(object)) => objects.push(object),
            Some(Notified::Other) => {}
            None => {
                let record = excerpt(&record.to_string());
                return Err(EventError::Stranger(format!("an S3 record that names no object: {record}")));
            }
        }
    }
    Ok(objects)
}

/// The objects in an event that stands as text in another.
fn nested(text: Option<&Value>, around: &Value) -> Result<Vec<ObjectRef>, EventError> {
    let inner = text.and_then(Value::as_str).and_then(|text| serde_json::from_str::<Value>(text).ok());
    inner.map_or_else(|| Err(stranger(around)), |inner| objects(&inner))
}

fn message(record: &Value) -> Message {
    let text = |pointer| record.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let received = record.pointer("/attributes/ApproximateReceiveCount").and_then(Value::as_str);
    Message {
        id: text("/messageId"),
        receipt: text("/receiptHandle"),
        queue_arn: text("/eventSourceARN"),
        again: received.is_some_and(|count| count != "1"),
        work: message_work(record),
    }
}

fn message_work(record: &Value) -> Result<MessageWork, EventError> {
    let body = record.get("body").and_then(Value::as_str).unwrap_or_default();
    if let Ok(WorkOrder::Backfill { from, to }) = serde_json::from_str(body) {
        return Ok(MessageWork::Backfill { from, to });
    }
    nested(record.get("body"), record).map(MessageWork::Objects)
}

#[cfg(test)]
mod tests;
