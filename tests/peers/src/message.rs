//! HTTP/1.1 messages with a `content-length`, which is all that is spoken here.

use std::io::{self, BufRead, Read};

/// A request or an answer.
#[derive(Debug)]
pub struct Message {
    /// The first line: `POST /_bulk HTTP/1.1`, `HTTP/1.1 200 OK`.
    pub start: String,
    /// Whether the body is compressed.
    pub gzip: bool,
    /// The body, as it came.
    pub body: Vec<u8>,
}

/// The next message; none where the connection ended between two.
///
/// # Errors
/// When the connection fails, or the message has no length and might have a body.
pub fn read(from: &mut impl BufRead) -> io::Result<Option<Message>> {
    let mut start = String::new();
    if from.read_line(&mut start)? == 0 {
        return Ok(None);
    }
    let (mut length, mut gzip) = (None, false);
    loop {
        let mut line = String::new();
        from.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        let value = value.trim();
        if name.eq_ignore_ascii_case("content-length") {
            length = value.parse::<u64>().ok();
        } else if name.eq_ignore_ascii_case("content-encoding") {
            gzip = value == "gzip";
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            return Err(io::Error::new(io::ErrorKind::InvalidData, format!("a body without a length: {start}")));
        }
    }
    let mut body = Vec::new();
    from.take(length.unwrap_or_default()).read_to_end(&mut body)?;
    Ok(Some(Message { start: start.trim_end().to_owned(), gzip, body }))
}

/// The status in an answer's first line.
#[must_use]
pub fn status_of(answer: &Message) -> Option<u16> {
    answer.start.split(' ').nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_one_behind_the_other() {
        let mut bytes = &b"POST /_bulk HTTP/1.1\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nhiHTTP/1.1 201 Created\r\n\r\n"[..];
        let request = read(&mut bytes).expect("read").expect("a request");
        assert_eq!((request.start.as_str(), request.gzip, &*request.body), ("POST /_bulk HTTP/1.1", true, &b"hi"[..]));
        assert_eq!(status_of(&read(&mut bytes).expect("read").expect("an answer")), Some(201));
        assert!(read(&mut bytes).expect("read").is_none());
        assert!(read(&mut &b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"[..]).is_err());
    }
}
