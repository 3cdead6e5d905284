use std::time::{Duration, SystemTime};

use form_urlencoded::Serializer;
use serde::Serialize;

use super::{DEFAULT_TTL, TokenError, check_sid, check_ttl, is_plain, is_sid, jws, unix};
use crate::AuthTokenConfig;
use crate::types::SecretString;

/// The header of tokens that are signed with an account's auth token.
#[derive(Serialize)]
struct PlainHeader {
    typ: &'static str,
    alg: &'static str,
}

/// What all capability tokens have: whose auth token signs them, and how long they live.
#[derive(Clone, Debug)]
pub(super) struct Signer {
    pub(super) account_sid: String,
    secret: SecretString,
    ttl: Duration,
    pub(super) issued_at: Option<SystemTime>,
}

impl Signer {
    pub(super) fn new(auth: &AuthTokenConfig) -> Result<Self, TokenError> {
        let account_sid = auth.account_sid.as_str();
        check_sid("account_sid", account_sid, "AC")?;
        if auth.auth_token.is_empty() {
            return Err(TokenError::Secret("auth_token is empty, and with it nothing is signed"));
        }
        let (account_sid, secret) = (account_sid.to_owned(), auth.auth_token.clone());
        Ok(Self { account_sid, secret, ttl: DEFAULT_TTL, issued_at: None })
    }

    pub(super) fn set_ttl(&mut self, ttl: Duration) -> Result<(), TokenError> {
        check_ttl(ttl)?;
        self.ttl = ttl;
        Ok(())
    }

    pub(super) fn expiry(&self) -> u64 {
        unix(self.issued_at.unwrap_or_else(SystemTime::now)).saturating_add(self.ttl.as_secs())
    }

    pub(super) fn sign(&self, payload: &impl Serialize) -> Result<String, TokenError> {
        jws::sign_hs256(&PlainHeader { typ: "JWT", alg: "HS256" }, payload, self.secret.expose_secret())
    }
}

/// The token of Twilio Client 1.x (JavaScript, iOS, Android), signed with the account's auth token.
///
/// Newer SDKs take an [`AccessToken`](super::AccessToken), which needs no account-wide secret.
///
/// Source: <https://www.twilio.com/docs/voice/sdks/deprecated-pages/client/tutorials/capability-tokens>.
///
/// ```
/// use twilio_sdk::AuthTokenConfig;
/// use twilio_sdk::access_token::{ClientCapabilityToken, TokenError};
///
/// # fn main() -> Result<(), TokenError> {
/// # let auth_token = "0123456789abcdef0123456789abcdef";
/// let auth = AuthTokenConfig::new("AC15c1737bf14064d2278d616face3f17f", auth_token);
/// let token = ClientCapabilityToken::new(&auth)?
///     .allow_outgoing("AP00000000000000000000000000000001", [("team", "blue")])
///     .allow_incoming("tom")
///     .sign()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ClientCapabilityToken {
    signer: Signer,
    outgoing: Option<(String, Vec<(String, String)>)>,
    incoming: Option<String>,
    events: Option<Vec<(String, String)>>,
}

#[derive(Serialize)]
struct Payload<'a> {
    scope: String,
    iss: &'a str,
    exp: u64,
}

impl ClientCapabilityToken {
    /// A token that allows nothing yet and lives for an hour.
    ///
    /// # Errors
    ///
    /// The account's SID must start with `AC` (20103), and the auth token must not be empty (20107).
    pub fn new(auth: &AuthTokenConfig) -> Result<Self, TokenError> {
        Ok(Self { signer: Signer::new(auth)?, outgoing: None, incoming: None, events: None })
    }

    /// Allows calls to a TwiML application (`AP…`), to which the parameters are passed on.
    pub fn allow_outgoing(
        mut self,
        application_sid: impl Into<String>,
        params: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>,
    ) -> Self {
        self.outgoing = Some((application_sid.into(), pairs(params)));
        self
    }

    /// Allows calls to this client name; outgoing calls come from it too.
    pub fn allow_incoming(mut self, client_name: impl Into<String>) -> Self {
        self.incoming = Some(client_name.into());
        self
    }

    /// Allows the account's stream of events, those that the parameters select.
    pub fn allow_events(
        mut self,
        params: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>,
    ) -> Self {
        self.events = Some(pairs(params));
        self
    }

    /// How long the token lives, from 1 to 86400 s; an hour unless set. Fractions of seconds are cut off.
    ///
    /// # Errors
    ///
    /// Any other time is an error (Twilio error 20104).
    pub fn ttl(mut self, ttl: Duration) -> Result<Self, TokenError> {
        self.signer.set_ttl(ttl)?;
        Ok(self)
    }

    /// The moment in which the token counts as signed; when it really is unless set.
    pub fn issued_at(mut self, time: SystemTime) -> Self {
        self.signer.issued_at = Some(time);
        self
    }

    /// The token's text.
    ///
    /// # Errors
    ///
    /// The application's SID must start with `AP`, and a client's name may hold letters, digits and `_` only.
    pub fn sign(&self) -> Result<String, TokenError> {
        let name = self.incoming.as_deref();
        if name.is_some_and(|name| name.is_empty() || !is_plain(name)) {
            return Err(TokenError::Identity(
                "a client's name may hold letters, digits and _ only, and not be empty".into(),
                20106,
            ));
        }
        let mut scopes = Vec::new();
        if let Some((application, params)) = &self.outgoing {
            if !is_sid(application, "AP") {
                return Err(TokenError::grant("the outgoing application must be a SID that starts with AP"));
            }
            let mut uri = vec![("appSid", application.clone())];
            if !params.is_empty() {
                uri.push(("appParams", encode(params)));
            }
            if let Some(name) = name {
                uri.push(("clientName", name.to_owned()));
            }
            scopes.push(scope("client:outgoing", uri));
        }
        if let Some(name) = name {
            scopes.push(scope("client:incoming", vec![("clientName", name.to_owned())]));
        }
        if let Some(params) = &self.events {
            let mut uri = vec![("path", "/2010-04-01/Events".to_owned())];
            if !params.is_empty() {
                uri.push(("params", encode(params)));
            }
            scopes.push(scope("stream:subscribe", uri));
        }
        let signer = &self.signer;
        let (scope, exp) = (scopes.join(" "), signer.expiry());
        signer.sign(&Payload { scope, iss: &signer.account_sid, exp })
    }
}

fn pairs(params: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>) -> Vec<(String, String)> {
    let mut pairs: Vec<_> = params.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
    pairs.sort();
    pairs
}

fn encode(pairs: &[(String, String)]) -> String {
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn scope(privilege: &str, mut params: Vec<(&str, String)>) -> String {
    params.sort();
    let params = Serializer::new(String::new()).extend_pairs(params).finish();
    format!("scope:{privilege}?{params}")
}
