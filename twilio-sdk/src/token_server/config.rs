use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::rule::Rule;
use super::{environment, keys};
use crate::audit::{Audit, AuditLog, AuditLogOptions};
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
    pub(super) trust_proxy: bool,
    pub(super) body_limit: usize,
    pub(super) per_user: u32,
    pub(super) per_address: u32,
    pub(super) idle: Duration,
    pub(super) body_time: Duration,
    pub(super) shutdown: Duration,
    pub(super) tls: Option<Tls>,
    pub(super) unguessable_ids: bool,
    pub(super) audit: Option<Arc<dyn Audit>>,
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
    /// `TOKEN_SERVER_USERS`, the file of users; `TOKEN_SERVER_LISTEN`, `TOKEN_SERVER_ROOM` and `TOKEN_SERVER_AUDIT`, the
    /// file of the audit log, may be set. Every user gets a token of an hour for one room of Video.
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
            trust_proxy: false,
            body_limit: 16 << 10,
            per_user: 10,
            per_address: 60,
            idle: Duration::from_secs(10),
            body_time: Duration::from_secs(10),
            shutdown: Duration::from_secs(10),
            tls: None,
            unguessable_ids: true,
            audit: None,
            audit_log: None,
        }
    }

    /// Whether a server could be run with it: the users can be read, the certificate can be used, and the audit log, where
    /// there is one already, can be written to.
    ///
    /// # Errors
    ///
    /// What is wrong.
    pub fn check(&self) -> Result<()> {
        FileUserStore::open(&self.users_file)?;
        if let (None, Some(log)) = (&self.audit, self.audit_log.clone().filter(|log| log.path().exists())) {
            open(log)?;
        }
        self.tls.as_ref().map(super::server::acceptor).transpose().map(drop)
    }

    /// Opens the audit log, unless there is another recorder.
    pub(super) fn open_audit(mut self) -> Result<Self> {
        if let (None, Some(log)) = (&self.audit, self.audit_log.take()) {
            self.audit = Some(Arc::new(open(log)?));
        }
        Ok(self)
    }

    /// Where it is recorded whose credentials were checked (`authn`), who was given a token (`token.issue`), and that the
    /// users were read again (`config.change`); in the log that the configuration names unless set, or nowhere. A name
    /// that is not recognized is not recorded: it may be a password in the wrong field. A caller for whom nothing can be
    /// recorded gets no token, but 503.
    pub fn audit(mut self, audit: impl Audit + 'static) -> Self {
        self.audit = Some(Arc::new(audit));
        self
    }

    /// Listens at another address.
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        self
    }
}

fn open(log: AuditLogOptions) -> Result<AuditLog> {
    log.open().map_err(|error| Error::config(format!("audit.file: {error}")))
}
