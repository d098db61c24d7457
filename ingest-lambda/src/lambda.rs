//! The Lambda's invocations: an event in, what was done out.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use chrono::NaiveDate;
use lambda_runtime::{Diagnostic, LambdaEvent};
use serde::Serialize;
use serde_json::{Value, json};
use tracing::Instrument;

use crate::cancel::{Cancel, Phase, StopReason};
use crate::console;
use crate::deadline::Deadline;
use crate::event::{Event, Message, MessageWork, ObjectRef, WorkOrder};
use crate::ingest::Ingest;
use crate::jobs::backfill::backfill;
use crate::jobs::named::{Answered, Named, work_on};
use crate::jobs::rederive;
use crate::jobs::replay::{What, replay};
use crate::jobs::sweep::{Tick, tick};
use crate::log;
use crate::metrics;
use crate::plain::excerpt;
use crate::report::Report;
use crate::setup::{SetupExtras, setup};

/// Objects that an error names, of perhaps many; all of them are in the log.
const NAMED_OBJECTS: usize = 5;

/// Answers an invocation; each line of the log says which.
///
/// # Errors
/// When nothing could be done, or something has to be tried again. The words are for people, the type for
/// alarms and filters.
pub async fn handle(ingest: Arc<Ingest>, event: LambdaEvent<Value>) -> Result<Value, Diagnostic> {
    // At a level that is always logged: it is what lines are found by.
    let span = tracing::error_span!("invocation", request_id = event.context.request_id);
    handle_in_span(ingest, event).instrument(span).await
}

async fn handle_in_span(ingest: Arc<Ingest>, event: LambdaEvent<Value>) -> Result<Value, Diagnostic> {
    let left = time_left(event.context.deadline(), SystemTime::now());
    let event = Event::from_json(&event.payload).map_err(|error| failed("event", &error))?;
    if event == Event::Test {
        return Ok(json!({ "test": true }));
    }
    let Deadline { work, margin } = Deadline::of(left).map_err(|error| failed("timeout", &error))?;
    let cancel = Cancel::after(work, margin);
    let deadline = {
        let cancel = cancel.clone();
        tokio::spawn(async move { cancel.at_the_deadline().await })
    };
    // Whatever does not end by itself when it should is broken off, so that nothing is in flight when
    // the Lambda is frozen.
    let answer = cancel.until(Phase::All, answer(&ingest, event, left, &cancel)).await;
    deadline.abort();
    answer.unwrap_or_else(|| Err(failed("deadline", &"the time ran out, and what was under way did not end")))
}

async fn answer(ingest: &Arc<Ingest>, event: Event, left: Duration, cancel: &Cancel) -> Result<Value, Diagnostic> {
    match event {
        Event::Test => Ok(json!({ "test": true })),
        Event::Tick => match tick(ingest, left, cancel).await.map_err(|error| failed("run", &error))? {
            Tick::Swept(report) => {
                console::metrics(&metrics::embedded(&report, &ingest.deployment(), SystemTime::now()));
                ended(&report)
            }
            // No other metrics: zeros would look like an empty bucket.
            Tick::Skipped(why) => {
                console::metrics(&metrics::skipped_tick(&ingest.deployment(), SystemTime::now()));
                Ok(json!({ "skipped": why }))
            }
        },
        Event::Objects(objects) => {
            let named = objects.into_iter().map(|object| Named { object, again: false }).collect();
            work_on_event(ingest, named, false, cancel).await
        }
        Event::Messages(messages) => work_off(ingest, messages, cancel).await,
        Event::Order(order) => carry_out(ingest, order, cancel).await,
    }
}

/// A run in which nothing could be done for a reason is a failed invocation.
fn ended(report: &Report) -> Result<Value, Diagnostic> {
    if !report.is_failure() {
        return Ok(value(report));
    }
    let why = report
        .stopped
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_else(|| format!("no object could be settled: {}", log::json(&report.left_by_reason)));
    Err(failed("objects", &why))
}

