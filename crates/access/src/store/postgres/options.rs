use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use tokio_postgres::config::{Host, SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::PostgresAccessStore;
use crate::AccessError;
use twilio_sdk_http::{HttpVersion, TlsConfig};
use twilio_sdk_types::SecretString;

/// Settings of a [`PostgresAccessStore`].
///
/// The connection is encrypted and the server's certificate verified, whatever `sslmode` says; a Unix socket is neither.
/// `sslmode=disable` is only allowed for servers on localhost.
#[derive(Clone)]
pub struct PostgresOptions {
    url: SecretString,
    tls: TlsConfig,
    timeout: Duration,
}

impl PostgresOptions {
    /// Creates settings for the server of a URL, `postgres://user:password@host:port/database`, or of pairs,
    /// `host=… user=… password=… dbname=…`, as in
    /// [PostgreSQL's libpq](https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING).
    pub fn new(url: impl Into<SecretString>) -> Self {
        Self { url: url.into(), tls: TlsConfig::new(), timeout: Duration::from_secs(10) }
    }

    /// Sets the TLS settings. Default: the system's root certificates. Only [`TlsBackend::Rustls`](twilio_sdk_http::TlsBackend::Rustls)
    /// is supported.
    pub fn tls(mut self, tls: TlsConfig) -> Self {
        self.tls = tls;
        self
    }

    /// Sets how long to wait for a connection, for each response, and for another process that makes a change. Default: 10 s;
    /// allowed: above 0, at most 1 h.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Connects, and creates missing tables.
    ///
    /// # Errors
    ///
    /// [`AccessError::Store`] if the settings are invalid, the server cannot be reached or rejects them, or the tables were created
    /// by a newer version.
    pub async fn connect(self) -> Result<PostgresAccessStore, AccessError> {
        PostgresAccessStore::open(self.target()?).await
    }

    fn target(self) -> Result<Target, AccessError> {
        let wrong = |what: &str| AccessError::Store(format!("PostgreSQL: {what}"));
        let longest = Duration::from_secs(3600);
        if self.timeout < Duration::from_millis(1) || self.timeout > longest {
            return Err(wrong("invalid timeout; use 1 ms to 1 h"));
        }
        if !self.tls.is_rustls() {
            return Err(wrong("unsupported TLS backend; use TlsBackend::Rustls"));
        }
        // The parser's message may show parts of the password.
        let mut config: tokio_postgres::Config = self
            .url
            .expose_secret()
            .parse()
            .map_err(|_| wrong("invalid server URL; percent-encode the password"))?;
        let (mut all_local, mut all_sockets) = (true, !config.get_hosts().is_empty());
        for host in config.get_hosts() {
            match host {
                Host::Tcp(name) => {
                    all_sockets = false;
                    all_local &= is_local(name);
                }
                #[cfg(unix)]
                Host::Unix(_) => {}
            }
        }
        if !config.get_hostaddrs().is_empty() {
            all_sockets = false;
            all_local = config.get_hostaddrs().iter().all(IpAddr::is_loopback);
        }
        match config.get_ssl_mode() {
            SslMode::Disable if !all_local => {
                return Err(wrong("sslmode=disable is only allowed for localhost; remove it"));
            }
            SslMode::Disable => {}
            _ if all_sockets => drop(config.ssl_mode(SslMode::Disable)),
            _ => drop(config.ssl_mode(SslMode::Require)),
        }
        config.connect_timeout(self.timeout).application_name("twilio-sdk");
        let encrypts = config.get_ssl_mode() != SslMode::Disable;
        let tls = twilio_sdk_http::internal::tls::client_config(&self.tls, encrypts, HttpVersion::Auto);
        let mut tls = tls.map_err(|error| wrong(&error.to_string()))?;
        tls.alpn_protocols.clear();
        Ok(Target { config, tls: MakeRustlsConnect::new(tls), timeout: self.timeout })
    }
}

/// Does not show the URL, which may contain a password.
impl fmt::Debug for PostgresOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresOptions").field("timeout", &self.timeout).finish_non_exhaustive()
    }
}

fn is_local(name: &str) -> bool {
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Checked settings.
#[derive(Clone)]
pub(super) struct Target {
    pub(super) config: tokio_postgres::Config,
    pub(super) tls: MakeRustlsConnect,
    pub(super) timeout: Duration,
}
