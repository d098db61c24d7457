//! What a bulk answer means, item by item. Pure: status and body in, verdicts out.
//!
//! A failure has a size: a document's, an index's, everybody's. The rule behind the tables: codes
//! decide where they are clear, and only what the engine says in so many words about a document
//! counts as its fault. Where a code may mean several sizes, the verdict is `Failed`, and what
//! comes of sending again decides (`delivery.rs`).

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::DeserializeSeed;
use serde_json::Value;

use super::entry::Refusal;
use super::items::Items;
use super::place;
use crate::engine::Answer;
use crate::plain::{beginning, excerpt};

/// What became of a whole request.
#[derive(Debug, PartialEq, Eq)]
pub enum Judgement {
    /// It was taken up: one verdict per item, in the order sent.
    Items(Vec<Verdict>),
    /// Too busy: send all of it again, later.
    Busy(String),
    /// Not taken as a whole, perhaps because of one document in it, or of its size.
    Failed(Refusal),
    /// The engine takes no index names in a body: send it to the index's own address.
    NameInBody(String),
    /// Nothing that anybody could send would fare better.
    Everybody(String),
}

/// What became of one item.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// In the index now.
    Indexed,
    /// In the index already, under the same id.
    Duplicate,
    /// Acknowledged, and not in the index that it names; in the engine's words.
    Unstored(String),
    /// The document's own fault, which no repetition mends.
    Rejected(Refusal),
    /// The index takes nothing.
    IndexRefused(Refusal),
    /// We are not allowed to.
    Denied(Refusal),
    /// Too busy, or its shard is away: never the document's fault.
    Busy(Refusal),
    /// Anything else: sending it again shows whose fault it is.
    Failed(Refusal),
}

/// What follows from the engine's answers, as docs/operations.md has it.
pub const ANSWERS: &[(&str, &str)] = &[
    (
        "item 2xx with `created` or `updated`, in the index that the item names (or a backing index of that data stream)",
        "indexed",
    ),
    ("item 409, a version conflict, in that index", "it is there already: counted as duplicate"),
    (
        "any other item 2xx: `noop`, no result, stored in another index or in the failure store",
        "counted as `unstored`; its object is parked as `not_stored`",
    ),
    (
        "item 400 that names a fault of the document (`mapper_parsing_exception`, `document_parsing_exception`, `strict_dynamic_mapping_exception`; `illegal_argument_exception` for an immense term)",
        "quarantined, with the engine's reason",
    ),
    (
        "item refused for its index: closed, blocked, missing, a shard limit",
        "its object is parked as `index_refused`; all others go on",
    ),
    (
        "item 401, or 403 by `security_exception`",
        "parked as `index_refused` where the engine took something else in the last minute; otherwise the run stops",
    ),
    (
        "item 408, 429, 503, or 5xx for a shard, a node or a disk",
        "sent again: exponential backoff with full jitter, `Retry-After` honoured; without progress for a minute the object is parked as `stalled`",
    ),
    (
        "any other item 4xx or 5xx",
        "sent again, each time beside a document that the index has; quarantined after five failures where that one is taken each time (fifteen if not always); otherwise 4xx is the index's, and 5xx is sent again as above",
    ),
    (
        "more than ten documents refused, and over 20 % (of a batch, or of the latest thousand documents)",
        "the object is parked as `refused`; ten objects in a row, and nothing good in between: the run stops",
    ),
    (
        "the whole request 401, 404, 405, 410, 3xx; any 4xx by which the engine or AWS says that we may not; an untrusted certificate, no credentials",
        "the run stops at once, objects stay, `alarm`",
    ),
    (
        "the whole request 408, 429, 503",
        "sent again, in smaller pieces if it lasts; after a minute parked as `stalled` while others get through, otherwise the run stops",
    ),
    (
        "the whole request refused or lost in any other way: 400, 403 and 413 by somebody in front, 500, 502, 504, no answer, an answer without the items",
        "sent again, then in halves (at once where it took five seconds; each half is given five then); a document that is refused alone is judged like an item, after one try where it is too large and two where it is refused by 4xx; if nothing gets through at all, the run stops",
    ),
];

