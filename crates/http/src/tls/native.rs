//! The system's own TLS library.

use twilio_sdk_config::ConfigError;

use crate::cause::chain;
use crate::{TlsConfig, TlsVersion};

/// Applies TLS settings to a client that uses the system's library.
pub(crate) fn native(
    builder: reqwest::ClientBuilder,
    config: &TlsConfig,
) -> Result<reqwest::ClientBuilder, ConfigError> {
    let wrong = |name: &str, e: reqwest::Error| ConfigError::new(format!("{name}: {}", chain(&e)));
    let mut builder = builder.tls_backend_native().tls_version_min(match config.min_version {
        TlsVersion::Tls12 => reqwest::tls::Version::TLS_1_2,
        TlsVersion::Tls13 => reqwest::tls::Version::TLS_1_3,
    });
    let mut roots = Vec::new();
    for pem in &config.extra_root_certificates {
        let found = reqwest::Certificate::from_pem_bundle(pem)
            .map_err(|e| wrong("tls.extra_root_certificates", e))?;
        if found.is_empty() {
            return Err(ConfigError::new("tls.extra_root_certificates: no certificate found; give PEM"));
        }
        roots.extend(found);
    }
    builder = match config.disable_system_roots {
        true if roots.is_empty() => {
            return Err(ConfigError::new(
                "tls: disable_system_roots is set, but there are no extra_root_certificates; add at least one",
            ));
        }
        true => builder.tls_certs_only(roots),
        false => builder.tls_certs_merge(roots),
    };
    if let Some((chain, key)) = &config.client_identity {
        let identity = reqwest::Identity::from_pkcs8_pem(chain, key.expose_secret().as_bytes())
            .map_err(|e| wrong("tls.client_identity", e))?;
        // reqwest would fail later, without the name of the setting.
        native_tls::Identity::from_pkcs8(chain, key.expose_secret().as_bytes())
            .and_then(|identity| native_tls::TlsConnector::builder().identity(identity).build())
            .map_err(|e| {
                ConfigError::new(format!("tls.client_identity: certificate and key do not match: {e}"))
            })?;
        builder = builder.identity(identity);
    }
    Ok(builder)
}
