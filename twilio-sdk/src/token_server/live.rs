//! The settings that a server runs with, and how they are replaced while it runs.

use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};

use axum::extract::Request;
use http::{HeaderName, HeaderValue, StatusCode, header};
use tokio_rustls::TlsAcceptor;

use super::TokenServerConfig;
use super::answer::Refusal;
use super::app::Peer;
use super::connection::Times;
use super::hosts::{Hosts, WrongHost, authority};
use super::limits::Failures;
use super::server::acceptor;
use crate::Result;
use crate::access_token::AccessToken;
use crate::audit::Recorder;
use crate::listener::{CachedUserStore, UserDetails, UserStore, forwarded};

/// Where a proxy says for whom it asks.
const FORWARDED: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Everything that outlives a change of the settings.
pub(super) struct Live {
    current: RwLock<Arc<Current>>,
    users: Arc<dyn UserStore>,
    pub(super) failures: Failures,
    pub(super) recorder: Recorder,
}

/// The settings that requests and connections begin with.
pub(super) struct Current {
    pub(super) config: TokenServerConfig,
    pub(super) users: Arc<CachedUserStore<Arc<dyn UserStore>>>,
    pub(super) tls: Option<TlsAcceptor>,
    hosts: Hosts,
}

impl Live {
    pub(super) fn new(config: TokenServerConfig, users: Arc<dyn UserStore>) -> Result<Self> {
        config.check_exposure()?;
        let recorder = config.audit.clone().map(Recorder::new).unwrap_or_default();
        recorder.redact_secret(&config.key.api_secret);
        let remembered = CachedUserStore::new(Arc::clone(&users), config.remember)?;
        let current = Current::new(config, Arc::new(remembered))?;
        Ok(Self { current: RwLock::new(Arc::new(current)), users, failures: Failures::new(), recorder })
    }

    pub(super) fn current(&self) -> Arc<Current> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Replaces the settings, or none of them; returns the keys that differ and need a restart.
    fn apply(&self, mut config: TokenServerConfig) -> Result<Vec<&'static str>> {
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
        // The log was opened from the options, which are kept to tell a change.
        if format!("{:?}", config.audit_log) != format!("{:?}", old.config.audit_log) {
            fixed.push("audit");
        }
        config.audit_log.clone_from(&old.config.audit_log);
        config.audit.clone_from(&old.config.audit);
        config.check_exposure()?;
        self.recorder.redact_secret(&config.key.api_secret);
        let users = match config.remember == old.config.remember {
            true => Arc::clone(&old.users),
            false => Arc::new(CachedUserStore::new(Arc::clone(&self.users), config.remember)?),
        };
        let new = Arc::new(Current::new(config, users)?);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = new;
        Ok(fixed)
    }
}

impl Current {
    fn new(config: TokenServerConfig, users: Arc<CachedUserStore<Arc<dyn UserStore>>>) -> Result<Self> {
        let tls = config.tls.as_ref().map(acceptor).transpose()?;
        let hosts = Hosts::new(config.listen, &config.origins, &config.hosts);
        if hosts.are_addresses_only() {
            tracing::warn!(
                target: "twilio_sdk::token_server",
                "requests are served for addresses only; set hosts to the names that clients use"
            );
        }
        if config.behind_proxy && !config.trust_proxy {
            tracing::warn!(
                target: "twilio_sdk::token_server",
                "all clients of the proxy count as one network; set trust_proxy if the proxy adds X-Forwarded-For"
            );
        }
        Ok(Self { config, users, tls, hosts })
    }

    pub(super) fn times(&self) -> Times {
        Times { idle: self.config.idle, age: self.config.age }
    }

    /// Returns how many connections a network may have; a proxy is no client.
    pub(super) fn connections_per_address(&self) -> Option<u32> {
        let proxied = self.config.behind_proxy || self.config.trust_proxy;
        (!proxied).then_some(self.config.connections_per_address)
    }

