use twilio_sdk_config::internal::file::{Reader, missing};

use crate::tls::client_config;
use crate::{HttpVersion, TlsBackend, TlsConfig, TlsVersion};

/// Reads the table `tls` of a file.
pub fn tls(r: &Reader<'_>) -> TlsConfig {
    let (mut tls, before) = (TlsConfig::default(), r.problem_count());
    let backend = backend(r).unwrap_or_default();
    tls = tls.backend(backend);
    for pem in r.pems("extra_root_certificates").unwrap_or_default() {
        tls = tls.extra_root_certificates(pem);
    }
    tls = tls.disable_system_roots(r.flag("disable_system_roots").unwrap_or_default());
    let versions = [("1.2", TlsVersion::Tls12), ("1.3", TlsVersion::Tls13)];
    tls = tls.min_version(r.choice("min_version", &versions).unwrap_or_default());
    let (chain, key) = (r.pem("client_certificate"), r.pem_secret("client_key"));
    if r.has("client_certificate") != r.has("client_key") {
        missing(r, &["client_certificate", "client_key"]);
    }
    if let (Some(chain), Some(key)) = (chain, key) {
        tls = tls.client_identity(chain, key);
    }
    if r.is_present() && r.problem_count() == before && backend == TlsBackend::Rustls {
        r.check("", "tls", client_config(&tls, false, HttpVersion::Auto).map(drop));
    }
    tls
}

fn backend(r: &Reader<'_>) -> Option<TlsBackend> {
    #[cfg(feature = "native-tls")]
    let native = Some(TlsBackend::Native);
    #[cfg(not(feature = "native-tls"))]
    let native = None;
    let found = r.choice("backend", &[("rustls", Some(TlsBackend::Rustls)), ("native", native)])?;
    if found != Some(TlsBackend::Rustls) {
        r.needs_feature("backend", "native-tls", cfg!(feature = "native-tls"));
    }
    found
}
