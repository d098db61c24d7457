//! What a bulk answer means, item by item. Pure: status and body in, verdicts out.
//!
//! The rule behind the table: only what the engine says in so many words about a document counts
//! as a fault of that document. Every doubt leaves the object in the bucket.

use serde::Deserialize;

use super::entry::Refusal;
use crate::engine::Answer;

/// What became of a whole request.
#[derive(Debug, PartialEq, Eq)]
pub enum Judgement {
    /// It was taken up: one verdict per item, in the order sent.
    Items(Vec<Verdict>),
    /// Send all of it again, later.
    Again(String),
    /// Too big for the engine or a proxy before it: send it in halves.
    Halve(String),
    /// Refused as a whole: nothing we could send would fare better.
    Cancel(String),
}

/// What became of one item.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// In the index now.
    Indexed,
    /// In the index already, under the same id.
    Duplicate,
    /// Send it again, later.
    Again(String),
    /// The document's own fault, which no repetition mends.
    Rejected(Refusal),
    /// A refusal that has nothing to do with the document.
    Cancel(String),
}

#[derive(Deserialize)]
struct Body {
    items: Vec<BodyItem>,
}

/// An item is answered under the name of its action.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum BodyItem {
    Create(ItemAnswer),
    Index(ItemAnswer),
}

#[derive(Deserialize)]
struct ItemAnswer {
    status: u16,
    #[serde(default)]
    error: Option<ItemError>,
}

#[derive(Default, Deserialize)]
struct ItemError {
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    reason: Option<String>,
}

/// Judges the answer to a request of `sent` items.
#[must_use]
pub fn judge(answer: &Answer, sent: usize) -> Judgement {
    match answer.status {
        200..300 => match serde_json::from_slice::<Body>(&answer.body) {
            Ok(Body { items }) if items.len() == sent => {
                Judgement::Items(items.into_iter().map(BodyItem::verdict).collect())
            }
            Ok(Body { items }) => {
                Judgement::Again(format!("not acknowledged: {} items answered of {sent} sent", items.len()))
            }
            Err(error) => Judgement::Again(format!("not acknowledged: {error}")),
        },
        413 => Judgement::Halve(answer.excerpt()),
        _ if answer.is_transient() => Judgement::Again(answer.excerpt()),
        _ => Judgement::Cancel(answer.excerpt()),
    }
}

impl BodyItem {
    fn verdict(self) -> Verdict {
        match self {
            // Only `create` is refused because the id is there already.
            Self::Create(ItemAnswer { status: 409, .. }) => Verdict::Duplicate,
            Self::Create(answer) | Self::Index(answer) => answer.verdict(),
        }
    }
}

impl ItemAnswer {
    fn verdict(self) -> Verdict {
        match self.status {
            200 | 201 => Verdict::Indexed,
            429 | 500.. => Verdict::Again(self.refusal().to_string()),
            400 if self.error.as_ref().is_some_and(ItemError::blames_the_document) => Verdict::Rejected(self.refusal()),
            _ => Verdict::Cancel(self.refusal().to_string()),
        }
    }

    fn refusal(self) -> Refusal {
        let ItemError { kind, reason } = self.error.unwrap_or_default();
        Refusal { status: self.status, kind, reason: reason.unwrap_or_default() }
    }
}

