//! The crawlers that others have listed, and how many of them are missed.
#![cfg(not(target_arch = "wasm32"))]

use parser_wasm::{Limits, LogReader, Text, UserAgents};

const CRAWLERS: &[u8] = include_bytes!("crawler-user-agents/instances.txt.gz");

/// What the list calls crawlers: found, not found, and said to be untold. A change of the names changes these, and should
/// find more; some on the list are feed readers and proxies, behind which are people.
#[test]
fn crawlers_that_others_have_listed() {
    let user_agents = UserAgents::of_uap_core();
    let mut reader = LogReader::new(Limits::default());
    let (mut found, mut missed, mut untold) = (0, 0, 0);
    for chunk in CRAWLERS.chunks(64 * 1024) {
        reader.push(chunk).expect("gzip");
        while let Some(line) = reader.next_line() {
            match user_agents.of(Text(line.bytes)).is_bot {
                Some(true) => found += 1,
                Some(false) => missed += 1,
                None => untold += 1,
            }
        }
    }
    assert!(reader.finish().expect("a whole file").is_none());
    assert_eq!((found, missed, untold), (1690, 422, 6));
}
