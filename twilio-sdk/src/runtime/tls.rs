use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls_platform_verifier::{BuilderVerifierExt, Verifier};

use crate::config::{HttpVersion, TlsConfig, TlsVersion};
use crate::{Error, Result};

/// Makes ring the cryptography that rustls takes where a program asks for its default, unless another was installed;
/// whether it was installed by this call.
///
/// This crate needs no default, and installs none by itself. Programs need one whose other dependencies use reqwest
/// without a TLS feature: Cargo builds reqwest once for all, with this crate's feature
/// `rustls-no-provider`, and then `reqwest::Client::new()` of those dependencies panics. Call this first in `main`:
///
/// ```
/// twilio_sdk::install_tls_provider();
/// ```
pub fn install_tls_provider() -> bool {
    rustls::crypto::ring::default_provider().install_default().is_ok()
}

/// rustls with the system's roots, checked by the platform's own verifier; without roots where no TLS is used.
pub(crate) fn rustls(
    config: &TlsConfig,
    needs_tls: bool,
    version: HttpVersion,
) -> Result<rustls::ClientConfig> {
    let failed = |e: rustls::Error| {
        Error::config(format!("TLS cannot be set up: {e}; are the system's root certificates installed?"))
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions: &[_] = match config.min_version {
        TlsVersion::Tls12 => &[&rustls::version::TLS13, &rustls::version::TLS12],
        TlsVersion::Tls13 => &[&rustls::version::TLS13],
    };
    let builder = rustls::ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(versions)
        .map_err(failed)?;
    let extra = roots(config)?;
    if config.only_extra_roots && extra.is_empty() {
        return Err(Error::config("tls: only_extra_roots is set, but there are no extra_roots"));
    }
    let builder = match (config.only_extra_roots || !needs_tls, extra) {
        (true, extra) => {
            let mut store = rustls::RootCertStore::empty();
            for certificate in extra {
                store.add(certificate).map_err(|e| Error::config(format!("tls.extra_roots: {e}")))?;
            }
            builder.with_root_certificates(store)
        }
        (false, extra) if extra.is_empty() => builder.with_platform_verifier().map_err(failed)?,
        (false, extra) => {
            let verifier = Verifier::new_with_extra_roots(extra, provider).map_err(failed)?;
            builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier))
        }
    };
    let mut tls = match &config.identity {
        None => builder.with_no_client_auth(),
        Some((chain, key)) => {
            let chain = certificates(chain, "tls.identity")?;
            let key = PrivateKeyDer::from_pem_slice(key.expose_secret().as_bytes())
                .map_err(|_| Error::config("tls.identity: the private key is not PEM of a key"))?;
            builder.with_client_auth_cert(chain, key).map_err(|e| {
                Error::config(format!("tls.identity: certificate and key do not fit together: {e}"))
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

fn roots(config: &TlsConfig) -> Result<Vec<CertificateDer<'static>>> {
    let mut found = Vec::new();
    for pem in &config.extra_roots {
        found.extend(certificates(pem, "tls.extra_roots")?);
    }
    Ok(found)
}

fn certificates(pem: &[u8], name: &str) -> Result<Vec<CertificateDer<'static>>> {
    let found: std::result::Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        Ok(_) => Err(Error::config(format!("{name}: there is no certificate; PEM is expected"))),
        // The reader's own words show the line, which may be one of a private key.
        Err(_) => Err(Error::config(format!("{name}: not PEM"))),
    }
}

/// The system's own TLS.
#[cfg(feature = "native-tls")]
pub(crate) fn native(builder: reqwest::ClientBuilder, config: &TlsConfig) -> Result<reqwest::ClientBuilder> {
    let wrong =
        |name: &str, e: reqwest::Error| Error::config(format!("{name}: {}", super::transport::chain(&e)));
    let mut builder = builder.tls_backend_native().tls_version_min(match config.min_version {
        TlsVersion::Tls12 => reqwest::tls::Version::TLS_1_2,
        TlsVersion::Tls13 => reqwest::tls::Version::TLS_1_3,
    });
    let mut roots = Vec::new();
    for pem in &config.extra_roots {
        let found = reqwest::Certificate::from_pem_bundle(pem).map_err(|e| wrong("tls.extra_roots", e))?;
        if found.is_empty() {
            return Err(Error::config("tls.extra_roots: there is no certificate; PEM is expected"));
        }
        roots.extend(found);
    }
    builder = match config.only_extra_roots {
        true if roots.is_empty() => {
            return Err(Error::config("tls: only_extra_roots is set, but there are no extra_roots"));
        }
        true => builder.tls_certs_only(roots),
        false => builder.tls_certs_merge(roots),
    };
    if let Some((chain, key)) = &config.identity {
        let identity = reqwest::Identity::from_pkcs8_pem(chain, key.expose_secret().as_bytes())
            .map_err(|e| wrong("tls.identity", e))?;
        // reqwest would find out later, and could not say which setting it is.
        native_tls::Identity::from_pkcs8(chain, key.expose_secret().as_bytes())
            .and_then(|identity| native_tls::TlsConnector::builder().identity(identity).build())
            .map_err(|e| {
                Error::config(format!("tls.identity: certificate and key do not fit together: {e}"))
            })?;
        builder = builder.identity(identity);
    }
    Ok(builder)
}

/// rustls as a client without settings of its own has it.
#[cfg(test)]
pub(crate) fn config(needs_tls: bool) -> Result<rustls::ClientConfig> {
    rustls(&TlsConfig::default(), needs_tls, HttpVersion::Auto)
}
