//! TLS: a certificate that the program makes for itself, or one that it is given.

use std::sync::Arc;

use sha2::{Digest, Sha256};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// Certificates in one chain.
const CHAIN_MAX: usize = 10;

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The certificate cannot be made.
    #[error("A certificate cannot be made: {0}")]
    Make(String),
    /// The certificate or its key cannot be read or do not belong together.
    #[error("The certificate or its key cannot be used: {0}. Both must be PEM files that belong together.")]
    Use(String),
}

/// A certificate and its key, as PEM.
#[derive(Debug, Clone)]
pub struct Certificate {
    /// The chain, own certificate first.
    pub chain: String,
    /// Its key; whoever has it can pretend to be this server.
    pub key: String,
}

/// Makes a certificate for these names and addresses, signed by itself.
pub fn self_signed(names: Vec<String>) -> Result<Certificate, TlsError> {
    let made =
        rcgen::generate_simple_self_signed(names).map_err(|error| TlsError::Make(error.to_string()))?;
    Ok(Certificate { chain: made.cert.pem(), key: made.signing_key.serialize_pem() })
}

/// What answers in TLS 1.2 and 1.3 with this certificate.
pub fn acceptor(certificate: &Certificate) -> Result<TlsAcceptor, TlsError> {
    let unusable = |error: &dyn std::fmt::Display| TlsError::Use(error.to_string());
    let chain = chain(certificate)?;
    let key = PrivateKeyDer::from_pem_slice(certificate.key.as_bytes()).map_err(|error| unusable(&error))?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|config| config.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|error| unusable(&error))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// The SHA-256 of the certificate, as browsers show it, for comparing.
pub fn fingerprint(certificate: &Certificate) -> Result<String, TlsError> {
    let chain = chain(certificate)?;
    let own = chain.first().ok_or_else(|| TlsError::Use("there is no certificate in it".to_string()))?;
    let pairs: Vec<String> = Sha256::digest(own.as_ref()).iter().map(|byte| format!("{byte:02X}")).collect();
    Ok(pairs.join(":"))
}

fn chain(certificate: &Certificate) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let read = CertificateDer::pem_slice_iter(certificate.chain.as_bytes()).take(CHAIN_MAX);
    let chain: Vec<_> = read.collect::<Result<_, _>>().map_err(|error| TlsError::Use(error.to_string()))?;
    if chain.is_empty() { Err(TlsError::Use("there is no certificate in it".to_string())) } else { Ok(chain) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_can_be_used() {
        let made = self_signed(vec!["plant.local".into(), "10.0.4.9".into()]).unwrap();
        acceptor(&made).unwrap();
        assert_eq!(fingerprint(&made).unwrap().len(), 95);
        let other = self_signed(vec!["plant.local".into()]).unwrap();
        let mixed = Certificate { chain: made.chain, key: other.key };
        assert!(acceptor(&mixed).is_err(), "a key of another certificate");
        assert!(acceptor(&Certificate { chain: String::new(), key: String::new() }).is_err());
    }
}
