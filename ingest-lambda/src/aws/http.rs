//! The HTTP client of all of AWS's services: through the proxies of the environment, trusting whom it names, and
//! with connections that do not outlive a freeze.

use std::sync::Arc;

use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{self, TlsContext};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

use crate::network::{Proxies, Scheme};
use crate::pool::Pool;

/// A client, made anew after a freeze.
#[derive(Debug)]
pub(super) struct Client(Arc<Pool<ByScheme>>);

impl Client {
    pub(super) fn new(proxies: &Proxies, trusted: &TlsContext) -> Self {
        let (proxies, trusted) = (proxies.clone(), trusted.clone());
        Self(Arc::new(Pool::new(move || ByScheme::new(&proxies, &trusted))))
    }
}

/// A client may have one proxy, and the environment names one for each scheme.
#[derive(Debug, Clone)]
struct ByScheme {
    http: SharedHttpClient,
    https: SharedHttpClient,
}

impl ByScheme {
    fn new(proxies: &Proxies, trusted: &TlsContext) -> Self {
        let client = |scheme| {
            let (proxy, trusted) = (proxies.for_aws(scheme), trusted.clone());
            Builder::new().build_with_connector_fn(move |settings, components| {
                let mut connector = Connector::builder().proxy_config(proxy.clone());
                connector.set_connector_settings(settings.cloned());
                connector.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
                let provider = tls::Provider::Rustls(CryptoMode::Ring);
                connector.tls_provider(provider).tls_context(trusted.clone()).build()
            })
        };
        Self { http: client(Scheme::Http), https: client(Scheme::Https) }
    }
}

impl HttpClient for Client {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let (pool, settings, components) = (Arc::clone(&self.0), settings.clone(), components.clone());
        SharedHttpConnector::new(Choice { pool, settings, components })
    }
}

/// Chooses when it sees the request.
#[derive(Debug, Clone)]
struct Choice {
    pool: Arc<Pool<ByScheme>>,
    settings: HttpConnectorSettings,
    components: RuntimeComponents,
}

impl Choice {
    fn call_by(&self, clients: &ByScheme, request: HttpRequest) -> HttpConnectorFuture {
        let ByScheme { http, https } = clients;
        let client = if request.uri().starts_with("http:") { http } else { https };
        client.http_connector(&self.settings, &self.components).call(request)
    }
}

impl HttpConnector for Choice {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let copy = if matches!(request.method(), "GET" | "HEAD") { request.try_clone() } else { None };
        let Some(copy) = copy else { return self.call_by(&self.pool.client(), request) };
        let choice = self.clone();
        HttpConnectorFuture::new(async move {
            let ask = |request| |clients: ByScheme| choice.call_by(&clients, request);
            choice.pool.ask(ask(request), ask(copy)).await
        })
    }
}