    /// The address that counts: the peer's, or what the proxy in front says.
    pub(super) fn address(&self, request: &Request) -> IpAddr {
        let peer = request.extensions().get::<Peer>();
        let peer = peer.map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.0.ip().to_canonical());
        match self.config.trust_proxy {
            true => forwarded(request.headers(), &FORWARDED).unwrap_or(peer),
            false => peer,
        }
    }

    /// Checks that the request is for a host that is served.
    pub(super) fn host(&self, request: &Request) -> std::result::Result<(), Refusal> {
        self.hosts.check(request.uri(), request.headers()).map_err(|wrong| match wrong {
            WrongHost::Unreadable => Refusal::new(StatusCode::BAD_REQUEST, "the request must name one host"),
            WrongHost::Unknown => {
                let message = "this server does not serve the host that the request names";
                Refusal::new(StatusCode::MISDIRECTED_REQUEST, message)
                    .because("the host is neither the listening address's, nor an origin's, nor one of hosts")
            }
        })
    }

    /// Returns the origin of the page that asks and may read the response; `None` without an origin.
    pub(super) fn origin(&self, request: &Request) -> std::result::Result<Option<HeaderValue>, Refusal> {
        let Some(origin) = request.headers().get(header::ORIGIN) else { return Ok(None) };
        let text = origin.to_str().unwrap_or_default();
        let host = authority(request.uri(), request.headers());
        let own = text.split_once("://").is_some_and(|(scheme, origin_host)| {
            // A page that was not encrypted may be anyone's, and this server's own pages are encrypted as it is.
            let same = scheme == "https" || (scheme == "http" && self.tls.is_none());
            same && host.is_some_and(|host| origin_host.eq_ignore_ascii_case(host))
        });
        match own || self.config.origins.iter().any(|allowed| allowed == text) {
            true => Ok(Some(origin.clone())),
            false => Err(Refusal::new(StatusCode::FORBIDDEN, "pages of this origin may not ask for tokens")),
        }
    }

    pub(super) fn sign(&self, user: &UserDetails) -> std::result::Result<Signed, Refusal> {
        let Some(rule) = self.config.rules.iter().find(|rule| rule.is_for(user)) else {
            let message = "no token is meant for this user";
            return Err(Refusal::new(StatusCode::FORBIDDEN, message).because("no rule is for the user"));
        };
        let grants = rule.grants(user);
        let names: Vec<_> = grants.iter().map(|grant| grant.name()).collect();
        let (names, identity, lives) = (names.join(","), rule.identity(user), rule.ttl.as_secs());
        let token = || {
            let mut token = AccessToken::new(&self.config.key, &*identity)?.ttl(rule.ttl)?;
            token = token.region(self.config.region.clone().unwrap_or_default());
            if self.config.unguessable_ids {
                token = token.unguessable_id();
            }
            grants.into_iter().fold(token, AccessToken::grant).sign()
        };
        let token = token().map_err(|error| {
            let message = "no token can be made for this user";
            Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, message).because(error.to_string())
        })?;
        Ok(Signed { token, identity, grants: names, lives })
    }
}

/// A token, for whom, for what and for how many seconds.
pub(super) struct Signed {
    pub(super) token: String,
    pub(super) identity: String,
    pub(super) grants: String,
    pub(super) lives: u64,
}

/// Replaces the settings of a [`TokenServer`](super::TokenServer) while it runs. Cheap to clone.
#[derive(Clone)]
pub struct Reloader {
    pub(super) live: Arc<Live>,
}

impl Reloader {
    /// Replaces all settings at once, certificates included; requests and connections that have begun keep theirs.
    ///
    /// Returns the keys whose values differ and which need a restart: `listen`, `users.file`, `limits.connections`,
    /// `audit`. Their old values stay in use. Failures that were counted and passwords that are remembered stay.
    ///
    /// # Errors
    ///
    /// The certificate cannot be used, or the listening address would need TLS or a proxy. Then all old settings stay.
    pub fn apply(&self, config: TokenServerConfig) -> Result<Vec<&'static str>> {
        self.live.apply(config)
    }
}

impl fmt::Debug for Reloader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reloader")
    }
}
