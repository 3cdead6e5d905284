use super::check::{no_control, required};
use crate::audit::AuditSink;
use crate::audit::internal::Recorder;
use crate::types::internal::OAuthShape;
use crate::types::{AccountSid, SecretString};
use crate::{Error, Result};
use twilio_sdk_http::internal::url::secure_url;

/// An OAuth app of Twilio's with the client-credentials grant (RFC 6749, section 4.4).
///
/// The client fetches a token before the first call and keeps it for all calls with these credentials. It fetches
/// the next one when a tenth of the token's life is left, at most 30 s; concurrent calls share one request. The
/// old token serves until it has really expired where no new one can be had. A token that a server refuses (401) is
/// given up, and the call is sent once more with a fresh one. Twilio's organization APIs take nothing but OAuth.
#[derive(Clone, Debug)]
pub struct OAuthConfig {
    /// The app's client ID (`OQ...`).
    pub client_id: String,
    /// Its secret, which Twilio shows once.
    pub client_secret: SecretString,
    /// The account for paths; none unless set, as for the organization APIs.
    pub account_sid: Option<AccountSid>,
    /// Another token endpoint than `https://oauth.twilio.com/v2/token`, or than `/v2/token` at the base URL where the
    /// client has one: `https://`, or `http://` on this machine. Region and edge change none, the base URL not this one.
    pub token_url: Option<String>,
    /// The scopes to ask for, separated by spaces; those of the app unless set.
    pub scope: Option<String>,
    pub(super) recorder: Recorder,
}

impl OAuthConfig {
    /// Takes the app's ID and secret; [`Client::new`](crate::Client::new) checks them.
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

    /// The account for paths.
    pub fn account_sid(mut self, account_sid: impl Into<AccountSid>) -> Self {
        self.account_sid = Some(account_sid.into());
        self
    }

    /// Another token endpoint, such as `https://preview-iam.twilio.com/v1/token` of the older organization apps.
    pub fn token_url(mut self, url: impl Into<String>) -> Self {
        self.token_url = Some(url.into());
        self
    }

    /// The scopes to ask for, separated by spaces.
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scope = Some(scope.into());
        self
    }

    /// Where it is recorded that a token was asked for (`token.issue`): `ok`, `denied` by Twilio, or `failed`; nowhere unless
    /// set. The actor is the app's ID, the source the token endpoint, the action the scopes. A token of which nothing can
    /// be recorded is not used.
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
