use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::limits::FailureLimits;
use crate::rule::Rule;
use crate::{environment, keys};
use twilio_sdk_audit::{AuditLog, AuditLogOptions, AuditSink};
use twilio_sdk_config::ConfigError;
use twilio_sdk_config::internal::file::read_file;
use twilio_sdk_inbound_auth::FileUserStore;
use twilio_sdk_types::ApiKeyConfig;
use twilio_sdk_types::SecretString;

/// Settings of a token server.
///
/// [`examples/token-server.toml`](https://github.com/twilio-sdk-rs/twilio-sdk/blob/main/apps/twilio-token-server/examples/token-server.toml)
/// documents every key of the file. The shortest file that works:
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
/// The first rule that matches a user decides. A user without a matching rule gets no token. Unknown keys are errors. The
/// type does not implement `Deserialize`, because the file supports `${VAR}` and secrets.
#[derive(Clone, Debug)]
pub struct TokenServerConfig {
    pub(crate) listen: SocketAddr,
    pub(crate) key: ApiKeyConfig,
    pub(crate) region: Option<String>,
    pub(crate) users_file: PathBuf,
    pub(crate) password_cache_ttl: Duration,
    pub(crate) rules: Vec<Rule>,
    pub(crate) origins: Vec<String>,
    pub(crate) hosts: Vec<String>,
    pub(crate) behind_proxy: bool,
    pub(crate) trust_x_forwarded_for: bool,
    pub(crate) body_limit: usize,
    pub(crate) failures: FailureLimits,
    pub(crate) connections: usize,
    pub(crate) connections_per_address: u32,
    pub(crate) idle: Duration,
    pub(crate) age: Duration,
    pub(crate) body_time: Duration,
    pub(crate) shutdown: Duration,
    pub(crate) tls: Option<Tls>,
    pub(crate) random_token_ids: bool,
    pub(crate) audit: Option<Arc<dyn AuditSink>>,
    /// The log to open if there is no other sink.
    pub(crate) audit_log: Option<AuditLogOptions>,
}

/// The certificate chain and key, in PEM.
#[derive(Clone, Debug)]
pub(crate) struct Tls {
    pub(crate) certificates: Vec<u8>,
    pub(crate) key: SecretString,
}

