//! What a user agent says it is, in the words of uap-core.

mod literals;
mod rules;

pub use rules::RulesError;

use crate::text::Text;
use rules::{Rules, Values};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// uap-core's rules as they came.
pub const UAP_CORE_RULES: &str = include_str!("../../rules/regexes.yaml");

/// What uap-core says where no rule matches.
const OTHER: &str = "Other";
/// A cache holds up to twice as many strings.
const GENERATION: usize = 2048;
/// Longer strings are not kept: those that come again and again are shorter.
const LONGEST_KEPT: usize = 1024;

/// The parts of a user agent, as the `user_agent` processor of Elasticsearch and OpenSearch names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserAgent {
    /// `user_agent.name`; `Other` where no rule matches.
    pub name: String,
    /// `user_agent.version`: the parts that are known, joined by dots.
    pub version: Option<String>,
    /// `user_agent.os.name`.
    pub os_name: Option<String>,
    /// `user_agent.os.version`.
    pub os_version: Option<String>,
    /// `user_agent.os.full`: name and version; absent where the version is.
    pub os_full: Option<String>,
    /// `user_agent.device.name`; `Other` where no rule matches.
    pub device_name: String,
}

/// The rules, and what they answered lately. One can serve any number of threads.
#[derive(Debug, Default)]
pub struct UserAgents {
    /// Those of uap-core, unless others were given.
    rules: OnceLock<Rules>,
    kept: Mutex<Kept>,
}

impl UserAgents {
    /// With uap-core's rules, which are read when the first user agent comes.
    pub fn new() -> Self {
        Self::default()
    }

    /// With the rules of a `regexes.yaml`.
    ///
    /// # Errors
    /// If the text is not written as uap-core's is, or a regex cannot be used.
    pub fn with_rules(yaml: &str) -> Result<Self, RulesError> {
        Ok(Self { rules: OnceLock::from(Rules::parse(yaml)?), kept: Mutex::default() })
    }

    /// What the rules say of a user agent.
    pub fn of(&self, user_agent: Text<'_>) -> Arc<UserAgent> {
        if let Some(known) = self.kept().get(user_agent.0) {
            return known;
        }
        // A test has it that the built-in rules can be read.
        let rules = self.rules.get_or_init(|| Rules::parse(UAP_CORE_RULES).unwrap_or_default());
        let found = Arc::new(UserAgent::by(rules, &user_agent.decode()));
        self.kept().put(user_agent.0, &found);
        found
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl UserAgent {
    fn by(rules: &Rules, user_agent: &str) -> Self {
        let matches = rules.matches(user_agent);
        let (name, version) = name_and_version(matches.browser);
        let (os_name, os_version) = name_and_version(matches.system);
        let (device_name, _) = name_and_version(matches.device);
        Self {
            name: name.unwrap_or_else(|| OTHER.to_owned()),
            version,
            os_full: os_name.as_ref().zip(os_version.as_ref()).map(|(name, version)| format!("{name} {version}")),
            os_name,
            os_version,
            device_name: device_name.unwrap_or_else(|| OTHER.to_owned()),
        }
    }
}

fn name_and_version(values: Option<Values>) -> (Option<String>, Option<String>) {
    let mut values = values.into_iter().flatten();
    let name = values.next().flatten();
    let parts: Vec<String> = values.map_while(|part| part).collect();
    (name, (!parts.is_empty()).then(|| parts.join(".")))
}

/// The answers of late: when the newer generation is full it becomes the older one, whose strings are forgotten.
#[derive(Debug, Default)]
struct Kept {
    newer: HashMap<Box<[u8]>, Arc<UserAgent>>,
    older: HashMap<Box<[u8]>, Arc<UserAgent>>,
}

impl Kept {
    fn get(&mut self, user_agent: &[u8]) -> Option<Arc<UserAgent>> {
        if let Some(known) = self.newer.get(user_agent) {
            return Some(Arc::clone(known));
        }
        let known = self.older.remove(user_agent)?;
        self.put(user_agent, &known);
        Some(known)
    }

    fn put(&mut self, user_agent: &[u8], answer: &Arc<UserAgent>) {
        if user_agent.len() > LONGEST_KEPT {
            return;
        }
        if self.newer.len() >= GENERATION {
            self.older = std::mem::take(&mut self.newer);
        }
        self.newer.insert(user_agent.into(), Arc::clone(answer));
    }
}
