//! How long documents are kept: a policy in the engine, which deletes whole indices. Its name is
//! the setting `index`.

use parser_wasm::{EngineKind, Settings, Target};
use reqwest::Method;
use serde::Serialize;
use serde_json::{Value, json};
use thiserror::Error;

use crate::cancel::StopReason;
use crate::engine::{Answer, Body, Engine};

/// Above the policies that an operator may have for all indices.
const PRIORITY: u32 = 501;

/// What watches over the age of indices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Lifecycle {
    /// Elasticsearch's index lifecycle management. Indices get the policy by our template.
    Ilm,
    /// OpenSearch's index state management. The policy itself names the indices.
    Ism,
}

/// Why no policy is in place.
#[derive(Debug, Error)]
pub enum RetentionError {
    /// Its indices are not deleted by the engine.
    #[error(
        "OpenSearch Serverless keeps documents by lifecycle policies on AWS's side: unset ALBATROSS_RETENTION_DAYS, \
         and make a data lifecycle policy for the collection (`aws opensearchserverless create-lifecycle-policy`)"
    )]
    Serverless,
    /// Elastic Cloud Serverless has no policies.
    #[error(
        "Elastic Cloud Serverless has no lifecycle policies ({0}): unset ALBATROSS_RETENTION_DAYS, and with \
         \"target\": \"data_stream\" in the settings give the stream a retention of its own (PUT \
         _data_stream/NAME/_lifecycle with {{\"data_retention\": \"30d\"}}, or a retention for the whole project)"
    )]
    NotOffered(String),
    /// A bare distribution.
    #[error(
        "the engine has neither index lifecycle management (Elasticsearch) nor index state management (OpenSearch): \
         unset ALBATROSS_RETENTION_DAYS and delete old indices by other means, or install OpenSearch's \
         index-management plugin"
    )]
    Unsupported,
    /// The engine does not let us, or does not answer.
    #[error("the retention policy cannot be read or put: {0}")]
    Engine(#[from] StopReason),
}

/// Puts a policy that deletes an index when all documents in it are older than so many days;
/// over the policy that is there.
///
/// # Errors
/// When the engine knows no policies, or does not take it.
pub(crate) async fn install(engine: &Engine, settings: &Settings, days: u32) -> Result<Lifecycle, RetentionError> {
    if engine.is_serverless() || settings.engine == EngineKind::ServerlessTimeSeries {
        return Err(RetentionError::Serverless);
    }
    let name = settings.template_name();
    let ilm = ask_for_ilm(engine).await?;
    if ilm == Offer::Made {
        let body = Body::json(ilm_policy(settings, days).to_string());
        let (answer, said) = engine.demand(Method::PUT, &format!("_ilm/policy/{name}"), body).await?;
        if said["acknowledged"] != true {
            return Err(not_put(engine, &answer, &said).into());
        }
        return Ok(Lifecycle::Ilm);
    }
    let path = format!("_plugins/_ism/policies/{name}");
    let (found, policy) = engine.ask_json(Method::GET, &path, Body::empty()).await?;
    let path = match found.status {
        200 => format!("{path}?{}", seen(&policy).ok_or_else(|| engine.no_engine(&found))?),
        404 => path,
        // No such path: an engine names it an index's, or one without a handler.
        400 | 405 | 410 => return Err(ilm.refusal()),
        _ => return Err(StopReason::Refused(found.excerpt()).into()),
    };
    let policy = Body::json(ism_policy(settings, days).to_string());
    let (answer, said) = engine.demand(Method::PUT, &path, policy).await?;
    // The plugin answers with the policy as it is stored, and not with an acknowledgement.
    if said["_id"] != name.as_str() && said["acknowledged"] != true {
        return Err(not_put(engine, &answer, &said).into());
    }
    Ok(Lifecycle::Ism)
}

fn not_put(engine: &Engine, answer: &Answer, said: &Value) -> StopReason {
    if said["acknowledged"] == false { StopReason::Refused(answer.excerpt()) } else { engine.no_engine(answer) }
}

/// What an engine says of index lifecycle management.
#[derive(Debug, PartialEq, Eq)]
enum Offer {
    /// It has it.
    Made,
    /// It has not.
    Unknown,
    /// Not to us; it may have the other one. Amazon's domains refuse what they do not know.
    Refused(String),
}

impl Offer {
    /// Where the engine does not have the other one either.
    fn refusal(self) -> RetentionError {
        match self {
            Self::Refused(answer) => StopReason::Refused(answer).into(),
            Self::Made | Self::Unknown => RetentionError::Unsupported,
        }
    }
}

async fn ask_for_ilm(engine: &Engine) -> Result<Offer, RetentionError> {
    let (answer, said) = engine.ask_json(Method::GET, "_ilm/status", Body::empty()).await?;
    match answer.status {
        200 if said["operation_mode"].is_string() => Ok(Offer::Made),
        200 => Err(engine.no_engine(&answer).into()),
        400 | 404 | 405 => Ok(Offer::Unknown),
        401 | 403 => Ok(Offer::Refused(answer.excerpt())),
        410 => Err(RetentionError::NotOffered(answer.excerpt())),
        _ => Err(StopReason::Refused(answer.excerpt()).into()),
    }
}

