//! Whom to trust: the system's certificate authorities, or the user's own and no others.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};

use reqwest::{Certificate, ClientBuilder};
use thiserror::Error;

/// The file with the certificate authorities cannot be used.
#[derive(Debug, Error)]
pub enum CaFileError {
    /// It cannot be read.
    #[error("ALBATROSS_CA_FILE cannot be read: {path}: {source}")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Nobody would be trusted.
    #[error("ALBATROSS_CA_FILE holds no certificate in PEM (\"-----BEGIN CERTIFICATE-----\"): {0}")]
    Empty(PathBuf),
}

/// Trusts the authorities of the file, and only those: who names one's own does not want the
/// world's to vouch for the engine.
pub(super) fn trust(client: ClientBuilder, ca_file: Option<&Path>) -> Result<ClientBuilder, CaFileError> {
    match ca_file {
        Some(path) => Ok(client.tls_certs_only(certificates(path)?)),
        None => Ok(client),
    }
}

/// Whether a request failed because of the engine's certificate.
pub(super) fn is_untrusted(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if matches!(error.downcast_ref(), Some(rustls::Error::InvalidCertificate(_))) {
            return true;
        }
        // An I/O error names as its source not the error that it holds, but that one's source.
        let held = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        cause = held.map_or_else(|| error.source(), |held| Some(held as &(dyn Error + 'static)));
    }
    false
}

fn certificates(path: &Path) -> Result<Vec<Certificate>, CaFileError> {
    let pem = std::fs::read(path).map_err(|source| CaFileError::Unreadable { path: path.to_owned(), source })?;
    match Certificate::from_pem_bundle(&pem) {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        Ok(_) | Err(_) => Err(CaFileError::Empty(path.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_file_that_vouches_for_nobody_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        assert!(matches!(certificates(&path), Err(CaFileError::Unreadable { .. })));
        for text in ["", "not PEM", "-----BEGIN CERTIFICATE-----\n"] {
            fs::write(&path, text).unwrap();
            let error = certificates(&path).unwrap_err().to_string();
            assert!(error.starts_with("ALBATROSS_CA_FILE holds no certificate"), "{text}: {error}");
        }
    }

    #[test]
    fn a_bundle_is_read_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        let one = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        fs::write(&path, format!("a comment\n{one}{one}")).unwrap();
        assert_eq!(certificates(&path).unwrap().len(), 2);
    }
}
