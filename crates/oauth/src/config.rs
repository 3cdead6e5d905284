use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use twilio_sdk_audit::AuditSink;
use twilio_sdk_audit::internal::Recorder;
use twilio_sdk_config::ConfigError;
use twilio_sdk_http::internal::ExchangeSettings;
use twilio_sdk_http::internal::url::{is_https, secure_url, visible};
use twilio_sdk_http::{Proxy, TlsConfig};
use twilio_sdk_types::SecretString;

type Result<T> = std::result::Result<T, ConfigError>;

/// Settings of an [`OAuthClient`](crate::OAuthClient): the endpoints of the authorization server, and the client's ID and
/// secret.
///
/// Every endpoint needs `https://`, except on localhost.
#[derive(Clone, Debug)]
pub struct OAuthClientConfig {
    pub(crate) client_id: String,
    pub(crate) client_secret: Option<SecretString>,
    pub(crate) client_auth_method: ClientAuthMethod,
    pub(crate) token_url: String,
    pub(crate) authorization_url: Option<String>,
    pub(crate) device_authorization_url: Option<String>,
    pub(crate) redirect_uri: Option<String>,
    pub(crate) scopes: Vec<String>,
    pub(crate) parameters: Vec<(String, String)>,
    pub(crate) connection: ExchangeSettings,
    pub(crate) recorder: Recorder,
}

/// The authentication of a client at the token endpoint (RFC 6749, section 2.3.1).
///
/// `Display` and `FromStr` use the values of RFC 7591: `client_secret_basic` and `client_secret_post`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ClientAuthMethod {
    /// HTTP Basic with form-encoded ID and secret. Every server supports it.
    #[default]
    ClientSecretBasic,
    /// `client_id` and `client_secret` in the body.
    ClientSecretPost,
}

impl fmt::Display for ClientAuthMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
        })
    }
}

impl FromStr for ClientAuthMethod {
    type Err = UnknownClientAuthMethod;

    fn from_str(name: &str) -> std::result::Result<Self, UnknownClientAuthMethod> {
        match name {
            "client_secret_basic" => Ok(Self::ClientSecretBasic),
            "client_secret_post" => Ok(Self::ClientSecretPost),
            _ => Err(UnknownClientAuthMethod),
        }
    }
}

/// A string is not the name of a [`ClientAuthMethod`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownClientAuthMethod;

impl fmt::Display for UnknownClientAuthMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("client authentication: expected `client_secret_basic` or `client_secret_post`")
    }
}

impl std::error::Error for UnknownClientAuthMethod {}

impl OAuthClientConfig {
    /// Creates the settings of a client without a secret.
    pub fn new(client_id: impl Into<String>, token_url: impl Into<String>) -> Self {
        Self {
            client_id: client_id.into(),
            client_secret: None,
            client_auth_method: ClientAuthMethod::default(),
            token_url: token_url.into(),
            authorization_url: None,
            device_authorization_url: None,
            redirect_uri: None,
            scopes: Vec::new(),
            parameters: Vec::new(),
            connection: ExchangeSettings::default(),
            recorder: Recorder::default(),
        }
    }

    /// Sets the client's secret. Default: none, as for programs that run on the users' devices.
    pub fn client_secret(mut self, secret: impl Into<SecretString>) -> Self {
        self.client_secret = Some(secret.into());
        self
    }

    /// Sets how the client authenticates. Default: [`ClientAuthMethod::ClientSecretBasic`].
    pub fn client_auth_method(mut self, method: ClientAuthMethod) -> Self {
        self.client_auth_method = method;
        self
    }

    /// Sets the login page, which [`OAuthClient::start_login`](crate::OAuthClient::start_login) requires.
    pub fn authorization_url(mut self, url: impl Into<String>) -> Self {
        self.authorization_url = Some(url.into());
        self
    }

    /// Sets the endpoint of device logins, which
    /// [`OAuthClient::start_device_login`](crate::OAuthClient::start_device_login) requires.
    pub fn device_authorization_url(mut self, url: impl Into<String>) -> Self {
        self.device_authorization_url = Some(url.into());
        self
    }

    /// Sets the URL that the server redirects users to: `https://`, `http://` on localhost, or a custom scheme (RFC 8252).
    pub fn redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.redirect_uri = Some(uri.into());
        self
    }

    /// Adds a scope to request.
    pub fn add_scope(mut self, scope: impl Into<String>) -> Self {
        self.scopes.push(scope.into());
        self
    }

    /// Adds a parameter to requests for codes and tokens, such as `audience`.
    pub fn add_parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameters.push((name.into(), value.into()));
        self
    }

    /// Sets the timeout of each request to the server. Default: 30 s.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.connection.timeout = timeout;
        self
    }

    /// Sets the TLS settings.
    pub fn tls(mut self, tls: TlsConfig) -> Self {
        self.connection.tls = tls;
        self
    }

    /// Sets the proxy. Default: that of the environment.
    pub fn proxy(mut self, proxy: impl Into<Proxy>) -> Self {
        self.connection.proxy = proxy.into();
        self
    }

    /// Records each token request (`token.issue`) and refresh (`token.refresh`) as `ok`, `denied` or `failed`. Default: no
    /// audit log.
    ///
    /// Actor: the client's ID; source: the token endpoint; action: the scopes; resource: the key of the token store. Events
    /// contain no token.
    ///
    /// If the event cannot be recorded, no token is returned. Tokens that a [`TokenSource`](crate::TokenSource) refreshed are
    /// stored all the same, because the previous refresh token may be invalid by then, and are returned once the event is
    /// recorded.
    pub fn audit(mut self, audit: impl AuditSink + 'static) -> Self {
        self.recorder = Recorder::new(audit);
        self
    }

    pub(crate) fn check(&self) -> Result<()> {
        if self.client_id.is_empty() {
            return Err(ConfigError::new("client_id is empty; give the ID of the client"));
        }
        if self.client_secret.as_ref().is_some_and(SecretString::is_empty) {
            return Err(ConfigError::new("client_secret is empty; leave it out if there is none"));
        }
        for (name, url) in self.urls() {
            if secure_url(name, url)?.authority().is_none() || url.contains('#') {
                return Err(ConfigError::new(format!("{name} needs a host, and no fragment")));
            }
        }
        if let Some(uri) = &self.redirect_uri {
            redirect(uri)?;
        }
        Ok(())
    }

    fn urls(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let urls = [
            ("token_url", Some(&self.token_url)),
            ("authorization_url", self.authorization_url.as_ref()),
            ("device_authorization_url", self.device_authorization_url.as_ref()),
        ];
        urls.into_iter().filter_map(|(name, url)| Some((name, url?.as_str())))
    }

    /// Returns whether an endpoint uses TLS.
    pub(crate) fn needs_tls(&self) -> bool {
        self.urls().any(|(_, url)| is_https(url))
    }
}

fn redirect(text: &str) -> Result<()> {
    let wrong = |what: &str| ConfigError::new(format!("redirect_uri {what}"));
    visible(text).map_err(|what| wrong(&what))?;
    if text.contains('#') {
        return Err(wrong("has a fragment (RFC 6749, section 3.1.2)"));
    }
    match text.split_once(':') {
        Some((scheme, _)) if ["http", "https"].iter().any(|web| scheme.eq_ignore_ascii_case(web)) => {
            secure_url("redirect_uri", text).map(|_| ())
        }
        Some((scheme, rest)) if !scheme.is_empty() && !rest.is_empty() => Ok(()),
        _ => Err(wrong("is not absolute")),
    }
}
