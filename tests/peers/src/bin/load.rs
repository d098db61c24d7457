//! A bare loader: bulk bodies made beforehand, sent over so many connections as fast as the engine takes them.
//!
//! `load HOST:PORT FILE BODY_BYTES CONNECTIONS plain|gzip` prints `DOCUMENTS SECONDS`. The file is what `albatross parse
//! --bulk` writes; the clock runs from the first byte sent to the last answer.

use std::error::Error;
use std::io::{BufReader, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;
use std::{env, fs, thread};

use flate2::Compression;
use flate2::write::GzEncoder;

type Failure = Box<dyn Error + Send + Sync>;

/// What the ingest asks for: all it needs, and a tenth of the bytes.
const PATH: &str = "/_bulk?filter_path=errors,items.*.status,items.*.result,items.*._index,items.*.failure_store,\
                    items.*.error.type,items.*.error.reason";

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [address, file, bytes, connections, encoding] = &arguments[..] else {
        return Err("usage: load HOST:PORT FILE BODY_BYTES CONNECTIONS plain|gzip".into());
    };
    let items = fs::read(file)?;
    let requests = requests(&items, address, bytes.parse()?, encoding == "gzip")?;
    let next = AtomicUsize::new(0);
    let started = Instant::now();
    thread::scope(|scope| {
        let senders: Vec<_> =
            (0..connections.parse()?).map(|_| scope.spawn(|| send(address, &requests, &next))).collect();
        senders.into_iter().try_for_each(|sender| sender.join().map_err(|_| "a sender panicked")?)
    })?;
    println!("{} {:.3}", memchr::memchr_iter(b'\n', &items).count() / 2, started.elapsed().as_secs_f64());
    Ok(())
}

/// Whole requests, head and body.
fn requests(items: &[u8], address: &str, bytes: usize, gzip: bool) -> Result<Vec<Vec<u8>>, Failure> {
    let (mut requests, mut start, mut lines) = (Vec::new(), 0, 0);
    for end in memchr::memchr_iter(b'\n', items).map(|feed| feed + 1) {
        lines += 1;
        if lines % 2 == 0 && (end - start >= bytes || end == items.len()) {
            requests.push(request(&items[start..end], address, gzip)?);
            start = end;
        }
    }
    Ok(requests)
}

fn request(items: &[u8], address: &str, gzip: bool) -> Result<Vec<u8>, Failure> {
    let (body, encoding) = if gzip {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(items)?;
        (encoder.finish()?, "content-encoding: gzip\r\n")
    } else {
        (items.to_vec(), "")
    };
    let length = body.len();
    let mut request = format!(
        "POST {PATH} HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/x-ndjson\r\n{encoding}content-length: {length}\r\n\r\n"
    )
    .into_bytes();
    request.extend_from_slice(&body);
    Ok(request)
}

/// Sends the requests that nobody else has taken, one at a time.
fn send(address: &str, requests: &[Vec<u8>], next: &AtomicUsize) -> Result<(), Failure> {
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    let (mut from, mut to) = (BufReader::new(&stream), &stream);
    while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
        to.write_all(request)?;
        let answer = peers::read(&mut from)?.ok_or("the engine closed the connection")?;
        if peers::status_of(&answer) != Some(200) || memchr::memmem::find(&answer.body, br#""errors":false"#).is_none()
        {
            let excerpt = String::from_utf8_lossy(answer.body.get(..300).unwrap_or(&answer.body)).into_owned();
            return Err(format!("{}: {excerpt}", answer.start).into());
        }
    }
    Ok(())
}