/// What an engine says of a document may repeat the document.
const REASON_CHARS: usize = 1000;

/// An item is answered under the name of its action.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum BodyItem<'a> {
    Create(#[serde(borrow)] ItemAnswer<'a>),
    Index(#[serde(borrow)] ItemAnswer<'a>),
}

#[derive(Deserialize)]
pub(super) struct ItemAnswer<'a> {
    status: u16,
    #[serde(borrow, default)]
    result: Cow<'a, str>,
    #[serde(borrow, default, rename = "_index")]
    place: Cow<'a, str>,
    #[serde(borrow, default)]
    failure_store: Cow<'a, str>,
    #[serde(default)]
    error: Option<Box<ItemError>>,
}

#[derive(Default, Deserialize)]
struct ItemError {
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    reason: Option<String>,
}

/// Judges the answer to a request of so many items; `index_of` is the index that one names, by its number.
#[must_use]
pub fn judge<'a>(answer: &Answer, sent: usize, index_of: impl Fn(usize) -> &'a str) -> Judgement {
    if !answer.is_success() {
        return judge_whole(answer);
    }
    let mut json = serde_json::Deserializer::from_slice(&answer.body);
    let verdicts = Items { sent, index_of }.deserialize(&mut json);
    match verdicts.and_then(|verdicts| json.end().map(|()| verdicts)) {
        Ok(verdicts) => Judgement::Items(verdicts),
        Err(error) => Judgement::Failed(Refusal {
            status: answer.status,
            kind: String::new(),
            reason: format!("not acknowledged: {error}"),
        }),
    }
}

/// The table of whole requests.
fn judge_whole(answer: &Answer) -> Judgement {
    match answer.status {
        408 | 429 | 503 => Judgement::Busy(answer.excerpt()),
        300..400 | 401 | 404 | 405 | 410 => Judgement::Everybody(answer.excerpt()),
        400..500 if is_for_the_name(&answer.body) => Judgement::NameInBody(answer.excerpt()),
        400..500 if is_about_us(&answer.body) => Judgement::Everybody(answer.excerpt()),
        status => Judgement::Failed(Refusal { status, kind: String::new(), reason: answer.excerpt() }),
    }
}

/// `rest.action.multi.allow_explicit_index: false`.
fn is_for_the_name(body: &[u8]) -> bool {
    String::from_utf8_lossy(body).contains("explicit index in bulk is not allowed")
}

/// Whether the engine or AWS speaks of who we are and what we may do. A page that a firewall shows
/// says nothing of the kind, and may be about one line in the body.
fn is_about_us(body: &[u8]) -> bool {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let kind = body.pointer("/error/type").and_then(Value::as_str).unwrap_or_default();
    let message = body.get("message").or_else(|| body.get("Message")).and_then(Value::as_str).unwrap_or_default();
    // The security plugins; an index or all of them blocked; OpenSearch Serverless.
    matches!(kind, "security_exception" | "cluster_block_exception" | "Forbidden")
        // `User: … is not authorized to perform: es:ESHttpPost`, and what AWS says of signatures.
        || ["not authorized", "not allowed", "signature", "security token", "redential"].iter().any(|word| message.contains(word))
}

impl BodyItem<'_> {
    /// What became of the item; `index` is the one that it names.
    pub(super) fn verdict<'a>(self, index: impl FnOnce() -> &'a str) -> Verdict {
        match self {
            // Only `create` is refused because the id is there already.
            Self::Create(answer) if answer.is_version_conflict() => match answer.elsewhere(index) {
                None => Verdict::Duplicate,
                Some(words) => Verdict::Unstored(words),
            },
            Self::Create(answer) | Self::Index(answer) => answer.verdict(index),
        }
    }
}

