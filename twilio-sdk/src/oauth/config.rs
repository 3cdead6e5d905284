use std::time::Duration;

use http::Uri;
use twilio_sdk_http::internal::ExchangeSettings;
use twilio_sdk_http::internal::url::{is_https, secure_url, visible};

use crate::audit::AuditSink;
use crate::audit::internal::Recorder;
use crate::config::{Proxy, TlsConfig};
use crate::types::SecretString;
use crate::{Error, Result};

/// An authorization server, and who we are to it.
///
/// Every endpoint needs `https://`, except on this machine: what goes there are secrets.
#[derive(Clone, Debug)]
pub struct OAuthClientConfig {
    pub(super) client_id: String,
    pub(super) client_secret: Option<SecretString>,
    pub(super) client_auth: ClientAuth,
    pub(super) token_url: String,
    pub(super) authorization_url: Option<String>,
    pub(super) device_authorization_url: Option<String>,
    pub(super) redirect_uri: Option<String>,
    pub(super) scopes: Vec<String>,
    pub(super) parameters: Vec<(String, String)>,
    pub(super) connection: ExchangeSettings,
    pub(super) recorder: Recorder,
}

/// How a client shows its secret (RFC 6749, section 2.3.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientAuth {
    /// As Basic authentication, with ID and secret form-encoded first. Every server has to know this way.
    #[default]
    Header,
    /// As `client_id` and `client_secret` in the body.
    Body,
}

impl OAuthClientConfig {
    /// A client without a secret at the server with this token endpoint.
    pub fn new(client_id: impl Into<String>, token_url: impl Into<String>) -> Self {
        Self {
            client_id: client_id.into(),
            client_secret: None,
            client_auth: ClientAuth::default(),
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

    /// The client's secret. Programs that run at their users' have none.
    pub fn client_secret(mut self, secret: impl Into<SecretString>) -> Self {
        self.client_secret = Some(secret.into());
        self
    }

    /// How the secret is shown; in a header unless set.
    pub fn client_auth(mut self, way: ClientAuth) -> Self {
        self.client_auth = way;
        self
    }

    /// Where users log in; [`Provider::authorize`](super::Provider::authorize) needs it.
    pub fn authorization_url(mut self, url: impl Into<String>) -> Self {
        self.authorization_url = Some(url.into());
        self
    }

    /// Where device logins begin; [`Provider::device`](super::Provider::device) needs it.
    pub fn device_authorization_url(mut self, url: impl Into<String>) -> Self {
        self.device_authorization_url = Some(url.into());
        self
    }

    /// Where the server sends users back to: `https://`, `http://` on this machine, or a scheme of the program's own
    /// (RFC 8252).
    pub fn redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.redirect_uri = Some(uri.into());
        self
    }

    /// One more scope to ask for.
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scopes.push(scope.into());
        self
    }

    /// One more parameter of requests for codes and tokens that the server wants, such as `audience`.
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameters.push((name.into(), value.into()));
        self
    }

    /// Bounds every request to the server; 30 s unless set.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.connection.timeout = timeout;
        self
    }

    /// Root certificates, client certificate, versions.
    pub fn tls(mut self, tls: TlsConfig) -> Self {
        self.connection.tls = tls;
        self
    }

    /// The proxy; what the environment says unless set.
    pub fn proxy(mut self, proxy: impl Into<Proxy>) -> Self {
        self.connection.proxy = proxy.into();
        self
    }

    /// Where it is recorded that tokens were asked for (`token.issue`) and renewed (`token.refresh`): `ok`, `denied` by the
    /// server, or `failed`; nowhere unless set. The actor is the client's ID, the source the token endpoint, the action the
    /// scopes, and the resource the key of the store that keeps them. No token is in it.
    ///
    /// Tokens of which nothing can be recorded are not handed out. Those that a [`TokenSource`](super::TokenSource) has
    /// renewed are stored all the same, because the refresh token before them may be worth nothing by then, and handed out
    /// once the event can be recorded.
    pub fn audit(mut self, audit: impl AuditSink + 'static) -> Self {
        self.recorder = Recorder::new(audit);
        self
    }

    pub(super) fn check(&self) -> Result<()> {
        if self.client_id.is_empty() {
            return Err(Error::config("client_id is empty"));
        }
        if self.client_secret.as_ref().is_some_and(SecretString::is_empty) {
            return Err(Error::config("client_secret is empty; leave it out where there is none"));
        }
        for (name, url) in self.urls() {
            if secure_url(name, url)?.authority().is_none() || url.contains('#') {
                return Err(Error::config(format!("{name} needs a host, and no fragment")));
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

    /// Whether the way to the server needs root certificates.
    pub(super) fn needs_tls(&self) -> bool {
        self.urls().any(|(_, url)| is_https(url))
    }
}

fn redirect(text: &str) -> Result<()> {
    let wrong = |what: &str| Error::config(format!("redirect_uri {what}"));
    visible(text).map_err(|what| wrong(&what))?;
    if text.contains('#') {
        return Err(wrong("has a fragment (RFC 6749, section 3.1.2)"));
    }
    match text.split_once(':') {
        Some((scheme, _)) if ["http", "https"].iter().any(|web| scheme.eq_ignore_ascii_case(web)) => {
            Ok(secure_url("redirect_uri", text).map(|_: Uri| ())?)
        }
        Some((scheme, rest)) if !scheme.is_empty() && !rest.is_empty() => Ok(()),
        _ => Err(wrong("is not absolute")),
    }
}
