use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use axum::Router;
use axum::routing::get;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use twilio_sdk::inbound_auth::AuthLayer;

/// Whose requests they are, by the address that they come from.
#[derive(Clone, Copy)]
pub(crate) enum From {
    Users,
    Attacker,
}

/// A service of this process, which ends with the value.
pub(crate) struct Service {
    pub(crate) address: SocketAddr,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Service {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Serves an app that is told the addresses of its peers.
pub(crate) async fn serve(app: Router) -> Result<Service> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    let task = tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, app).await {
            eprintln!("the service ended: {error}");
        }
    });
    Ok(Service { address, task })
}

/// Serves one resource behind a layer.
pub(crate) async fn behind(layer: AuthLayer) -> Result<Service> {
    serve(Router::new().route("/", get(|| async {})).layer(layer)).await
}

/// A connection from the address of users or of the attacker, where the system has more than one for itself.
pub(crate) async fn connect(address: SocketAddr, from: From) -> Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    if matches!(from, From::Attacker) {
        // Only Linux has all of 127.0.0.0/8; elsewhere both come from one address.
        let _ = socket.bind(SocketAddr::from(([127, 0, 0, 2], 0)));
    }
    Ok(socket.connect(address).await?)
}

/// The head of a request with credentials.
pub(crate) fn head(authorization: &str) -> String {
    format!(
        "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: {authorization}\r\n\r\n"
    )
}

/// The status of the response to credentials; 0 where there is no response.
pub(crate) async fn status(address: SocketAddr, from: From, authorization: &str) -> u16 {
    exchange(address, from, authorization).await.unwrap_or(0)
}

async fn exchange(address: SocketAddr, from: From, authorization: &str) -> Result<u16> {
    let mut stream = connect(address, from).await?;
    stream.write_all(head(authorization).as_bytes()).await?;
    let mut response = Vec::new();
    tokio::time::timeout(Duration::from_secs(60), stream.read_to_end(&mut response)).await??;
    let text = String::from_utf8_lossy(&response);
    Ok(text.split(' ').nth(1).context("no status")?.parse()?)
}

/// An attacker, who goes on until stopped.
pub(crate) struct Attacker {
    stop: Arc<AtomicBool>,
    tasks: Vec<tokio::task::JoinHandle<BTreeMap<u16, usize>>>,
}

impl Attacker {
    /// Sends credentials from so many tasks at once, each one request after the other with a pause between them.
    pub(crate) fn start(
        address: SocketAddr,
        tasks: usize,
        pause: Duration,
        credentials: impl Fn(usize) -> String + Send + Sync + 'static,
    ) -> Self {
        let (stop, credentials) = (Arc::new(AtomicBool::new(false)), Arc::new(credentials));
        let tasks = (0..tasks).map(|task| {
            let (stop, credentials) = (Arc::clone(&stop), Arc::clone(&credentials));
            tokio::spawn(async move {
                let mut statuses = BTreeMap::new();
                for attempt in 0.. {
                    if stop.load(Ordering::Relaxed) {
                        break;
                    }
                    let authorization = credentials((attempt << 16) + task);
                    let status = status(address, From::Attacker, &authorization).await;
                    *statuses.entry(status).or_default() += 1;
                    tokio::time::sleep(pause).await;
                }
                statuses
            })
        });
        Self { tasks: tasks.collect(), stop }
    }

    /// Ends it; what it got, by status.
    pub(crate) async fn stop(self) -> BTreeMap<u16, usize> {
        self.stop.store(true, Ordering::Relaxed);
        let mut all = BTreeMap::new();
        for task in self.tasks {
            for (status, count) in task.await.unwrap_or_default() {
                *all.entry(status).or_default() += count;
            }
        }
        all
    }
}

/// `Basic` credentials.
pub(crate) fn basic(name: &str, password: &str) -> String {
    use base64::Engine as _;
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("{name}:{password}")))
}
