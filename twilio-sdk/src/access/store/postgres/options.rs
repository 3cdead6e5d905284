use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use tokio_postgres::config::{Host, SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::PostgresAccessStore;
use crate::access::AccessError;
use crate::config::{HttpVersion, TlsConfig};
use crate::types::SecretString;

/// How a PostgreSQL server is reached.
///
/// The connection is encrypted, and the server's certificate checked with its name, whatever `sslmode` says; on a Unix
/// socket it is neither. `sslmode=disable` is for servers on this machine, and an error for others.
#[derive(Clone)]
pub struct PostgresOptions {
    url: SecretString,
    tls: TlsConfig,
    timeout: Duration,
}

impl PostgresOptions {
    /// The server by a URL, `postgres://user:password@host:port/database`, or by pairs, `host=… user=… password=… dbname=…`,
    /// as [PostgreSQL's libpq](https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING) has them.
    pub fn new(url: impl Into<SecretString>) -> Self {
        Self { url: url.into(), tls: TlsConfig::new(), timeout: Duration::from_secs(10) }
    }

    /// How TLS is done; the system's root certificates unless set. [`TlsBackend::Rustls`](crate::TlsBackend::Rustls) only.
    pub fn tls(mut self, tls: TlsConfig) -> Self {
        self.tls = tls;
        self
    }

    /// How long to wait for a connection, for each answer of the server, and for others who are making a change; above 0 and
    /// at most an hour, 10 s unless set.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Connects, and makes the tables where they are not there yet.
    ///
    /// # Errors
    ///
    /// [`AccessError::Store`] where the settings cannot be used, the server is not reached or does not accept them, or
    /// the tables were made by a newer version.
    pub async fn connect(self) -> Result<PostgresAccessStore, AccessError> {
        PostgresAccessStore::open(self.target()?).await
    }

    fn target(self) -> Result<Target, AccessError> {
        let wrong = |what: &str| AccessError::Store(format!("PostgreSQL: {what}"));
        let longest = Duration::from_secs(3600);
        if self.timeout < Duration::from_millis(1) || self.timeout > longest {
            return Err(wrong("the time-out must be between 1 ms and 1 h"));
        }
        if !self.tls.is_rustls() {
            return Err(wrong("the connection's TLS is that of rustls; leave `TlsConfig::backend` as it is"));
        }
        // The parser's own words may show parts of the password.
        let mut config: tokio_postgres::Config =
            self.url.expose_secret().parse().map_err(|_| {
                wrong("the URL of the server cannot be read; is the password percent-encoded?")
            })?;
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
                return Err(wrong("sslmode=disable is for servers on this machine; leave it out"));
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

/// Shows nothing of the URL, which may hold a password.
impl fmt::Debug for PostgresOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresOptions").field("timeout", &self.timeout).finish_non_exhaustive()
    }
}

fn is_local(name: &str) -> bool {
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Where to connect, checked.
#[derive(Clone)]
pub(super) struct Target {
    pub(super) config: tokio_postgres::Config,
    pub(super) tls: MakeRustlsConnect,
    pub(super) timeout: Duration,
}
