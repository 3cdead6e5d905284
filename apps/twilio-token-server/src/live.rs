//! The current settings of a server, and their replacement while it runs.

use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};

use axum::extract::Request;
use http::{HeaderName, HeaderValue, StatusCode, header};
use tokio_rustls::TlsAcceptor;

use crate::TokenServerConfig;
use crate::app::Peer;
use crate::connection::Times;
use crate::hosts::{Hosts, WrongHost, authority};
use crate::limits::Failures;
use crate::rejection::Rejection;
use crate::server::acceptor;
use twilio_sdk_access_token::AccessToken;
use twilio_sdk_audit::internal::Recorder;
use twilio_sdk_config::ConfigError;
use twilio_sdk_inbound_auth::internal::forwarded;
use twilio_sdk_inbound_auth::{CachedUserStore, UserDetails, UserStore};

/// The header in which a proxy names the client.
const FORWARDED: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Everything that survives a change of the settings.
pub(crate) struct Live {
    current: RwLock<Arc<Current>>,
    users: Arc<dyn UserStore>,
    pub(crate) failures: Failures,
    pub(crate) recorder: Recorder,
}

/// The settings that new requests and connections use.
pub(crate) struct Current {
    pub(crate) config: TokenServerConfig,
    pub(crate) users: Arc<CachedUserStore<Arc<dyn UserStore>>>,
    pub(crate) tls: Option<TlsAcceptor>,
    hosts: Hosts,
}

impl Live {
    pub(crate) fn new(config: TokenServerConfig, users: Arc<dyn UserStore>) -> Result<Self, ConfigError> {
        config.check_exposure()?;
        let recorder = config.audit.clone().map(Recorder::new).unwrap_or_default();
        recorder.redact_secret(&config.key.api_secret);
        let cached = CachedUserStore::new(Arc::clone(&users), config.password_cache_ttl)?;
        let current = Current::new(config, Arc::new(cached))?;
        Ok(Self { current: RwLock::new(Arc::new(current)), users, failures: Failures::new(), recorder })
    }

    pub(crate) fn current(&self) -> Arc<Current> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Replaces all settings or none. Returns the changed keys that need a restart.
    fn apply(&self, mut config: TokenServerConfig) -> Result<Vec<&'static str>, ConfigError> {
        let old = self.current();
        let mut fixed = Vec::new();
        if config.listen != old.config.listen {
            fixed.push("listen");
            config.listen = old.config.listen;
        }
        if config.users_file != old.config.users_file {
            fixed.push("users.file");
            config.users_file.clone_from(&old.config.users_file);
        }
        if config.connections != old.config.connections {
            fixed.push("limits.connections");
            config.connections = old.config.connections;
        }
        // The log is open. Its options are kept to detect changes.
        if format!("{:?}", config.audit_log) != format!("{:?}", old.config.audit_log) {
            fixed.push("audit");
        }
        config.audit_log.clone_from(&old.config.audit_log);
        config.audit.clone_from(&old.config.audit);
        config.check_exposure()?;
        self.recorder.redact_secret(&config.key.api_secret);
        let users = match config.password_cache_ttl == old.config.password_cache_ttl {
            true => Arc::clone(&old.users),
            false => Arc::new(CachedUserStore::new(Arc::clone(&self.users), config.password_cache_ttl)?),
        };
        let new = Arc::new(Current::new(config, users)?);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = new;
        Ok(fixed)
    }
}

impl Current {
    fn new(
        config: TokenServerConfig,
        users: Arc<CachedUserStore<Arc<dyn UserStore>>>,
    ) -> Result<Self, ConfigError> {
        let tls = config.tls.as_ref().map(acceptor).transpose()?;
        let hosts = Hosts::new(config.listen, &config.origins, &config.hosts);
        if hosts.are_addresses_only() {
            tracing::warn!(
                target: "twilio_token_server",
                "only IP addresses are accepted as hosts; set hosts to the names that clients use"
            );
        }
        if config.behind_proxy && !config.trust_x_forwarded_for {
            tracing::warn!(
                target: "twilio_token_server",
                "all clients of the proxy count as one network; set trust_x_forwarded_for if the proxy adds X-Forwarded-For"
            );
        }
        Ok(Self { config, users, tls, hosts })
    }

    pub(crate) fn times(&self) -> Times {
        Times { idle: self.config.idle, age: self.config.age }
    }

