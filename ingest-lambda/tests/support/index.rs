//! An engine: has our template, keeps documents by id, answers `_bulk` item by item.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::{Reply, Request, Server, gunzip_lines};

#[derive(Clone, Default)]
pub struct Index(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    documents: BTreeMap<String, String>,
    /// How many items each bulk request had.
    requests: Vec<usize>,
}

impl Index {
    pub fn count(&self) -> usize {
        self.0.lock().expect("lock").documents.len()
    }

    pub fn requests(&self) -> Vec<usize> {
        self.0.lock().expect("lock").requests.clone()
    }

    pub fn serve(&self) -> Server {
        self.serve_with(|_, _| None)
    }

    /// Serves with faults: `fault` is told the number of the bulk request, from 1, and its items'
    /// documents. Where it has an answer, that is the answer, and nothing is indexed.
    pub fn serve_with(&self, fault: impl Fn(usize, &[&str]) -> Option<Reply> + Send + Sync + 'static) -> Server {
        let index = self.clone();
        Server::start(move |request| index.answer_with(request, &fault))
    }

    /// Serves with faults of items: where `fault` has an answer for the document of the request so many, that is its
    /// answer, and it is not indexed; all others are.
    pub fn serve_items(&self, fault: impl Fn(usize, &str) -> Option<Value> + Send + Sync + 'static) -> Server {
        let index = self.clone();
        Server::start(move |request| {
            if !request.path.contains("/_bulk") {
                return index.answer(request);
            }
            let body = text(request);
            let lines: Vec<&str> = body.lines().collect();
            let number = index.count_request(lines.len() / 2);
            index.create(&lines, |document| fault(number, document))
        })
    }

    fn count_request(&self, items: usize) -> usize {
        let mut state = self.0.lock().expect("lock");
        state.requests.push(items);
        state.requests.len()
    }

    /// The answer to any request.
    pub fn answer(&self, request: &Request) -> Reply {
        self.answer_with(request, &|_, _| None)
    }

    fn answer_with(&self, request: &Request, fault: &dyn Fn(usize, &[&str]) -> Option<Reply>) -> Reply {
        assert_eq!(request.headers["authorization"], "Basic ZWxhc3RpYzpodW50ZXIy");
        if request.path == "/_index_template/albatross-elb" {
            let meta = parser_wasm::template_meta(&parser_wasm::Settings::default());
            let template = json!({ "index_templates": [{ "index_template": { "_meta": meta } }] });
            return Reply::new(200, template.to_string());
        }
        if request.path.starts_with("/_cluster/health/") {
            return Reply::new(200, r#"{"status":"green"}"#);
        }
        // As an engine that does not tell.
        if request.path.starts_with("/_index_template/_simulate_index/") {
            return Reply::new(405, r#"{"error":"Incorrect HTTP method","status":405}"#);
        }
        let body = text(request);
        let documents: Vec<&str> = body.lines().skip(1).step_by(2).collect();
        let number = self.count_request(documents.len());
        fault(number, &documents).unwrap_or_else(|| self.bulk(request))
    }

    /// Indexes as an engine does.
    pub fn bulk(&self, request: &Request) -> Reply {
        self.create(&text(request).lines().collect::<Vec<_>>(), |_| None)
    }

    fn create(&self, lines: &[&str], fault: impl Fn(&str) -> Option<Value>) -> Reply {
        let mut state = self.0.lock().expect("lock");
        let items: Vec<Value> = lines
            .chunks(2)
            .map(|item| {
                let action: Value = serde_json::from_str(item[0]).expect("an action");
                let op = if action.get("index").is_some() { "index" } else { "create" };
                if let Some(answer) = fault(item[1]) {
                    return json!({ op: answer });
                }
                let id = format!("{}", action[op]);
                match state.documents.insert(id, item[1].to_owned()) {
                    None => json!({ "create": { "status": 201, "result": "created" } }),
                    Some(_) if op == "index" => json!({ "index": { "status": 200, "result": "updated" } }),
                    Some(_) => {
                        json!({ "create": { "status": 409, "error": { "type": "version_conflict_engine_exception" } } })
                    }
                }
            })
            .collect();
        let hurried = items.iter().any(|item| item.to_string().contains(HURRIED));
        let reply = Reply::new(200, json!({ "errors": false, "items": items }).to_string());
        // Longer than anybody's patience.
        if hurried { reply.header("retry-after", 61) } else { reply }
    }
}

const HURRIED: &str = "ends patience";

/// An item's answer with an error that asks for more time than there is: nobody waits a minute for a test.
pub fn lasting_error(status: u16, kind: &str) -> Value {
    error(status, kind, HURRIED)
}

/// A body as it was before it was compressed.
fn text(request: &Request) -> String {
    if request.headers.get("content-encoding").is_some_and(|encoding| encoding == "gzip") {
        return gunzip_lines(&request.body).join("\n");
    }
    String::from_utf8(request.body.clone()).expect("UTF-8")
}

/// An item's answer with an error.
pub fn error(status: u16, kind: &str, reason: &str) -> Value {
    json!({ "status": status, "error": { "type": kind, "reason": reason } })
}

/// The answer of an engine to items, by their status and error.
pub fn items(answers: &[(u16, Option<(&str, &str)>)]) -> Reply {
    let items: Vec<Value> = answers
        .iter()
        .map(|(status, error)| match error {
            None => json!({ "create": { "status": status, "result": "created" } }),
            Some((kind, reason)) => {
                json!({ "create": { "status": status, "error": { "type": kind, "reason": reason } } })
            }
        })
        .collect();
    Reply::new(200, json!({ "errors": true, "items": items }).to_string())
}
