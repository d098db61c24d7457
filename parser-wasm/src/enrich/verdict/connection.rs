//! What became of a connection.

use super::Reason;
use crate::format::{AlbConnection, Classic, NlbTls};
use crate::logged::Logged;

pub(super) fn of_alb(record: &AlbConnection<'_>) -> Reason {
    match (record.verify_failure(), record.tls_established()) {
        // AWS's code for whatever else ended the connection.
        (Some(code), _) if code.0 == b"UnmappedConnectionError" => Reason::TlsHandshakeFailed,
        (Some(_), _) => Reason::ClientCertificateRefused,
        (None, established) => of_handshake(established),
    }
}

pub(super) fn of_nlb(record: &NlbTls<'_>) -> Reason {
    of_handshake(record.tls_established())
}

fn of_handshake(established: Option<bool>) -> Reason {
    match established {
        Some(true) => Reason::ConnectionEstablished,
        Some(false) => Reason::TlsHandshakeFailed,
        None => Reason::NotTold,
    }
}

/// A TCP or SSL listener's line.
pub(super) fn of_classic(record: &Classic<'_>) -> Reason {
    let times = record.times();
    if record.backend.is_value() && times.iter().any(Logged::is_value) {
        Reason::ConnectionEstablished
    } else if record.backend.is_dash() || times.iter().all(Logged::is_dash) {
        Reason::NotDispatched
    } else {
        Reason::NotTold
    }
}
