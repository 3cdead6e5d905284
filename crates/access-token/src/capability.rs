use std::time::{Duration, SystemTime};

use twilio_sdk_types::{AuthTokenConfig, SecretString};

use crate::check::{check_sid, check_ttl, is_plain, is_sid, unix};
use crate::json::Object;
use crate::{AccessTokenError, DEFAULT_TTL, jws};

/// The parts that all capability tokens share: the auth token that signs them, and their lifetime.
#[derive(Clone, Debug)]
pub(crate) struct Signer {
    pub(crate) account_sid: String,
    secret: SecretString,
    ttl: Duration,
    pub(crate) issued_at: Option<SystemTime>,
}

impl Signer {
    pub(crate) fn new(auth: &AuthTokenConfig) -> Result<Self, AccessTokenError> {
        let account_sid = auth.account_sid.as_str();
        check_sid("account_sid", account_sid, "AC")?;
        if auth.auth_token.is_empty() {
            return Err(AccessTokenError::Secret("auth_token: it is empty"));
        }
        let (account_sid, secret) = (account_sid.to_owned(), auth.auth_token.clone());
        Ok(Self { account_sid, secret, ttl: DEFAULT_TTL, issued_at: None })
    }

    pub(crate) fn set_ttl(&mut self, ttl: Duration) -> Result<(), AccessTokenError> {
        check_ttl(ttl)?;
        self.ttl = ttl;
        Ok(())
    }

    pub(crate) fn expiry(&self) -> u64 {
        unix(self.issued_at.unwrap_or_else(SystemTime::now)).saturating_add(self.ttl.as_secs())
    }

    pub(crate) fn sign(&self, payload: &Object<'_>) -> Result<String, AccessTokenError> {
        let header = Object::new().with("typ", "JWT").with("alg", "HS256");
        jws::sign_hs256(&header, payload, self.secret.expose_secret())
    }
}

/// Builds a token for Twilio Client 1.x (JavaScript, iOS, Android), signed with the account's auth token.
///
/// Newer SDKs take an [`AccessToken`](crate::AccessToken), which needs no account-wide secret.
///
/// Source: <https://www.twilio.com/docs/voice/sdks/deprecated-pages/client/tutorials/capability-tokens>.
///
/// ```
/// use twilio_sdk_access_token::{AccessTokenError, AuthTokenConfig, ClientCapabilityToken};
///
/// fn token(auth: &AuthTokenConfig) -> Result<String, AccessTokenError> {
///     ClientCapabilityToken::new(auth)?
///         .allow_outgoing("AP00000000000000000000000000000001", [("team", "blue")])
///         .allow_incoming("tom")
///         .sign()
/// }
///
/// let auth = AuthTokenConfig::new("AC15c1737bf14064d2278d616face3f17f", "0123456789abcdef0123456789abcdef");
/// assert!(token(&auth).is_ok());
/// ```
#[derive(Clone, Debug)]
pub struct ClientCapabilityToken {
    signer: Signer,
    outgoing: Option<(String, Vec<(String, String)>)>,
    incoming: Option<String>,
    events: Option<Vec<(String, String)>>,
}

impl ClientCapabilityToken {
    /// Creates a token that allows nothing yet and is valid for an hour.
    ///
    /// # Errors
    ///
    /// The account's SID must start with `AC` (20103), and the auth token must not be empty (20107).
    pub fn new(auth: &AuthTokenConfig) -> Result<Self, AccessTokenError> {
        Ok(Self { signer: Signer::new(auth)?, outgoing: None, incoming: None, events: None })
    }

    /// Allows calls to a TwiML application (`AP…`). Twilio passes the parameters to it.
    pub fn allow_outgoing(
        mut self,
        application_sid: impl Into<String>,
        params: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>,
    ) -> Self {
        self.outgoing = Some((application_sid.into(), pairs(params)));
        self
    }

    /// Allows calls to this client name, which is also the caller of outgoing calls.
    pub fn allow_incoming(mut self, client_name: impl Into<String>) -> Self {
        self.incoming = Some(client_name.into());
        self
    }

    /// Allows subscribing to the account's events, filtered by the parameters.
    pub fn allow_events(
        mut self,
        params: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>,
    ) -> Self {
        self.events = Some(pairs(params));
        self
    }

    /// Sets how long the token is valid, from 1 s to [`MAX_TTL`](crate::MAX_TTL). Fractions of seconds are truncated.
    /// Default: [`DEFAULT_TTL`].
    ///
    /// # Errors
    ///
    /// [`AccessTokenError::Lifetime`] for any other duration (Twilio error 20104).
    pub fn ttl(mut self, ttl: Duration) -> Result<Self, AccessTokenError> {
        self.signer.set_ttl(ttl)?;
        Ok(self)
    }

    /// Sets the time of signing, for tests and fixed clocks. Default: now.
    pub fn issued_at(mut self, time: SystemTime) -> Self {
        self.signer.issued_at = Some(time);
        self
    }

    /// Signs the token and returns the JWT.
    ///
    /// # Errors
    ///
    /// The SID of the application must start with `AP`, and the client name may have only letters, digits and `_`.
    pub fn sign(&self) -> Result<String, AccessTokenError> {
        let name = self.incoming.as_deref();
        if name.is_some_and(|name| name.is_empty() || !is_plain(name)) {
            return Err(AccessTokenError::Identity(
                "client name: it must not be empty and may have only letters, digits and _".into(),
                20106,
            ));
        }
        let mut scopes = Vec::new();
        if let Some((application, params)) = &self.outgoing {
            if !is_sid(application, "AP") {
                return Err(AccessTokenError::grant("application_sid: not a SID that starts with AP"));
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
        signer.sign(
            &Object::new().with("scope", scope).with("iss", signer.account_sid.as_str()).with("exp", exp),
        )
    }
}

fn pairs(params: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>) -> Vec<(String, String)> {
    let mut pairs: Vec<_> = params.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
    pairs.sort();
    pairs
}

/// Encodes pairs as `application/x-www-form-urlencoded`.
fn encode<N: AsRef<str>, V: AsRef<str>>(pairs: &[(N, V)]) -> String {
    let mut encoded = String::new();
    for (at, (name, value)) in pairs.iter().enumerate() {
        if at > 0 {
            encoded.push('&');
        }
        push_encoded(&mut encoded, name.as_ref());
        encoded.push('=');
        push_encoded(&mut encoded, value.as_ref());
    }
    encoded
}

fn push_encoded(encoded: &mut String, part: &str) {
    use std::fmt::Write as _;
    for byte in part.bytes() {
        match byte {
            b'*' | b'-' | b'.' | b'_' => encoded.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => encoded.push(char::from(byte)),
            b' ' => encoded.push('+'),
            _ => {
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
    }
}

fn scope(privilege: &str, mut params: Vec<(&str, String)>) -> String {
    params.sort();
    format!("scope:{privilege}?{}", encode(&params))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_encoded_like_those_of_a_form() {
        let all: String = (0..=0x17f_u32).filter_map(char::from_u32).collect();
        let pairs = [(all.as_str(), "a b"), ("", all.as_str())];
        let expected = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        assert_eq!(encode(&pairs), expected);
    }
}
