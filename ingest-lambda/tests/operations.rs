//! docs/operations.md says what the code does: its tables are those of the program.
//! `UPDATE_DOCS=1 cargo test -p ingest-lambda --test operations -- --test-threads 1` writes them anew.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use ingest_lambda::{ANSWERS, Unsettled, VARIABLES, Variable};

fn page() -> (std::path::PathBuf, String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/operations.md");
    let text = std::fs::read_to_string(&path).unwrap();
    (path, text)
}

/// The rows between the head of the table that is named so and its end.
fn assert_rows(name: &str, rows: &str) {
    let (path, text) = page();
    let begin = text.find(&format!("<!-- {name}:")).unwrap();
    let head = begin + text[begin..].find("|---|").unwrap();
    let begin = head + text[head..].find('\n').unwrap() + 1;
    let end = text.find(&format!("<!-- end of {name} -->")).unwrap();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, format!("{}{rows}{}", &text[..begin], &text[end..])).unwrap();
    } else {
        assert_eq!(&text[begin..end], rows, "run with UPDATE_DOCS=1");
    }
}

#[test]
fn every_variable_is_documented_as_it_is() {
    let row = |variable: &Variable| {
        let default = variable.default.unwrap_or("must be set");
        format!("| `{}` | {default} | {} |\n", variable.name, variable.about)
    };
    assert_rows("variables", &VARIABLES.iter().map(row).collect::<String>());
}

#[test]
fn every_answer_of_the_engine_is_documented() {
    let row = |(answer, follows): &(&str, &str)| format!("| {answer} | {follows} |\n");
    assert_rows("answers", &ANSWERS.iter().map(row).collect::<String>());
}

#[test]
fn every_outcome_of_an_object_is_documented() {
    let (_, text) = page();
    for why in Unsettled::examples() {
        assert!(text.contains(&format!("`{}`", why.code())), "{}", why.code());
    }
}
