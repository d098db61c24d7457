//! One HTTP exchange with Elasticsearch or OpenSearch.

use std::error::Error;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, Method, Url, redirect};
use thiserror::Error;

use crate::causes::with_causes;
use crate::config::{Auth, Config, Credentials};

/// An engine that has not answered for so long will not; the documents are sent again, and their
/// ids keep them single.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Far above the longest honest answer to a batch; bounds what a stranger can make us hold.
const MAX_ANSWER_BYTES: usize = 8 << 20;

/// The engine's HTTP client.
#[derive(Debug, Clone)]
pub struct Engine {
    http: Client,
    endpoint: Url,
    auth: Auth,
}

/// A whole answer.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// `Retry-After`, where given in seconds (engines and their proxies do not send dates).
    pub retry_after: Option<Duration>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// Whether the same request may well succeed later: time-out, too many requests, server fault.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self.status, 408 | 429 | 500..)
    }

    /// The status and the beginning of the body, for messages.
    #[must_use]
    pub fn excerpt(&self) -> String {
        const CHARS: usize = 300;
        let text = String::from_utf8_lossy(&self.body);
        let text = text.trim();
        let mut excerpt: String = text.chars().take(CHARS).collect();
        if excerpt.len() < text.len() {
            excerpt.push('…');
        }
        format!("HTTP {} {excerpt}", self.status).trim_end().to_owned()
    }
}

/// No whole answer came: not connected, reset, cut, timed out. Whether the request had its
/// effect is unknown.
#[derive(Debug, Error)]
#[error("no answer from {0}")]
pub struct NoAnswer(String);

/// The client cannot be made.
#[derive(Debug, Error)]
#[error("no HTTP client: {0}")]
pub struct EngineError(#[source] reqwest::Error);

impl Engine {
    /// Makes the client; connects at the first request.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(config: &Config) -> Result<Self, EngineError> {
        // Fails only where a provider is installed already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = Client::builder()
            .user_agent(concat!("albatross/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(REQUEST_TIMEOUT)
            // A redirect is a wrong address, and would repeat the password to another host.
            .redirect(redirect::Policy::none())
            .build()
            .map_err(EngineError)?;
        Ok(Self { http, endpoint: config.endpoint.clone(), auth: config.auth.clone() })
    }

    /// The engine's address, which holds no secret.
    #[must_use]
    pub fn endpoint(&self) -> &Url {
        &self.endpoint
    }

    /// Sends a request and reads the whole answer. `path` is relative to the endpoint.
    ///
    /// # Errors
    /// When no whole answer came. Any HTTP status is an answer.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        content_type: &'static str,
        body: Bytes,
    ) -> Result<Answer, NoAnswer> {
        let url = self.endpoint.join(path).map_err(|error| self.no_answer(&error))?;
        let mut request = self.http.request(method, url).header(CONTENT_TYPE, content_type);
        if let Auth::Given(Credentials::Basic { username, password }) = &self.auth {
            request = request.basic_auth(username, Some(password.expose()));
        }
        let mut response = request.body(body).send().await.map_err(|error| self.no_answer(&error.without_url()))?;
        let status = response.status().as_u16();
        let retry_after = response
            .headers()
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok()?.trim().parse().ok())
            .map(Duration::from_secs);
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.no_answer(&error.without_url()))? {
            if body.len() + chunk.len() > MAX_ANSWER_BYTES {
                return Err(NoAnswer(format!("{} within {MAX_ANSWER_BYTES} bytes", self.endpoint)));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status, retry_after, body })
    }

    fn no_answer(&self, error: &dyn Error) -> NoAnswer {
        NoAnswer(format!("{}: {}", self.endpoint, with_causes(error)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excerpts_are_short_and_cut_between_characters() {
        let answer = |body: &str| Answer { status: 503, retry_after: None, body: body.into() };
        assert_eq!(answer("").excerpt(), "HTTP 503");
        assert_eq!(answer(" busy\n").excerpt(), "HTTP 503 busy");
        let long = answer(&"ü".repeat(1000)).excerpt();
        assert!(long.ends_with("ü…") && long.chars().count() < 320);
    }
}
