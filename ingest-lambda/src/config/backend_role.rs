//! To whom a grant gives the role.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::plain::excerpt;

/// Whoever ingests, as the security plugin knows it: a backend role. On an Amazon domain it is the ARN of an IAM role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct BackendRole(String);

/// It names nobody whom the security plugin would meet.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "{0:?} is no backend role: give an IAM role's ARN, arn:aws:iam::ACCOUNT:role/NAME, or another backend role's name, \
     whole and without wildcards"
)]
pub struct NoBackendRole(String);

impl BackendRole {
    /// As the security plugin writes it.
    pub(crate) fn name(&self) -> &str {
        &self.0
    }
}

impl FromStr for BackendRole {
    type Err = NoBackendRole;

    /// The ARN of a session or of a user is what one has at hand, and would never be met as a backend role.
    fn from_str(text: &str) -> Result<Self, NoBackendRole> {
        let is_other_arn = text.starts_with("arn:") && !(text.contains(":iam:") && text.contains(":role/"));
        if text.trim().is_empty() || is_other_arn || is_pattern(text) || text.chars().any(char::is_control) {
            return Err(NoBackendRole(excerpt(text)));
        }
        Ok(Self(text.to_owned()))
    }
}

/// The plugin would grant to everybody whose role is like it: by wildcards, or by `/an expression/`.
fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?']) || (text.starts_with('/') && text.ends_with('/'))
}

impl TryFrom<String> for BackendRole {
    type Error = NoBackendRole;

    fn try_from(text: String) -> Result<Self, NoBackendRole> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:iam::123456789012:role/ingest";

    #[test]
    fn what_is_never_met_as_a_backend_role_is_refused() {
        for good in [ARN, "arn:aws-cn:iam::1:role/service-role/x", "ingesters"] {
            assert!(good.parse::<BackendRole>().is_ok(), "{good}");
        }
        for bad in ["", " ", "arn:aws:sts::1:assumed-role/ingest/session", "arn:aws:iam::1:user/jo"] {
            assert_eq!(bad.parse::<BackendRole>(), Err(NoBackendRole(bad.trim().to_owned())));
        }
        for everybody in ["*", "arn:aws:iam::1:role/*", "arn:aws:iam::?:role/x", "/.*/", "//", "all\n"] {
            assert!(everybody.parse::<BackendRole>().is_err(), "{everybody}");
        }
    }
}
