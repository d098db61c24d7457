//! What came back, or did not.

use std::time::{Duration, SystemTime};

use chrono::DateTime;
use serde_json::Value;
use thiserror::Error;

use super::auth::AuthError;
use crate::plain::excerpt;

/// A whole answer.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// How long `Retry-After` asks us to wait.
    pub retry_after: Option<Duration>,
    /// Where `Location` sends us.
    pub location: Option<String>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// Whether the engine did what it was asked to.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Whether the same request may well succeed later: time-out, too many requests, server fault.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        // 501 is for good: a gateway does not know the request.
        matches!(self.status, 408 | 429 | 500 | 502..)
    }

    /// The status and the beginning of the body, for messages.
    #[must_use]
    pub fn excerpt(&self) -> String {
        let location = self.location.as_ref().map(|to| format!("to {} ", excerpt(to))).unwrap_or_default();
        let body = String::from_utf8_lossy(&self.body);
        let beginning = excerpt(&body);
        format!("HTTP {} {location}{beginning}{}", self.status, advice(&body)).trim_end().to_owned()
    }

    /// What the answer says, where it is JSON as engines write it: an object or a list.
    #[must_use]
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok().filter(|json: &Value| json.is_object() || json.is_array())
    }

    /// Whether no engine answers so without JSON. Refusals come from what stands before one, too, in words of its own.
    pub(super) fn is_foreign(&self) -> bool {
        let is_page = self.body.trim_ascii_start().starts_with(b"<");
        match self.status {
            401 | 403 => false,
            404 => !self.body.is_empty(),
            400.. => is_page,
            _ => true,
        }
    }
}

/// What to set, where AWS says which part of a signature is wrong.
fn advice(body: &str) -> &'static str {
    if body.contains("Credential should be scoped to a valid region") {
        " (ALBATROSS_SIGV4_REGION sets the region)"
    } else if body.contains("Credential should be scoped to correct service") {
        " (ALBATROSS_SIGV4 sets the service)"
    } else {
        ""
    }
}

/// Why there is no whole answer.
#[derive(Debug, Error)]
pub enum NoAnswer {
    /// Not connected, reset, cut, timed out. Whether the request had its effect is unknown.
    #[error("no answer from {0}")]
    Lost(String),
    /// Nothing was sent: nobody we trust vouches for the engine.
    #[error("the engine's certificate is not trusted (ALBATROSS_CA_FILE names other authorities): {0}")]
    Untrusted(String),
    /// Nothing was sent: the other side speaks without TLS.
    #[error("no TLS is spoken at {0}: give the port that speaks it, or begin with http:// where the engine has no TLS")]
    NoTls(String),
    /// What came is no answer of HTTP's; a port with TLS says so.
    #[error("no HTTP is spoken at {0}: begin with https:// if this port speaks TLS")]
    NoHttp(String),
    /// Nothing was sent, as nothing would have authorized it.
    #[error(transparent)]
    Unauthorized(#[from] AuthError),
}

impl NoAnswer {
    /// Whether the same request may well succeed later. A certificate stays what it is; what
    /// authorizes comes from AWS, whose clients have tried again themselves.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Lost(_))
    }
}

/// Reads `Retry-After`: seconds, or a date (RFC 9110, section 10.2.3) that is compared with `now`.
pub(super) fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = SystemTime::from(DateTime::parse_from_rfc2822(value).ok()?);
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excerpts_are_short_and_cut_between_characters() {
        let answer = |body: &str| Answer { status: 503, retry_after: None, location: None, body: body.into() };
        assert_eq!(answer("").excerpt(), "HTTP 503");
        assert_eq!(answer(" busy\n").excerpt(), "HTTP 503 busy");
        let long = answer(&"ü".repeat(1000)).excerpt();
        assert!(long.ends_with("ü…") && long.chars().count() < 320);
        let moved = Answer { status: 301, location: Some("https://other/".to_owned()), ..answer("\n\u{1b}[2J") };
        assert_eq!(moved.excerpt(), "HTTP 301 to https://other/ \\u{1b}[2J");
        let region = answer("Credential should be scoped to a valid region, not 'eu-west-1'.").excerpt();
        assert!(region.ends_with("not 'eu-west-1'. (ALBATROSS_SIGV4_REGION sets the region)"), "{region}");
    }

    #[test]
    fn what_is_not_implemented_stays_so() {
        let is_transient =
            |status| Answer { status, retry_after: None, location: None, body: Vec::new() }.is_transient();
        assert!(
            [408, 429, 500, 502, 503, 504].into_iter().all(is_transient) && ![404, 501].into_iter().any(is_transient)
        );
    }

    #[test]
    fn pages_are_no_engines() {
        for (status, body, foreign) in [
            (200, "<html>", true),
            (200, "", true),
            (302, "", true),
            (404, "page not found", true),
            (404, "", false),
            (405, "<html>", true),
            (405, "Incorrect HTTP method", false),
            (403, "<html>", false),
        ] {
            let answer = Answer { status, retry_after: None, location: None, body: body.into() };
            assert_eq!((answer.is_foreign(), answer.json()), (foreign, None), "{status} {body}");
        }
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        for (value, seconds) in [
            ("120", Some(120)),
            (" 0 ", Some(0)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(0)),
            ("Sun, 06 Nov 1994 08:50:07 GMT", Some(30)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(0)),
            ("soon", None),
            ("-1", None),
        ] {
            assert_eq!(retry_after(value, now), seconds.map(Duration::from_secs), "{value}");
        }
    }
}
