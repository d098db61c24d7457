//! Whom to trust: the system's certificate authorities, or the user's own and no others.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};

use reqwest::{Certificate, ClientBuilder};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{InvalidMessage, RootCertStore};
use thiserror::Error;

use crate::network::AWS_CA_BUNDLE;

/// Names our own file of authorities.
pub(crate) const CA_FILE: &str = "ALBATROSS_CA_FILE";

/// The file with the certificate authorities cannot be used.
#[derive(Debug, Error)]
pub enum CaFileError {
    /// It cannot be read.
    #[error("{variable} cannot be read: {path}: {source}")]
    Unreadable {
        /// Who names it.
        variable: &'static str,
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Nobody would be trusted.
    #[error("{variable} holds no certificate in PEM (\"-----BEGIN CERTIFICATE-----\"), or a broken one: {path}")]
    Empty {
        /// Who names it.
        variable: &'static str,
        /// Which file.
        path: PathBuf,
    },
}

/// Trusts the authorities of the file, and only those: who names one's own does not want the
/// world's to vouch for the engine. Where none is given, those that AWS's tools trust are trusted too.
pub(super) fn trust(
    client: ClientBuilder,
    ca_file: Option<&Path>,
    bundle: Option<&Path>,
) -> Result<ClientBuilder, CaFileError> {
    match (ca_file, bundle) {
        (Some(path), _) => Ok(client.tls_certs_only(certificates(CA_FILE, path)?)),
        // A problem of it is told where AWS's client is made.
        (None, Some(path)) => Ok(client.tls_certs_merge(certificates(AWS_CA_BUNDLE, path).unwrap_or_default())),
        (None, None) => Ok(client),
    }
}

/// Trusts whom AWS's tools trust for its services, and the authorities of our own file besides.
pub(super) fn trust_for_aws(
    client: ClientBuilder,
    ca_file: Option<&Path>,
    bundle: Option<&Path>,
) -> Result<ClientBuilder, CaFileError> {
    let client = match bundle {
        // A problem of it is told where the SDK's client is made.
        Some(path) => client.tls_certs_only(certificates(AWS_CA_BUNDLE, path).unwrap_or_default()),
        None => client,
    };
    match ca_file {
        Some(path) => Ok(client.tls_certs_merge(certificates(CA_FILE, path)?)),
        None => Ok(client),
    }
}

/// Whether a request failed because of the other side's certificate.
pub(crate) fn is_untrusted(error: &(dyn Error + 'static)) -> bool {
    matches!(cause(error), Some(rustls::Error::InvalidCertificate(_)))
}

/// Whether a request failed because what answered was no TLS at all.
pub(super) fn is_plain(error: &(dyn Error + 'static)) -> bool {
    matches!(cause(error), Some(rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType)))
}

/// Whether what answered was no HTTP at all, as an alert of TLS is none.
pub(super) fn is_no_http(error: &(dyn Error + 'static)) -> bool {
    cause(error).is_some_and(hyper::Error::is_parse)
}

/// Whether nothing was answered before the other side closed, as some do who want TLS.
pub(super) fn is_silent(error: &(dyn Error + 'static)) -> bool {
    cause(error).is_some_and(hyper::Error::is_incomplete_message)
}

/// The cause of an error that is of this kind.
fn cause<'e, E: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e E> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        // An I/O error names as its source not the error that it holds, but that one's source.
        let held = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        cause = held.map_or_else(|| error.source(), |held| Some(held as &(dyn Error + 'static)));
    }
    None
}

fn certificates(variable: &'static str, path: &Path) -> Result<Vec<Certificate>, CaFileError> {
    let unusable = || CaFileError::Empty { variable, path: path.to_owned() };
    Certificate::from_pem_bundle(&pem(variable, path)?).map_err(|_| unusable())
}

/// A file of authorities, each of which can be used.
pub(crate) fn pem(variable: &'static str, path: &Path) -> Result<Vec<u8>, CaFileError> {
    let path = path.to_owned();
    let pem =
        std::fs::read(&path).map_err(|source| CaFileError::Unreadable { variable, path: path.clone(), source })?;
    let mut authorities = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let is_usable = certificate.is_ok_and(|certificate| authorities.add(certificate).is_ok());
        if !is_usable {
            return Err(CaFileError::Empty { variable, path });
        }
    }
    if authorities.is_empty() { Err(CaFileError::Empty { variable, path }) } else { Ok(pem) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_file_that_vouches_for_nobody_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        assert!(matches!(certificates(CA_FILE, &path), Err(CaFileError::Unreadable { .. })));
        for text in ["", "not PEM", "-----BEGIN CERTIFICATE-----\n"] {
            fs::write(&path, text).unwrap();
            let error = certificates(CA_FILE, &path).unwrap_err().to_string();
            assert!(error.starts_with("ALBATROSS_CA_FILE holds no certificate"), "{text}: {error}");
        }
    }

    #[test]
    fn a_broken_certificate_in_a_bundle_is_a_problem_of_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        let one = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        fs::write(&path, format!("a comment\n{one}{one}")).unwrap();
        assert!(matches!(certificates(AWS_CA_BUNDLE, &path), Err(CaFileError::Empty { variable: AWS_CA_BUNDLE, .. })));
    }
}
