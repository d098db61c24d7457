use super::*;

fn answer(status: u16, body: &str) -> Answer {
    Answer { status, retry_after: None, location: None, body: body.into() }
}

fn judged(answer: &Answer, sent: usize) -> Judgement {
    judge(answer, sent, |_| "logs")
}

/// The verdict over one item, answered so.
fn of_item(operation: &str, item: &Value) -> Verdict {
    let body = serde_json::json!({ "items": [{ operation: item }] });
    match judged(&answer(200, &body.to_string()), 1) {
        Judgement::Items(mut verdicts) => verdicts.remove(0),
        other => panic!("{other:?}"),
    }
}

fn verdict(status: u16, kind: &str, reason: &str) -> Verdict {
    of_item("create", &serde_json::json!({ "status": status, "error": { "type": kind, "reason": reason } }))
}

#[test]
fn stored_is_what_was_created_in_its_own_place() {
    for (item, expected) in [
        (r#"{"status":201,"result":"created"}"#, None),
        (r#"{"status":201,"result":"created","_index":"logs"}"#, None),
        (r#"{"status":200,"result":"updated","_index":"logs"}"#, None),
        (r#"{"status":201,"result":"created","_index":".ds-logs-2026.11.23-000001"}"#, None),
        (r#"{"status":201,"result":"created","failure_store":"not_applicable_or_unknown"}"#, None),
        // A pipeline with `drop`, and with `reroute`.
        (r#"{"status":200,"result":"noop","_version":-3}"#, Some("200 noop")),
        (r#"{"status":201,"result":"created","_index":"other"}"#, Some("201 created in other")),
        (
            r#"{"status":201,"result":"created","_index":".fs-logs-2026.11.23-000001","failure_store":"used"}"#,
            Some("201 created in .fs-logs-2026.11.23-000001, failure_store: used"),
        ),
        (r#"{"status":201}"#, Some("201 without a result")),
        (r#"{"status":200,"result":"deleted"}"#, Some("200 deleted")),
        (r#"{"status":202,"result":"accepted"}"#, Some("202 accepted")),
    ] {
        let found = of_item("create", &serde_json::from_str(item).unwrap());
        assert_eq!(found, expected.map_or(Verdict::Indexed, |words| Verdict::Unstored(words.to_owned())), "{item}");
    }
}

#[test]
fn there_already_is_a_version_conflict_in_its_own_place() {
    let conflict = "version_conflict_engine_exception";
    assert_eq!(verdict(409, conflict, "x"), Verdict::Duplicate);
    let elsewhere = serde_json::json!({ "status": 409, "_index": "other", "error": { "type": conflict } });
    assert!(matches!(of_item("create", &elsewhere), Verdict::Unstored(_)), "what was sent elsewhere is there still");
    assert!(matches!(verdict(409, "resource_already_exists_exception", "x"), Verdict::Failed(_)));
    let overwritten = serde_json::json!({ "status": 409, "error": { "type": conflict } });
    assert!(matches!(of_item("index", &overwritten), Verdict::Failed(_)), "what was to be replaced was not");
}

#[test]
fn a_fault_is_the_documents_in_so_many_words_only() {
    for kind in ["mapper_parsing_exception", "document_parsing_exception", "strict_dynamic_mapping_exception"] {
        let refusal = Refusal { status: 400, kind: kind.to_owned(), reason: "why".to_owned() };
        assert_eq!(verdict(400, kind, "why"), Verdict::Rejected(refusal));
        assert!(matches!(verdict(404, kind, "why"), Verdict::Failed(_)), "right type, wrong status");
    }
    let immense = "Document contains at least one immense term in field=\"url.original\"";
    assert!(matches!(verdict(400, "illegal_argument_exception", immense), Verdict::Rejected(_)));
    assert!(matches!(verdict(400, "illegal_argument_exception", "anything else"), Verdict::Failed(_)));
    assert!(matches!(verdict(400, "exception_of_tomorrow", "x"), Verdict::Failed(_)));
}

#[test]
fn an_index_that_takes_nothing_is_told_from_a_document() {
    let shards =
        "this action would add [2] shards, but this cluster currently has [1000]/[1000] maximum normal shards open";
    for (status, kind, reason) in [
        (400, "illegal_argument_exception", shards),
        (400, "validation_exception", shards),
        (400, "index_closed_exception", "closed"),
        (403, "cluster_block_exception", "index [x] blocked by: [FORBIDDEN/12/index read-only]"),
        (404, "index_not_found_exception", "no such index"),
    ] {
        assert!(matches!(verdict(status, kind, reason), Verdict::IndexRefused(_)), "{status} {kind}");
    }
    for (status, kind) in [(403, "security_exception"), (401, "security_exception"), (401, "")] {
        assert!(matches!(verdict(status, kind, "no permissions"), Verdict::Denied(_)), "{status} {kind}");
    }
}

#[test]
fn a_busy_shard_is_never_a_documents_fault() {
    for (status, kind) in [
        (429, "es_rejected_execution_exception"),
        (429, "cluster_block_exception"),
        (503, "unavailable_shards_exception"),
        (503, "exception_of_tomorrow"),
        (500, "unavailable_shards_exception"),
        (500, "node_closed_exception"),
        (500, "already_closed_exception"),
    ] {
        assert!(matches!(verdict(status, kind, "x"), Verdict::Busy(_)), "{status} {kind}");
    }
    for status in [302, 500, 502, 504] {
        assert!(matches!(verdict(status, "", ""), Verdict::Failed(_)), "{status}");
    }
}

#[test]
fn requests_row_by_row() {
    for status in [408, 429, 503] {
        assert!(matches!(judged(&answer(status, ""), 1), Judgement::Busy(_)), "{status}");
    }
    for status in [301, 307, 401, 404, 405, 410] {
        let refused = judged(&answer(status, "blocked"), 1);
        assert_eq!(refused, Judgement::Everybody(format!("HTTP {status} blocked")));
    }
    for (status, body) in [
        (400, "no"),
        (403, "<html>Forbidden</html>"),
        (403, r#"{"message":"Forbidden"}"#),
        (413, ""),
        (500, ""),
        (502, ""),
        (504, ""),
    ] {
        assert!(matches!(judged(&answer(status, body), 1), Judgement::Failed(_)), "{status} {body}");
    }
    for (status, body) in [
        (
            403,
            r#"{"error":{"type":"security_exception","reason":"no permissions for [indices:data/write/bulk]"},"status":403}"#,
        ),
        (
            403,
            r#"{"error":{"type":"cluster_block_exception","reason":"blocked by: [FORBIDDEN/6/cluster read-only (api)]"},"status":403}"#,
        ),
        (403, r#"{"Message":"User: anonymous is not authorized to perform: es:ESHttpPost"}"#),
        (403, r#"{"message":"The request signature we calculated does not match the signature you provided."}"#),
        (403, r#"{"message":"The security token included in the request is expired"}"#),
        (403, r#"{"Message":"Credential should be scoped to a valid region, not 'eu-west-1'."}"#),
        (403, r#"{"status":403,"error":{"reason":"403 Forbidden","type":"Forbidden"}}"#),
    ] {
        assert!(matches!(judged(&answer(status, body), 1), Judgement::Everybody(_)), "{body}");
    }
    let named = r#"{"error":{"type":"illegal_argument_exception","reason":"explicit index in bulk is not allowed"},"status":400}"#;
    assert!(matches!(judged(&answer(400, named), 1), Judgement::NameInBody(_)));
}

#[test]
fn what_is_not_said_is_not_acknowledged() {
    for (body, sent) in [
        (r#"{"errors":false,"items":[{"create":{"status":201,"result":"created"}}]}"#, 2),
        (r#"{"errors":false,"items":[{"create":{"status":201}},{"create":{"status":201}}]}"#, 1),
        (r#"{"errors":false}"#, 1),
        (r#"{"errors":false,"items":[{"create":{}}]}"#, 1),
        (r#"{"errors":false,"items":[{"update":{"status":201}}]}"#, 1),
        (r#"{"errors":false,"items":[{}]}"#, 1),
        (r#"{"errors":false,"items":[{"create":{"status":201}}"#, 1),
        ("<html>it works</html>", 1),
        ("", 1),
    ] {
        assert!(matches!(judged(&answer(200, body), sent), Judgement::Failed(_)), "{body}");
    }
}

#[test]
fn members_that_were_not_asked_for_are_ignored() {
    let body = r#"{"took":3,"errors":true,"items":[
        {"create":{"_index":"logs","_id":"1","_version":1,"result":"created","status":201,"_shards":{"total":1}}},
        {"create":{"_index":"logs","status":400,"error":{"type":"mapper_parsing_exception","reason":null,"caused_by":{}}}}]}"#;
    let refusal = Refusal { status: 400, kind: "mapper_parsing_exception".to_owned(), reason: String::new() };
    let expected = Judgement::Items(vec![Verdict::Indexed, Verdict::Rejected(refusal)]);
    assert_eq!(judged(&answer(200, body), 2), expected);
}
