//! docs/operations.md says what the code does: its table of variables is that of the program.
//! `UPDATE_DOCS=1 cargo test -p ingest-lambda --test operations` writes it anew.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use ingest_lambda::{Unsettled, VARIABLES};

const BEGIN: &str = "|---|---|---|\n";
const END: &str = "<!-- end of variables -->";

fn page() -> (std::path::PathBuf, String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/operations.md");
    let text = std::fs::read_to_string(&path).unwrap();
    (path, text)
}

#[test]
fn every_variable_is_documented_as_it_is() {
    let (path, text) = page();
    let begin = text.find("<!-- variables:").unwrap();
    let begin = begin + text[begin..].find(BEGIN).unwrap() + BEGIN.len();
    let end = text.find(END).unwrap();
    let rows: String = VARIABLES
        .iter()
        .map(|variable| {
            let default = variable.default.unwrap_or("must be set");
            format!("| `{}` | {default} | {} |\n", variable.name, variable.about)
        })
        .collect();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, format!("{}{rows}{}", &text[..begin], &text[end..])).unwrap();
    } else {
        assert_eq!(&text[begin..end], rows, "run with UPDATE_DOCS=1");
    }
}

#[test]
fn every_outcome_of_an_object_is_documented() {
    let (_, text) = page();
    for why in Unsettled::examples() {
        assert!(text.contains(&format!("`{}`", why.code())), "{}", why.code());
    }
}
