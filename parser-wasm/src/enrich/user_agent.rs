//! What a user agent says it is, in the words of uap-core.

mod literals;
mod rules;

pub use rules::RulesError;

use crate::enrich::bot::is_bot;
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
/// What comes after so many bytes is not read: the cost of a lookup, and the memory of those kept, have to end.
const LONGEST_READ: usize = 512;

/// The parts of a user agent, as the `user_agent` processor of Elasticsearch and OpenSearch names them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserAgent {
    /// `user_agent.name`; `Other` where no rule matches, absent where that would take too long to tell.
    pub name: Option<String>,
    /// `user_agent.version`: the parts that are known, joined by dots.
    pub version: Option<String>,
    /// `user_agent.os.name`.
    pub os_name: Option<String>,
    /// `user_agent.os.version`.
    pub os_version: Option<String>,
    /// `user_agent.os.full`: name and version; absent where the version is.
    pub os_full: Option<String>,
    /// `user_agent.device.name`; `Other` where no rule matches, absent where that would take too long to tell.
    pub device_name: Option<String>,
    /// Whether it is a known crawler, monitor, scanner or library (`albatross.bot`); absent where it may as well be an app
    /// in somebody's hand.
    pub is_bot: Option<bool>,
}

/// The rules, and what they answered lately. One can serve any number of threads.
#[derive(Debug)]
pub struct UserAgents {
    /// What the rules are read from at first need. Named only by `of_uap_core`: a build that never
    /// calls it does not hold them.
    text: &'static str,
    rules: OnceLock<Rules>,
    kept: Mutex<Kept>,
}

impl UserAgents {
    /// With uap-core's rules, which are read when the first user agent comes.
    pub fn of_uap_core() -> Self {
        Self { text: UAP_CORE_RULES, rules: OnceLock::new(), kept: Mutex::default() }
    }

    /// With the rules of a `regexes.yaml`.
    ///
    /// # Errors
    /// If the text is not written as uap-core's is, or a regex cannot be used.
    pub fn with_rules(yaml: &str) -> Result<Self, RulesError> {
        Ok(Self { text: "", rules: OnceLock::from(Rules::parse(yaml)?), kept: Mutex::default() })
    }

