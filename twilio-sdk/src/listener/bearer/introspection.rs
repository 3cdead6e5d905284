use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use form_urlencoded::{Serializer, byte_serialize};
use http::HeaderValue;
use serde_json::Value;

use super::super::remembered::{Remembered, Tags};
use super::super::{AuthError, Authentication, UserDetails};
use super::TokenStore;
use super::claims::{is_for, now, scopes, time, user};
use crate::config::TlsConfig;
use crate::jws::Object;
use crate::runtime::Elsewhere;
use crate::types::SecretString;
use crate::{Error, Result};

/// Which server is asked for tokens (RFC 7662). In TOML the keys have the fields' names.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct IntrospectionConfig {
    /// The URL with `https://`, or with `http://` on this machine.
    pub url: String,
    /// As whom it is asked, by Basic authentication (RFC 6749, section 2.3.1).
    pub client_id: String,
    /// The secret of that client.
    pub client_secret: SecretString,
    /// What the member `iss` must be, where it is set.
    pub issuer: Option<String>,
    /// What the member `aud` must be, or hold, where it is set.
    pub audience: Option<String>,
    /// The member with the scopes, words between spaces; `scope` unless set.
    pub scope_key: String,
    /// How long a token that was found good is not asked for again, at most until it expires; 30 s unless set, and not at
    /// all where it is 0. For so long a token that was revoked is good.
    pub cache_ttl: Duration,
    /// How long an answer may take; 5 s unless set.
    pub timeout: Duration,
    /// Whom the connection trusts; the system's root certificates unless set.
    pub tls: TlsConfig,
}

impl IntrospectionConfig {
    /// A server, and as whom it is asked.
    pub fn new(
        url: impl Into<String>,
        client_id: impl Into<String>,
        client_secret: impl Into<SecretString>,
    ) -> Self {
        Self {
            url: url.into(),
            client_id: client_id.into(),
            client_secret: client_secret.into(),
            issuer: None,
            audience: None,
            scope_key: "scope".to_owned(),
            cache_ttl: Duration::from_secs(30),
            timeout: Duration::from_secs(5),
            tls: TlsConfig::new(),
        }
    }
}

/// Asks the server that issues tokens whether they are good, by OAuth2 token introspection (RFC 7662).
///
/// Tokens that are not good are not remembered. The user is `username`, or else `sub` or `client_id`. A server that
/// cannot be asked, or does not answer as it must, is [`AuthError::Unavailable`].
pub struct Introspection {
    config: IntrospectionConfig,
    server: Elsewhere,
    authorization: HeaderValue,
    tags: Tags,
    known: Mutex<Remembered<[u8; 32], UserDetails>>,
}

impl Introspection {
    /// A store of the tokens that this server knows. It is asked when a token comes, and not before.
    ///
    /// # Errors
    ///
    /// An empty client, secret or scope key, a time-out of 0, a URL without TLS.
    pub fn new(config: IntrospectionConfig) -> Result<Self> {
        if config.client_id.is_empty() || config.client_secret.is_empty() || config.scope_key.is_empty() {
            return Err(Error::config(
                "introspection: client_id, client_secret and scope_key must not be empty",
            ));
        }
        let server = Elsewhere::new(&config.url, &config.tls, config.timeout)
            .map_err(|error| Error::config(format!("introspection: {error}")))?;
        let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
        let secret: SecretString = encoded(config.client_secret.expose()).into();
        let authorization = crate::auth::basic(&encoded(&config.client_id), &secret)
            .ok_or_else(|| Error::config("introspection: the client's credentials cannot be carried"))?;
        Ok(Self { config, server, authorization, tags: Tags::new()?, known: Mutex::default() })
    }

    async fn check(&self, token: &str) -> std::result::Result<UserDetails, AuthError> {
        let tag = self.tags.of(&[token]);
        if let Some(user) = self.known().recall(&tag) {
            return Ok(user);
        }
        let form = Serializer::new(String::new())
            .append_pair("token", token)
            .append_pair("token_type_hint", "access_token")
            .finish();
        let unavailable = |why: &str| AuthError::Unavailable(format!("introspection: {why}").into());
        let answer = self.server.post(form, &self.authorization).await.map_err(|why| unavailable(&why))?;
        let claims: Object =
            serde_json::from_slice(&answer).map_err(|_| unavailable("the answer is no JSON object"))?;
        match claims.get("active") {
            Some(Value::Bool(true)) => {}
            Some(Value::Bool(false)) => return Err(AuthError::Rejected),
            _ => return Err(unavailable("the answer does not say whether the token is active")),
        }
        let now = now();
        let (Ok(exp), Ok(nbf)) = (time(&claims, "exp"), time(&claims, "nbf")) else {
            return Err(AuthError::Rejected);
        };
        let issued = self
            .config
            .issuer
            .as_deref()
            .is_none_or(|issuer| claims.get("iss").and_then(Value::as_str) == Some(issuer));
        let meant = self.config.audience.as_deref().is_none_or(|audience| is_for(&claims, audience));
        if !issued || !meant || exp.is_some_and(|exp| exp <= now) || nbf.is_some_and(|nbf| nbf > now) {
            return Err(AuthError::Rejected);
        }
        let scopes = scopes(&claims, &self.config.scope_key, false);
        let user = user(&claims, &["username", "sub", "client_id"], scopes).ok_or(AuthError::Rejected)?;
        let left = exp.map(|exp| Duration::try_from_secs_f64(exp - now).unwrap_or(Duration::MAX));
        let time = self.config.cache_ttl.min(left.unwrap_or(Duration::MAX));
        self.known().remember(tag, user.clone(), time);
        Ok(user)
    }

    fn known(&self) -> MutexGuard<'_, Remembered<[u8; 32], UserDetails>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TokenStore for Introspection {
    fn authenticate<'a>(&'a self, token: &'a SecretString) -> Authentication<'a> {
        Box::pin(self.check(token.expose()))
    }
}

impl fmt::Debug for Introspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Introspection").field("client_id", &self.config.client_id).finish_non_exhaustive()
    }
}