impl ItemError {
    /// `illegal_argument_exception` is the engines' word for many things, a full shard limit among
    /// them; of those only the term too long for Lucene is the document's fault.
    fn blames_the_document(&self) -> bool {
        match self.kind.as_str() {
            "mapper_parsing_exception" | "document_parsing_exception" | "strict_dynamic_mapping_exception" => true,
            "illegal_argument_exception" => {
                self.reason.as_deref().is_some_and(|reason| reason.contains("immense term"))
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        Answer { status, retry_after: None, body: body.into() }
    }

    /// The verdict over a batch of one item, answered so.
    fn verdict(status: u16, error: Option<(&str, &str)>) -> Verdict {
        let mut item = serde_json::json!({ "status": status });
        if let Some((kind, reason)) = error {
            item["error"] = serde_json::json!({ "type": kind, "reason": reason });
        }
        let body = serde_json::json!({ "errors": error.is_some(), "items": [{ "create": item }] });
        match judge(&answer(200, &body.to_string()), 1) {
            Judgement::Items(mut verdicts) => verdicts.remove(0),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn items_row_by_row() {
        assert_eq!(verdict(201, None), Verdict::Indexed);
        assert_eq!(verdict(200, None), Verdict::Indexed);
        assert_eq!(verdict(409, Some(("version_conflict_engine_exception", "x"))), Verdict::Duplicate);
        for status in [429, 500, 502, 503, 504] {
            let busy = verdict(status, Some(("es_rejected_execution_exception", "full")));
            assert_eq!(busy, Verdict::Again("es_rejected_execution_exception: full".into()));
        }
        for kind in ["mapper_parsing_exception", "document_parsing_exception", "strict_dynamic_mapping_exception"] {
            let refusal = Refusal { status: 400, kind: kind.to_owned(), reason: "why".to_owned() };
            assert_eq!(verdict(400, Some((kind, "why"))), Verdict::Rejected(refusal));
        }
        let immense = "Document contains at least one immense term in field=\"url.original\"";
        assert!(matches!(verdict(400, Some(("illegal_argument_exception", immense))), Verdict::Rejected(_)));
    }

    #[test]
    fn documents_written_anew() {
        let judged = |status: u16| {
            let body = serde_json::json!({ "items": [{ "index": { "status": status } }] });
            match judge(&answer(200, &body.to_string()), 1) {
                Judgement::Items(mut verdicts) => verdicts.remove(0),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!((judged(200), judged(201)), (Verdict::Indexed, Verdict::Indexed));
        assert!(matches!(judged(409), Verdict::Cancel(_)), "what was to be replaced was not");
    }

    #[test]
    fn a_systemic_refusal_is_not_a_bad_document() {
        for (status, kind, reason) in [
            (
                400,
                "illegal_argument_exception",
                "this action would add [2] shards, but this cluster currently has [1000]/[1000] maximum normal shards open",
            ),
            (400, "illegal_argument_exception", "Limit of total fields [1000] has been exceeded"),
            (400, "validation_exception", "Validation Failed: 1: no"),
            (400, "index_closed_exception", "closed"),
            (403, "cluster_block_exception", "index [x] blocked by: [FORBIDDEN/12/index read-only]"),
            (404, "index_not_found_exception", "no such index"),
            // Right type, wrong status.
            (404, "mapper_parsing_exception", "x"),
            (400, "exception_of_tomorrow", "x"),
        ] {
            assert!(matches!(verdict(status, Some((kind, reason))), Verdict::Cancel(_)), "{status} {kind}");
        }
        assert_eq!(verdict(400, None), Verdict::Cancel("item status 400".into()));
        assert!(matches!(verdict(302, None), Verdict::Cancel(_)));
    }

    #[test]
    fn requests_row_by_row() {
        for status in [408, 429, 500, 502, 503, 504] {
            assert!(matches!(judge(&answer(status, ""), 1), Judgement::Again(_)), "{status}");
        }
        assert!(matches!(judge(&answer(413, ""), 1), Judgement::Halve(_)));
        for status in [301, 307, 400, 401, 403, 404, 405, 410] {
            let refused = judge(&answer(status, "blocked"), 1);
            assert_eq!(refused, Judgement::Cancel(format!("HTTP {status} blocked")));
        }
    }

    #[test]
    fn what_is_not_said_is_not_acknowledged() {
        for (body, sent) in [
            (r#"{"errors":false,"items":[{"create":{"status":201}}]}"#, 2),
            (r#"{"errors":false,"items":[{"create":{"status":201}},{"create":{"status":201}}]}"#, 1),
            (r#"{"errors":false}"#, 1),
            (r#"{"errors":false,"items":[{"create":{}}]}"#, 1),
            (r#"{"errors":false,"items":[{"update":{"status":201}}]}"#, 1),
            (r#"{"errors":false,"items":[{}]}"#, 1),
            (r#"{"errors":false,"items":[{"create":{"status":201}}"#, 1),
            ("<html>it works</html>", 1),
            ("", 1),
        ] {
            assert!(matches!(judge(&answer(200, body), sent), Judgement::Again(_)), "{body}");
        }
    }

    #[test]
    fn members_that_were_not_asked_for_are_ignored() {
        let body = r#"{"took":3,"errors":true,"items":[
            {"create":{"_index":"a","_id":"1","_version":1,"status":201,"_shards":{"total":1}}},
            {"create":{"_index":"a","status":400,"error":{"type":"mapper_parsing_exception","reason":null,"caused_by":{}}}}]}"#;
        let kind = "mapper_parsing_exception".to_owned();
        let refusal = Refusal { status: 400, kind, reason: String::new() };
        assert_eq!(judge(&answer(200, body), 2), Judgement::Items(vec![Verdict::Indexed, Verdict::Rejected(refusal)]));
    }
}
