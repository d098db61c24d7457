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

/// A form, and what divides it: a line of its own. JSON text holds no line break.
const FORM: &str = "multipart/form-data; boundary=albatross-saved-objects";
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
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"albatross.ndjson\"\r\n\
             Content-Type: application/ndjson\r\n\r\n{file}\r\n--{BOUNDARY}--\r\n"
        );
        Self { content_type: FORM, not_forged: true, ..Self::json(form) }
    }

    /// The same, said to be gzip: the bytes are compressed already.
    #[must_use]
    pub fn gzipped(self) -> Self {
        Self { gzip: true, ..self }
    }
}
