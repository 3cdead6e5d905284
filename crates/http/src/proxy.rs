use twilio_sdk_types::SecretString;

/// The proxy of a client.
///
/// Requests to localhost (`localhost`, `*.localhost`, 127.0.0.0/8, `::1`) never go through a proxy: plain HTTP is allowed
/// there because no other machine can read it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Proxy {
    /// The proxy of the environment variables `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`.
    #[default]
    Environment,
    /// No proxy, whatever the environment says.
    Direct,
    /// This proxy, for all hosts but localhost.
    Server(ProxyServer),
}

/// A proxy at a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxyServer {
    pub(crate) url: String,
    pub(crate) basic_auth: Option<(String, SecretString)>,
    pub(crate) no_proxy: Vec<String>,
}

impl ProxyServer {
    /// Creates a proxy at `http://host:port` or `https://host:port`. The client that uses it checks the URL.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), basic_auth: None, no_proxy: Vec::new() }
    }

    /// Sets the username and password for the proxy (Basic, RFC 7617, in `Proxy-Authorization`). Default: none.
    pub fn basic_auth(mut self, username: impl Into<String>, password: impl Into<SecretString>) -> Self {
        self.basic_auth = Some((username.into(), password.into()));
        self
    }

    /// Sets hosts that are reached without the proxy: names, which include their subdomains, addresses or networks.
    /// Default: none.
    pub fn no_proxy(mut self, hosts: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.no_proxy = hosts.into_iter().map(Into::into).collect();
        self
    }

    /// Returns whether the connection to the proxy itself is TLS.
    #[cfg(feature = "client")]
    pub(crate) fn is_https(&self) -> bool {
        crate::url::is_https(&self.url)
    }
}

impl From<ProxyServer> for Proxy {
    fn from(server: ProxyServer) -> Self {
        Self::Server(server)
    }
}
