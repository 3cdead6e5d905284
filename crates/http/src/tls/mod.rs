mod client_config;
#[cfg(feature = "native-tls")]
pub(crate) mod native;

use std::fmt;
use std::str::FromStr;

use twilio_sdk_types::SecretString;

pub use client_config::client_config;

/// TLS settings of a client.
///
/// The default is rustls with the root certificates of the system.
///
/// ```
/// use twilio_sdk_http::{TlsConfig, TlsVersion};
///
/// # fn pem() -> &'static str { "" }
/// let tls = TlsConfig::new().extra_root_certificates(pem()).min_version(TlsVersion::Tls13);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsConfig {
    pub(crate) backend: TlsBackend,
    pub(crate) extra_root_certificates: Vec<Vec<u8>>,
    pub(crate) disable_system_roots: bool,
    pub(crate) client_identity: Option<(Vec<u8>, SecretString)>,
    pub(crate) min_version: TlsVersion,
}

/// A TLS library.
///
/// `Display` and `FromStr` use the words of configuration files: `rustls` and `native`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TlsBackend {
    /// rustls with ring.
    #[default]
    Rustls,
    /// The system's own library: OpenSSL, Secure Transport or SChannel.
    ///
    /// If the server rejects the client's certificate with TLS 1.3, requests fail with a lost connection instead of a TLS
    /// error: the rejection arrives after the handshake, and these libraries report it like any other end of a
    /// connection.
    #[cfg(feature = "native-tls")]
    #[cfg_attr(docsrs, doc(cfg(feature = "native-tls")))]
    Native,
}

/// A TLS version.
///
/// `Display` and `FromStr` use the words of configuration files: `1.2` and `1.3`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum TlsVersion {
    /// TLS 1.2 (RFC 5246).
    #[default]
    Tls12,
    /// TLS 1.3 (RFC 8446).
    Tls13,
}

impl TlsConfig {
    /// Creates the default settings.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the TLS library. Default: [`TlsBackend::Rustls`].
    pub fn backend(mut self, backend: TlsBackend) -> Self {
        self.backend = backend;
        self
    }

    /// Adds root certificates that are trusted besides the system's: PEM (RFC 7468) with one or more certificates.
    ///
    /// Call it several times to add several files. Default: none.
    pub fn extra_root_certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.extra_root_certificates.push(pem.into());
        self
    }

    /// Trusts only the extra root certificates, and none of the system's. Default: `false`.
    pub fn disable_system_roots(mut self, disable: bool) -> Self {
        self.disable_system_roots = disable;
        self
    }

    /// Sets the certificate for servers that request one (mutual TLS): its chain and its private key, both as PEM, the
    /// key as PKCS#8. Default: none.
    pub fn client_identity(
        mut self,
        chain_pem: impl Into<Vec<u8>>,
        key_pem: impl Into<SecretString>,
    ) -> Self {
        self.client_identity = Some((chain_pem.into(), key_pem.into()));
        self
    }

    /// Sets the oldest version that is accepted. Default: [`TlsVersion::Tls12`].
    pub fn min_version(mut self, version: TlsVersion) -> Self {
        self.min_version = version;
        self
    }

    /// Returns whether [`client_config`] is what these settings lead to.
    #[doc(hidden)]
    pub fn is_rustls(&self) -> bool {
        self.backend == TlsBackend::Rustls
    }
}

impl fmt::Display for TlsBackend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rustls => "rustls",
            #[cfg(feature = "native-tls")]
            Self::Native => "native",
        })
    }
}

impl FromStr for TlsBackend {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        match name {
            "rustls" => Ok(Self::Rustls),
            #[cfg(feature = "native-tls")]
            "native" => Ok(Self::Native),
            #[cfg(not(feature = "native-tls"))]
            "native" => Err(UnknownName("`native` needs the feature `native-tls`")),
            _ => Err(UnknownName("expected `rustls` or `native`")),
        }
    }
}

impl fmt::Display for TlsVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tls12 => "1.2",
            Self::Tls13 => "1.3",
        })
    }
}

impl FromStr for TlsVersion {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        match name {
            "1.2" => Ok(Self::Tls12),
            "1.3" => Ok(Self::Tls13),
            _ => Err(UnknownName("expected `1.2` or `1.3`")),
        }
    }
}

/// A string is not the name of a [`TlsBackend`], a [`TlsVersion`] or an [`HttpVersion`](crate::HttpVersion).
///
/// `Display` lists the names that exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownName(pub(crate) &'static str);

impl fmt::Display for UnknownName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for UnknownName {}

/// Installs ring as the process-wide cryptography of rustls, unless another one is installed. Returns whether it did.
///
/// This crate does not need it. Call it first in `main` if another dependency uses reqwest without a TLS feature: Cargo
/// builds reqwest once, with the feature `rustls-no-provider` that this crate sets, and `reqwest::Client::new()` of that
/// dependency panics without a provider.
///
/// ```
/// twilio_sdk_http::install_tls_provider();
/// ```
pub fn install_tls_provider() -> bool {
    rustls::crypto::ring::default_provider().install_default().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        for version in [TlsVersion::Tls12, TlsVersion::Tls13] {
            assert_eq!(version.to_string().parse(), Ok(version));
        }
        assert_eq!(TlsBackend::Rustls.to_string().parse(), Ok(TlsBackend::Rustls));
        assert_eq!("1.1".parse::<TlsVersion>().unwrap_err().to_string(), "expected `1.2` or `1.3`");
        #[cfg(feature = "native-tls")]
        assert_eq!("native".parse(), Ok(TlsBackend::Native));
        #[cfg(not(feature = "native-tls"))]
        assert!("native".parse::<TlsBackend>().unwrap_err().to_string().contains("feature"));
    }

    #[test]
    fn settings_compare_and_hide_the_private_key() {
        let with_key = |key: &str| TlsConfig::new().client_identity("chain", key);
        assert_eq!(with_key("s3cret"), with_key("s3cret"));
        assert_ne!(with_key("s3cret"), with_key("other"));
        assert!(!format!("{:?}", with_key("s3cret")).contains("s3cret"));
    }
}
