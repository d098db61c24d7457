//! What is known beside the line: tables, and what they say of one line.

use super::{Geo, GeoDatabases, Network, UserAgent, UserAgents};
use crate::format::Record;
use std::sync::Arc;

/// The tables that answers are looked up in, made once and used for every line. Cheap to clone; what is not given is not
/// in documents.
#[derive(Debug, Clone, Default)]
pub struct Knowledge {
    /// What user agents are.
    pub user_agents: Option<Arc<UserAgents>>,
    /// Where addresses are.
    pub geo: GeoDatabases,
}

/// What is known of one line's client.
#[derive(Debug, Default)]
pub(crate) struct Known<'k> {
    pub(crate) network: Option<Network>,
    pub(crate) geo: Geo<'k>,
    pub(crate) user_agent: Option<Arc<UserAgent>>,
}

impl Knowledge {
    /// With uap-core's rules, which are read when the first user agent comes, and these files.
    pub fn of_uap_core(geo: GeoDatabases) -> Self {
        Self { user_agents: Some(Arc::new(UserAgents::of_uap_core())), geo }
    }

    pub(crate) fn of(&self, record: &Record<'_>) -> Known<'_> {
        let ip = record.client().map(|client| client.ip);
        let user_agent = self.user_agents.as_ref().zip(record.user_agent());
        Known {
            network: ip.map(Network::of),
            geo: ip.map(|ip| self.geo.of(ip)).unwrap_or_default(),
            user_agent: user_agent.map(|(user_agents, user_agent)| user_agents.of(user_agent)),
        }
    }
}
