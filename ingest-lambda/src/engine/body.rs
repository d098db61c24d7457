//! What a request carries.

use bytes::Bytes;

/// A request's body, and what its headers say of it. Whoever makes it compresses it.
#[derive(Debug, Clone)]
pub struct Body {
    pub(super) bytes: Bytes,
    pub(super) content_type: &'static str,
    pub(super) gzip: bool,
}

impl Body {
    /// None at all.
    #[must_use]
    pub fn empty() -> Self {
        Self::json(Bytes::new())
    }

    /// One JSON value.
    #[must_use]
    pub fn json(bytes: impl Into<Bytes>) -> Self {
        Self { bytes: bytes.into(), content_type: "application/json", gzip: false }
    }

    /// One JSON value a line, as `_bulk` takes them.
    #[must_use]
    pub fn ndjson(bytes: impl Into<Bytes>) -> Self {
        Self { bytes: bytes.into(), content_type: "application/x-ndjson", gzip: false }
    }

    /// The same, said to be gzip: the bytes are compressed already.
    #[must_use]
    pub fn gzipped(self) -> Self {
        Self { gzip: true, ..self }
    }
}
