use std::fmt;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use form_urlencoded::{Serializer, byte_serialize};
use http::HeaderValue;
use serde_json::Value;

use super::TokenVerifier;
use super::claims::{Clock, is_for, now, scopes, time, user};
use crate::context::network;
use crate::flights::Flights;
use crate::remembered::{Remembered, Tags};
use crate::turns::{Asks, Turns};
use crate::{AuthError, AuthFuture, UserDetails};
use twilio_sdk_config::ConfigError;
use twilio_sdk_http::JsonEndpoint;
use twilio_sdk_http::TlsConfig;
use twilio_sdk_http::internal::chain;
use twilio_sdk_types::SecretString;
use twilio_sdk_types::internal::jws::Object;

/// The number of waiting requests per request in flight.
const WAITING: usize = 4;

/// How long a token counts as accepted before.
const PROVEN: Duration = Duration::from_secs(24 * 60 * 60);

/// Settings for token introspection (RFC 7662). In TOML the keys have the names of the fields.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct IntrospectionConfig {
    /// The URL of the introspection endpoint, with `https://`, or with `http://` on loopback.
    pub url: String,
    /// The client ID, sent by Basic authentication (RFC 6749, section 2.3.1).
    pub client_id: String,
    /// The client secret.
    pub client_secret: SecretString,
    /// The required value of the member `iss`. Default: any.
    pub issuer: Option<String>,
    /// The required value of the member `aud`, or one of its values: the server's name for this service. Required unless
    /// [`any_audience`](Self::any_audience) is set.
    pub audience: Option<String>,
    /// Accepts tokens for any audience. Default: `false`. Any service that receives a token of a user can then act as that user
    /// here.
    pub any_audience: bool,
    /// The member with the scopes, a space-separated string. Default: `scope`.
    pub scope_claim: String,
    /// The TTL of cached active tokens, limited by their expiry. Default: 30 s; 0 disables the cache. A revoked token is
    /// accepted for up to this long.
    pub cache_ttl: Duration,
    /// The maximum number of requests to the server in flight. Default: 32. Four times as many wait, at most a quarter of them
    /// from one network, and three quarters with tokens that were not accepted before. Further requests get 503 immediately.
    pub max_in_flight: usize,
    /// The timeout of a request. Default: 5 s.
    pub timeout: Duration,
    /// TLS settings of the connection to the server. Default: the system's root certificates.
    pub tls: TlsConfig,
}

impl IntrospectionConfig {
    /// Creates settings from the URL and the client credentials. Set [`audience`](Self::audience) too.
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
            any_audience: false,
            scope_claim: "scope".to_owned(),
            cache_ttl: Duration::from_secs(30),
            max_in_flight: 32,
            timeout: Duration::from_secs(5),
            tls: TlsConfig::new(),
        }
    }

    /// Returns the first invalid field, and why.
    fn invalid(&self) -> Option<(&'static str, &'static str)> {
        let empty = |text: Option<&str>| text.is_some_and(|text| text.trim().is_empty());
        for (name, text) in [
            ("client_id", Some(self.client_id.as_str())),
            ("client_secret", Some(self.client_secret.expose_secret())),
            ("scope_claim", Some(self.scope_claim.as_str())),
            ("issuer", self.issuer.as_deref()),
            ("audience", self.audience.as_deref()),
        ] {
            if empty(text) {
                return Some((name, "must not be empty"));
            }
        }
        match (&self.audience, self.any_audience) {
            (None, false) => Some((
                "audience",
                "is missing; give the server's name for this service, or set any_audience = true to accept \
                 tokens for every service",
            )),
            (Some(_), true) => Some(("any_audience", "is given in addition to `audience`; give one of them")),
            _ if self.max_in_flight == 0 => Some(("max_in_flight", "must be more than 0")),
            _ => None,
        }
    }
}

/// Verifies tokens by OAuth 2.0 token introspection (RFC 7662).
///
/// * Inactive tokens are not cached.
/// * The username is `sub` or else `username`. A token that names only a client is rejected. `iss`, if the server returns it,
///   is the user's [`issuer`](UserDetails::issuer).
/// * If the server is unavailable or its response is invalid, the error is [`AuthError::Unavailable`]. If the queue is full,
///   the error is [`AuthError::Overloaded`].
pub struct IntrospectionVerifier {
    config: IntrospectionConfig,
    server: JsonEndpoint,
    authorization: HeaderValue,
    tags: Tags,
    known: Mutex<Remembered<[u8; 32], UserDetails>>,
    /// Tokens that were accepted before, cached or not.
    proven: Mutex<Remembered<[u8; 32], ()>>,
    flights: Flights<Result<UserDetails, AuthError>>,
    turns: Turns,
    clock: Clock,
}

impl IntrospectionVerifier {
    /// Creates a verifier. Sends nothing until the first token arrives.
    ///
    /// # Errors
    ///
    /// An empty client ID, secret, issuer, audience or scope claim, neither an audience nor
    /// [`any_audience`](IntrospectionConfig::any_audience), a timeout or `max_in_flight` of 0, or a URL without TLS.
    pub fn new(config: IntrospectionConfig) -> Result<Self, ConfigError> {
        if let Some((field, why)) = config.invalid() {
            return Err(ConfigError::new(format!("introspection: {field}: {why}")));
        }
        let server = JsonEndpoint::new(&config.url, &config.tls, config.timeout)
            .map_err(|error| ConfigError::new(format!("introspection: {error}")))?;
        let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
        let secret: SecretString = encoded(config.client_secret.expose_secret()).into();
        let authorization = twilio_sdk_http::internal::header::basic(&encoded(&config.client_id), &secret)
            .ok_or_else(|| {
                ConfigError::new("introspection: the client ID or secret cannot be sent in a header")
            })?;
        let turns = Turns::new(config.max_in_flight, config.max_in_flight.saturating_mul(WAITING));
        Ok(Self {
            config,
            server,
            authorization,
            tags: Tags::new()?,
            known: Mutex::default(),
            proven: Mutex::default(),
            flights: Flights::default(),
            turns,
            clock: SystemTime::now,
        })
    }

