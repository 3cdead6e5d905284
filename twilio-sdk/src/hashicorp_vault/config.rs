use std::time::Duration;

use http::HeaderValue;
use twilio_sdk_http::internal::ExchangeSettings;
use twilio_sdk_http::internal::url::{is_https, secure_url};

use super::name::encoded;
use crate::config::{Proxy, TlsConfig};
use crate::types::SecretString;
use crate::{Error, Result};

/// A server, and who we are to it.
#[derive(Clone, Debug)]
pub struct HashicorpVaultConfig {
    address: String,
    token: SecretString,
    mount: String,
    namespace: Option<String>,
    pub(super) connection: ExchangeSettings,
}

/// What a configuration comes to.
pub(super) struct Checked {
    pub(super) base: String,
    pub(super) token: HeaderValue,
    pub(super) namespace: Option<HeaderValue>,
}

impl HashicorpVaultConfig {
    /// The server at an address such as `https://vault.example.com:8200`, with a token that can read. The address needs
    /// `https://`, except on this machine.
    pub fn new(address: impl Into<String>, token: impl Into<SecretString>) -> Self {
        Self {
            address: address.into(),
            token: token.into(),
            mount: "secret".to_owned(),
            namespace: None,
            connection: ExchangeSettings::default(),
        }
    }

    /// Where the key/value engine is mounted; `secret` unless set.
    pub fn mount(mut self, mount: impl Into<String>) -> Self {
        self.mount = mount.into();
        self
    }

    /// The namespace, in editions that have them; none unless set.
    pub fn namespace(mut self, namespace: impl Into<String>) -> Self {
        self.namespace = Some(namespace.into());
        self
    }

    /// Bounds every request; 30 s unless set.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.connection.timeout = timeout;
        self
    }

    /// Bounds the making of a connection, TLS included; 10 s unless set.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connection.connect_timeout = timeout;
        self
    }

    /// Root certificates, client certificate, versions: the same settings as those of a client.
    pub fn tls(mut self, tls: TlsConfig) -> Self {
        self.connection.tls = tls;
        self
    }

    /// The proxy; what the environment says unless set.
    pub fn proxy(mut self, proxy: impl Into<Proxy>) -> Self {
        self.connection.proxy = proxy.into();
        self
    }

    pub(super) fn check(&self) -> Result<Checked> {
        let uri = secure_url("address", &self.address)?;
        if uri.authority().is_none() || uri.query().is_some() || self.address.contains('#') {
            return Err(Error::config("address needs a host, and neither a query nor a fragment"));
        }
        let mount = self.mount.trim_matches('/');
        let mount = encoded(mount).ok_or_else(|| Error::config("mount is not the path of an engine"))?;
        let base = format!("{}/v1/{mount}/data/", self.address.trim_end_matches('/'));
        if self.token.is_empty() {
            return Err(Error::config("the token is empty"));
        }
        let mut token = HeaderValue::from_str(self.token.expose_secret())
            .map_err(|_| Error::config("the token holds a character that a header cannot carry"))?;
        token.set_sensitive(true);
        let namespace = self.namespace.as_deref().map(HeaderValue::from_str).transpose();
        let namespace =
            namespace.map_err(|_| Error::config("namespace holds a character that a header cannot carry"))?;
        Ok(Checked { base, token, namespace })
    }

    /// Whether the way to the server needs root certificates.
    pub(super) fn needs_tls(&self) -> bool {
        is_https(&self.address)
    }
}
