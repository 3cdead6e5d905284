use std::fmt;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use form_urlencoded::{Serializer, byte_serialize};
use http::HeaderValue;
use serde_json::Value;

use super::super::facts::network;
use super::super::flights::Flights;
use super::super::remembered::{Remembered, Tags};
use super::super::turns::{Asks, Turns};
use super::super::{AuthError, Authentication, UserDetails};
use super::TokenStore;
use super::claims::{Clock, is_for, now, scopes, time, user};
use crate::config::TlsConfig;
use crate::types::SecretString;
use crate::types::internal::jws::Object;
use crate::{Error, Result};
use twilio_sdk_http::JsonEndpoint;
use twilio_sdk_http::internal::chain;

/// How many requests wait for each that may be in flight.
const WAITING: usize = 4;

/// How long a token counts as one that was good before.
const PROVEN: Duration = Duration::from_secs(24 * 60 * 60);

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
    /// What the member `aud` must be, or hold: the name that the server has for this service. Required, unless
    /// [`any_audience`](Self::any_audience) is set.
    pub audience: Option<String>,
    /// Whether tokens count whatever service they are meant for; off unless set. A token that a user gave to another
    /// service then lets that service in here, in the user's name.
    pub any_audience: bool,
    /// The member with the scopes, words between spaces; `scope` unless set.
    pub scope_key: String,
    /// How long a token that was found good is not asked for again, at most until it expires; 30 s unless set, and not at
    /// all where it is 0. For so long a token that was revoked is good.
    pub cache_ttl: Duration,
    /// How many requests to the server are in flight at once; 32 unless set. Four times as many wait, at most a
    /// quarter of them from one network and three quarters with tokens that were not good before. For more requests the response is
    /// 503 at once.
    pub max_in_flight: usize,
    /// How long an answer may take; 5 s unless set.
    pub timeout: Duration,
    /// Whom the connection trusts; the system's root certificates unless set.
    pub tls: TlsConfig,
}

impl IntrospectionConfig {
    /// A server, and as whom it is asked. Set [`audience`](Self::audience) too.
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
            scope_key: "scope".to_owned(),
            cache_ttl: Duration::from_secs(30),
            max_in_flight: 32,
            timeout: Duration::from_secs(5),
            tls: TlsConfig::new(),
        }
    }

    /// The first field that cannot work, and why.
    fn wrong(&self) -> Option<(&'static str, &'static str)> {
        let empty = |text: Option<&str>| text.is_some_and(|text| text.trim().is_empty());
        for (name, text) in [
            ("client_id", Some(self.client_id.as_str())),
            ("client_secret", Some(self.client_secret.expose_secret())),
            ("scope_key", Some(self.scope_key.as_str())),
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
                "is missing; give the name that the server has for this service, or set any_audience = true to accept \
                 tokens for every service",
            )),
            (Some(_), true) => Some(("any_audience", "stands beside `audience`; give one of them")),
            _ if self.max_in_flight == 0 => Some(("max_in_flight", "must be more than 0")),
            _ => None,
        }
    }
}

/// Asks the server that issues tokens whether they are good, by OAuth2 token introspection (RFC 7662).
///
/// * Tokens that are not good are not remembered.
/// * The user is `sub`, or else `username`; a token that names a client only is rejected. `iss`, where the server tells
///   it, is the user's [`issuer`](UserDetails::issuer).
/// * A server that cannot be asked, or does not answer as it must, is [`AuthError::Unavailable`]. Too many requests to it
///   are [`AuthError::Overloaded`].
pub struct Introspection {
    config: IntrospectionConfig,
    server: JsonEndpoint,
    authorization: HeaderValue,
    tags: Tags,
    known: Mutex<Remembered<[u8; 32], UserDetails>>,
    /// What was good before, be it known or not.
    proven: Mutex<Remembered<[u8; 32], ()>>,
    flights: Flights<std::result::Result<UserDetails, AuthError>>,
    turns: Turns,
    clock: Clock,
}

impl Introspection {
    /// A store of the tokens that this server knows. It is asked when a token comes, and not before.
    ///
    /// # Errors
    ///
    /// An empty client, secret, issuer, audience or scope key, neither an audience nor
    /// [`any_audience`](IntrospectionConfig::any_audience), a time-out or a bound of 0, a URL without TLS.
    pub fn new(config: IntrospectionConfig) -> Result<Self> {
        if let Some((field, why)) = config.wrong() {
            return Err(Error::config(format!("introspection: {field}: {why}")));
        }
        let server = JsonEndpoint::new(&config.url, &config.tls, config.timeout)
            .map_err(|error| Error::config(format!("introspection: {error}")))?;
        let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
        let secret: SecretString = encoded(config.client_secret.expose_secret()).into();
        let authorization = twilio_sdk_http::internal::header::basic(&encoded(&config.client_id), &secret)
            .ok_or_else(|| Error::config("introspection: the client's credentials cannot be carried"))?;
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

    async fn check(
        &self,
        token: &str,
        source: Option<IpAddr>,
    ) -> std::result::Result<UserDetails, AuthError> {
        let tag = self.tags.of(&[token]);
        if let Some(user) = locked(&self.known).recall(&tag) {
            return Ok(user);
        }
        let network = source.map(network);
        let proven = locked(&self.proven).recall(&tag).is_some();
        // Where one network waits says nothing of another one.
        let place = network.map(|network| network.to_string()).unwrap_or_default();
        let flight = self.tags.of(&[token, &place]);
        self.flights.share(flight, self.ask(tag, token, Asks { network, proven })).await
    }

    async fn ask(
        &self,
        tag: [u8; 32],
        token: &str,
        asks: Asks,
    ) -> std::result::Result<UserDetails, AuthError> {
        let unavailable = |why: &str| AuthError::Unavailable(format!("introspection: {why}").into());
        let form = Serializer::new(String::new())
            .append_pair("token", token)
            .append_pair("token_type_hint", "access_token")
            .finish();
        let turn = self.turns.turn(asks).await?;
        let answer = self.server.post_form(form, &self.authorization).await;
        let answer = answer.map_err(|error| unavailable(&chain(&error)))?;
        drop(turn);
        let claims: Object =
            serde_json::from_slice(&answer).map_err(|_| unavailable("the answer is no JSON object"))?;
        match claims.get("active") {
            Some(Value::Bool(true)) => {}
            Some(Value::Bool(false)) => return Err(AuthError::Rejected),
            _ => return Err(unavailable("the answer does not say whether the token is active")),
        }
        let now = now(self.clock)?;
        let (Ok(exp), Ok(nbf)) = (time(&claims, "exp"), time(&claims, "nbf")) else {
            return Err(AuthError::Rejected);
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
            return Err(AuthError::Rejected);
        }
        let scopes = scopes(&claims, &self.config.scope_key, false);
        let user = user(&claims, &["sub", "username"], scopes).ok_or(AuthError::Rejected)?;
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

impl TokenStore for Introspection {
    fn authenticate<'a>(&'a self, token: &'a SecretString) -> Authentication<'a> {
        self.authenticate_from(token, None)
    }

    fn authenticate_from<'a>(
        &'a self,
        token: &'a SecretString,
        source: Option<IpAddr>,
    ) -> Authentication<'a> {
        Box::pin(self.check(token.expose_secret(), source))
    }
}

impl fmt::Debug for Introspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Introspection").field("client_id", &self.config.client_id).finish_non_exhaustive()
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
        let mut store = Introspection::new(config).expect("a good configuration");
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
