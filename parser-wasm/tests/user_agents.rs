//! uap-core's own test cases, through `UserAgents`.
#![cfg(not(target_arch = "wasm32"))]

use parser_wasm::{Limits, LogReader, Text, UserAgents};

const CASES: &[u8] = include_bytes!("uap-core/cases.tsv.gz");

/// `KIND TAB STRING TAB NAME`, and for browsers and systems up to four parts of the version.
struct Case<'a> {
    kind: &'a str,
    user_agent: &'a str,
    name: &'a str,
    version: String,
}

impl<'a> Case<'a> {
    fn of(line: &'a str) -> Self {
        let mut columns = line.split('\t');
        let [kind, user_agent, name] = std::array::from_fn(|_| columns.next().expect("three columns or more"));
        let version: Vec<&str> = columns.take_while(|part| !part.is_empty()).collect();
        Self { kind, user_agent, name, version: version.join(".") }
    }
}

#[test]
fn the_cases_of_uap_core() {
    let user_agents = UserAgents::of_uap_core();
    let mut reader = LogReader::new(Limits::default());
    let mut cases = 0;
    let mut judge = |line: &[u8]| {
        let case = Case::of(std::str::from_utf8(line).expect("UTF-8"));
        // As a load balancer logs it.
        let logged = case.user_agent.replace('\\', r"\x5C");
        let answer = user_agents.of(Text(logged.as_bytes()));
        let (name, version) = match case.kind {
            "ua" => (answer.name.as_deref().unwrap_or_default(), answer.version.as_deref()),
            "os" => (answer.os_name.as_deref().unwrap_or("Other"), answer.os_version.as_deref()),
            _ => (answer.device_name.as_deref().unwrap_or_default(), None),
        };
        let version = version.unwrap_or_default();
        // The cases of browsers do not have the fourth part, which rules may give.
        let is_same_version = version == case.version
            || case.kind == "ua" && case.version.matches('.').count() == 2 && version.starts_with(&case.version);
        assert!(name == case.name && is_same_version, "{}: {}: {answer:?}", case.kind, case.user_agent);
        cases += 1;
    };
    for chunk in CASES.chunks(64 * 1024) {
        reader.push(chunk).expect("gzip");
        while let Some(line) = reader.next_line() {
            judge(line.bytes);
        }
    }
    assert!(reader.finish().expect("a whole file").is_none());
    assert_eq!(cases, 18_047);
}
