use std::time::{Duration, SystemTime};

use form_urlencoded::Serializer;
use serde::Serialize;

use super::{DEFAULT_TTL, TokenError, check_ttl, jws, unix};
use crate::AuthTokenConfig;
use crate::types::SecretString;

/// The header of tokens that are signed with an account's auth token.
#[derive(Serialize)]
pub(super) struct PlainHeader {
    typ: &'static str,
    alg: &'static str,
}

impl PlainHeader {
    pub(super) const HS256: Self = Self { typ: "JWT", alg: "HS256" };
}

/// Checks what signs a capability token, and gives it.
pub(super) fn signer(auth: &AuthTokenConfig) -> Result<(String, SecretString), TokenError> {
    let account = auth.account_sid.as_str();
    if !account.starts_with("AC") {
        return Err(TokenError::Credentials(
            "account_sid must start with AC; capability tokens are signed with the account's auth token"
                .into(),
        ));
    }
    if auth.auth_token.is_empty() {
        return Err(TokenError::Secret("auth_token is empty, and with it nothing is signed"));
    }
    Ok((account.to_owned(), auth.auth_token.clone()))
}

/// The token of Twilio Client 1.x (JavaScript, iOS, Android), signed with the account's auth token.
///
/// Newer SDKs take an [`AccessToken`](super::AccessToken), which needs no account-wide secret.
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
    account_sid: String,
    secret: SecretString,
    ttl: Duration,
    issued_at: Option<SystemTime>,
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
    /// The account's SID must start with `AC`, and the token must not be empty.
    pub fn new(auth: &AuthTokenConfig) -> Result<Self, TokenError> {
        let (account_sid, secret) = signer(auth)?;
        let (outgoing, incoming, events) = (None, None, None);
        Ok(Self { account_sid, secret, ttl: DEFAULT_TTL, issued_at: None, outgoing, incoming, events })
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

    /// How long the token lives, in whole seconds from 1 to 86400; an hour unless set.
    ///
    /// # Errors
    ///
    /// Any other time is an error.
    pub fn ttl(mut self, ttl: Duration) -> Result<Self, TokenError> {
        check_ttl(ttl)?;
        self.ttl = ttl;
        Ok(self)
    }

    /// The moment in which the token counts as signed; when it really is unless set.
    pub fn issued_at(mut self, time: SystemTime) -> Self {
        self.issued_at = Some(time);
        self
    }

    /// The token's text.
    ///
    /// # Errors
    ///
    /// The application's SID must start with `AP`, and a client's name may hold letters, digits and `_` only.
    pub fn sign(&self) -> Result<String, TokenError> {
        let name = self.incoming.as_deref();
        if name.is_some_and(|name| {
            name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        }) {
            return Err(TokenError::Identity(
                "a client's name may hold letters, digits and _ only, and not be empty".into(),
                20106,
            ));
        }
        let mut scopes = Vec::new();
        if let Some((application, params)) = &self.outgoing {
            if !application.starts_with("AP") {
                return Err(TokenError::grant("the outgoing application must start with AP"));
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
        let issued = unix(self.issued_at.unwrap_or_else(SystemTime::now));
        let exp = issued.saturating_add(check_ttl(self.ttl)?);
        let payload = Payload { scope: scopes.join(" "), iss: &self.account_sid, exp };
        jws::sign_hs256(&PlainHeader::HS256, &payload, self.secret.expose())
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