impl TokenServerConfig {
    /// Reads a TOML or JSON file with `${VAR}` for environment variables.
    ///
    /// # Errors
    ///
    /// [`ConfigError::problems`] lists everything that is wrong.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        let path = path.as_ref();
        let directory = path.parent().unwrap_or(Path::new("")).to_owned();
        read_file(path, &|name| std::env::var(name).ok(), &|reader| keys::read(reader, &directory))
    }

    /// Reads the settings from environment variables. Every user gets a token of one hour for one room of Video.
    ///
    /// | variable | value |
    /// |---|---|
    /// | `TWILIO_ACCOUNT_SID` | required |
    /// | `TWILIO_API_KEY` or `TWILIO_API_KEY_SID` | required |
    /// | `TWILIO_API_SECRET` or `TWILIO_API_KEY_SECRET` | required |
    /// | `TOKEN_SERVER_USERS_FILE` | required: the path of the users file |
    /// | `TWILIO_REGION` | the region of the tokens |
    /// | `TOKEN_SERVER_LISTEN` | the listening address |
    /// | `TOKEN_SERVER_BEHIND_PROXY` | `true` or `false` |
    /// | `TOKEN_SERVER_HOSTS` | accepted hosts, separated by commas |
    /// | `TOKEN_SERVER_ROOM` | the room |
    /// | `TOKEN_SERVER_AUDIT_LOG` | the path of the audit log |
    ///
    /// # Errors
    ///
    /// One error that lists everything that is missing or invalid.
    pub fn from_env() -> Result<Self, ConfigError> {
        environment::read(&|name| std::env::var(name).ok())
    }

    pub(crate) fn with(key: ApiKeyConfig, users_file: PathBuf) -> Self {
        Self {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 3000),
            key,
            region: None,
            users_file,
            password_cache_ttl: Duration::from_secs(60),
            rules: Vec::new(),
            origins: Vec::new(),
            hosts: Vec::new(),
            behind_proxy: false,
            trust_x_forwarded_for: false,
            body_limit: 16 << 10,
            failures: FailureLimits { per_user: 10, per_user_total: 100, per_address: 60 },
            connections: 4096,
            connections_per_address: 64,
            idle: Duration::from_secs(10),
            age: Duration::from_secs(300),
            body_time: Duration::from_secs(10),
            shutdown: Duration::from_secs(10),
            tls: None,
            random_token_ids: true,
            audit: None,
            audit_log: None,
        }
    }

    /// Checks that a server can run with these settings: the listening address is allowed, the users file and the certificate
    /// are valid, and the audit log, if it exists, is writable.
    ///
    /// # Errors
    ///
    /// The first problem.
    pub fn check(&self) -> Result<(), ConfigError> {
        self.check_exposure()?;
        FileUserStore::open(&self.users_file)?;
        if let (None, Some(log)) = (&self.audit, self.audit_log.clone().filter(|log| log.path().exists())) {
            open(log)?;
        }
        self.tls.as_ref().map(crate::server::acceptor).transpose().map(drop)
    }

    /// Rejects a listening address other than loopback without TLS or a proxy that terminates it.
    pub(crate) fn check_exposure(&self) -> Result<(), ConfigError> {
        match self.listen.ip().to_canonical().is_loopback() || self.tls.is_some() || self.behind_proxy {
            true => Ok(()),
            false => Err(ConfigError::new(format!(
                "listen: {} is not a loopback address, so passwords and tokens would be sent unencrypted; set tls, or \
                 behind_proxy = true if a proxy terminates TLS and clients can only reach the proxy",
                self.listen
            ))),
        }
    }

    /// Opens the audit log unless another sink is set.
    pub(crate) fn open_audit(mut self) -> Result<Self, ConfigError> {
        if let (None, Some(log)) = (&self.audit, &self.audit_log) {
            self.audit = Some(Arc::new(open(log.clone())?));
        }
        Ok(self)
    }

    /// Records audit events. Default: the log named in the configuration, or none.
    ///
    /// The events are `authn` for checked credentials, `token.issue` for tokens, and `config.change` for reloaded users. A
    /// rejected username is not recorded, because it may be a password in the wrong field. If an event cannot be written, the
    /// response is 503 and no token is issued.
    pub fn audit(mut self, audit: impl AuditSink + 'static) -> Self {
        self.audit = Some(Arc::new(audit));
        self
    }

    /// Sets the listening address. Default: `127.0.0.1:3000`. An address other than loopback requires TLS or
    /// [`behind_proxy`](Self::behind_proxy).
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        self
    }

    /// Declares that a proxy terminates TLS and that clients can only reach the proxy. Default: `false`.
    ///
    /// * The server may then listen on addresses other than loopback without TLS.
    /// * All connections come from the proxy, so connections are not limited per network.
    /// * It does not trust forwarded headers: unless `trust_x_forwarded_for = true` is set too, all clients count as one
    ///   network, so that the failures of one client count for all.
    pub fn behind_proxy(mut self, behind_proxy: bool) -> Self {
        self.behind_proxy = behind_proxy;
        self
    }

    /// Adds an accepted host, such as `tokens.example.com`: a name or an address, without a port.
    ///
    /// The hosts of the listening address and of the allowed origins are always accepted. Requests for other hosts get 421.
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.hosts.push(host.into());
        self
    }
}

fn open(log: AuditLogOptions) -> Result<AuditLog, ConfigError> {
    log.open().map_err(|error| ConfigError::new(format!("audit.file: {error}")))
}
