//! Callers that take their time, with bounds short enough to be reached.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::PASSWORD;
use crate::client::{JSON, credentials, ended, log_in, read, request, send};
use crate::fixture::{Folder, NO_LIMITS, RULES, Server};

const SHORT: &str = "[timeouts]\nidle = \"400ms\"\nbody = \"400ms\"\n";

async fn server(folder: &Folder) -> Server {
    Server::start(folder, "", &[RULES, NO_LIMITS, SHORT].concat()).await
}

/// Long enough that only a bound that is missing reaches it.
async fn in_time<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), what).await.expect("an end")
}

#[tokio::test]
async fn a_connection_without_a_request_is_closed() {
    let folder = Folder::new();
    let server = server(&folder).await;
    // Nothing, the beginning of either protocol, and half a head.
    for start in ["", "P", "PRI * HTTP/2.0\r\n", "POST /token HTTP/1.1\r\nHost: x\r\nX-Half: "] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(start.as_bytes()).await.unwrap();
        in_time(ended(&mut stream)).await;
    }
    // Others are served all the while.
    let mut waiting = TcpStream::connect(server.address).await.unwrap();
    assert_eq!(log_in(server.address, "susan", PASSWORD).await.status, 200);
    in_time(ended(&mut waiting)).await;
    server.stop().await;
}

#[tokio::test]
async fn a_head_that_trickles_in_is_not_waited_for() {
    let folder = Folder::new();
    let server = server(&folder).await;
    let stream = TcpStream::connect(server.address).await.unwrap();
    let (mut reader, mut writer) = stream.into_split();
    let trickle = async {
        writer.write_all(b"POST /token HTTP/1.1\r\n").await.unwrap();
        // More than a minute, unless the server ends it.
        for _ in 0..2000 {
            if writer.write_all(b"X: y\r\n").await.is_err() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the head was waited for");
    };
    let mut rest = Vec::new();
    in_time(async {
        tokio::select! {
            () = trickle => {}
            _ = reader.read_to_end(&mut rest) => {}
        }
    })
    .await;
    assert!(!String::from_utf8_lossy(&rest).contains("200"), "{rest:?}");
    server.stop().await;
}

#[tokio::test]
async fn an_idle_connection_is_closed_after_its_answer_and_not_before() {
    let folder = Folder::new();
    let server = server(&folder).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    for _ in 0..3 {
        let bytes = request("POST", "/token", &[JSON], &credentials("susan", PASSWORD));
        stream.write_all(&bytes).await.unwrap();
        assert_eq!(read(&mut stream).await.status, 200);
    }
    in_time(ended(&mut stream)).await;
    server.stop().await;
}

#[tokio::test]
async fn a_body_that_trickles_in_is_answered_and_ends_the_connection() {
    let folder = Folder::new();
    let server = server(&folder).await;
    let body = credentials("susan", PASSWORD);
    let whole = request("POST", "/token", &[JSON], &body);
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(&whole[..whole.len() - 5]).await.unwrap();
    let answer = in_time(read(&mut stream)).await;
    assert_eq!(answer.status, 408, "{answer:?}");
    assert_eq!(answer.json(), serde_json::json!({ "error": "the body took too long" }));
    in_time(ended(&mut stream)).await;
    server.stop().await;
}

#[tokio::test]
async fn a_body_that_ends_too_early_is_nobodys() {
    let folder = Folder::new();
    let server = server(&folder).await;
    let whole = request("POST", "/token", &[JSON], &credentials("susan", PASSWORD));
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(&whole[..whole.len() - 5]).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut rest = String::new();
    in_time(stream.read_to_string(&mut rest)).await.unwrap();
    assert!(!rest.contains("200 OK"), "{rest}");
    server.stop().await;
}

#[tokio::test]
async fn who_sends_too_much_is_let_finish_so_that_the_answer_arrives() {
    let folder = Folder::new();
    let server = Server::start(&folder, "", &[RULES, NO_LIMITS].concat()).await;
    let whole = request("POST", "/token", &[JSON], &vec![b' '; 800 << 10]);
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    for piece in whole.chunks(32 << 10) {
        stream.write_all(piece).await.unwrap();
        // The server has time to go, if it does.
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(read(&mut stream).await.status, 413);
    server.stop().await;
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let folder = Folder::new();
    let server = server(&folder).await;
    let long = "x".repeat(31 << 10);
    let headers = [JSON, ("X-Long", long.as_str()), ("X-Longer", long.as_str())];
    let answer = send(server.address, &request("GET", "/token", &headers, b"")).await;
    assert_eq!(answer.status, 431, "{answer:?}");
    server.stop().await;
}
