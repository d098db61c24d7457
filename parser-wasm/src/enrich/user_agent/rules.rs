//! The rules of uap-core: a list of regexes for browsers, one for systems, one for devices; the first that matches
//! answers.

use super::LONGEST_READ;
use super::literals::{Grams, Required};
use regex_automata::nfa::thompson;
use regex_automata::nfa::thompson::backtrack::{self, BoundedBacktracker};
use regex_automata::util::captures::Captures;
use regex_syntax::ParserBuilder;
use regex_syntax::hir::Hir;
use std::sync::OnceLock;

/// What a search may use to note where it has been: a bit for each state of the regex at each byte of the string.
const VISITED_BYTES: usize = MOST_STATES * (LONGEST_READ + 1) / 8;
/// The largest regex of uap-core has a third of it.
const MOST_STATES: usize = 1 << 15;
const NAMES: [[&str; VALUES]; 3] = [
    ["family_replacement", "v1_replacement", "v2_replacement", "v3_replacement", "v4_replacement"],
    ["os_replacement", "os_v1_replacement", "os_v2_replacement", "os_v3_replacement", "os_v4_replacement"],
    ["device_replacement", "", "", "", ""],
];
const VALUES: usize = 5;

/// Most steps that regexes may take over one string, as many as bytes times states. Whoever writes user agents chooses how
/// many rules have to be asked; uap-core's own examples need up to 3.6 million, and one in a thousand more than 1.2.
const MOST_EFFORT: usize = 4_000_000;

/// A name and the up to four parts of a version.
pub(super) type Values = [Option<String>; VALUES];

/// Why a text is not a list of rules.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RulesError {
    /// A line that is not as uap-core writes it.
    #[error("line {line}: expected uap-core's regexes.yaml, one \"key: 'value'\" a line")]
    UnknownLine {
        /// Its number, from 1.
        line: usize,
    },
    /// A regex that cannot be used.
    #[error("line {line}: the regex cannot be used: {message}")]
    BadRegex {
        /// The line's number, from 1.
        line: usize,
        /// What is wrong with it.
        message: String,
    },
    /// One of the three lists is missing.
    #[error("expected the lists user_agent_parsers, os_parsers and device_parsers")]
    MissingList,
}

/// The three lists.
#[derive(Debug, Default)]
pub(super) struct Rules {
    browsers: Vec<Rule>,
    systems: Vec<Rule>,
    devices: Vec<Rule>,
}

/// What the lists answer.
pub(super) struct Matches {
    pub(super) browser: Option<Values>,
    pub(super) system: Option<Values>,
    pub(super) device: Option<Values>,
}

impl Rules {
    /// Reads a `regexes.yaml`. Regexes are compiled when a string needs them: all of them would take a hundred times
    /// as long and tens of megabytes.
    pub(super) fn parse(yaml: &str) -> Result<Self, RulesError> {
        let mut lists: [Vec<Rule>; 3] = Default::default();
        let mut list: Option<usize> = None;
        for (number, text) in (1..).zip(yaml.lines()) {
            let unknown = RulesError::UnknownLine { line: number };
            let line = text.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            list = match line {
                "user_agent_parsers:" => Some(0),
                "os_parsers:" => Some(1),
                "device_parsers:" => Some(2),
                _ => list,
            };
            if line.ends_with("_parsers:") {
                continue;
            }
            let (Some(at), Some((key, value))) = (list, key_and_value(line)) else { return Err(unknown) };
            let (Some(rules), Some(names)) = (lists.get_mut(at), NAMES.get(at)) else { return Err(unknown) };
            if key == "- regex" {
                rules.push(Rule::new(value, number));
            } else {
                rules.last_mut().ok_or(unknown)?.set(key, value, names);
            }
        }
        for rule in lists.iter_mut().flatten() {
            rule.prepare()?;
        }
        let [browsers, systems, devices] = lists;
        let rules = Self { browsers, systems, devices };
        let is_whole = [&rules.browsers, &rules.systems, &rules.devices].into_iter().all(|list| !list.is_empty());
        if is_whole { Ok(rules) } else { Err(RulesError::MissingList) }
    }

    /// What the lists answer; none where too many regexes would have to be asked.
    pub(super) fn matches(&self, user_agent: &[u8]) -> Option<Matches> {
        let grams = Grams::of(user_agent);
        let mut effort = 0;
        // As in the engines' processor, a rule that gives no name is passed over.
        let mut first = |list: &[Rule]| list.iter().find_map(|rule| rule.values(user_agent, &grams, &mut effort));
        let matches =
            Matches { browser: first(&self.browsers), system: first(&self.systems), device: first(&self.devices) };
        (effort <= MOST_EFFORT).then_some(matches)
    }

