//! Headers of tables, which name the columns of the lines behind them.

use super::cells::Values;
use super::delimited;
use super::error::{ErrorKind, ParseError};
use super::json::is_known;
use super::{Format, Hint, Record};

/// So many names that a format has make a table a load balancer's.
const ENOUGH: usize = 3;

/// Columns that hold a whole line: of CloudWatch Logs Insights.
const LINES: [&str; 2] = ["@message", "message"];

/// The directives of a log in the W3C format.
const DIRECTIVES: [&[u8]; 7] =
    [b"#Version:", b"#Fields:", b"#Software:", b"#Start-Date:", b"#End-Date:", b"#Date:", b"#Remark:"];

/// The names in a `#Fields:` directive, between blanks or whatever delimits the values.
pub(crate) fn w3c_names(line: &[u8]) -> Option<Vec<String>> {
    let names = String::from_utf8_lossy(line.strip_prefix(b"#Fields:")?).into_owned();
    let name = |name: &str| (!name.is_empty()).then(|| name.to_owned());
    Some(names.split([' ', '\t', ',', '\r']).filter_map(name).collect())
}

/// Whether these are the names of a load balancer's columns.
pub(crate) fn are_columns(names: &[String]) -> bool {
    let known = |format: &Format| names.iter().filter(|name| is_known(format.fields(), name)).count();
    let is_time = |name: &String| ["time", "timestamp", "request_timestamp"].contains(&name.as_str());
    names.iter().any(|name| LINES.contains(&name.as_str()))
        || (names.iter().any(is_time) && Format::ALL.iter().map(known).max() >= Some(ENOUGH))
}

/// The names in a plain header, and what delimits them.
pub(crate) fn header_names(line: &[u8]) -> Option<(Vec<String>, u8)> {
    let delimiter = *line.iter().find(|byte| b",\t;|".contains(byte))?;
    let names = delimited::cut(line.trim_ascii_end(), delimiter, &[]);
    let is_name = |name: &String| {
        let is_of_it = |byte: u8| byte.is_ascii_alphanumeric() || b"_@:.-".contains(&byte);
        (1..=64).contains(&name.len()) && name.bytes().all(is_of_it)
    };
    (names.iter().all(is_name) && are_columns(&names)).then_some((names, delimiter))
}

/// What CloudWatch Logs sends once to see whether somebody listens.
const CHECK: &[u8] = b"CWL CONTROL MESSAGE: ";

/// Whether the line names columns or checks a destination, and so holds no event.
#[cold]
pub(crate) fn is_header(line: &[u8]) -> bool {
    let is_directive = DIRECTIVES.iter().any(|directive| line.starts_with(directive));
    (is_directive && w3c_names(line).is_none_or(|names| are_columns(&names)))
        || header_names(line).is_some()
        || memchr::memmem::find(line, CHECK).is_some_and(|at| at < 1024)
}

/// Whether it is the header of another service's log.
pub(crate) fn is_foreign_header(line: &[u8]) -> bool {
    w3c_names(line).is_some_and(|names| !are_columns(&names))
}

/// Whether the line is a load balancer's, but nobody can tell where its values end.
pub(crate) fn is_ambiguous(line: &[u8]) -> bool {
    match Record::plain(line, Hint::None, &mut Values::default()) {
        Ok(_) => false,
        Err(error) => {
            let is_open = |error: ParseError| error.kind == ErrorKind::Delimiter;
            let mut values = Values::default();
            let delimited = delimited::read(line, Hint::None, &mut values);
            delimited.and_then(Result::err).is_some_and(is_open) || delimited::is_bare(line, &error)
        }
    }
}
