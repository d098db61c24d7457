//! The Lambda: an event in, what was done out.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use chrono::NaiveDate;
use ingest_lambda::{
    Cancel, Deadline, Event, Ingest, Message, ObjectRef, Report, StopReason, Tick, WorkOrder, Worked, embedded_metrics,
    log_as_json, log_replay,
};
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde::Serialize;
use serde_json::{Value, json};

/// Objects that an error names, of perhaps many; all of them are in the log.
const NAMED_OBJECTS: usize = 5;

#[tokio::main]
async fn main() -> ExitCode {
    log_as_json();
    match serve().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error, "cannot serve");
            ExitCode::FAILURE
        }
    }
}

async fn serve() -> Result<(), String> {
    // Clients are made once, and serve all invocations.
    let ingest = Arc::new(Ingest::start().await.map_err(|error| error.to_string())?);
    let handler = service_fn(|event| handle(Arc::clone(&ingest), event));
    lambda_runtime::run(handler).await.map_err(|error| error.to_string())
}

async fn handle(ingest: Arc<Ingest>, event: LambdaEvent<Value>) -> Result<Value, Diagnostic> {
    let left = time_left(event.context.deadline(), SystemTime::now());
    let event = Event::from_json(&event.payload).map_err(|error| failed("event", &error))?;
    if event == Event::Test {
        return Ok(json!({ "test": true }));
    }
    let Deadline { work, margin } = Deadline::of(left).map_err(|error| failed("timeout", &error))?;
    let cancel = Cancel::with_grace(margin);
    let deadline = {
        let cancel = cancel.clone();
        tokio::spawn(async move {
            tokio::time::sleep(work).await;
            cancel.cancel(StopReason::Deadline);
        })
    };
    // Whatever does not end by itself when it should is broken off, so that nothing is in flight when
    // the Lambda is frozen.
    let answer = cancel.altogether(answer(&ingest, event, left, &cancel)).await;
    deadline.abort();
    answer.unwrap_or_else(|| Err(failed("deadline", &"the time ran out, and what was under way did not end")))
}

async fn answer(ingest: &Arc<Ingest>, event: Event, left: Duration, cancel: &Cancel) -> Result<Value, Diagnostic> {
    match event {
        Event::Test => Ok(json!({ "test": true })),
        Event::Tick => match ingest.tick(left, cancel).await.map_err(|error| failed("run", &error))? {
            Tick::Swept(report) => {
                emit_metrics(&report, ingest.bucket());
                Ok(value(&report))
            }
            // No metrics: zeros would look like an empty bucket.
            Tick::Skipped(why) => Ok(json!({ "skipped": why })),
        },
        Event::Objects(objects) => work_on(ingest, objects, false, cancel).await,
        Event::Messages(messages) => work_off(ingest, messages, cancel).await,
        Event::Order(order) => carry_out(ingest, order, cancel).await,
    }
}

/// Objects that S3 or EventBridge named: asynchronous invocations, which Lambda repeats on an
/// error. Repeating is harmless to the objects that were settled.
async fn work_on(
    ingest: &Arc<Ingest>,
    objects: Vec<ObjectRef>,
    overwrite: bool,
    cancel: &Cancel,
) -> Result<Value, Diagnostic> {
    let Some((report, worked)) = work(ingest, objects, overwrite, cancel).await? else {
        return Ok(json!({ "objects": { "listed": 0 } }));
    };
    let again: Vec<String> = worked.iter().filter_map(wants_retry).collect();
    if again.is_empty() {
        return Ok(value(&report));
    }
    let stopped = report.stopped.map(|reason| format!("{reason}; ")).unwrap_or_default();
    let (named, more) = again.split_at(again.len().min(NAMED_OBJECTS));
    let more = if more.is_empty() { String::new() } else { format!("; and {} more", more.len()) };
    Err(failed("objects", &format!("{stopped}{}{more}", named.join("; "))))
}

/// Messages of a queue: those of which an object should come again are named, and no others, so
/// that one bad object does not repeat the rest.
async fn work_off(ingest: &Arc<Ingest>, messages: Vec<Message>, cancel: &Cancel) -> Result<Value, Diagnostic> {
    let mut failures: Vec<String> = Vec::new();
    let mut wanted: Vec<(String, Vec<ObjectRef>)> = Vec::new();
    for Message { id, objects } in messages {
        match objects {
            Ok(objects) => wanted.push((id, objects)),
            Err(error) => {
                tracing::error!(message_id = id, %error, alarm = true, "a message that is none of ours");
                failures.push(id);
            }
        }
    }
    let objects = wanted.iter().flat_map(|(_, objects)| objects.clone()).collect();
    if let Some((_, worked)) = work(ingest, objects, false, cancel).await? {
        let again: Vec<&ObjectRef> =
            worked.iter().filter(|worked| wants_retry(worked).is_some()).map(|worked| &worked.object).collect();
        let failed = wanted.into_iter().filter(|(_, objects)| objects.iter().any(|object| again.contains(&object)));
        failures.extend(failed.map(|(id, _)| id));
    }
    let failures: Vec<Value> = failures.into_iter().map(|id| json!({ "itemIdentifier": id })).collect();
    Ok(json!({ "batchItemFailures": failures }))
}

