//! Whether our indices can take documents: a hint that stops nothing.

use std::time::Duration;

use parser_wasm::{Settings, Target};
use reqwest::Method;
use serde_json::Value;

use crate::engine::{Body, Engine};

/// A hint is not worth more of a run's time.
const PATIENCE: Duration = Duration::from_secs(3);

/// Indices that a warning names, of perhaps many.
const NAMED: usize = 5;

/// Warns of our own indices of which a primary shard is missing; documents for the others are taken all the same, and
/// the engine's answer to each document counts. Asks once, and waits for [`PATIENCE`]: where nobody tells, nothing is
/// lost.
pub(crate) async fn warn(engine: &Engine, settings: &Settings) {
    let path = path(settings);
    let Ok(told) = tokio::time::timeout(PATIENCE, engine.send(Method::GET, &path, Body::empty())).await else {
        tracing::debug!("cannot read the health of our indices in time");
        return;
    };
    match told {
        Ok(answer) if answer.is_success() => {
            let red = red(&answer.json().unwrap_or_default(), settings);
            if !red.is_empty() {
                let (named, more) = red.split_at(red.len().min(NAMED));
                let (indices, more) = (named.join(", "), more.len());
                tracing::warn!(indices, more, "found red indices: a primary shard is missing");
            }
        }
        Ok(answer) => tracing::debug!(answer = answer.excerpt(), "cannot read the health of our indices"),
        Err(error) => tracing::debug!(%error, "cannot read the health of our indices"),
    }
}

/// A data stream that is not there yet is red to `_cluster/health` (seen in OpenSearch 2 and 3), and not found here.
fn path(settings: &Settings) -> String {
    match settings.target {
        Target::Daily | Target::Monthly => {
            format!("_cluster/health/{}?level=indices&filter_path=status,indices.*.status", settings.index_pattern())
        }
        Target::DataStream => format!("_data_stream/{}?filter_path=data_streams.status", settings.index),
    }
}

/// The names of what is red; their pattern where the answer names none.
fn red(health: &Value, settings: &Settings) -> Vec<String> {
    let is_red = |status: &Value| status.as_str().is_some_and(|status| status.eq_ignore_ascii_case("red"));
    let indices = health["indices"].as_object().into_iter().flatten();
    let named: Vec<String> =
        indices.filter(|(_, index)| is_red(&index["status"])).map(|(name, _)| name.clone()).collect();
    if named.is_empty() && (is_red(&health["status"]) || is_red(&health["data_streams"][0]["status"])) {
        return vec![settings.index_pattern()];
    }
    named
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_indices_are_asked_for() {
        assert!(path(&Settings::default()).starts_with("_cluster/health/albatross-elb-*.*.*?"));
        let stream = Settings { target: Target::DataStream, ..Settings::default() };
        assert_eq!(path(&stream), "_data_stream/albatross-elb?filter_path=data_streams.status");
    }

    #[test]
    fn red_is_read_from_both_answers() {
        const PATTERN: &str = "albatross-elb-*.*.*";
        for (body, expected) in [
            (r#"{"status":"red","indices":{"a":{"status":"green"},"b":{"status":"red"}}}"#, &["b"][..]),
            (r#"{"status":"red"}"#, &[PATTERN]),
            (r#"{"status":"yellow"}"#, &[]),
            (r#"{"data_streams":[{"status":"RED"}]}"#, &[PATTERN]),
            (r#"{"data_streams":[{"status":"GREEN"}]}"#, &[]),
            ("{}", &[]),
        ] {
            assert_eq!(red(&serde_json::from_str(body).unwrap(), &Settings::default()), expected, "{body}");
        }
    }
}
