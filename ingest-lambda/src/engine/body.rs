//! What a request carries.

use bytes::Bytes;

/// A request's body, and what its headers say of it. Whoever makes it compresses it.
#[derive(Debug, Clone)]
pub struct Body {
    pub(super) bytes: Bytes,
    pub(super) content_type: &'static str,
    pub(super) gzip: bool,
    /// For OpenSearch Dashboards or Kibana, which take changes from no page that cannot set headers.
    pub(super) not_forged: bool,
}

/// A line of its own in a form; JSON text holds no line break.
const BOUNDARY: &str = "albatross-saved-objects";

impl Body {
    /// None at all.
    #[must_use]
    pub fn empty() -> Self {
        Self::json(Bytes::new())
    }

    /// One JSON value.
    #[must_use]
    pub fn json(bytes: impl Into<Bytes>) -> Self {
        Self { bytes: bytes.into(), content_type: "application/json", gzip: false, not_forged: false }
    }

    /// One JSON value a line, as `_bulk` takes them.
    #[must_use]
    pub fn ndjson(bytes: impl Into<Bytes>) -> Self {
        Self { content_type: "application/x-ndjson", ..Self::json(bytes) }
    }

    /// A form with one file, of one JSON value a line (RFC 7578).
    pub(crate) fn saved_objects(file: &str) -> Self {
        let form = format!(
            "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"albatross.ndjson\"\r\n\
             content-type: application/ndjson\r\n\r\n{file}\r\n--{BOUNDARY}--\r\n"
        );
        let content_type = "multipart/form-data; boundary=albatross-saved-objects";
        Self { content_type, not_forged: true, ..Self::json(form) }
    }

    /// The same, said to be gzip: the bytes are compressed already.
    #[must_use]
    pub fn gzipped(self) -> Self {
        Self { gzip: true, ..self }
    }
}
