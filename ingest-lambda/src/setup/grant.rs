//! What an ingest may do in an OpenSearch with access control: a role of our own in its security plugin.

use std::fmt;

use parser_wasm::{EngineKind, Settings, Target};
use reqwest::Method;
use serde::Serialize;
use serde_json::{Value, json};
use thiserror::Error;

use crate::cancel::StopReason;
use crate::config::BackendRole;
use crate::engine::{Answer, Body, Engine};

/// How a role's description begins that we may put anew.
const OURS: &str = "Albatross: ";

/// A role that is in place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Grant {
    /// Its name.
    pub role: String,
    /// Who has it now, beside those who had it already.
    pub backend_role: BackendRole,
    /// What it allows on the cluster.
    pub cluster: Vec<&'static str>,
    /// What it allows on the indices.
    pub indices: Vec<&'static str>,
    /// Which these are, as a pattern.
    pub pattern: String,
}

/// Why nobody has been granted anything.
#[derive(Debug, Error)]
pub enum GrantError {
    /// It has rules of another kind.
    #[error(
        "OpenSearch Serverless grants by data access policies on AWS's side, and nothing was granted: allow \
         aoss:CreateIndex, aoss:DescribeIndex and aoss:WriteDocument on the collection's indices (`aws \
         opensearchserverless create-access-policy`)"
    )]
    Serverless,
    /// Elasticsearch, or a bare distribution.
    #[error(
        "the engine has no security plugin of OpenSearch's, and nothing was granted: in Elasticsearch, make a role \
         with the cluster privilege monitor (before 8 manage_index_templates too) and the index privileges {privileges} on {pattern}, and an API key or a user \
         with that role (ALBATROSS_API_KEY, ALBATROSS_USERNAME)"
    )]
    Unsupported {
        /// On the indices, in Elasticsearch.
        privileges: &'static str,
        /// The indices.
        pattern: String,
    },
    /// Somebody made a role of that name.
    #[error(
        "the engine has a role {0} that is not ours, and nothing was granted: rename it, or choose another \"index\""
    )]
    Taken(String),
    /// The engine does not let us, or does not answer.
    #[error("the role cannot be read or put: {0} (it takes an administrator of the security plugin)")]
    Engine(#[from] StopReason),
}

/// Puts the role, over an older one, and maps the backend role to it; others that are mapped stay.
///
/// # Errors
/// When the engine knows no such roles, has another one of that name, or does not take it.
pub(crate) async fn grant(
    engine: &Engine,
    settings: &Settings,
    backend_role: &BackendRole,
) -> Result<Grant, GrantError> {
    if engine.is_serverless() || settings.engine == EngineKind::ServerlessTimeSeries {
        return Err(GrantError::Serverless);
    }
    let grant = Grant::of(settings, backend_role);
    let role = format!("_plugins/_security/api/roles/{}", grant.role);
    let (found, body) = engine.ask_json(Method::GET, &role, Body::empty()).await?;
    match found.status {
        200 if is_ours(&body, &grant.role) => {}
        200 if body[&grant.role].is_null() => return Err(engine.no_engine(&found).into()),
        200 => return Err(GrantError::Taken(grant.role)),
        // The plugin's own words; an engine without it has no handler for the path.
        404 if body["status"] == "NOT_FOUND" => {}
        400 | 404 | 405 | 410 => {
            return Err(GrantError::Unsupported { privileges: privileges(settings), pattern: grant.pattern });
        }
        _ => return Err(StopReason::Refused(found.excerpt()).into()),
    }
    let (answer, said) = engine.demand(Method::PUT, &role, Body::json(grant.role().to_string())).await?;
    believe(engine, &answer, &said)?;
    map(engine, &grant).await?;
    Ok(grant)
}

/// A mapping may be an administrator's by now: only what is missing is added to it.
async fn map(engine: &Engine, Grant { role, backend_role, .. }: &Grant) -> Result<(), StopReason> {
    let path = format!("_plugins/_security/api/rolesmapping/{role}");
    let (found, mapping) = engine.ask_json(Method::GET, &path, Body::empty()).await?;
    let (method, body) = match found.status {
        200 if mapping[role].is_null() => return Err(engine.no_engine(&found)),
        404 => (Method::PUT, json!({ "backend_roles": [backend_role] })),
        200 if is_mapped(&mapping, role, backend_role) => return Ok(()),
        200 => (Method::PATCH, json!([{ "op": "add", "path": "/backend_roles/-", "value": backend_role }])),
        _ => return Err(StopReason::Refused(found.excerpt())),
    };
    let (answer, said) = engine.demand(method, &path, Body::json(body.to_string())).await?;
    believe(engine, &answer, &said)
}

