//! One HTTP exchange with Elasticsearch or OpenSearch.

mod answer;
mod ask;
mod auth;
mod aws_json;
mod body;
mod clients;
pub(crate) mod health;
pub(crate) mod preflight;
mod secret_store;
mod sigv4;
pub(crate) mod tls;

use std::error::Error;
use std::sync::Arc;
use std::time::SystemTime;

use aws_config::SdkConfig;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderValue, LOCATION, RETRY_AFTER};
use reqwest::{Client, Method, Request, Response, Url};
use thiserror::Error;

pub use self::answer::{Answer, NoAnswer};
pub use self::auth::AuthError;
pub use self::body::Body;
pub(crate) use self::secret_store::secret_text;
pub use self::tls::CaFileError;

use self::auth::Authorizer;
use crate::config::Config;
use crate::error_chain::error_chain;
use crate::network::Proxies;
use crate::pool::Pool;

/// Far above the longest honest answer to a batch; bounds what a stranger can make us hold.
const MAX_ANSWER_BYTES: usize = 8 << 20;

/// The engine's HTTP client; clones share its connections and what authorizes it.
#[derive(Debug, Clone)]
pub struct Engine {
    http: Arc<Pool<Client>>,
    endpoint: Url,
    authorizer: Arc<Authorizer>,
}

/// The client cannot be made.
#[derive(Debug, Error)]
pub enum EngineError {
    /// The certificate authorities cannot be read.
    #[error(transparent)]
    CaFile(#[from] CaFileError),
    /// The credentials given cannot be sent.
    #[error(transparent)]
    Auth(#[from] AuthError),
    /// TLS cannot be set up, for one because a certificate in the file is broken.
    #[error("no HTTP client: {0}")]
    Client(String),
}

impl Engine {
    /// Makes the client; connects, and reads a secret, at the first request.
    ///
    /// # Errors
    /// When TLS cannot be set up, or what authorizes requests cannot.
    pub(crate) fn new(config: &Config, sdk: &SdkConfig, proxies: &Proxies) -> Result<Self, EngineError> {
        // Fails only where a provider is installed already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = Arc::new(clients::for_engine(config, proxies)?);
        let authorizer = Arc::new(Authorizer::new(config, sdk, proxies)?);
        Ok(Self { http, endpoint: config.endpoint.clone(), authorizer })
    }

    /// A client that is authorized in the same way, of somebody else than the engine.
    pub(crate) fn at(&self, endpoint: Url) -> Self {
        Self { endpoint, ..self.clone() }
    }

    /// The engine's address, which holds no secret.
    #[must_use]
    pub fn endpoint(&self) -> &Url {
        &self.endpoint
    }

    /// Whether this is Amazon OpenSearch Serverless, as far as the configuration tells.
    pub(crate) fn is_serverless(&self) -> bool {
        self.authorizer.is_serverless()
    }

    /// Sends a request and reads the whole answer. `path` is relative to the endpoint. Where a
    /// secret authorizes us and the engine answers 401 or 403, the secret is read again, and the
    /// request repeated once if it has changed.
    ///
    /// # Errors
    /// When no whole answer came, or nothing could be sent. Any HTTP status is an answer.
    pub async fn send(&self, method: Method, path: &str, body: Body) -> Result<Answer, NoAnswer> {
        let url = self.endpoint.join(path).map_err(|error| self.lost(&error))?;
        let (answer, used) = self.exchange(&method, &url, &body).await?;
        if matches!(answer.status, 401 | 403) && self.authorizer.renew(used.as_ref()).await? {
            tracing::info!("the secret has changed: sending again");
            return Ok(self.exchange(&method, &url, &body).await?.0);
        }
        Ok(answer)
    }

    /// One request and its answer, with the header from a secret that it was sent with.
    async fn exchange(
        &self,
        method: &Method,
        url: &Url,
        body: &Body,
    ) -> Result<(Answer, Option<HeaderValue>), NoAnswer> {
        let mut request = Request::new(method.clone(), url.clone());
        if !body.bytes.is_empty() {
            request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(body.content_type));
            *request.body_mut() = Some(body.bytes.clone().into());
        }
        if body.gzip {
            request.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        if body.not_forged {
            for name in ["osd-xsrf", "kbn-xsrf"] {
                request.headers_mut().insert(name, HeaderValue::from_static("true"));
            }
        }
        // Last, as a signature covers the rest.
        let used = self.authorizer.authorize(&mut request).await?;
        Ok((self.execute(request).await?, used))
    }

    async fn execute(&self, request: Request) -> Result<Answer, NoAnswer> {
        let mut response = self.exchange_heads(request).await.map_err(|error| self.lost(&error.without_url()))?;
        let status = response.status().as_u16();
        let retry_after = response
            .headers()
            .get(RETRY_AFTER)
            .and_then(|value| answer::retry_after(value.to_str().ok()?, SystemTime::now()));
        let location = response.headers().get(LOCATION).map(|to| String::from_utf8_lossy(to.as_bytes()).into_owned());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.lost(&error.without_url()))? {
            if body.len() + chunk.len() > MAX_ANSWER_BYTES {
                return Err(NoAnswer::Lost(format!("{} within {MAX_ANSWER_BYTES} bytes", self.endpoint)));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status, retry_after, location, body })
    }

    async fn exchange_heads(&self, request: Request) -> Result<Response, reqwest::Error> {
        let copy = if request.method() == Method::GET { request.try_clone() } else { None };
        let Some(copy) = copy else { return self.http.client().execute(request).await };
        let ask = |request| |client: Client| client.execute(request);
        self.http.ask(ask(request), ask(copy)).await
    }

    fn lost(&self, error: &(dyn Error + 'static)) -> NoAnswer {
        let message = format!("{}: {}", self.endpoint, error_chain(error));
        let is_plain = self.endpoint.scheme() == "http";
        match error {
            error if is_plain && tls::is_no_http(error) => NoAnswer::NoHttp(message),
            error if is_plain && tls::is_silent(error) => {
                NoAnswer::Lost(format!("{message} (begin with https:// if this port speaks TLS)"))
            }
            error if tls::is_untrusted(error) => NoAnswer::Untrusted(message),
            error if tls::is_plain(error) => NoAnswer::NoTls(message),
            _ => NoAnswer::Lost(message),
        }
    }
}
