//! How many connections a client may have, and for how long.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::client::{
    JSON, connect_from, credentials, ended, read, read_any, request, send_from, token_request,
};
use crate::fixture::{Folder, NO_LIMITS, RULES, Server};
use crate::{PASSWORD, WRONG};

const ATTACKER: &str = "127.0.0.2";
const USER: &str = "127.0.0.3";

/// Long enough that only a bound that is missing reaches it.
async fn in_time<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), what).await.expect("an end")
}

fn healthz() -> Vec<u8> {
    request("GET", "/healthz", &[], b"")
}

/// A connection that was served once; `None` where the server closed it.
async fn served(address: SocketAddr) -> Option<TcpStream> {
    let mut stream = connect_from(ATTACKER, address).await;
    stream.write_all(&healthz()).await.ok()?;
    let answer = in_time(read_any(&mut stream)).await?;
    assert_eq!(answer.status, 200);
    Some(stream)
}

async fn server(folder: &Folder, limits: &str, timeouts: &str) -> Server {
    let limits = NO_LIMITS.to_owned() + limits;
    Server::start(folder, "", &format!("{RULES}{limits}[timeouts]\n{timeouts}")).await
}

#[tokio::test]
async fn review_06_a_network_cannot_take_all_connections() {
    let folder = Folder::new();
    let limits = "connections = 12\nconnections_per_address = 4\n";
    let server = server(&folder, limits, "idle = \"60s\"\n").await;
    let mut held = Vec::new();
    for _ in 0..40 {
        held.extend(served(server.address).await);
    }
    assert_eq!(held.len(), 4, "the others were closed");
    for _ in 0..8 {
        let answer = in_time(send_from(USER, server.address, &token_request("susan", PASSWORD))).await;
        assert_eq!(answer.status, 200);
    }
    // What ends makes room.
    drop(held.pop());
    in_time(async { while served(server.address).await.is_none() {} }).await;
    drop(held);
    server.stop().await;
}

#[tokio::test]
async fn review_06_connections_of_silent_clients_count_too() {
    let folder = Folder::new();
    let limits = "connections = 8\nconnections_per_address = 4\n";
    let server = server(&folder, limits, "idle = \"60s\"\n").await;
    let mut silent = Vec::new();
    for _ in 0..64 {
        silent.push(connect_from(ATTACKER, server.address).await);
    }
    let answer = in_time(send_from(USER, server.address, &token_request("susan", PASSWORD))).await;
    assert_eq!(answer.status, 200);
    server.stop().await;
}

#[tokio::test]
async fn review_06_healthz_keeps_no_connection_open() {
    let folder = Folder::new();
    let server = server(&folder, "", "idle = \"400ms\"\nconnection = \"1h\"\n").await;
    for path in ["/healthz", "/nothing"] {
        let mut stream = connect_from(ATTACKER, server.address).await;
        let asks = async {
            // More than a minute, unless the server ends it.
            for _ in 0..2000 {
                let sent = stream.write_all(&request("GET", path, &[], b"")).await;
                if sent.is_err() || read_any(&mut stream).await.is_none() {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(40)).await;
            }
            panic!("{path} kept the connection");
        };
        in_time(asks).await;
    }
    server.stop().await;
}

#[tokio::test]
async fn review_06_a_connection_has_a_greatest_age() {
    let folder = Folder::new();
    let server = server(&folder, "", "idle = \"30s\"\nconnection = \"1s\"\nbody = \"30s\"\n").await;
    let mut stream = connect_from(ATTACKER, server.address).await;
    let asks = async {
        let mut tokens = 0;
        for _ in 0..2000 {
            for password in [PASSWORD, WRONG] {
                let sent = stream.write_all(&token_request("susan", password)).await;
                let Some(answer) = read_any(&mut stream).await.filter(|_| sent.is_ok()) else {
                    return tokens;
                };
                tokens += usize::from(answer.status == 200);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("the connection was kept");
    };
    assert!(in_time(asks).await > 0);

    // A request in flight is finished.
    let body = credentials("susan", PASSWORD);
    let whole = request("POST", "/token", &[JSON, ("Expect", "100-continue")], &body);
    let mut stream = connect_from(USER, server.address).await;
    stream.write_all(&whole[..whole.len() - body.len()]).await.unwrap();
    assert_eq!(read_any(&mut stream).await.unwrap().status, 100);
    tokio::time::sleep(Duration::from_millis(1500)).await;
    stream.write_all(&body).await.unwrap();
    let answer = read(&mut stream).await;
    assert_eq!((answer.status, answer.header("connection")), (200, Some("close")));
    in_time(ended(&mut stream)).await;
    server.stop().await;
}

#[tokio::test]
async fn review_06_a_proxys_connections_are_not_those_of_one_client() {
    let folder = Folder::new();
    let limits = "connections_per_address = 2\n";
    for root in ["behind_proxy = true", "trust_x_forwarded_for = true"] {
        let tables = format!("{RULES}{NO_LIMITS}{limits}");
        let server = Server::start(&folder, root, &tables).await;
        let mut held = Vec::new();
        for _ in 0..8 {
            held.extend(served(server.address).await);
        }
        assert_eq!(held.len(), 8, "{root}");
        drop(held);
        server.stop().await;
    }
}
