use serde_json::json;

use super::*;
use crate::setup::SetupExtras;

fn object(key: &str) -> ObjectRef {
    ObjectRef { bucket: "logs".to_owned(), key: key.to_owned() }
}

fn notification(keys: &[&str]) -> Value {
    let record = |key: &&str| {
        json!({
            "eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "eu-central-1",
            "eventTime": "2026-11-23T10:00:00.000Z", "eventName": "ObjectCreated:Put",
            "s3": {"s3SchemaVersion": "1.0", "bucket": {"name": "logs", "arn": "arn:aws:s3:::logs"},
                   "object": {"key": key, "size": 1024, "eTag": "0123", "sequencer": "0A1B2C"}}
        })
    };
    json!({ "Records": keys.iter().map(record).collect::<Vec<_>>() })
}

fn object_created(key: &str) -> Value {
    json!({
        "version": "0", "source": "aws.s3", "detail-type": "Object Created", "region": "eu-central-1",
        "detail": {"version": "0", "bucket": {"name": "logs"}, "object": {"key": key, "size": 5, "etag": "0123"}}
    })
}

fn test_event() -> Value {
    json!({"Service": "Amazon S3", "Event": "s3:TestEvent", "Time": "2026-11-23T10:00:00.000Z", "Bucket": "logs"})
}

fn envelope(message: &Value) -> Value {
    json!({"Type": "Notification", "MessageId": "m", "TopicArn": "arn:aws:sns:x", "Message": message.to_string()})
}

fn queue(bodies: &[String]) -> Value {
    let record = |(number, body): (usize, &String)| json!({"messageId": number.to_string(), "body": body, "eventSource": "aws:sqs", "attributes": {}});
    json!({ "Records": bodies.iter().enumerate().map(record).collect::<Vec<_>>() })
}

#[test]
fn both_schedulers_tick() {
    for source in ["aws.events", "aws.scheduler"] {
        let event = json!({"version": "0", "source": source, "detail-type": "Scheduled Event", "detail": {}});
        assert_eq!(Event::from_json(&event), Ok(Event::Tick));
    }
}

#[test]
fn objects_come_by_many_ways() {
    let direct = notification(&["a+b%2Bc%C3%BC.log.gz", "d.log"]);
    assert_eq!(Event::from_json(&direct), Ok(Event::Objects(vec![object("a b+cü.log.gz"), object("d.log")])));
    let by_bridge = object_created("a+b.log");
    assert_eq!(Event::from_json(&by_bridge), Ok(Event::Objects(vec![object("a+b.log")])), "plain in EventBridge");
    let by_topic = json!({"Records": [{"EventSource": "aws:sns", "Sns": {"Message": direct.to_string()}}]});
    assert_eq!(Event::from_json(&by_topic), Event::from_json(&direct));
    assert_eq!(Event::from_json(&test_event()), Ok(Event::Test));
}

#[test]
fn removals_are_no_new_objects() {
    let mut event = notification(&["gone.log", "new.log"]);
    event["Records"][0]["eventName"] = "ObjectRemoved:Delete".into();
    assert_eq!(Event::from_json(&event), Ok(Event::Objects(vec![object("new.log")])));
}

#[test]
fn a_record_that_names_no_object_is_not_passed_over() {
    for (pointer, value) in [
        ("/s3/object/key", json!(null)),
        ("/s3/object/key", json!("%FF.log")),
        ("/s3/bucket", json!({})),
        ("/eventName", json!(1)),
    ] {
        let mut event = notification(&["good.log", "bad.log"]);
        *event["Records"][1].pointer_mut(pointer).unwrap() = value;
        let error = Event::from_json(&event).unwrap_err().to_string();
        assert!(error.contains("an S3 record that names no object"), "{error}");
    }
}

#[test]
fn an_order_stands_in_no_queue() {
    let overwriting = json!({"albatross": "ingest", "bucket": "b", "key": "k", "overwrite": true});
    let Ok(Event::Messages(messages)) = Event::from_json(&queue(&[overwriting.to_string()])) else {
        panic!("no messages");
    };
    assert!(matches!(messages[0].work, Err(EventError::Order(_))), "it may come twice, and later than a sweep");
    let Ok(Event::Messages(messages)) = Event::from_json(&queue(&[json!({"albatross": "setup"}).to_string()])) else {
        panic!("messages")
    };
    assert!(messages[0].work.as_ref().is_err_and(|error| error.to_string().contains("invoke the function")));
}

