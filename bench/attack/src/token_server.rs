use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use twilio_sdk::inbound_auth::{MemoryUserStore, PasswordHash};
use twilio_token_server::{TokenServer, TokenServerConfig};

use crate::figures::{Figures, at_pace};
use crate::service::{From, connect};

/// A user who has no response by then has none.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often a user asks.
const PACE: Duration = Duration::from_millis(200);

/// As many connections as the attacker tries to hold.
const CONNECTIONS: usize = 4_200;

const NAME: &str = "susan";
const PASSWORD: &str = "open sesame";

/// A token server of this process with its default limits.
struct Server {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Server {
    async fn start(remember: &str) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let users =
            MemoryUserStore::new([(NAME.to_owned(), PasswordHash::hash(&PASSWORD.into())?, Vec::new())])?;
        let zeros = "0".repeat(32);
        let path = folder.path().join("token-server.toml");
        std::fs::write(
            &path,
            format!(
                "listen = \"127.0.0.1:0\"\n[twilio]\naccount_sid = \"AC{zeros}\"\napi_key = \"SK{zeros}\"\napi_secret = \
                 \"{zeros}\"\n[users]\nfile = \"users.toml\"\npassword_cache_ttl = \"{remember}\"\n[[rules]]\nvideo = {{}}\n"
            ),
        )?;
        let server =
            TokenServer::bind_with_users(TokenServerConfig::from_file(&path)?, Arc::new(users)).await?;
        let address = server.local_addr()?;
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(server.serve_with_shutdown(async move {
            let _ = stopped.await;
        }));
        Ok(Self { address, stop: Some(stop), task })
    }

    async fn end(mut self) {
        drop(self.stop.take());
        let _ = self.task.await;
    }
}

fn token_request(host: &str, password: &str) -> Vec<u8> {
    let body = format!("{{\"username\":\"{NAME}\",\"password\":\"{password}\"}}");
    format!(
        "POST /token HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: \
         {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// The status of the response; 0 where there is none in time.
async fn status(address: SocketAddr, from: From, request: Vec<u8>) -> u16 {
    let exchange = async {
        let mut stream = connect(address, from).await?;
        stream.write_all(&request).await?;
        read_status(&mut stream).await
    };
    tokio::time::timeout(PATIENCE, exchange).await.ok().and_then(Result::ok).unwrap_or(0)
}

async fn read_status(stream: &mut TcpStream) -> Result<u16> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8(head)?;
    let length = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    stream.read_exact(&mut vec![0; length.unwrap_or(0)]).await?;
    Ok(head.split(' ').nth(1).context("no status")?.parse()?)
}

async fn users(server: &Server, time: Duration) -> Figures {
    let address = server.address;
    at_pace(time, PACE, 200, move || async move {
        status(address, From::Users, token_request("localhost", PASSWORD)).await
    })
    .await
}

/// Guesses the user's password from another network, 16 at once, while the user logs in.
pub(crate) async fn guesses(time: Duration, remember: &str) -> Result<Option<Figures>> {
    let server = Server::start(remember).await?;
    let (stop, address) = (Arc::new(AtomicBool::new(false)), server.address);
    let tried = Arc::new((AtomicUsize::new(0), AtomicUsize::new(0)));
    let guessers: Vec<_> = (0..16)
        .map(|_| {
            let (stop, tried) = (Arc::clone(&stop), Arc::clone(&tried));
            tokio::spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    let found = status(address, From::Attacker, token_request("localhost", "guess")).await;
                    let count = if found == 401 { &tried.0 } else { &tried.1 };
                    count.fetch_add(1, Ordering::Relaxed);
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            })
        })
        .collect();
    let mut figures = users(&server, time).await;
    stop.store(true, Ordering::Relaxed);
    for guesser in guessers {
        let _ = guesser.await;
    }
    (figures.accepted, figures.refused) = (tried.0.load(Ordering::Relaxed), tried.1.load(Ordering::Relaxed));
    server.end().await;
    Ok(Some(figures))
}

/// Holds as many connections as the server allows, each kept open by requests for `/healthz`.
pub(crate) async fn connections(time: Duration) -> Result<Option<Figures>> {
    let server = Server::start("60s").await?;
    let (stop, address) = (Arc::new(AtomicBool::new(false)), server.address);
    let held = Arc::new(AtomicUsize::new(0));
    let refused = Arc::new(AtomicUsize::new(0));
    let holders: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            let (stop, held, refused) = (Arc::clone(&stop), Arc::clone(&held), Arc::clone(&refused));
            tokio::spawn(async move {
                let connected = tokio::time::timeout(PATIENCE, hold(address)).await;
                let Ok(Ok(mut stream)) = connected else {
                    refused.fetch_add(1, Ordering::Relaxed);
                    return;
                };
                held.fetch_add(1, Ordering::Relaxed);
                while !stop.load(Ordering::Relaxed) {
                    tokio::time::sleep(Duration::from_secs(2)).await;
                    if ask_health(&mut stream).await.is_err() {
                        return;
                    }
                }
            })
        })
        .collect();
    // The attacker is first.
    tokio::time::sleep(PATIENCE + Duration::from_secs(1)).await;
    let mut figures = users(&server, time).await;
    stop.store(true, Ordering::Relaxed);
    for holder in holders {
        let _ = holder.await;
    }
    (figures.accepted, figures.refused) = (held.load(Ordering::Relaxed), refused.load(Ordering::Relaxed));
    server.end().await;
    Ok(Some(figures))
}

async fn hold(address: SocketAddr) -> Result<TcpStream> {
    let mut stream = connect(address, From::Attacker).await?;
    ask_health(&mut stream).await?;
    Ok(stream)
}

async fn ask_health(stream: &mut TcpStream) -> Result<u16> {
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").await?;
    read_status(stream).await
}

/// Sends what a page would send whose name was made to resolve to this machine, with a password that is right.
pub(crate) async fn rebinding(time: Duration) -> Result<Option<Figures>> {
    let server = Server::start("60s").await?;
    let (stop, address) = (Arc::new(AtomicBool::new(false)), server.address);
    let page = {
        let stop = Arc::clone(&stop);
        tokio::spawn(async move {
            let (mut accepted, mut refused) = (0, 0);
            while !stop.load(Ordering::Relaxed) {
                match status(address, From::Users, token_request("evil.example:3000", PASSWORD)).await {
                    200 => accepted += 1,
                    _ => refused += 1,
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            (accepted, refused)
        })
    };
    let mut figures = users(&server, time).await;
    stop.store(true, Ordering::Relaxed);
    (figures.accepted, figures.refused) = page.await?;
    server.end().await;
    Ok(Some(figures))
}