/// ISM takes a change only from those who have seen what they change.
fn seen(policy: &Value) -> Option<String> {
    let (number, term) = (policy["_seq_no"].as_u64()?, policy["_primary_term"].as_u64()?);
    Some(format!("if_seq_no={number}&if_primary_term={term}"))
}

/// The age from which on every document of an index is older than so many days. Policies count
/// from an index's creation, and its last documents come a whole period later; those of a data
/// stream count from the rollover.
fn index_age_days(settings: &Settings, days: u32) -> u32 {
    match settings.target {
        Target::Daily => days + 1,
        Target::Monthly => days + 31,
        Target::DataStream => days,
    }
}

/// <https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-ilm-put-lifecycle>
fn ilm_policy(settings: &Settings, days: u32) -> Value {
    let age = format!("{}d", index_age_days(settings, days));
    let mut phases = json!({ "delete": { "min_age": age, "actions": { "delete": {} } } });
    if settings.target == Target::DataStream {
        // Without it there would be one index for ever, which is never deleted.
        phases["hot"] = json!({ "actions": { "rollover": { "max_age": "1d", "max_size": "50gb" } } });
    }
    json!({ "policy": { "phases": phases } })
}

/// <https://docs.opensearch.org/latest/im-plugin/ism/policies/>
fn ism_policy(settings: &Settings, days: u32) -> Value {
    let age = format!("{}d", index_age_days(settings, days));
    let (actions, condition) = match settings.target {
        Target::DataStream => {
            (json!([{ "rollover": { "min_index_age": "1d", "min_size": "50gb" } }]), json!({ "min_rollover_age": age }))
        }
        Target::Daily | Target::Monthly => (json!([]), json!({ "min_index_age": age })),
    };
    json!({
        "policy": {
            "description": format!("Albatross: documents are kept for {days} days"),
            "default_state": "kept",
            "states": [
                {
                    "name": "kept",
                    "actions": actions,
                    "transitions": [{ "state_name": "deleted", "conditions": condition }],
                },
                { "name": "deleted", "actions": [{ "delete": {} }], "transitions": [] },
            ],
            "ism_template": [{ "index_patterns": [settings.index_pattern()], "priority": PRIORITY }],
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(target: Target) -> Settings {
        Settings { target, ..Settings::default() }
    }

    #[test]
    fn ilm_deletes_when_the_last_document_is_old_enough() {
        let delete = |age| json!({ "min_age": age, "actions": { "delete": {} } });
        assert_eq!(ilm_policy(&of(Target::Daily), 30), json!({ "policy": { "phases": { "delete": delete("31d") } } }));
        assert_eq!(
            ilm_policy(&of(Target::Monthly), 30),
            json!({ "policy": { "phases": { "delete": delete("61d") } } })
        );
        let rollover = json!({ "actions": { "rollover": { "max_age": "1d", "max_size": "50gb" } } });
        assert_eq!(
            ilm_policy(&of(Target::DataStream), 30),
            json!({ "policy": { "phases": { "hot": rollover, "delete": delete("30d") } } })
        );
    }

    #[test]
    fn ism_does_so_too_and_names_the_indices() {
        let state = |actions: Value, conditions: Value| {
            json!([
                {
                    "name": "kept",
                    "actions": actions,
                    "transitions": [{ "state_name": "deleted", "conditions": conditions }]
                },
                { "name": "deleted", "actions": [{ "delete": {} }], "transitions": [] }
            ])
        };
        assert_eq!(
            ism_policy(&of(Target::Daily), 30),
            json!({ "policy": {
                "description": "Albatross: documents are kept for 30 days",
                "default_state": "kept",
                "states": state(json!([]), json!({ "min_index_age": "31d" })),
                "ism_template": [{ "index_patterns": ["albatross-elb-*.*.*"], "priority": 501 }]
            } })
        );
        let stream = ism_policy(&of(Target::DataStream), 7);
        let rollover = json!([{ "rollover": { "min_index_age": "1d", "min_size": "50gb" } }]);
        assert_eq!(stream["policy"]["states"], state(rollover, json!({ "min_rollover_age": "7d" })));
        assert_eq!(stream["policy"]["ism_template"][0]["index_patterns"], json!(["albatross-elb"]));
    }

    #[test]
    fn a_policy_that_was_seen_is_named_in_its_change() {
        let policy = json!({ "_id": "albatross-elb", "_version": 3, "_seq_no": 7, "_primary_term": 2, "policy": {} });
        assert_eq!(seen(&policy).unwrap(), "if_seq_no=7&if_primary_term=2");
        assert_eq!(seen(&json!({})), None);
    }
}