/// Objects that S3 or EventBridge named: asynchronous invocations, which Lambda repeats on an error
/// where it is told to. Repeating is harmless to the objects that were settled.
async fn work_on_event(
    ingest: &Arc<Ingest>,
    named: Vec<Named>,
    overwrite: bool,
    cancel: &Cancel,
) -> Result<Value, Diagnostic> {
    let Some((report, answered)) = work(ingest, named, overwrite, cancel).await? else {
        return Ok(json!({ "objects": { "listed": 0 } }));
    };
    let again: Vec<String> = answered.iter().filter_map(|it| retry(it).map(|(_, why)| why)).collect();
    if again.is_empty() {
        return Ok(value(&report));
    }
    let stopped = report.stopped.map(|reason| format!("{reason}; ")).unwrap_or_default();
    let (named, more) = again.split_at(again.len().min(NAMED_OBJECTS));
    let more = if more.is_empty() { String::new() } else { format!("; and {} more", more.len()) };
    Err(failed("objects", &format!("{stopped}{}{more}", named.join("; "))))
}

/// Messages of a queue: those of which an object should come again are named, and no others, so
/// that one bad object does not repeat the rest. A message comes again soon where a run ended, and
/// later where somebody has to act first.
async fn work_off(ingest: &Arc<Ingest>, messages: Vec<Message>, cancel: &Cancel) -> Result<Value, Diagnostic> {
    let mut failures: Vec<(Message, Option<u32>)> = Vec::new();
    let (mut wanted, mut named) = (Vec::new(), Vec::new());
    for message in messages {
        match &message.work {
            Ok(MessageWork::Objects(objects)) => {
                let again = message.again;
                named.extend(objects.iter().map(|object| Named { object: object.clone(), again }));
                wanted.push(message);
            }
            Ok(MessageWork::Backfill { from, to }) => {
                let order = WorkOrder::Backfill { from: from.clone(), to: to.clone() };
                if carry_out(ingest, order, cancel).await.is_err() {
                    failures.push((message, None));
                }
            }
            Err(error) => {
                tracing::error!(message_id = message.id, %error, alarm = true, "cannot read an SQS message");
                failures.push((message, None));
            }
        }
    }
    if let Some((_, answered)) = work(ingest, named, false, cancel).await? {
        for message in wanted {
            let Ok(MessageWork::Objects(objects)) = &message.work else { continue };
            let mine = answered.iter().filter(|it| objects.contains(&it.object));
            if let Some(after_s) = mine.filter_map(|it| retry(it).map(|(after_s, _)| after_s)).max() {
                failures.push((message, Some(after_s)));
            }
        }
    }
    cancel.until(Phase::Save, come_again(ingest, &failures)).await;
    let failures: Vec<Value> =
        failures.into_iter().map(|(message, _)| json!({ "itemIdentifier": message.id })).collect();
    Ok(json!({ "batchItemFailures": failures }))
}

/// Says when failed messages come again. Where that cannot be said, it is when the queue's visibility
/// timeout ends.
async fn come_again(ingest: &Ingest, failures: &[(Message, Option<u32>)]) {
    for (message, after_s) in failures {
        if let Some(after_s) = after_s
            && let Some(queue) = ingest.queue_of(&message.queue_arn)
            && let Err(error) = queue.change_visibility(&message.receipt, *after_s).await
        {
            tracing::debug!(message_id = message.id, %error, "cannot say when a message comes again");
        }
    }
}

/// Works on each object once, however often it was named. None where there is nothing to do: a
/// test event comes before there is a template, and is no reason to fail.
async fn work(
    ingest: &Arc<Ingest>,
    mut named: Vec<Named>,
    overwrite: bool,
    cancel: &Cancel,
) -> Result<Option<(Report, Vec<Answered>)>, Diagnostic> {
    if named.is_empty() {
        return Ok(None);
    }
    // Of equal ones the first says whether it comes again.
    let place = |it: &Named| (it.object.bucket.clone(), it.object.key.clone(), !it.again);
    named.sort_by_cached_key(place);
    named.dedup_by(|next, first| next.object == first.object);
    let (report, answered) = work_on(ingest, named, overwrite, cancel).await.map_err(|error| failed("run", &error))?;
    console::metrics(&metrics::embedded(&report, &ingest.deployment(), SystemTime::now()));
    Ok(Some((report, answered)))
}