#[test]
fn the_rest_of_a_backfill_comes_by_its_queue() {
    let order = json!({"albatross": "backfill", "from": "2024-01-01", "to": "2024-12-31"}).to_string();
    let Ok(Event::Messages(messages)) = Event::from_json(&queue(&[order])) else { panic!("no messages") };
    let (from, to) = ("2024-01-01".to_owned(), "2024-12-31".to_owned());
    assert_eq!(messages[0].work, Ok(MessageWork::Backfill { from, to }));
    assert!(!messages[0].again);
}

#[test]
fn a_queue_brings_them_all_and_one_bad_message_spoils_no_other() {
    let event = queue(&[
        notification(&["direct.log"]).to_string(),
        envelope(&notification(&["by+sns.log"])).to_string(),
        object_created("by-eventbridge.log").to_string(),
        test_event().to_string(),
        object("handed over.log").to_message(),
        "no JSON".to_owned(),
        json!({"hello": "world"}).to_string(),
    ]);
    let Ok(Event::Messages(messages)) = Event::from_json(&event) else { panic!("messages") };
    let ids: Vec<&str> = messages.iter().map(|message| message.id.as_str()).collect();
    assert_eq!(ids, ["0", "1", "2", "3", "4", "5", "6"]);
    let objects = |message: &Message| match &message.work {
        Ok(MessageWork::Objects(objects)) => Some(objects.clone()),
        _ => None,
    };
    let good: Vec<_> = messages.iter().filter_map(objects).collect();
    assert_eq!(
        good,
        [
            vec![object("direct.log")],
            vec![object("by sns.log")],
            vec![object("by-eventbridge.log")],
            vec![],
            vec![object("handed over.log")]
        ]
    );
    assert!(messages[6].work.as_ref().is_err_and(|error| error.to_string().contains("the keys hello")));
}

#[test]
fn work_orders() {
    let order = |event: Value| Event::from_json(&event);
    assert_eq!(order(json!({"albatross": "setup"})), Ok(Event::Order(WorkOrder::Setup(SetupExtras::default()))));
    let role = "arn:aws:iam::123456789012:role/ingest";
    let extras = SetupExtras { grant: Some(role.parse().unwrap()), ..SetupExtras::default() };
    assert_eq!(order(json!({"albatross": "setup", "grant": role})), Ok(Event::Order(WorkOrder::Setup(extras))));
    let url = "https://search.example/_dashboards";
    let extras = SetupExtras { dashboards: Some(url.parse().unwrap()), ..SetupExtras::default() };
    assert_eq!(order(json!({"albatross": "setup", "dashboards": url})), Ok(Event::Order(WorkOrder::Setup(extras))));
    let (from, to) = ("2024-01-01".to_owned(), "2024-12-31".to_owned());
    let backfill = json!({"albatross": "backfill", "from": from, "to": to});
    assert_eq!(order(backfill), Ok(Event::Order(WorkOrder::Backfill { from, to })));
    let (prefix, overwrite) = (String::new(), false);
    let replay = Ok(Event::Order(WorkOrder::Replay { prefix, objects: false, overwrite }));
    assert_eq!(order(json!({"albatross": "replay"})), replay);
    for (wrong, named) in [
        (json!({"albatross": "dance"}), "dance"),
        (json!({"albatross": "setup", "dashboards": "http://search.example"}), "must begin with https://"),
        (json!({"albatross": "setup", "gant": role}), "gant"),
        (json!({"albatross": "setup", "grant": "arn:aws:iam::123456789012:user/jo"}), "is no backend role"),
        (json!({"albatross": "backfill", "from": "2024-01-01"}), "`to`"),
        (json!({"albatross": "replay", "prefx": "a"}), "prefx"),
    ] {
        let error = order(wrong).unwrap_err().to_string();
        assert!(error.contains(named), "{error}");
    }
}

#[test]
fn anything_else_is_named() {
    for (event, named) in [
        (json!({"Records": [{"eventSource": "aws:kinesis"}]}), "records of aws:kinesis"),
        (json!({"Records": [7]}), "records of an unknown source"),
        (json!({"source": "aws.ec2", "detail-type": "EC2 Instance State-change"}), "aws.ec2"),
        (json!({}), "an empty object"),
        (json!({"hello": 1}), "the keys hello"),
        (json!(null), "nothing"),
        (json!([]), "an array"),
    ] {
        let error = Event::from_json(&event).unwrap_err().to_string();
        assert!(error.contains(named), "{error}");
    }
}
