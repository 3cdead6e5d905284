use super::check::{no_control, required};
use crate::audit::AuditSink;
use crate::audit::internal::Recorder;
use crate::types::internal::OAuthShape;
use crate::types::{AccountSid, SecretString};
use crate::{Error, Result};
use twilio_sdk_http::internal::url::secure_url;

/// An OAuth app of Twilio with the client-credentials grant (RFC 6749, section 4.4).
///
/// The client requests a token before the first request and refreshes it when a tenth of its lifetime is left, at most 30 s;
/// concurrent requests share one token request. If no new token can be obtained, the old one is used until it expires. After a
/// 401 the token is dropped, and the request is sent once more with a fresh one. Twilio's organization APIs require OAuth.
#[derive(Clone, Debug)]
pub struct OAuthConfig {
    /// Client ID of the app (`OQ...`).
    pub client_id: String,
    /// Its secret, which Twilio shows once.
    pub client_secret: SecretString,
    /// The account for paths. Default: none, as for the organization APIs.
    pub account_sid: Option<AccountSid>,
    /// The token endpoint: `https://`, or `http://` on localhost. Default: `https://oauth.twilio.com/v2/token`, or `/v2/token`
    /// at the base URL of the client. Region and edge do not change it.
    pub token_url: Option<String>,
    /// Scopes to request, separated by spaces. Default: those of the app.
    pub scope: Option<String>,
    pub(super) recorder: Recorder,
}

impl OAuthConfig {
    /// Creates credentials from ID and secret. [`Client::new`](crate::Client::new) checks them.
    pub fn new(client_id: impl Into<String>, client_secret: impl Into<SecretString>) -> Self {
        Self {
            client_id: client_id.into(),
            client_secret: client_secret.into(),
            account_sid: None,
            token_url: None,
            scope: None,
            recorder: Recorder::default(),
        }
    }

    /// Sets the account for paths. Default: none.
    pub fn account_sid(mut self, account_sid: impl Into<AccountSid>) -> Self {
        self.account_sid = Some(account_sid.into());
        self
    }

    /// Sets the token endpoint, such as `https://preview-iam.twilio.com/v1/token` of older organization apps.
    pub fn token_url(mut self, url: impl Into<String>) -> Self {
        self.token_url = Some(url.into());
        self
    }

    /// Sets the scopes to request, separated by spaces.
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scope = Some(scope.into());
        self
    }

    /// Records each token request (`token.issue`) as `ok`, `denied` or `failed`. Default: no audit log.
    ///
    /// Actor: the app's ID; source: the token endpoint; action: the scopes. If the event cannot be recorded, the token is not
    /// used.
    pub fn audit(mut self, audit: impl AuditSink + 'static) -> Self {
        self.recorder = Recorder::new(audit);
        self
    }

    pub(super) fn check(&self) -> Result<()> {
        if self.client_id.is_empty() {
            return Err(Error::config("client_id is empty; it is the OQ... identifier of the app"));
        }
        for (prefix, what) in [("AC", "an account"), ("SK", "an API key")] {
            if self.client_id.starts_with(prefix) {
                return Err(Error::config(format!(
                    "client_id starts with {prefix}, which is {what}; it is the OQ... identifier of an OAuth app"
                )));
            }
        }
        no_control("client_id", &self.client_id)?;
        required("client_secret", &self.client_secret)?;
        if let Some(scope) = &self.scope {
            no_control("scope", scope)?;
        }
        match &self.token_url {
            Some(url) => Ok(secure_url("token_url", url).map(|_| ())?),
            None => Ok(()),
        }
    }
}

impl From<OAuthShape> for OAuthConfig {
    fn from(shape: OAuthShape) -> Self {
        let OAuthShape { client_id, client_secret, account_sid, token_url, scope } = shape;
        Self { account_sid, token_url, scope, ..Self::new(client_id, client_secret) }
    }
}
