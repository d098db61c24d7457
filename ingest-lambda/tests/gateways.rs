//! What stands before an engine: gateways that let little through, ports that want TLS, Amazon's refusals.
#![allow(clippy::unwrap_used)]

mod support;

use support::{Bucket, Index, Reply, Request, Server, ingest, log};

/// An engine behind a gateway that answers some requests itself.
fn behind(index: &Index, gateway: impl Fn(&Request) -> Option<Reply> + Send + Sync + 'static) -> Server {
    let index = index.clone();
    Server::start(move |request| gateway(request).unwrap_or_else(|| index.answer(request)))
}

#[test]
fn a_gateway_that_lets_through_what_an_ingest_needs_is_enough() {
    for (status, body) in [
        (401, r#"{"Message":"Your request: '/_index_template/_simulate_index' is not allowed."}"#),
        (403, "<html>forbidden</html>"),
        (404, "<html>nginx</html>"),
        (405, "<html>method not allowed</html>"),
        (410, r#"{"error":{"type":"api_not_available_exception"}}"#),
        (501, "<html>not implemented</html>"),
        (200, "<html>please log in</html>"),
    ] {
        let (index, bucket) = (Index::default(), Bucket::of(&[("a.log", log(1).as_bytes())]));
        let is_hidden = |path: &str| path.contains("/_simulate_index/") || path.starts_with("/_cluster/");
        let server = behind(&index, move |request| is_hidden(&request.path).then(|| Reply::new(status, body)));
        let run = ingest(&bucket.serve(), &server);
        assert_eq!((run.status, index.count()), (Some(0), 1), "{status}: {}", run.stderr);
    }
}