    /// The lines of the rules whose regexes are too large.
    #[cfg(test)]
    pub(super) fn unusable(&self) -> Vec<usize> {
        let all = [&self.browsers, &self.systems, &self.devices].into_iter().flatten();
        let is_usable = |rule: &Rule| rule.compile().is_some_and(|regex| regex.max_haystack_len() >= LONGEST_READ);
        all.filter(|rule| !is_usable(rule)).map(|rule| rule.line).collect()
    }
}

/// `key: 'value'`, perhaps with a comment; the only form of YAML that uap-core uses.
fn key_and_value(line: &str) -> Option<(&str, Option<&str>)> {
    let (key, value) = line.split_once(": ")?;
    let value = value.trim_start();
    if value == "null" {
        return Some((key, None));
    }
    let (value, rest) = value.strip_prefix('\'')?.rsplit_once('\'')?;
    let rest = rest.trim_start();
    // A quote within a value would be written twice; no rule has had one.
    let is_plain = !value.contains('\'') && (rest.is_empty() || rest.starts_with('#'));
    is_plain.then_some((key, Some(value)))
}

#[derive(Debug)]
struct Rule {
    pattern: Box<str>,
    ignores_case: bool,
    templates: [Option<Box<str>>; VALUES],
    line: usize,
    required: Required,
    /// Compiled when first tried; `None` if that fails.
    regex: OnceLock<Option<BoundedBacktracker>>,
}

impl Rule {
    fn new(pattern: Option<&str>, line: usize) -> Self {
        Self {
            pattern: pattern.unwrap_or_default().into(),
            ignores_case: false,
            templates: Default::default(),
            line,
            required: Required::default(),
            regex: OnceLock::new(),
        }
    }

    /// Takes one of the lines below `- regex`. Brand and model are not asked for.
    fn set(&mut self, key: &str, value: Option<&str>, names: &[&str; VALUES]) {
        if key == "regex_flag" {
            self.ignores_case = value == Some("i");
        }
        for (template, name) in self.templates.iter_mut().zip(names) {
            if key == *name {
                *template = value.map(Into::into);
            }
        }
    }

    fn prepare(&mut self) -> Result<(), RulesError> {
        let hir = self.hir();
        let hir = hir.map_err(|error| RulesError::BadRegex { line: self.line, message: error.to_string() })?;
        self.required = Required::by(&hir);
        Ok(())
    }

    /// The regex as the engines' Java reads it: classes are ASCII, case too.
    fn hir(&self) -> Result<Hir, Box<regex_syntax::Error>> {
        let mut parser = ParserBuilder::new();
        parser.unicode(false).utf8(false).case_insensitive(self.ignores_case);
        Ok(parser.build().parse(&self.pattern)?)
    }

    fn compile(&self) -> Option<BoundedBacktracker> {
        let nfa = thompson::Compiler::new().build_from_hir(&self.hir().ok()?).ok()?;
        let config = backtrack::Config::new().visited_capacity(VISITED_BYTES);
        BoundedBacktracker::builder().configure(config).build_from_nfa(nfa).ok()
    }

    fn values(&self, user_agent: &[u8], grams: &Grams, effort: &mut usize) -> Option<Values> {
        if *effort > MOST_EFFORT || !self.required.is_in(grams) {
            return None;
        }
        let regex = self.regex.get_or_init(|| self.compile()).as_ref()?;
        *effort += user_agent.len() * regex.get_nfa().states().len();
        let mut captures = regex.create_captures();
        regex.try_captures(&mut regex.create_cache(), user_agent, &mut captures).ok()?;
        if !captures.is_match() {
            return None;
        }
        let mut group = 0;
        let values = self.templates.each_ref().map(|template| {
            group += 1;
            let value = match template {
                Some(template) => expand(template, user_agent, &captures),
                None => text(user_agent, &captures, group),
            };
            let value = value.trim();
            (!value.is_empty()).then(|| value.to_owned())
        });
        values.first().is_some_and(Option::is_some).then_some(values)
    }
}

fn text(user_agent: &[u8], captures: &Captures, group: usize) -> String {
    let bytes = captures.get_group(group).and_then(|span| user_agent.get(span.range()));
    String::from_utf8_lossy(bytes.unwrap_or_default()).into_owned()
}

/// `$1` to `$9` are the groups.
fn expand(template: &str, user_agent: &[u8], captures: &Captures) -> String {
    let mut pieces = template.split('$');
    let mut expanded = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let mut rest = piece.chars();
        match rest.next().and_then(|digit| digit.to_digit(10)) {
            Some(group) => {
                expanded.push_str(&text(user_agent, captures, group as usize));
                expanded.push_str(rest.as_str());
            }
            None => {
                expanded.push('$');
                expanded.push_str(piece);
            }
        }
    }
    expanded
}
