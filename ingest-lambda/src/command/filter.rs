//! `albatross filter`: a filter as the engine is asked it.

use std::process::ExitCode;

use clap::Args;
use parser_wasm::Settings;

use super::{USAGE, fail_with_text, print, read_filter, read_settings};

/// Print a filter as the body of a search
///
/// The engine finds by it the documents that `albatross parse --where` writes and the setting
/// `filter` lets through. A filter that is none is shown with what is wrong, and where. docs/filter.md
/// has the language; `now` in a filter is the time of this call.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  albatross filter 'url.path: /api/* and http.response.status_code >= 500' |
    curl -s -H 'content-type: application/json' --data-binary @- 'localhost:9200/albatross-elb-*/_count'

Exit status:
  0  done
  2  bad usage, or no filter")]
pub(super) struct Filter {
    /// The filter
    #[arg(value_name = "EXPR", allow_hyphen_values = true)]
    filter: String,

    /// What documents look like, and so which fields there are and how the engine keeps dates: a
    /// JSON file, as the page exports it
    #[arg(long, value_name = "FILE", value_parser = read_settings)]
    settings: Option<Settings>,
}

impl Filter {
    pub(super) fn run(self) -> ExitCode {
        let Settings { schema, engine, .. } = self.settings.unwrap_or_default();
        match read_filter(schema, &self.filter) {
            Ok(filter) => print(&filter.to_search_body(engine), None, false),
            Err(problem) => fail_with_text(USAGE, &format!("this is no filter: {problem}")),
        }
    }
}
