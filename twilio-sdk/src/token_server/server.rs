use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tower_service::Service as _;

use super::TokenServerConfig;
use super::app::{App, Peer};
use super::config::Tls;
use crate::listener::{FileUserStore, UserStore};
use crate::{Error, Result};

/// How long a caller may take for the TLS handshake, and for a request's headers.
const HEAD_TIME: Duration = Duration::from_secs(10);

/// How many connections are served at once.
const CONNECTIONS: usize = 4096;

/// A token server that listens.
pub struct TokenServer {
    listener: TcpListener,
    router: Router,
    tls: Option<TlsAcceptor>,
    shutdown: Duration,
    users: Option<Arc<FileUserStore>>,
}

impl TokenServer {
    /// Listens, with the users of the configuration's file.
    ///
    /// # Errors
    ///
    /// The address cannot be listened at, the users cannot be read, or the certificate cannot be used.
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
    /// The address cannot be listened at, or the certificate cannot be used.
    pub async fn with_users(config: TokenServerConfig, users: Arc<dyn UserStore>) -> Result<Self> {
        let tls = config.tls.as_ref().map(acceptor).transpose()?;
        let (listen, shutdown) = (config.listen, config.shutdown);
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
        Ok(Self { listener, router, tls, shutdown, users: None })
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
    /// `shutdown` (10 s) to end.
    pub async fn serve(self, until: impl Future<Output = ()>) {
        let places = Arc::new(Semaphore::new(CONNECTIONS));
        let graceful = GracefulShutdown::new();
        tokio::pin!(until);
        loop {
            let accept = async {
                // The semaphore is never closed, so there is a place in the end.
                let place = Arc::clone(&places).acquire_owned().await.ok();
                (place, self.listener.accept().await)
            };
            let (place, accepted) = tokio::select! {
                () = &mut until => break,
                accepted = accept => accepted,
            };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Too many open files, mostly: the next attempt must not come at once.
                    tracing::warn!(target: "twilio_sdk::token_server", %error, "a connection cannot be taken");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            };
            let _ = stream.set_nodelay(true);
            let (router, watcher) = (self.router.clone(), graceful.watcher());
            let tls = self.tls.clone();
            tokio::spawn(async move {
                let _place = place;
                match tls {
                    None => connection(stream, peer, router, watcher).await,
                    Some(tls) => {
                        if let Ok(Ok(stream)) = tokio::time::timeout(HEAD_TIME, tls.accept(stream)).await {
                            connection(stream, peer, router, watcher).await;
                        }
                    }
                }
            });
        }
        drop(self.listener);
        if tokio::time::timeout(self.shutdown, graceful.shutdown()).await.is_err() {
            tracing::warn!(target: "twilio_sdk::token_server", "requests were still under way and are cut off");
        }
    }
}

async fn connection<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    peer: SocketAddr,
    router: Router,
    watcher: hyper_util::server::graceful::Watcher,
) {
    let service = hyper::service::service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(Peer(peer));
        let mut router = router.clone();
        async move { Ok::<_, Infallible>(router.call(request).await.unwrap_or_else(|never| match never {})) }
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_TIME);
    builder.http2().timer(TokioTimer::new()).max_concurrent_streams(64);
    let connection = builder.serve_connection(TokioIo::new(stream), service).into_owned();
    // Whoever breaks a connection off has no answer to get.
    let _ = watcher.watch(connection).await;
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
