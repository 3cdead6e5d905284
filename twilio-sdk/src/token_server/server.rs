use std::fmt;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

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
use super::{TokenServerConfig, connection};
use crate::listener::{FileUserStore, UserStore};
use crate::{Error, Result};

/// How many connections are served at once.
const CONNECTIONS: usize = 4096;

/// A token server that listens.
pub struct TokenServer {
    listener: TcpListener,
    router: Router,
    tls: Option<TlsAcceptor>,
    idle: Duration,
    shutdown: Duration,
    users: Option<Arc<FileUserStore>>,
}

impl TokenServer {
    /// Listens, with the users of the configuration's file.
    ///
    /// # Errors
    ///
    /// The address cannot be listened at, the users cannot be read, the certificate cannot be used, or the audit log cannot be
    /// written to.
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
    /// The address cannot be listened at, the certificate cannot be used, or the audit log cannot be written to.
    pub async fn with_users(config: TokenServerConfig, users: Arc<dyn UserStore>) -> Result<Self> {
        let config = config.open_audit()?;
        if let Some(audit) = &config.audit {
            users.record_changes(audit);
        }
        let tls = config.tls.as_ref().map(acceptor).transpose()?;
        let (listen, idle, shutdown) = (config.listen, config.idle, config.shutdown);
        let listener = TcpListener::bind(listen)
            .await
            .map_err(|error| Error::config(format!("listen: {listen} cannot be listened at: {error}")))?;
        if !listen.ip().is_loopback() && tls.is_none() {
            tracing::warn!(
                target: "twilio_sdk::token_server",
                %listen,
                "passwords and tokens go over the network in clear: set tls, or let a proxy on this machine do it"
            );
        }
        let router = Arc::new(App::new(config, users)?).router();
        Ok(Self { listener, router, tls, idle, shutdown, users: None })
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

    /// Serves until the future ends. Then nobody new is let in, and requests under way have the configuration's
    /// `timeouts.shutdown` (10 s) to end.
    pub async fn serve(self, until: impl Future<Output = ()>) {
        let places = Arc::new(Semaphore::new(CONNECTIONS));
        let idle = self.idle;
        let (stop, stopping) = watch::channel(false);
        let mut connections = JoinSet::new();
        tokio::pin!(until);
        loop {
            let accept = async {
                // The semaphore is never closed, so there is a place in the end.
                let place = Arc::clone(&places).acquire_owned().await.ok();
                (place, self.listener.accept().await)
            };
            let (place, accepted) = tokio::select! {
                () = &mut until => break,
                Some(_) = connections.join_next() => continue,
                accepted = accept => accepted,
            };
            match accepted {
                Ok((stream, peer)) => {
                    let (router, tls, stopping) = (self.router.clone(), self.tls.clone(), stopping.clone());
                    connections.spawn(async move {
                        let _place = place;
                        connection(stream, peer, router, tls, idle, stopping).await;
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
        if timeout(self.shutdown, ended).await.is_err() {
            tracing::warn!(target: "twilio_sdk::token_server", "requests were still under way and are cut off");
        }
    }
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    tls: Option<TlsAcceptor>,
    idle: Duration,
    stopping: watch::Receiver<bool>,
) {
    // Answers are small, and are sent at once.
    let _ = stream.set_nodelay(true);
    match tls {
        None => connection::serve(stream, peer, router, idle, stopping).await,
        Some(tls) => {
            if let Ok(Ok(stream)) = timeout(idle, tls.accept(stream)).await {
                connection::serve(stream, peer, router, idle, stopping).await;
            }
        }
    }
}

pub(super) fn acceptor(tls: &Tls) -> Result<TlsAcceptor> {
    let wrong = |what: &str| Error::config(format!("tls: {what}"));
    let chain = CertificateDer::pem_slice_iter(&tls.certificates)
        .collect::<std::result::Result<Vec<_>, _>>()
        .map_err(|_| wrong("the certificate is no PEM"))?;
    let key = PrivateKeyDer::from_pem_slice(tls.key.expose().as_bytes())
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
            .field("tls", &self.tls.is_some())
            .finish_non_exhaustive()
    }
}
