//! Whether our indices can take documents at all, asked before every sweep.

use parser_wasm::{Settings, Target};
use reqwest::Method;
use serde_json::Value;

use crate::cancel::StopReason;
use crate::engine::{Body, Engine};

/// Asks for our own indices alone: others may be red without harm to us.
///
/// # Errors
/// [`StopReason::Unavailable`] when one of ours is red: a primary shard is missing, and writing
/// to it would wait and fail. Where the engine does not tell (no permission, OpenSearch
/// Serverless), nothing stands against going on.
pub async fn check(engine: &Engine, settings: &Settings) -> Result<(), StopReason> {
    let path = path(settings);
    let answer = engine.ask(Method::GET, &path, Body::empty()).await?;
    match answer.status {
        200 if is_red(&answer.body) => {
            let pattern = settings.index_pattern();
            Err(StopReason::Unavailable(format!("the health of {pattern} is red: a primary shard is missing")))
        }
        200 => Ok(()),
        403..=405 => {
            tracing::debug!(answer = answer.excerpt(), "the engine does not tell its health");
            Ok(())
        }
        _ => Err(StopReason::Refused(answer.excerpt())),
    }
}

/// A data stream that is not there yet is red to `_cluster/health` (seen in OpenSearch 2 and 3),
/// and not found here.
fn path(settings: &Settings) -> String {
    match settings.target {
        Target::Daily | Target::Monthly => {
            format!("_cluster/health/{}?filter_path=status", settings.index_pattern())
        }
        Target::DataStream => format!("_data_stream/{}?filter_path=data_streams.status", settings.index),
    }
}

fn is_red(body: &[u8]) -> bool {
    let health: Value = serde_json::from_slice(body).unwrap_or_default();
    let status = health.get("status").or_else(|| health.pointer("/data_streams/0/status"));
    status.and_then(Value::as_str).is_some_and(|status| status.eq_ignore_ascii_case("red"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_indices_are_asked_for() {
        assert_eq!(path(&Settings::default()), "_cluster/health/albatross-elb-*.*.*?filter_path=status");
        let stream = Settings { target: Target::DataStream, ..Settings::default() };
        assert_eq!(path(&stream), "_data_stream/albatross-elb?filter_path=data_streams.status");
    }

    #[test]
    fn red_is_read_from_both_answers() {
        for (body, red) in [
            (r#"{"status":"red"}"#, true),
            (r#"{"status":"yellow"}"#, false),
            (r#"{"data_streams":[{"status":"RED"}]}"#, true),
            (r#"{"data_streams":[{"status":"GREEN"}]}"#, false),
            ("{}", false),
            ("<html>", false),
        ] {
            assert_eq!(is_red(body.as_bytes()), red, "{body}");
        }
    }
}
