//! TLS to an engine, with the certificates that the docker client would use: `ca.pem` vouches for the engine, `cert.pem`
//! and `key.pem` for us. Nobody else is believed.

use std::path::Path;
use std::sync::Arc;

use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::engine::Failure;

/// What speaks TLS with the certificates of a folder.
pub(super) fn connector(folder: &Path) -> Result<TlsConnector, Failure> {
    let because = |reason| move |_| Failure::Because(reason);
    let certificates = |name: &str| CertificateDer::pem_file_iter(folder.join(name)).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let mut roots = RootCertStore::empty();
    let vouching = certificates("ca.pem").map_err(because("there is no ca.pem to know the engine by (DOCKER_CERT_PATH, or the docker client's folder)"))?;
    let (taken, _) = roots.add_parsable_certificates(vouching);
    if taken == 0 {
        return Err(Failure::Because("ca.pem holds no certificate"));
    }
    let unfit = "cert.pem and key.pem are no pair that TLS can use";
    let configuration = ClientConfig::builder_with_provider(Arc::new(default_provider())).with_safe_default_protocol_versions();
    let configuration = configuration.map_err(|_| Failure::Because(unfit))?.with_root_certificates(roots);
    let own = folder.join("cert.pem");
    let configuration = if own.exists() {
        let key = PrivateKeyDer::from_pem_file(folder.join("key.pem")).map_err(because(unfit))?;
        let chain = certificates("cert.pem").map_err(because(unfit))?;
        configuration.with_client_auth_cert(chain, key).map_err(|_| Failure::Because(unfit))?
    } else {
        configuration.with_no_client_auth()
    };
    Ok(TlsConnector::from(Arc::new(configuration)))
}