impl ItemAnswer<'_> {
    /// The table of items.
    fn verdict<'a>(self, index: impl FnOnce() -> &'a str) -> Verdict {
        let kind = self.error.as_ref().map_or("", |error| error.kind.as_str());
        match self.status {
            200..300 => self.stored(index),
            400 if self.error.as_deref().is_some_and(ItemError::blames_the_document) => {
                Verdict::Rejected(self.refusal())
            }
            408 | 429 | 503 => Verdict::Busy(self.refusal()),
            500.. if blames_the_node(kind) => Verdict::Busy(self.refusal()),
            401 => Verdict::Denied(self.refusal()),
            403 if kind == "security_exception" => Verdict::Denied(self.refusal()),
            400..500 if self.error.as_deref().is_some_and(ItemError::blames_the_index) => {
                Verdict::IndexRefused(self.refusal())
            }
            _ => Verdict::Failed(self.refusal()),
        }
    }

    /// An item is stored where the engine says that it did so, and names no other place. Every engine that takes our
    /// documents says it: Elasticsearch since 5.0, OpenSearch, its serverless kind.
    fn stored<'a>(self, index: impl FnOnce() -> &'a str) -> Verdict {
        match self.elsewhere(index) {
            Some(words) => Verdict::Unstored(words),
            None if matches!(&*self.result, "created" | "updated") => Verdict::Indexed,
            None => Verdict::Unstored(self.words()),
        }
    }

    /// The engine's words, where it names another place than the item did.
    fn elsewhere<'a>(&self, index: impl FnOnce() -> &'a str) -> Option<String> {
        let other = !self.place.is_empty() && !place::belongs_to(&self.place, index());
        if other || self.failure_store == "used" {
            let store = if self.failure_store == "used" { ", failure_store: used" } else { "" };
            return Some(format!("{} in {}{store}", self.words(), self.place));
        }
        None
    }

    fn words(&self) -> String {
        let result = if self.result.is_empty() { "without a result" } else { &self.result };
        format!("{} {result}", self.status)
    }

    fn is_version_conflict(&self) -> bool {
        let kind = self.error.as_ref().map_or("", |error| error.kind.as_str());
        self.status == 409 && matches!(kind, "" | "version_conflict_engine_exception")
    }

    fn refusal(self) -> Refusal {
        let ItemError { kind, reason } = *self.error.unwrap_or_default();
        let reason = beginning(&reason.unwrap_or_default(), REASON_CHARS);
        Refusal { status: self.status, kind: excerpt(&kind), reason }
    }
}

impl ItemError {
    /// `illegal_argument_exception` is the engines' word for many things, a full shard limit among
    /// them; of those only the term too long for Lucene is surely the document's fault.
    fn blames_the_document(&self) -> bool {
        match self.kind.as_str() {
            "mapper_parsing_exception" | "document_parsing_exception" | "strict_dynamic_mapping_exception" => true,
            "illegal_argument_exception" => self.says("immense term"),
            _ => false,
        }
    }

    fn blames_the_index(&self) -> bool {
        match self.kind.as_str() {
            "index_closed_exception"
            | "cluster_block_exception"
            | "index_not_found_exception"
            | "invalid_index_name_exception"
            | "index_create_block_exception" => true,
            "illegal_argument_exception" | "validation_exception" => self.says("this action would add"),
            _ => false,
        }
    }

    fn says(&self, words: &str) -> bool {
        self.reason.as_deref().is_some_and(|reason| reason.contains(words))
    }
}

/// What goes wrong in a shard, on a node or a disk, and never because of a document.
fn blames_the_node(kind: &str) -> bool {
    matches!(
        kind,
        "unavailable_shards_exception"
            | "no_shard_available_action_exception"
            | "primary_missing_action_exception"
            | "index_shard_closed_exception"
            | "shard_not_found_exception"
            | "shard_not_in_primary_mode_exception"
            | "engine_closed_exception"
            | "already_closed_exception"
            | "node_closed_exception"
            | "node_disconnected_exception"
            | "node_not_connected_exception"
            | "connect_transport_exception"
            | "receive_timeout_transport_exception"
            | "process_cluster_event_timeout_exception"
            | "timeout_exception"
            | "es_rejected_execution_exception"
            | "rejected_execution_exception"
            | "circuit_breaking_exception"
            | "cluster_block_exception"
            | "i_o_exception"
            | "file_system_exception"
            | "translog_exception"
    )
}

#[cfg(test)]
#[path = "response_tests.rs"]
mod tests;