/// Works on each object once, however often it was named. None where there is nothing to do: a
/// test event comes before there is a template, and is no reason to fail.
async fn work(
    ingest: &Arc<Ingest>,
    mut objects: Vec<ObjectRef>,
    overwrite: bool,
    cancel: &Cancel,
) -> Result<Option<(Report, Vec<Worked>)>, Diagnostic> {
    if objects.is_empty() {
        return Ok(None);
    }
    objects.sort_unstable_by(|a, b| (&a.bucket, &a.key).cmp(&(&b.bucket, &b.key)));
    objects.dedup();
    let (report, worked) = ingest.work_on(objects, overwrite, cancel).await.map_err(|error| failed("run", &error))?;
    emit_metrics(&report, ingest.bucket());
    Ok(Some((report, worked)))
}

/// Why an object should come again, if it should.
fn wants_retry(Worked { object, outcome }: &Worked) -> Option<String> {
    let why = outcome.as_ref().err().filter(|why| why.wants_retry())?;
    Some(format!("s3://{}/{}: {why}", object.bucket, object.key))
}

async fn carry_out(ingest: &Arc<Ingest>, order: WorkOrder, cancel: &Cancel) -> Result<Value, Diagnostic> {
    match order {
        // Whoever may invoke this function shall not choose who is sent a password.
        WorkOrder::Setup(extras) if !ingest.is_for_own_host(&extras) => Err(failed(
            "event",
            &"\"dashboards\": a work order imports on the engine's own host alone; elsewhere run `albatross setup --dashboards URL`",
        )),
        WorkOrder::Setup(extras) => {
            let Some(done) = cancel.unless_cancelled(ingest.setup(&extras)).await else {
                return Err(failed("setup", &StopReason::Deadline));
            };
            done.map(|report| value(&report)).map_err(|error| failed("setup", &error))
        }
        WorkOrder::Backfill { from, to } => {
            let day = |text: &str| {
                text.parse::<NaiveDate>().map_err(|error| failed("event", &format!("{text:?} is not a day: {error}")))
            };
            let report = ingest.backfill(day(&from)?, day(&to)?, cancel, |_, _| {}).await;
            report.map(|report| value(&report)).map_err(|error| failed("backfill", &error))
        }
        WorkOrder::Replay { overwrite: true, .. } | WorkOrder::Ingest { overwrite: true, .. }
            if !ingest.can_overwrite() =>
        {
            Err(failed("event", &"\"overwrite\": a data stream, or an engine without ids, takes no document twice"))
        }
        WorkOrder::Replay { prefix, overwrite } => {
            let report = ingest.replay(&prefix, overwrite, cancel, |_, _| {}).await;
            report.inspect(log_replay).map(|report| value(&report)).map_err(|error| failed("replay", &error))
        }
        WorkOrder::Ingest { bucket, key, overwrite } => {
            work_on(ingest, vec![ObjectRef { bucket, key }], overwrite, cancel).await
        }
    }
}

/// Reports are of types that are always JSON.
fn value(report: &impl Serialize) -> Value {
    serde_json::to_value(report).unwrap_or_default()
}

/// A stable name for the error beside its words, for alarms and filters.
fn failed(kind: &str, error: &dyn std::fmt::Display) -> Diagnostic {
    let message = error.to_string();
    tracing::error!(kind, message, alarm = true, "the invocation fails");
    Diagnostic { error_type: format!("albatross.{kind}"), error_message: message }
}

fn emit_metrics(report: &Report, bucket: &str) {
    println!("{}", embedded_metrics(report, bucket, SystemTime::now()));
}

/// How long this invocation may still take.
///
/// The Runtime API names the deadline as a moment. cargo-lambda's emulator writes a duration there, which reads as a
/// moment just after 1970: no genuine deadline is that early, nor is any invocation longer than 15 minutes.
fn time_left(deadline: SystemTime, now: SystemTime) -> Duration {
    const LONGEST_INVOCATION: Duration = Duration::from_secs(15 * 60);
    match deadline.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since_epoch) if since_epoch <= LONGEST_INVOCATION => since_epoch,
        _ => deadline.duration_since(now).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deadlines_are_moments_and_the_emulators_are_durations() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_475_456);
        assert_eq!(time_left(now + Duration::from_secs(300), now), Duration::from_secs(300));
        assert_eq!(time_left(now - Duration::from_secs(1), now), Duration::ZERO);
        assert_eq!(time_left(SystemTime::UNIX_EPOCH + Duration::from_secs(600), now), Duration::from_secs(600));
    }
}
