use std::time::Duration;

use http::HeaderValue;
use twilio_sdk_http::internal::ExchangeSettings;
use twilio_sdk_http::internal::url::{is_https, secure_url};

use super::name::encoded;
use twilio_sdk_config::ConfigError;
use twilio_sdk_http::{Proxy, TlsConfig};
use twilio_sdk_types::SecretString;

/// Address and token of a HashiCorp Vault server.
#[derive(Clone, Debug)]
pub struct HashicorpVaultConfig {
    address: String,
    token: SecretString,
    mount: String,
    namespace: Option<String>,
    pub(super) connection: ExchangeSettings,
}

/// A checked configuration.
pub(super) struct Checked {
    pub(super) base: String,
    pub(super) token: HeaderValue,
    pub(super) namespace: Option<HeaderValue>,
}

impl HashicorpVaultConfig {
    /// Creates the configuration of a server at an address such as `https://vault.example.com:8200`, with a token that can read
    /// the secrets. The address must start with `https://`, except for loopback addresses.
    pub fn new(address: impl Into<String>, token: impl Into<SecretString>) -> Self {
        Self {
            address: address.into(),
            token: token.into(),
            mount: "secret".to_owned(),
            namespace: None,
            connection: ExchangeSettings::default(),
        }
    }

    /// Sets the path where the key/value engine is mounted. Default: `secret`.
    pub fn mount(mut self, mount: impl Into<String>) -> Self {
        self.mount = mount.into();
        self
    }

    /// Sets the namespace, in editions that have namespaces. Default: none.
    pub fn namespace(mut self, namespace: impl Into<String>) -> Self {
        self.namespace = Some(namespace.into());
        self
    }

    /// Sets the timeout of every request. Default: 30 s.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.connection.timeout = timeout;
        self
    }

    /// Sets the timeout for connecting, including the TLS handshake. Default: 10 s.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connection.connect_timeout = timeout;
        self
    }

    /// Sets root certificates, client certificate and TLS version. Default: the system's roots, none, and at least TLS 1.2.
    pub fn tls(mut self, tls: TlsConfig) -> Self {
        self.connection.tls = tls;
        self
    }

    /// Sets the proxy. Default: the one that the environment variables name.
    pub fn proxy(mut self, proxy: impl Into<Proxy>) -> Self {
        self.connection.proxy = proxy.into();
        self
    }

    pub(super) fn check(&self) -> Result<Checked, ConfigError> {
        let uri = secure_url("address", &self.address)?;
        if uri.authority().is_none() || uri.query().is_some() || self.address.contains('#') {
            return Err(ConfigError::new("address: must have a host, and neither a query nor a fragment"));
        }
        let mount = self.mount.trim_matches('/');
        let mount = encoded(mount).ok_or_else(|| ConfigError::new("mount: is not a path"))?;
        let base = format!("{}/v1/{mount}/data/", self.address.trim_end_matches('/'));
        if self.token.is_empty() {
            return Err(ConfigError::new("token: is empty"));
        }
        let mut token = HeaderValue::from_str(self.token.expose_secret())
            .map_err(|_| ConfigError::new("token: contains a character that is invalid in a header"))?;
        token.set_sensitive(true);
        let namespace = self.namespace.as_deref().map(HeaderValue::from_str).transpose();
        let namespace = namespace
            .map_err(|_| ConfigError::new("namespace: contains a character that is invalid in a header"))?;
        Ok(Checked { base, token, namespace })
    }

    /// Returns whether the server needs root certificates.
    pub(super) fn needs_tls(&self) -> bool {
        is_https(&self.address)
    }
}
