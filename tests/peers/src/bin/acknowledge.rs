//! An engine that only acknowledges: it counts the items of each bulk request, says that all of them are created, and
//! forgets them. It keeps what was put, so that a template is found again. Prints its address.

use std::collections::HashMap;
use std::io::{self, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use flate2::bufread::MultiGzDecoder;
use peers::Message;

const ITEM: &[u8] = br#"{"create":{"result":"created","status":201}}"#;
const GREEN: &str = r#"{"status":"green"}"#;

type Documents = Arc<Mutex<HashMap<String, Vec<u8>>>>;

fn main() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("http://{}", listener.local_addr()?);
    let put = Documents::default();
    for stream in listener.incoming() {
        let (stream, put) = (stream?, Arc::clone(&put));
        // A client that goes away is none of our business.
        thread::spawn(move || drop(serve(&stream, &put)));
    }
    Ok(())
}

fn serve(stream: &TcpStream, put: &Documents) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut from = BufReader::with_capacity(1 << 20, stream);
    let mut to = stream;
    while let Some(request) = peers::read(&mut from)? {
        let (status, body) = answer(request, put)?;
        let head =
            format!("HTTP/1.1 {status} -\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len());
        to.write_all(&[head.as_bytes(), &body].concat())?;
    }
    Ok(())
}

fn answer(request: Message, put: &Documents) -> io::Result<(u16, Vec<u8>)> {
    let mut words = request.start.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let path = target.split('?').next().unwrap_or_default().to_owned();
    let mut put = put.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(match method {
        "POST" if path == "/_bulk" => {
            drop(put);
            (200, acknowledgement(items(&request)?))
        }
        "PUT" => {
            put.insert(path, request.body);
            (200, br#"{"acknowledged":true}"#.to_vec())
        }
        _ => match put.get(&path) {
            Some(template) => (200, [br#"{"index_templates":[{"index_template":"#, &template[..], b"}]}"].concat()),
            None if path.starts_with("/_cluster/health") => (200, GREEN.into()),
            None => (404, b"{}".to_vec()),
        },
    })
}

/// How many items a bulk body has: half as many as lines.
fn items(request: &Message) -> io::Result<usize> {
    if !request.gzip {
        return Ok(memchr::memchr_iter(b'\n', &request.body).count() / 2);
    }
    let (mut lines, mut piece) = (0, vec![0; 1 << 16]);
    let mut inflated = MultiGzDecoder::new(&request.body[..]);
    loop {
        match inflated.read(&mut piece)? {
            0 => return Ok(lines / 2),
            length => lines += memchr::memchr_iter(b'\n', &piece[..length]).count(),
        }
    }
}

fn acknowledgement(items: usize) -> Vec<u8> {
    let mut body = br#"{"errors":false,"items":["#.to_vec();
    for item in 0..items {
        if item > 0 {
            body.push(b',');
        }
        body.extend_from_slice(ITEM);
    }
    body.extend_from_slice(b"]}");
    body
}