/// After how many seconds an object should come again, and why, if it should.
fn retry(Answered { object, outcome }: &Answered) -> Option<(u32, String)> {
    let why = outcome.as_ref().err()?;
    Some((why.retry_after_s()?, format!("s3://{}/{}: {why}", object.bucket, object.key)))
}

async fn carry_out(ingest: &Arc<Ingest>, order: WorkOrder, cancel: &Cancel) -> Result<Value, Diagnostic> {
    match order {
        WorkOrder::Setup(extras) => set_up(ingest, &extras, cancel).await,
        WorkOrder::Backfill { from, to } => {
            let day = |text: &str| {
                text.parse::<NaiveDate>()
                    .map_err(|error| failed("event", &format!("{:?} is not a day: {error}", excerpt(text))))
            };
            let report = backfill(ingest, (day(&from)?, day(&to)?), cancel, log::progress("folders")).await;
            let report = report.map_err(|error| failed_job(ingest, "backfill", &error))?;
            let goes_on = report.stopped == Some(StopReason::Deadline);
            if goes_on && let Some(queue) = &ingest.backfill_queue {
                let order = json!({ "albatross": "backfill", "from": from, "to": to }).to_string();
                let sent = cancel.until(Phase::Save, queue.send_text(&order)).await;
                sent.unwrap_or(Ok(())).map_err(|error| failed_job(ingest, "backfill", &error))?;
            }
            emit_job(ingest, report.is_unfinished() && !goes_on);
            Ok(value(&report))
        }
        WorkOrder::Replay { overwrite: true, .. } | WorkOrder::Ingest { overwrite: true, .. }
            if !ingest.can_overwrite() =>
        {
            Err(failed("event", &"\"overwrite\": a data stream, or an engine without ids, takes no document twice"))
        }
        WorkOrder::Replay { objects: true, .. } if !ingest.can_overwrite() => Err(failed(
            "event",
            &"\"objects\": a data stream, or an engine without ids, would have their good lines twice",
        )),
        WorkOrder::Replay { prefix, objects, overwrite } => {
            let what = What { prefix, objects, overwrite };
            let report = replay(ingest, &what, cancel, log::progress(if objects { "objects" } else { "files" })).await;
            let report = report.map_err(|error| failed_job(ingest, "replay", &error))?;
            emit_job(ingest, report.is_unfinished());
            Ok(value(&report))
        }
        WorkOrder::Ingest { bucket, key, overwrite } => {
            let object = ObjectRef { bucket, key };
            if overwrite && let Some(logs) = rederive::archived(ingest, &object) {
                let report = rederive::one(ingest, logs, &object.key, cancel).await;
                return ended(&report.map_err(|error| failed("run", &error))?);
            }
            work_on_event(ingest, vec![Named { object, again: false }], overwrite, cancel).await
        }
    }
}

async fn set_up(ingest: &Ingest, extras: &SetupExtras, cancel: &Cancel) -> Result<Value, Diagnostic> {
    extras.allow(&ingest.config).map_err(|error| failed("event", &error))?;
    let done = setup(&ingest.engine, &ingest.settings, ingest.config.retention_days, extras);
    match cancel.unless_cancelled(done).await {
        Some(done) => done.map(|report| value(&report)).map_err(|error| failed("setup", &error)),
        None => Err(failed("setup", &StopReason::Deadline)),
    }
}

/// Reports are of types that are always JSON.
fn value(report: &impl Serialize) -> Value {
    serde_json::to_value(report).unwrap_or_default()
}

/// A stable name for the error beside its words, for alarms and filters.
fn failed(kind: &str, error: &dyn std::fmt::Display) -> Diagnostic {
    let message = error.to_string();
    tracing::error!(kind, message, alarm = true, "cannot complete the invocation");
    Diagnostic { error_type: format!("albatross.{kind}"), error_message: message }
}

/// A job that could not begin, or go on, did not end its work either.
fn failed_job(ingest: &Ingest, kind: &str, error: &dyn std::fmt::Display) -> Diagnostic {
    emit_job(ingest, true);
    failed(kind, error)
}

fn emit_job(ingest: &Ingest, is_unfinished: bool) {
    console::metrics(&metrics::job(is_unfinished, &ingest.deployment(), SystemTime::now()));
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