    /// Returns the connection limit of a network. There is none behind a proxy.
    pub(crate) fn connections_per_address(&self) -> Option<u32> {
        let proxied = self.config.behind_proxy || self.config.trust_x_forwarded_for;
        (!proxied).then_some(self.config.connections_per_address)
    }

    /// Returns the client's address: the peer's, or the one that a trusted proxy names.
    pub(crate) fn address(&self, request: &Request) -> IpAddr {
        let peer = request.extensions().get::<Peer>();
        let peer = peer.map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.0.ip().to_canonical());
        match self.config.trust_x_forwarded_for {
            true => forwarded(request.headers(), &FORWARDED).unwrap_or(peer),
            false => peer,
        }
    }

    /// Checks that the request names an accepted host.
    pub(crate) fn host(&self, request: &Request) -> Result<(), Rejection> {
        self.hosts.check(request.uri(), request.headers()).map_err(|wrong| match wrong {
            WrongHost::Malformed => Rejection::new(StatusCode::BAD_REQUEST, "the request must have exactly one Host"),
            WrongHost::Unknown => {
                let message = "the host of the request is not accepted";
                Rejection::new(StatusCode::MISDIRECTED_REQUEST, message)
                    .because("the host is not that of the listening address or of an allowed origin, and is not in hosts")
            }
        })
    }

    /// Returns the origin of the page if it is allowed; `None` without an origin.
    pub(crate) fn origin(&self, request: &Request) -> Result<Option<HeaderValue>, Rejection> {
        let Some(origin) = request.headers().get(header::ORIGIN) else { return Ok(None) };
        let text = origin.to_str().unwrap_or_default();
        let host = authority(request.uri(), request.headers());
        let same_origin = text.split_once("://").is_some_and(|(scheme, origin_host)| {
            // Anyone on the network may have changed a page that was sent without TLS. If this server has TLS, so have its pages.
            let same_scheme = scheme == "https" || (scheme == "http" && self.tls.is_none());
            same_scheme && host.is_some_and(|host| origin_host.eq_ignore_ascii_case(host))
        });
        match same_origin || self.config.origins.iter().any(|allowed| allowed == text) {
            true => Ok(Some(origin.clone())),
            false => Err(Rejection::new(StatusCode::FORBIDDEN, "the origin of the page is not allowed")),
        }
    }

    pub(crate) fn sign(&self, user: &UserDetails) -> Result<Signed, Rejection> {
        let Some(rule) = self.config.rules.iter().find(|rule| rule.matches(user)) else {
            let message = "no rule grants this user a token";
            return Err(Rejection::new(StatusCode::FORBIDDEN, message).because("no rule matches the user"));
        };
        let grants = rule.grants(user);
        let names: Vec<_> = grants.iter().map(|grant| grant.name()).collect();
        let (names, identity, lifetime) = (names.join(","), rule.identity(user), rule.ttl.as_secs());
        let token = || {
            let mut token = AccessToken::new(&self.config.key, &*identity)?.ttl(rule.ttl)?;
            token = token.region(self.config.region.clone().unwrap_or_default());
            if self.config.random_token_ids {
                token = token.random_id();
            }
            grants.into_iter().fold(token, AccessToken::grant).sign()
        };
        let token = token().map_err(|error| {
            let message = "the token cannot be created";
            Rejection::new(StatusCode::INTERNAL_SERVER_ERROR, message).because(error.to_string())
        })?;
        Ok(Signed { token, identity, grants: names, lifetime })
    }
}

/// A signed token with its identity, grants and lifetime in seconds.
pub(crate) struct Signed {
    pub(crate) token: String,
    pub(crate) identity: String,
    pub(crate) grants: String,
    pub(crate) lifetime: u64,
}

/// Replaces the settings of a [`TokenServer`](super::TokenServer) while it runs. Cheap to clone.
#[derive(Clone)]
pub struct Reloader {
    pub(crate) live: Arc<Live>,
}

impl Reloader {
    /// Replaces all settings at once, including certificates. Requests in flight and open connections keep the old settings.
    ///
    /// Returns the changed keys that need a restart: `listen`, `users.file`, `limits.connections`, `audit`. Their old values stay
    /// in use. Counted failures and cached passwords are kept.
    ///
    /// # Errors
    ///
    /// The certificate is invalid, or the listening address requires TLS or a proxy. All old settings stay in use.
    pub fn apply(&self, config: TokenServerConfig) -> Result<Vec<&'static str>, ConfigError> {
        self.live.apply(config)
    }
}

impl fmt::Debug for Reloader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reloader")
    }
}
