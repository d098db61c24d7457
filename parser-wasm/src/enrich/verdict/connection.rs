//! What became of a connection.

use super::Reason;
use crate::format::{AlbConnection, Classic, NlbTls};
use crate::logged::Logged;

pub(super) fn of_alb(record: &AlbConnection<'_>) -> Reason {
    match (record.verify_failure(), record.tls_established()) {
        // AWS's code for whatever else ended the connection.
        (Some(code), _) if code.0 == b"UnmappedConnectionError" => Reason::TlsHandshakeFailed,
        (Some(_), _) => Reason::ClientCertificateRefused,
        (None, Some(false)) => Reason::TlsHandshakeFailed,
        (None, Some(true) | None) => Reason::ConnectionEstablished,
    }
}

pub(super) fn of_nlb(record: &NlbTls<'_>) -> Reason {
    if record.tls_established() { Reason::ConnectionEstablished } else { Reason::TlsHandshakeFailed }
}

/// A TCP or SSL listener's line.
pub(super) fn of_classic(record: &Classic<'_>) -> Reason {
    let dispatched = record.times().iter().any(Logged::is_value);
    if record.backend.is_value() && dispatched { Reason::ConnectionEstablished } else { Reason::NotDispatched }
}
