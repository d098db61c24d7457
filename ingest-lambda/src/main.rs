//! The Lambda: a schedule's tick in, the run's report out.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use ingest_lambda::{Config, DEADLINE_MARGIN, Event, Ingest, Report, StartError, Stop, StopReason};
use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::Value;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

#[tokio::main]
async fn main() -> ExitCode {
    let json = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_writer(std::io::stderr);
    let levels = Targets::new().with_target("ingest_lambda", LevelFilter::INFO).with_default(LevelFilter::WARN);
    tracing_subscriber::registry().with(levels).with(json).init();

    match serve().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error, "cannot serve");
            ExitCode::FAILURE
        }
    }
}

async fn serve() -> Result<(), String> {
    let ingest = start().await.map_err(|error| error.to_string())?;
    let handler = service_fn(|event| handle(Arc::clone(&ingest), event));
    lambda_runtime::run(handler).await.map_err(|error| error.to_string())
}

/// Clients are made once, and serve all invocations.
async fn start() -> Result<Arc<Ingest>, StartError> {
    Ok(Arc::new(Ingest::new(Config::from_env()?).await?))
}

async fn handle(ingest: Arc<Ingest>, event: LambdaEvent<Value>) -> Result<Report, lambda_runtime::Error> {
    let Event::Tick = Event::from_json(&event.payload)?;
    let left = time_left(event.context.deadline(), SystemTime::now());
    let stop = Stop::default();
    let deadline = {
        let stop = stop.clone();
        tokio::spawn(async move {
            tokio::time::sleep(left.saturating_sub(DEADLINE_MARGIN)).await;
            stop.pull(StopReason::Deadline);
        })
    };
    let report = ingest.sweep(&stop, |_, _| {}).await;
    deadline.abort();
    Ok(report?)
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
