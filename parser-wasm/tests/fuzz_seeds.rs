//! The inputs that fuzzing begins with, and those that it once found, held to the same checks without a fuzzer.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used)]

#[path = "../fuzz/checks.rs"]
mod checks;

use std::fs;
use std::path::Path;

fn replay(target: &str, check: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
    let mut inputs = 0;
    for file in fs::read_dir(folder).unwrap() {
        check(&fs::read(file.unwrap().path()).unwrap());
        inputs += 1;
    }
    assert!(inputs > 0, "no saved inputs for {target}");
}

#[test]
fn saved_inputs_hold() {
    for (target, check) in [
        ("line", checks::line as fn(&[u8])),
        ("json_line", checks::json_line),
        ("reader", checks::reader),
        ("filter", checks::filter),
        ("redaction", checks::redaction),
    ] {
        replay(target, check);
    }
}
