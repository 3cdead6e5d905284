use crate::types::SecretString;

/// How TLS is done.
///
/// rustls with the system's root certificates, unless something else is set.
#[derive(Clone, Debug, Default)]
pub struct TlsConfig {
    pub(crate) backend: TlsBackend,
    pub(crate) extra_roots: Vec<Vec<u8>>,
    pub(crate) only_extra_roots: bool,
    pub(crate) identity: Option<(Vec<u8>, SecretString)>,
    pub(crate) min_version: TlsVersion,
}

/// The library that does TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TlsBackend {
    /// rustls, with ring.
    #[default]
    Rustls,
    /// The system's own: OpenSSL, Secure Transport or SChannel.
    ///
    /// Where TLS 1.3 is spoken and the server refuses the client's certificate, this shows as a lost
    /// [connection](crate::Error::is_transport): the refusal comes after the handshake, and these libraries do
    /// not tell it from other ends of a connection.
    #[cfg(feature = "native-tls")]
    #[cfg_attr(docsrs, doc(cfg(feature = "native-tls")))]
    Native,
}

/// A version of TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TlsVersion {
    /// TLS 1.2 (RFC 5246).
    #[default]
    Tls12,
    /// TLS 1.3 (RFC 8446).
    Tls13,
}

impl TlsConfig {
    /// The defaults, which each method names.
    pub fn new() -> Self {
        Self::default()
    }

    /// The library that does TLS; rustls unless set.
    pub fn backend(mut self, backend: TlsBackend) -> Self {
        self.backend = backend;
        self
    }

    /// Root certificates beside the system's own, as PEM (RFC 7468) with one or more of them; none unless set. May be
    /// called several times.
    pub fn extra_roots(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.extra_roots.push(pem.into());
        self
    }

    /// Trusts the extra root certificates and none of the system's; off unless set.
    pub fn only_extra_roots(mut self, only: bool) -> Self {
        self.only_extra_roots = only;
        self
    }

    /// The certificate that is shown to a server that asks for one (mutual TLS): its chain and its private key,
    /// both as PEM; the key as PKCS#8. None unless set.
    pub fn identity(mut self, chain_pem: impl Into<Vec<u8>>, key_pem: impl Into<SecretString>) -> Self {
        self.identity = Some((chain_pem.into(), key_pem.into()));
        self
    }

    /// The oldest version that is accepted; TLS 1.2 unless set.
    pub fn min_version(mut self, version: TlsVersion) -> Self {
        self.min_version = version;
        self
    }
}