    /// What the rules say of a user agent.
    pub fn of(&self, user_agent: Text<'_>) -> Arc<UserAgent> {
        let user_agent = Text(user_agent.0.get(..LONGEST_READ).unwrap_or(user_agent.0));
        if let Some(known) = self.kept().get(user_agent.0) {
            return known;
        }
        // A test has it that the built-in rules can be read.
        let rules = self.rules.get_or_init(|| Rules::parse(self.text).unwrap_or_default());
        let decoded = user_agent.decode();
        let read = decoded.as_bytes().get(..LONGEST_READ).unwrap_or(decoded.as_bytes());
        let found = Arc::new(UserAgent::by(rules, read));
        self.kept().put(user_agent.0, &found);
        found
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl UserAgent {
    fn by(rules: &Rules, user_agent: &[u8]) -> Self {
        let Some(matches) = rules.matches(user_agent) else {
            // What is said to be no bot might be one by its device.
            return Self { is_bot: is_bot(user_agent, "").filter(|is_bot| *is_bot), ..Self::default() };
        };
        let (name, version) = name_and_version(matches.browser);
        let (os_name, os_version) = name_and_version(matches.system);
        let (device_name, _) = name_and_version(matches.device);
        let device_name = device_name.unwrap_or_else(|| OTHER.to_owned());
        Self {
            is_bot: is_bot(user_agent, &device_name),
            name: Some(name.unwrap_or_else(|| OTHER.to_owned())),
            version,
            os_full: os_name.as_ref().zip(os_version.as_ref()).map(|(name, version)| format!("{name} {version}")),
            os_name,
            os_version,
            device_name: Some(device_name),
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
        if self.newer.len() >= GENERATION {
            self.older = std::mem::take(&mut self.newer);
        }
        self.newer.insert(user_agent.into(), Arc::clone(answer));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str = "user_agent_parsers:
  # a comment
  - regex: '(Foxy)/(\\d+)\\.(\\d+)' # another
    family_replacement: '$1 Browser'
os_parsers:
  - regex: '(?:Den) (\\d+)_(\\d+)'
    os_replacement: 'Den'
    os_v1_replacement: '$1'
    os_v2_replacement: '$2'
  - regex: '(Burrow)'
device_parsers:
  - regex: 'hole ([a-z]+)(?:-([a-z]+)|)'
    regex_flag: 'i'
    device_replacement: 'Hole $2 $1 $ '
    model_replacement: null
";

    fn ask(text: &str) -> UserAgent {
        UserAgents::with_rules(RULES).unwrap().of(Text(text.as_bytes())).as_ref().clone()
    }

    #[test]
    fn parts() {
        let answer = ask("Foxy/12.3 (Den 4_5; HOLE big-dry)");
        assert_eq!((answer.name.as_deref(), answer.version.as_deref()), (Some("Foxy Browser"), Some("12.3")));
        let os = [answer.os_name, answer.os_version, answer.os_full];
        assert_eq!(os.each_ref().map(Option::as_deref), [Some("Den"), Some("4.5"), Some("Den 4.5")]);
        assert_eq!(answer.device_name.as_deref(), Some("Hole dry big $"));
    }

    #[test]
    fn what_is_not_known() {
        let answer = ask("Burrow");
        assert_eq!([answer.name.as_deref(), answer.device_name.as_deref()], [Some("Other"); 2]);
        assert_eq!(
            [answer.version, answer.os_name, answer.os_version, answer.os_full],
            [None, Some("Burrow".to_owned()), None, None]
        );
        assert!(ask("").os_name.is_none());
    }

    #[test]
    fn escapes_are_undone() {
        assert_eq!(ask(r"\x46oxy/1.2").version.as_deref(), Some("1.2"));
        assert_eq!(ask("hole a\u{fc}\\xFF").device_name.as_deref(), Some("Hole  a $"));
    }

    #[test]
    fn only_the_beginning_is_read() {
        let padding = "x".repeat(LONGEST_READ - 8);
        assert_eq!(ask(&format!("{padding}Foxy/1.2")).name.as_deref(), Some("Foxy Browser"));
        assert_eq!(ask(&format!("{padding}xFoxy/1.2")).name.as_deref(), Some("Other"));
    }

    #[test]
    fn what_would_take_too_long_is_not_told() {
        let user_agents = UserAgents::of_uap_core();
        let told = user_agents.of(Text(format!("{}crawler", "bot/x; Build/ Android ".repeat(21)).as_bytes()));
        assert_eq!((&told.name, &told.device_name, told.is_bot), (&None, &None, Some(true)), "{told:?}");
        let told = user_agents.of(Text("bot".repeat(20).as_bytes()));
        assert!(told.name.is_some() && told.device_name.is_some(), "{told:?}");
    }

    #[test]
    fn only_so_many_are_kept() {
        let user_agents = UserAgents::with_rules(RULES).unwrap();
        let foxy = user_agents.of(Text(b"Foxy/1.2"));
        for number in 0..3 * GENERATION {
            user_agents.of(Text(number.to_string().as_bytes()));
            assert!(Arc::ptr_eq(&foxy, &user_agents.of(Text(b"Foxy/1.2"))), "what is asked for stays");
        }
        let kept = user_agents.kept();
        assert!(kept.newer.len() <= GENERATION && kept.older.len() <= GENERATION);
    }

    #[test]
    fn rules_that_are_none() {
        let error = |yaml: &str| UserAgents::with_rules(yaml).unwrap_err();
        assert_eq!(error(""), RulesError::MissingList);
        assert_eq!(error("os_parsers:\n  - regex: 'a'\n"), RulesError::MissingList);
        assert_eq!(error("<html>"), RulesError::UnknownLine { line: 1 });
        assert_eq!(error("os_parsers:\n  - regex: \"a\""), RulesError::UnknownLine { line: 2 });
        assert_eq!(error("os_parsers:\n    os_replacement: 'a'"), RulesError::UnknownLine { line: 2 });
        let text = RULES.replace("(Burrow)", "(Burrow");
        assert!(matches!(error(&text), RulesError::BadRegex { line: 10, .. }));
    }

    #[test]
    fn every_rule_of_uap_core_can_be_used() {
        let rules = Rules::parse(UAP_CORE_RULES).unwrap();
        assert_eq!(rules.unusable(), [0; 0]);
    }
}
