//! What stands before an engine: gateways that let little through, ports that want TLS, Amazon's refusals.
#![allow(clippy::unwrap_used)]

mod support;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;

use support::{Bucket, Index, Reply, Request, Server, command, ingest, log};

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

#[test]
fn what_amazon_refuses_is_not_offered() {
    const POLICY: &str = "/_plugins/_ism/policies/albatross-elb";
    let refused = r#"{"Message":"Your request: '/_ilm/status' is not allowed."}"#;
    let run = |ism: u16| {
        let puts = Arc::new(Mutex::new(Vec::new()));
        let server = Server::start({
            let puts = Arc::clone(&puts);
            move |request| match (&*request.method, &*request.path) {
                ("GET", "/_ilm/status") => Reply::new(401, refused),
                ("GET", POLICY) => Reply::new(ism, r#"{"error":{"type":"status_exception"}}"#),
                ("PUT", path) => {
                    puts.lock().unwrap().push(path.to_owned());
                    Reply::new(200, r#"{"_id":"albatross-elb","acknowledged":true}"#)
                }
                _ => Reply::new(405, r#"{"error":"Incorrect HTTP method"}"#),
            }
        });
        let mut setup = command("setup", &Bucket::default().serve(), &server);
        let output = setup.env("ALBATROSS_RETENTION_DAYS", "30").output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap(), puts.lock().unwrap().clone())
    };
    let (status, stderr, puts) = run(404);
    assert_eq!((status, puts[0].as_str()), (Some(0), POLICY), "{stderr}");
    // Without either, the refusal is what there is to tell.
    let (status, stderr, puts) = run(400);
    assert!(status == Some(1) && stderr.contains("HTTP 401") && stderr.contains("not allowed"), "{stderr}");
    assert!(puts.is_empty());
}

#[test]
fn a_port_that_wants_tls_is_said_to_want_it_at_once() {
    let tries = Arc::new(Mutex::new(0));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    thread::spawn({
        let tries = Arc::clone(&tries);
        move || {
            for mut stream in listener.incoming().flatten() {
                *tries.lock().unwrap() += 1;
                let _ = stream.read(&mut [0; 1024]);
                // A fatal alert, unexpected_message, as a TLS server sends it.
                let _ = stream.write_all(&[0x15, 3, 3, 0, 2, 2, 10]);
            }
        }
    });
    let unused = Index::default().serve();
    let output =
        command("setup", &Bucket::default().serve(), &unused).env("ALBATROSS_ENDPOINT", &url).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(
        stderr.contains(&format!("no HTTP is spoken at {url}")) && stderr.contains("begin with https://"),
        "{stderr}"
    );
    assert_eq!(*tries.lock().unwrap(), 1);
}
