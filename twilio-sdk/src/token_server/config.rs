use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::limits::FailureLimits;
use super::rule::Rule;
use super::{environment, keys};
use crate::audit::{AuditLog, AuditLogOptions, AuditSink};
use crate::config::file::read_file;
use crate::listener::FileUserStore;
use crate::types::SecretString;
use crate::{ApiKeyConfig, Error, Result};

/// What a token server is run with.
///
/// `examples/token-server.toml` shows and explains every key of its file. The shortest one that works:
///
/// ```toml
/// listen = "127.0.0.1:3000"
///
/// [twilio]
/// account_sid = "${TWILIO_ACCOUNT_SID}"
/// api_key = "${TWILIO_API_KEY}"
/// api_secret = "${TWILIO_API_SECRET}"
///
/// [users]
/// file = "users.toml"
///
/// [[rules]]
/// scopes = ["video"]
/// identity = "{username}"
/// ttl = "10m"
/// video = { room = "room-of-{username}" }
/// ```
///
/// The first rule that is for a user decides; a user whom none is for gets no token. Unknown keys are errors.
#[derive(Clone, Debug)]
pub struct TokenServerConfig {
    pub(super) listen: SocketAddr,
    pub(super) key: ApiKeyConfig,
    pub(super) region: Option<String>,
    pub(super) users_file: PathBuf,
    pub(super) remember: Duration,
    pub(super) rules: Vec<Rule>,
    pub(super) origins: Vec<String>,
    pub(super) hosts: Vec<String>,
    pub(super) behind_proxy: bool,
    pub(super) trust_proxy: bool,
    pub(super) body_limit: usize,
    pub(super) failures: FailureLimits,
    pub(super) connections: usize,
    pub(super) connections_per_address: u32,
    pub(super) idle: Duration,
    pub(super) age: Duration,
    pub(super) body_time: Duration,
    pub(super) shutdown: Duration,
    pub(super) tls: Option<Tls>,
    pub(super) unguessable_ids: bool,
    pub(super) audit: Option<Arc<dyn AuditSink>>,
    /// The log that is opened where there is no other recorder.
    pub(super) audit_log: Option<AuditLogOptions>,
}

/// Certificate chain and key, PEM.
#[derive(Clone, Debug)]
pub(super) struct Tls {
    pub(super) certificates: Vec<u8>,
    pub(super) key: SecretString,
}

impl TokenServerConfig {
    /// Reads a TOML or JSON file with `${VAR}` for environment variables.
    ///
    /// # Errors
    ///
    /// [`Error::config_problems`](crate::Error::config_problems) lists everything that is wrong.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let directory = path.parent().unwrap_or(Path::new("")).to_owned();
        read_file(path, &|name| std::env::var(name).ok(), &|reader| keys::read(reader, &directory))
    }

    /// Takes everything from environment variables: `TWILIO_ACCOUNT_SID`, `TWILIO_API_KEY` (or
    /// `TWILIO_API_KEY_SID`), `TWILIO_API_SECRET` (or `TWILIO_API_KEY_SECRET`), `TWILIO_REGION`, and
    /// `TOKEN_SERVER_USERS`, the file of users. `TOKEN_SERVER_LISTEN`, `TOKEN_SERVER_BEHIND_PROXY` (`true`),
    /// `TOKEN_SERVER_HOSTS` (names with commas between), `TOKEN_SERVER_ROOM` and `TOKEN_SERVER_AUDIT`, the file of the audit
    /// log, may be set. Every user gets a token of an hour for one room of Video.
    ///
    /// # Errors
    ///
    /// One error that names everything that is missing or wrong.
    pub fn from_env() -> Result<Self> {
        environment::read(&|name| std::env::var(name).ok())
    }

    pub(super) fn with(key: ApiKeyConfig, users_file: PathBuf) -> Self {
        Self {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 3000),
            key,
            region: None,
            users_file,
            remember: Duration::from_secs(60),
            rules: Vec::new(),
            origins: Vec::new(),
            hosts: Vec::new(),
            behind_proxy: false,
            trust_proxy: false,
            body_limit: 16 << 10,
            failures: FailureLimits { per_user: 10, per_user_total: 100, per_address: 60 },
            connections: 4096,
            connections_per_address: 64,
            idle: Duration::from_secs(10),
            age: Duration::from_secs(300),
            body_time: Duration::from_secs(10),
            shutdown: Duration::from_secs(10),
            tls: None,
            unguessable_ids: true,
            audit: None,
            audit_log: None,
        }
    }

    /// Checks that a server could run with it: the address is one that may be listened on, the users can be read, the
    /// certificate can be used, and the audit log, where there is one already, can be written to.
    ///
    /// # Errors
    ///
    /// What is wrong.
    pub fn check(&self) -> Result<()> {
        self.check_exposure()?;
        FileUserStore::open(&self.users_file)?;
        if let (None, Some(log)) = (&self.audit, self.audit_log.clone().filter(|log| log.path().exists())) {
            open(log)?;
        }
        self.tls.as_ref().map(super::server::acceptor).transpose().map(drop)
    }

    /// Rejects an address that other machines reach, unless connections are encrypted or a proxy does that.
    pub(super) fn check_exposure(&self) -> Result<()> {
        match self.listen.ip().to_canonical().is_loopback() || self.tls.is_some() || self.behind_proxy {
            true => Ok(()),
            false => Err(Error::config(format!(
                "listen: {} is no loopback address, and passwords and tokens would go over the network in clear; set \
                 tls, or behind_proxy = true where a proxy terminates TLS and clients reach nothing but the proxy",
                self.listen
            ))),
        }
    }

    /// Opens the audit log, unless there is another recorder.
    pub(super) fn open_audit(mut self) -> Result<Self> {
        if let (None, Some(log)) = (&self.audit, &self.audit_log) {
            self.audit = Some(Arc::new(open(log.clone())?));
        }
        Ok(self)
    }

    /// Where it is recorded whose credentials were checked (`authn`), who was given a token (`token.issue`), and that the
    /// users were read again (`config.change`); in the log that the configuration names unless set, or nowhere. A name
    /// that is not recognized is not recorded: it may be a password in the wrong field. A caller for whom nothing can be
    /// recorded gets no token, but 503.
    pub fn audit(mut self, audit: impl AuditSink + 'static) -> Self {
        self.audit = Some(Arc::new(audit));
        self
    }

    /// Sets the listening address; `127.0.0.1:3000` unless set. Another address than a loopback one needs TLS, or
    /// [`behind_proxy`](Self::behind_proxy).
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        self
    }

    /// Declares that a proxy terminates TLS and that clients reach nothing but the proxy; `false` unless set.
    ///
    /// * The server may then listen on other addresses than loopback without TLS.
    /// * All connections come from the proxy, so connections are not bounded by network.
    /// * Forwarded headers are not trusted by this: unless `trust_proxy = true` is set too, all clients count as one
    ///   network, so that the failures of one client count for all.
    pub fn behind_proxy(mut self, is: bool) -> Self {
        self.behind_proxy = is;
        self
    }

    /// Adds a host that requests may be for, such as `tokens.example.com`; a name or an address, without a port.
    ///
    /// Requests for the hosts of the listening address and of the allowed origins are always served; requests for any
    /// other host get 421.
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.hosts.push(host.into());
        self
    }
}

fn open(log: AuditLogOptions) -> Result<AuditLog> {
    log.open().map_err(|error| Error::config(format!("audit.file: {error}")))
}