    async fn verify(&self, token: &str, client_ip: Option<IpAddr>) -> Result<UserDetails, AuthError> {
        let tag = self.tags.of(&[token]);
        if let Some(user) = locked(&self.known).recall(&tag) {
            return Ok(user);
        }
        let network = client_ip.map(network);
        let proven = locked(&self.proven).recall(&tag).is_some();
        // Whether one network waits says nothing about another.
        let place = network.map(|network| network.to_string()).unwrap_or_default();
        let flight = self.tags.of(&[token, &place]);
        self.flights.share(flight, self.introspect(tag, token, Asks { network, proven })).await
    }

    async fn introspect(&self, tag: [u8; 32], token: &str, asks: Asks) -> Result<UserDetails, AuthError> {
        let unavailable = |why: &str| AuthError::Unavailable(format!("introspection: {why}").into());
        let form = Serializer::new(String::new())
            .append_pair("token", token)
            .append_pair("token_type_hint", "access_token")
            .finish();
        let turn = self.turns.turn(asks).await?;
        let body = self.server.post_form(form, &self.authorization).await;
        let body = body.map_err(|error| unavailable(&chain(&error)))?;
        drop(turn);
        let claims: Object =
            serde_json::from_slice(&body).map_err(|_| unavailable("the response is not a JSON object"))?;
        match claims.get("active") {
            Some(Value::Bool(true)) => {}
            Some(Value::Bool(false)) => return Err(AuthError::InvalidCredentials),
            _ => return Err(unavailable("the response does not say whether the token is active")),
        }
        let now = now(self.clock)?;
        let (Ok(exp), Ok(nbf)) = (time(&claims, "exp"), time(&claims, "nbf")) else {
            return Err(AuthError::InvalidCredentials);
        };
        let issued = self
            .config
            .issuer
            .as_deref()
            .is_none_or(|issuer| claims.get("iss").and_then(Value::as_str) == Some(issuer));
        let meant = match &self.config.audience {
            Some(audience) => is_for(&claims, audience),
            None => self.config.any_audience,
        };
        if !issued || !meant || exp.is_some_and(|exp| exp <= now) || nbf.is_some_and(|nbf| nbf > now) {
            return Err(AuthError::InvalidCredentials);
        }
        let scopes = scopes(&claims, &self.config.scope_claim, false);
        let user = user(&claims, &["sub", "username"], scopes).ok_or(AuthError::InvalidCredentials)?;
        let left = exp.map(|exp| Duration::try_from_secs_f64(exp - now).unwrap_or(Duration::MAX));
        let time = self.config.cache_ttl.min(left.unwrap_or(Duration::MAX));
        locked(&self.known).remember(tag, user.clone(), time);
        locked(&self.proven).remember(tag, (), PROVEN);
        Ok(user)
    }
}

fn locked<V>(values: &Mutex<V>) -> MutexGuard<'_, V> {
    values.lock().unwrap_or_else(PoisonError::into_inner)
}

impl TokenVerifier for IntrospectionVerifier {
    fn authenticate<'a>(&'a self, token: &'a SecretString) -> AuthFuture<'a> {
        self.authenticate_from(token, None)
    }

    fn authenticate_from<'a>(&'a self, token: &'a SecretString, client_ip: Option<IpAddr>) -> AuthFuture<'a> {
        Box::pin(self.verify(token.expose_secret(), client_ip))
    }
}

impl fmt::Debug for IntrospectionVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IntrospectionVerifier")
            .field("client_id", &self.config.client_id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::time::UNIX_EPOCH;

    use super::*;

    #[tokio::test]
    async fn review_79_no_token_is_active_while_the_clock_is_before_1970() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/", listener.local_addr().expect("an address"));
        let server = std::thread::spawn(move || {
            for _ in 0..3 {
                let (mut stream, _) = listener.accept().expect("a connection");
                let mut bytes = [0; 4096];
                assert!(stream.read(&mut bytes).expect("a request") > 0);
                let body = r#"{"active":true,"sub":"alice","exp":1000}"#;
                let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ";
                stream.write_all(format!("{head}{}\r\n\r\n{body}", body.len()).as_bytes()).expect("sent");
            }
        });
        let mut config = IntrospectionConfig::new(url, "a", "b");
        (config.any_audience, config.cache_ttl) = (true, Duration::ZERO);
        let mut store = IntrospectionVerifier::new(config).expect("a good configuration");
        let clocks: [(Clock, u16); 3] = [
            (SystemTime::now, 401),
            (|| UNIX_EPOCH + Duration::from_secs(500), 200),
            (|| UNIX_EPOCH - Duration::from_secs(1), 503),
        ];
        for (clock, status) in clocks {
            store.clock = clock;
            let outcome = store.authenticate(&"token".into()).await;
            assert_eq!(outcome.map_or_else(|error| error.status().as_u16(), |_| 200), status);
        }
        server.join().expect("three requests");
    }
}
