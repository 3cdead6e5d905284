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

use super::app::App;
use super::config::Tls;
use super::connection::Times;
use super::live::{Live, Reloader};
use super::network::Places;
use super::{TokenServerConfig, connection};
use crate::listener::{FileUserStore, UserStore};
use crate::{Error, Result};

/// How often it is logged that connections are refused, at most.
const REFUSALS: Duration = Duration::from_secs(10);

/// A token server that listens.
pub struct TokenServer {
    listener: TcpListener,
    router: Router,
    live: Arc<Live>,
    users: Option<Arc<FileUserStore>>,
}

impl TokenServer {
    /// Listens, with the users of the configuration's file.
    ///
    /// # Errors
    ///
    /// The address cannot be listened on or would need TLS, the users cannot be read, the certificate cannot be used, or
    /// the audit log cannot be written to.
    pub async fn bind(config: TokenServerConfig) -> Result<Self> {
        let users = Arc::new(FileUserStore::open(&config.users_file)?);
        let mut server = Self::with_users(config, Arc::clone(&users) as Arc<dyn UserStore>).await?;
        server.users = Some(users);
        Ok(server)
    }

    /// Listens, with users of any store; the configuration's file is not read.
    ///
    /// # Errors
    ///
    /// The address cannot be listened on or would need TLS, the certificate cannot be used, or the audit log cannot be
    /// written to.
    pub async fn with_users(config: TokenServerConfig, users: Arc<dyn UserStore>) -> Result<Self> {
        let config = config.open_audit()?;
        if let Some(audit) = &config.audit {
            users.record_changes(audit);
        }
        let listen = config.listen;
        let live = Arc::new(Live::new(config, users)?);
        let listener = TcpListener::bind(listen)
            .await
            .map_err(|error| Error::config(format!("listen: {listen} cannot be listened at: {error}")))?;
        let router = Arc::new(App::new(Arc::clone(&live))).router();
        Ok(Self { listener, router, live, users: None })
    }

    /// Where it listens.
    ///
    /// # Errors
    ///
    /// The system cannot tell.
    pub fn local_addr(&self) -> Result<SocketAddr> {
        self.listener.local_addr().map_err(|error| Error::config(format!("listen: {error}")))
    }

    /// The users of the configuration's file, to [read again](FileUserStore::reload).
    pub fn users(&self) -> Option<Arc<FileUserStore>> {
        self.users.clone()
    }

    /// Returns what replaces the settings while the server runs.
    pub fn reloader(&self) -> Reloader {
        Reloader { live: Arc::clone(&self.live) }
    }

    /// Serves until the future ends. Then nobody new is let in, and requests under way have the configuration's
    /// `timeouts.shutdown` (10 s) to end.
    pub async fn serve(self, until: impl Future<Output = ()>) {
        let all = Arc::new(Semaphore::new(self.live.current().config.connections));
        let places = Places::new();
        let mut refused = Refused::default();
        let (stop, stopping) = watch::channel(false);
        let mut connections = JoinSet::new();
        tokio::pin!(until);
        loop {
            let accept = async {
                // The semaphore is never closed, so there is a place in the end.
                let place = Arc::clone(&all).acquire_owned().await.ok();
                (place, self.listener.accept().await)
            };
            let (place, accepted) = tokio::select! {
                () = &mut until => break,
                Some(_) = connections.join_next() => continue,
                accepted = accept => accepted,
            };
            match accepted {
                Ok((stream, peer)) => {
                    let now = self.live.current();
                    let of_network = match now.connections_per_address() {
                        Some(most) => match places.take(peer.ip(), most) {
                            Some(place) => Some(place),
                            None => {
                                refused.count(peer);
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
                    // Too many open files, mostly: the next attempt must not come at once.
                    tracing::warn!(target: "twilio_sdk::token_server", %error, "a connection cannot be taken");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        }
        drop(self.listener);
        let _ = stop.send(true);
        let ended = async { while connections.join_next().await.is_some() {} };
        if timeout(self.live.current().config.shutdown, ended).await.is_err() {
            tracing::warn!(target: "twilio_sdk::token_server", "requests were still under way and are cut off");
        }
    }
}

/// Connections that were closed because their network had too many.
#[derive(Default)]
struct Refused {
    number: u64,
    logged: Option<Instant>,
}

impl Refused {
    fn count(&mut self, peer: SocketAddr) {
        self.number += 1;
        if self.logged.is_none_or(|logged| logged.elapsed() >= REFUSALS) {
            tracing::warn!(
                target: "twilio_sdk::token_server",
                address = %peer.ip(), number = self.number,
                "connections are closed, because their network has too many"
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
    // Answers are small, and are sent at once.
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

pub(super) fn acceptor(tls: &Tls) -> Result<TlsAcceptor> {
    let wrong = |what: &str| Error::config(format!("tls: {what}"));
    let chain = CertificateDer::pem_slice_iter(&tls.certificates)
        .collect::<std::result::Result<Vec<_>, _>>()
        .map_err(|_| wrong("the certificate is no PEM"))?;
    let key = PrivateKeyDer::from_pem_slice(tls.key.expose_secret().as_bytes())
        .map_err(|_| wrong("the key is no private key in PEM"))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| wrong("the provider knows no version of TLS"))?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|error| wrong(&format!("certificate and key cannot be used: {error}")))?;
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
