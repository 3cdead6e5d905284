use std::fmt;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use crate::app::App;
use crate::config::Tls;
use crate::connection::Times;
use crate::live::{Live, Reloader};
use crate::network::Places;
use crate::{TokenServerConfig, connection};
use twilio_sdk_config::ConfigError;
use twilio_sdk_inbound_auth::{FileUserStore, UserStore};

/// The minimum time between log events about closed connections.
const LOG_INTERVAL: Duration = Duration::from_secs(10);

/// A bound token server.
pub struct TokenServer {
    listener: TcpListener,
    router: Router,
    live: Arc<Live>,
    users: Option<Arc<FileUserStore>>,
}

impl TokenServer {
    /// Binds the listening address and opens the users file of the configuration.
    ///
    /// # Errors
    ///
    /// The address cannot be bound or requires TLS, the users file or the certificate is invalid, or the audit log is not
    /// writable.
    pub async fn bind(config: TokenServerConfig) -> Result<Self, ConfigError> {
        let users = Arc::new(FileUserStore::open(&config.users_file)?);
        let mut server = Self::bind_with_users(config, Arc::clone(&users) as Arc<dyn UserStore>).await?;
        server.users = Some(users);
        Ok(server)
    }

    /// Binds the listening address, with users of your own store instead of the users file.
    ///
    /// # Errors
    ///
    /// The address cannot be bound or requires TLS, the certificate is invalid, or the audit log is not writable.
    pub async fn bind_with_users(
        config: TokenServerConfig,
        users: Arc<dyn UserStore>,
    ) -> Result<Self, ConfigError> {
        let config = config.open_audit()?;
        if let Some(audit) = &config.audit {
            users.set_audit(audit);
        }
        let listen = config.listen;
        let live = Arc::new(Live::new(config, users)?);
        let listener = TcpListener::bind(listen)
            .await
            .map_err(|error| ConfigError::new(format!("listen: cannot bind {listen}: {error}")))?;
        let router = Arc::new(App::new(Arc::clone(&live))).router();
        Ok(Self { listener, router, live, users: None })
    }

    /// Returns the bound address.
    ///
    /// # Errors
    ///
    /// The operating system failed to return it.
    pub fn local_addr(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Returns the store of the users file, to [reload](FileUserStore::reload) it. `None` after
    /// [`bind_with_users`](Self::bind_with_users).
    pub fn users(&self) -> Option<Arc<FileUserStore>> {
        self.users.clone()
    }

    /// Returns a handle that replaces the settings while the server runs.
    pub fn reloader(&self) -> Reloader {
        Reloader { live: Arc::clone(&self.live) }
    }

    /// Serves until the future completes. The server then accepts no more connections, and requests in flight have
    /// `timeouts.shutdown` of the configuration (10 s) to finish.
    pub async fn serve_with_shutdown(self, signal: impl Future<Output = ()>) {
        let all = Arc::new(Semaphore::new(self.live.current().config.connections));
        let places = Places::new();
        let mut closed = Closed::default();
        let (stop, stopping) = watch::channel(false);
        let mut connections = JoinSet::new();
        tokio::pin!(signal);
        loop {
            let accept = async {
                // The semaphore is never closed.
                let place = Arc::clone(&all).acquire_owned().await.ok();
                (place, self.listener.accept().await)
            };
            let (place, accepted) = tokio::select! {
                () = &mut signal => break,
                Some(_) = connections.join_next() => continue,
                accepted = accept => accepted,
            };
            match accepted {
                Ok((stream, peer)) => {
                    let now = self.live.current();
                    let of_network = match now.connections_per_address() {
                        Some(max) => match places.take(peer.ip(), max) {
                            Some(place) => Some(place),
                            None => {
                                closed.count(peer);
                                continue;
                            }
                        },
                        None => None,
                    };
                    let (router, stopping) = (self.router.clone(), stopping.clone());
                    connections.spawn(async move {
                        let _places = (place, of_network);
                        connection(stream, peer, router, now.tls.clone(), now.times(), stopping).await;
                    });
                }
                Err(error) => {
                    // Usually too many open files: wait before the next attempt.
                    tracing::warn!(target: "twilio_token_server", %error, "accepting a connection failed");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        }
        drop(self.listener);
        let _ = stop.send(true);
        let ended = async { while connections.join_next().await.is_some() {} };
        if timeout(self.live.current().config.shutdown, ended).await.is_err() {
            tracing::warn!(target: "twilio_token_server", "shutdown timeout: requests in flight were aborted");
        }
    }
}

/// Counts connections that were closed because their network had too many.
#[derive(Default)]
struct Closed {
    number: u64,
    logged: Option<Instant>,
}

impl Closed {
    fn count(&mut self, peer: SocketAddr) {
        self.number += 1;
        if self.logged.is_none_or(|logged| logged.elapsed() >= LOG_INTERVAL) {
            tracing::warn!(
                target: "twilio_token_server",
                address = %peer.ip(), number = self.number,
                "connections closed: their network has too many"
            );
            *self = Self { number: 0, logged: Some(Instant::now()) };
        }
    }
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    tls: Option<TlsAcceptor>,
    times: Times,
    stopping: watch::Receiver<bool>,
) {
    // Responses are small; send them immediately.
    let _ = stream.set_nodelay(true);
    match tls {
        None => connection::serve(stream, peer, router, times, stopping).await,
        Some(tls) => {
            if let Ok(Ok(stream)) = timeout(times.idle, tls.accept(stream)).await {
                connection::serve(stream, peer, router, times, stopping).await;
            }
        }
    }
}

pub(crate) fn acceptor(tls: &Tls) -> Result<TlsAcceptor, ConfigError> {
    let wrong = |what: &str| ConfigError::new(format!("tls: {what}"));
    let chain = CertificateDer::pem_slice_iter(&tls.certificates)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| wrong("the certificate is not PEM"))?;
    let key = PrivateKeyDer::from_pem_slice(tls.key.expose_secret().as_bytes())
        .map_err(|_| wrong("the key is not a private key in PEM"))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| wrong("the provider supports no version of TLS"))?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|error| wrong(&format!("invalid certificate or key: {error}")))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

impl fmt::Debug for TokenServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenServer")
            .field("listener", &self.listener)
            .field("tls", &self.live.current().tls.is_some())
            .finish_non_exhaustive()
    }
}
