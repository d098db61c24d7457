//! A bucket named `logs`: lists in pages of two, serves ranges, heeds `If-Match`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::{Reply, Request, Server};

const PAGE: usize = 2;

#[derive(Clone, Default)]
pub struct Bucket(Arc<Mutex<BTreeMap<String, Vec<u8>>>>);

impl Bucket {
    pub fn of(objects: &[(&str, &[u8])]) -> Self {
        let bucket = Self::default();
        for (key, body) in objects {
            bucket.put(key, body);
        }
        bucket
    }

    pub fn put(&self, key: &str, body: &[u8]) {
        self.0.lock().expect("lock").insert(key.to_owned(), body.to_owned());
    }

    pub fn keys(&self) -> Vec<String> {
        self.0.lock().expect("lock").keys().cloned().collect()
    }

    pub fn serve(&self) -> Server {
        self.serve_with(|_| None)
    }

    /// Serves with faults: where `fault` has an answer, that is the answer.
    pub fn serve_with(&self, fault: impl Fn(&Request) -> Option<Reply> + Send + Sync + 'static) -> Server {
        let bucket = self.clone();
        Server::start(move |request| fault(request).unwrap_or_else(|| bucket.answer(request)))
    }

    pub fn answer(&self, request: &Request) -> Reply {
        let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        let key = path.trim_start_matches("/logs").trim_start_matches('/');
        if key.is_empty() {
            return self.list(query);
        }
        let mut objects = self.0.lock().expect("lock");
        let Some(body) = objects.get(key) else {
            return Reply::new(404, "<Error><Code>NoSuchKey</Code></Error>");
        };
        let etag = etag(body);
        if request.headers.get("if-match").is_some_and(|wanted| *wanted != etag) {
            return Reply::new(412, "<Error><Code>PreconditionFailed</Code></Error>");
        }
        if request.method == "DELETE" {
            assert!(request.headers.contains_key("if-match"), "an unconditional delete");
            objects.remove(key);
            return Reply::new(204, "");
        }
        let from = request.headers.get("range").map(|range| {
            let from = range.trim_start_matches("bytes=").trim_end_matches('-');
            from.parse::<usize>().expect("an open range")
        });
        match from {
            None => Reply::new(200, body.clone()),
            Some(from) => Reply::new(206, &body[from..])
                .header("content-range", format!("bytes {from}-{}/{}", body.len() - 1, body.len())),
        }
        .header("etag", etag)
    }

    fn list(&self, query: &str) -> Reply {
        let token = query.split('&').find_map(|pair| pair.strip_prefix("continuation-token="));
        let first: usize = token.map_or(0, |token| token.parse().expect("our token"));
        let objects = self.0.lock().expect("lock");
        let mut xml = "<ListBucketResult>".to_owned();
        for (number, (key, body)) in objects.iter().enumerate().skip(first).take(PAGE) {
            // The last key is the oldest object.
            xml += &format!(
                "<Contents><Key>{key}</Key><LastModified>2026-11-23T10:{:02}:00.000Z</LastModified><Size>{}</Size></Contents>",
                59 - number,
                body.len()
            );
        }
        let truncated = first + PAGE < objects.len();
        xml += &format!("<IsTruncated>{truncated}</IsTruncated>");
        if truncated {
            xml += &format!("<NextContinuationToken>{}</NextContinuationToken>", first + PAGE);
        }
        Reply::new(200, xml + "</ListBucketResult>")
    }
}

fn etag(body: &[u8]) -> String {
    let sum = body.iter().fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte)));
    format!("\"{sum:016x}\"")
}
