//! MMDB files, as far as an operator names some.

use std::path::PathBuf;

use parser_wasm::GeoDatabases;

use crate::error_chain::error_chain;

/// Reads files into memory; what is wrong with them otherwise, a sentence for each.
pub(crate) fn read<'a>(paths: impl IntoIterator<Item = &'a PathBuf>) -> Result<GeoDatabases, Vec<String>> {
    let mut databases = GeoDatabases::default();
    let mut problems = Vec::new();
    for path in paths {
        let read = std::fs::read(path).map_err(|error| error.to_string());
        let added = read.and_then(|bytes| databases.add(bytes.into()).map_err(|error| error_chain(&error)));
        if let Err(problem) = added {
            problems.push(format!("{}: {problem}", path.display()));
        }
    }
    if problems.is_empty() { Ok(databases) } else { Err(problems) }
}