/// `{"status":"CREATED","message":...}`, or `OK`.
fn believe(engine: &Engine, answer: &Answer, said: &Value) -> Result<(), StopReason> {
    if matches!(said["status"].as_str(), Some("CREATED" | "OK")) { Ok(()) } else { Err(engine.no_engine(answer)) }
}

fn is_ours(body: &Value, role: &str) -> bool {
    body[role]["description"].as_str().is_some_and(|description| description.starts_with(OURS))
}

fn is_mapped(mapping: &Value, role: &str, backend_role: &BackendRole) -> bool {
    let backend_role = backend_role.name();
    mapping[role]["backend_roles"].as_array().is_some_and(|mapped| mapped.iter().any(|each| each == backend_role))
}

/// The like of [`Grant::indices`] in Elasticsearch.
fn privileges(settings: &Settings) -> &'static str {
    match settings.target {
        Target::Daily | Target::Monthly => "create_index and index",
        Target::DataStream => "create_index, create_doc and view_index_metadata",
    }
}

impl Grant {
    /// Exactly what an ingest asks of an engine: the template, what it makes of an index, the health of its indices, and
    /// `_bulk`, by which indices are created too. Their mapping is never changed, as it is not dynamic.
    fn of(settings: &Settings, backend_role: &BackendRole) -> Self {
        let mut cluster = vec![
            "indices:admin/index_template/get",
            "indices:admin/index_template/simulate_index",
            "indices:data/write/bulk",
        ];
        let mut indices = vec!["indices:admin/create", "indices:data/write/bulk[s]", "indices:data/write/index"];
        match settings.target {
            Target::Daily | Target::Monthly => cluster.push("cluster:monitor/health"),
            Target::DataStream => indices.push("indices:admin/data_stream/get"),
        }
        Self {
            // Not the template's own name, which an administrator might have given to a role of readers.
            role: format!("{}-ingest", settings.template_name()),
            backend_role: backend_role.clone(),
            cluster,
            indices,
            pattern: settings.index_pattern(),
        }
    }

    /// <https://docs.opensearch.org/latest/security/access-control/api/#create-role>
    fn role(&self) -> Value {
        json!({
            "description": format!("{OURS}what an ingest into {} needs", self.pattern),
            "cluster_permissions": self.cluster,
            "index_permissions": [{ "index_patterns": [self.pattern], "allowed_actions": self.indices }],
        })
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { role, backend_role, cluster, indices, pattern } = self;
        let who = backend_role.name();
        write!(f, "role {role} is in place, and {who} has it: ")?;
        write!(f, "{} on the cluster; {} on {pattern}", cluster.join(", "), indices.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:iam::123456789012:role/ingest";

    #[test]
    fn a_role_holds_what_an_ingest_asks_for() {
        let of = |target| Grant::of(&Settings { target, ..Settings::default() }, &ARN.parse().unwrap());
        let daily = of(Target::Daily);
        assert_eq!(daily.role, "albatross-elb-ingest");
        assert_eq!(
            daily.role(),
            json!({
                "description": "Albatross: what an ingest into albatross-elb-*.*.* needs",
                "cluster_permissions": [
                    "indices:admin/index_template/get",
                    "indices:admin/index_template/simulate_index",
                    "indices:data/write/bulk",
                    "cluster:monitor/health",
                ],
                "index_permissions": [{
                    "index_patterns": ["albatross-elb-*.*.*"],
                    "allowed_actions":
                        ["indices:admin/create", "indices:data/write/bulk[s]", "indices:data/write/index"],
                }],
            })
        );
        // Its health is asked for by another path.
        let stream = of(Target::DataStream);
        assert!(!stream.cluster.contains(&"cluster:monitor/health"));
        assert_eq!(stream.indices.last(), Some(&"indices:admin/data_stream/get"));
    }
}
