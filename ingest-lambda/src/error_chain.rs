//! Errors in one line.

use std::error::Error as StdError;

/// An error with its causes, for clients that keep what matters in the last of them.
pub(crate) fn error_chain(error: &dyn StdError) -> String {
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        message = format!("{message}: {error}");
        cause = error.source();
    }
    message
}
