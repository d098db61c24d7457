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
        let body = text(request);
        let documents: Vec<&str> = body.lines().skip(1).step_by(2).collect();
        let number = {
            let mut state = self.0.lock().expect("lock");
            state.requests.push(documents.len());
            state.requests.len()
        };
        fault(number, &documents).unwrap_or_else(|| self.bulk(request))
    }

    /// Indexes as an engine does.
    pub fn bulk(&self, request: &Request) -> Reply {
        self.create(&text(request).lines().collect::<Vec<_>>())
    }

    fn create(&self, lines: &[&str]) -> Reply {
        let mut state = self.0.lock().expect("lock");
        let items: Vec<Value> = lines
            .chunks(2)
            .map(|item| {
                let action: Value = serde_json::from_str(item[0]).expect("an action");
                let op = if action.get("index").is_some() { "index" } else { "create" };
                let id = format!("{}", action[op]);
                match state.documents.insert(id, item[1].to_owned()) {
                    None => json!({ "create": { "status": 201 } }),
                    Some(_) if op == "index" => json!({ "index": { "status": 200 } }),
                    Some(_) => {
                        json!({ "create": { "status": 409, "error": { "type": "version_conflict_engine_exception" } } })
                    }
                }
            })
            .collect();
        Reply::new(200, json!({ "errors": false, "items": items }).to_string())
    }
}

/// A body as it was before it was compressed.
fn text(request: &Request) -> String {
    if request.headers.get("content-encoding").is_some_and(|encoding| encoding == "gzip") {
        return gunzip_lines(&request.body).join("\n");
    }
    String::from_utf8(request.body.clone()).expect("UTF-8")
}

/// The answer of an engine to items, by their status and error.
pub fn items(answers: &[(u16, Option<(&str, &str)>)]) -> Reply {
    let items: Vec<Value> = answers
        .iter()
        .map(|(status, error)| match error {
            None => json!({ "create": { "status": status } }),
            Some((kind, reason)) => {
                json!({ "create": { "status": status, "error": { "type": kind, "reason": reason } } })
            }
        })
        .collect();
    Reply::new(200, json!({ "errors": true, "items": items }).to_string())
}
