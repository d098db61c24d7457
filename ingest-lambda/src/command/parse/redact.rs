//! Redaction as it is asked for on the command line.

use parser_wasm::{AddressRedaction, QueryRedaction, Redaction};

/// One `WHAT=HOW`.
#[derive(Debug, Clone)]
pub(super) enum Change {
    Query(QueryRedaction),
    Addresses(AddressRedaction),
    Remove(String),
}

pub(super) fn parse_change(text: &str) -> Result<Change, String> {
    match text.split_once('=') {
        Some(("query", "mask")) => Ok(Change::Query(QueryRedaction::Mask)),
        Some(("query", "drop")) => Ok(Change::Query(QueryRedaction::Drop)),
        Some(("addresses", "truncate")) => Ok(Change::Addresses(AddressRedaction::Truncate)),
        Some(("addresses", "hmac")) => Ok(Change::Addresses(AddressRedaction::Hmac)),
        Some(("remove", path)) => Ok(Change::Remove(path.to_owned())),
        _ => Err("expected query=mask, query=drop, addresses=truncate, addresses=hmac or remove=FIELD".to_owned()),
    }
}

/// Makes the changes; the first field to remove takes the place of those that were there.
pub(super) fn apply(changes: Vec<Change>, redaction: &mut Redaction) {
    let mut removed = Vec::new();
    for change in changes {
        match change {
            Change::Query(how) => redaction.query = Some(how),
            Change::Addresses(how) => redaction.addresses = Some(how),
            Change::Remove(path) => removed.push(path),
        }
    }
    if !removed.is_empty() {
        redaction.remove = removed;
    }
}
