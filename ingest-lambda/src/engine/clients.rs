//! The HTTP clients of the engine, and of AWS's services that keep its secret.

use std::time::Duration;

use reqwest::{Client, ClientBuilder, redirect};

use super::{EngineError, tls};
use crate::config::Config;
use crate::error_chain::error_chain;
use crate::network::{Proxies, ca_bundle};
use crate::pool::Pool;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The engine's.
pub(super) fn for_engine(config: &Config, proxies: &Proxies) -> Result<Pool<Client>, EngineError> {
    let (timeout, ca_file, proxies) = (config.request_timeout, config.ca_file.clone(), proxies.clone());
    pool(move || {
        let client = builder(&proxies)?.user_agent(concat!("albatross/", env!("CARGO_PKG_VERSION"))).timeout(timeout);
        tls::trust(client, ca_file.as_deref(), ca_bundle().as_deref())?.build().map_err(unusable)
    })
}

/// One that asks AWS as the SDK does: through the same proxies, trusting the same authorities.
pub(super) fn for_aws(config: &Config, proxies: &Proxies) -> Result<Pool<Client>, EngineError> {
    let (ca_file, proxies) = (config.ca_file.clone(), proxies.clone());
    pool(move || {
        let client = builder(&proxies)?;
        tls::trust_for_aws(client, ca_file.as_deref(), ca_bundle().as_deref())?.build().map_err(unusable)
    })
}

fn builder(proxies: &Proxies) -> Result<ClientBuilder, EngineError> {
    // A redirect is a wrong address, and would repeat the password to another host.
    let client = Client::builder().connect_timeout(CONNECT_TIMEOUT).redirect(redirect::Policy::none());
    proxies.apply(client).map_err(unusable)
}

/// What could be made once can be made again; where the file of authorities is gone, the first goes on.
fn pool(make: impl Fn() -> Result<Client, EngineError> + Send + Sync + 'static) -> Result<Pool<Client>, EngineError> {
    let first = make()?;
    Ok(Pool::new(move || make().unwrap_or_else(|_| first.clone())))
}

fn unusable(error: reqwest::Error) -> EngineError {
    EngineError::Client(error_chain(&error))
}
