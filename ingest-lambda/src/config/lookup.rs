//! Reads variables one by one, and gathers what is wrong with them.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use super::VARIABLES;
use crate::plain::excerpt;

const OURS: &str = "ALBATROSS_";

/// Our variables, and the problems found so far.
pub(super) struct Lookup {
    values: BTreeMap<String, String>,
    problems: Vec<String>,
}

impl Lookup {
    pub(super) fn new(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let ours = variables.into_iter().filter(|(name, value)| name.starts_with(OURS) && !value.is_empty());
        let values: BTreeMap<String, String> = ours.collect();
        let unknown = values.keys().filter(|name| !VARIABLES.iter().any(|known| known.name == *name));
        let problems = unknown.map(|name| format!("{name} is not a variable of this program")).collect();
        Self { values, problems }
    }

    pub(super) fn text(&self, name: &'static str) -> Option<String> {
        debug_assert!(VARIABLES.iter().any(|known| known.name == name), "{name} is not in the list");
        self.values.get(name).cloned()
    }

    pub(super) fn required(&mut self, name: &'static str, advice: &str) -> Option<String> {
        let value = self.text(name);
        if value.is_none() {
            self.problem(&format!("{name} is not set: {advice}"));
        }
        value
    }

    /// What was read from the variable, or its problem noted.
    pub(super) fn check<T>(&mut self, name: &'static str, read: Result<T, String>) -> Option<T> {
        read.map_err(|problem| self.problem(&format!("{name} {problem}"))).ok()
    }

    pub(super) fn flag(&mut self, name: &'static str, default: bool) -> bool {
        self.choice(name, &[("true", true), ("false", false)]).unwrap_or(default)
    }

    pub(super) fn choice<T: Copy>(&mut self, name: &'static str, choices: &[(&str, T)]) -> Option<T> {
        let text = self.text(name)?;
        let found = choices.iter().find(|(word, _)| *word == text);
        if found.is_none() {
            let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
            self.problem(&format!("{name} is {:?}: expected {}", excerpt(&text), words.join(" or ")));
        }
        found.map(|(_, value)| *value)
    }

    pub(super) fn optional_number<N>(&mut self, name: &'static str, range: RangeInclusive<N>) -> Option<N>
    where
        N: FromStr + PartialOrd + Display,
    {
        let text = self.text(name)?;
        let number = text.parse().ok().filter(|number| range.contains(number));
        if number.is_none() {
            self.problem(&format!(
                "{name} is {:?}: expected a whole number from {} to {}",
                excerpt(&text),
                range.start(),
                range.end()
            ));
        }
        number
    }

    pub(super) fn number<N>(&mut self, name: &'static str, default: N, range: RangeInclusive<N>) -> N
    where
        N: FromStr + PartialOrd + Display,
    {
        self.optional_number(name, range).unwrap_or(default)
    }

    pub(super) fn problem(&mut self, problem: &str) {
        self.problems.push(problem.to_owned());
    }

    pub(super) fn into_problems(self) -> Vec<String> {
        self.problems
    }
}
