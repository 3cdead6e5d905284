use std::sync::Arc;

use rustls_platform_verifier::BuilderVerifierExt;

use crate::{Error, Result};

/// rustls with the system's roots, checked by the platform's own verifier; without roots where no TLS is used.
pub(crate) fn config(needs_tls: bool) -> Result<rustls::ClientConfig> {
    let failed = |e: rustls::Error| {
        Error::config(format!("TLS cannot be set up: {e}; are the system's root certificates installed?"))
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(failed)?;
    let builder = if needs_tls {
        builder.with_platform_verifier().map_err(failed)?
    } else {
        builder.with_root_certificates(rustls::RootCertStore::empty())
    };
    Ok(builder.with_no_client_auth())
}
