use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls_platform_verifier::{BuilderVerifierExt, Verifier};

use twilio_sdk_config::ConfigError;

use crate::{HttpVersion, TlsConfig, TlsVersion};

type Result<T> = std::result::Result<T, ConfigError>;

/// Builds the rustls configuration of TLS settings. The platform's verifier checks certificates.
///
/// `needs_roots` is false for clients of localhost only, which must work where no root certificates are installed.
pub fn client_config(
    config: &TlsConfig,
    needs_roots: bool,
    version: HttpVersion,
) -> Result<rustls::ClientConfig> {
    let failed = |e: rustls::Error| {
        ConfigError::new(format!(
            "tls: cannot set up TLS: {e}; are the system's root certificates installed?"
        ))
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions: &[_] = match config.min_version {
        TlsVersion::Tls12 => &[&rustls::version::TLS13, &rustls::version::TLS12],
        TlsVersion::Tls13 => &[&rustls::version::TLS13],
    };
    let builder = rustls::ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(versions)
        .map_err(failed)?;
    let extra = root_certificates(config)?;
    if config.disable_system_roots && extra.is_empty() {
        return Err(ConfigError::new(
            "tls: disable_system_roots is set, but there are no extra_root_certificates; add at least one",
        ));
    }
    let builder = match (config.disable_system_roots || !needs_roots, extra) {
        (true, extra) => {
            let mut store = rustls::RootCertStore::empty();
            for certificate in extra {
                store
                    .add(certificate)
                    .map_err(|e| ConfigError::new(format!("tls.extra_root_certificates: {e}")))?;
            }
            builder.with_root_certificates(store)
        }
        (false, extra) if extra.is_empty() => builder.with_platform_verifier().map_err(failed)?,
        (false, extra) => {
            let verifier = Verifier::new_with_extra_roots(extra, provider).map_err(failed)?;
            builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier))
        }
    };
    let mut tls = match &config.client_identity {
        None => builder.with_no_client_auth(),
        Some((chain, key)) => {
            let chain = certificates(chain, "tls.client_identity")?;
            let key = PrivateKeyDer::from_pem_slice(key.expose_secret().as_bytes()).map_err(|_| {
                ConfigError::new("tls.client_identity: the private key is not PEM of a key; give PKCS#8")
            })?;
            builder.with_client_auth_cert(chain, key).map_err(|e| {
                ConfigError::new(format!("tls.client_identity: certificate and key do not match: {e}"))
            })?
        }
    };
    let protocols: &[&str] = match version {
        HttpVersion::Auto => &["h2", "http/1.1"],
        HttpVersion::Http1 => &["http/1.1"],
        HttpVersion::Http2 => &["h2"],
    };
    tls.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    Ok(tls)
}

fn root_certificates(config: &TlsConfig) -> Result<Vec<CertificateDer<'static>>> {
    let mut found = Vec::new();
    for pem in &config.extra_root_certificates {
        found.extend(certificates(pem, "tls.extra_root_certificates")?);
    }
    Ok(found)
}

fn certificates(pem: &[u8], name: &str) -> Result<Vec<CertificateDer<'static>>> {
    let found: std::result::Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        Ok(_) => Err(ConfigError::new(format!("{name}: no certificate found; give PEM"))),
        // The parser's error shows the line, which may be one of a private key.
        Err(_) => Err(ConfigError::new(format!("{name}: not PEM"))),
    }
}
