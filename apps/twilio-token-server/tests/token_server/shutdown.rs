//! The end of the server.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::PASSWORD;
use crate::client::{Answer, JSON, credentials, ended, read, read_any, request};
use crate::fixture::{Folder, NO_LIMITS, RULES, Server};
use crate::program::Program;

/// A request that the server has begun to carry out, and the body that it waits for.
async fn under_way(address: SocketAddr) -> (TcpStream, Vec<u8>) {
    let body = credentials("susan", PASSWORD);
    let whole = request("POST", "/token", &[JSON, ("Expect", "100-continue")], &body);
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(&whole[..whole.len() - body.len()]).await.unwrap();
    assert_eq!(read_any(&mut stream).await.unwrap().status, 100);
    (stream, body)
}

/// Waits until nobody is let in any more.
async fn refused(address: SocketAddr) {
    while TcpStream::connect(address).await.is_ok() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn finished(mut stream: TcpStream, body: &[u8]) -> Answer {
    stream.write_all(body).await.unwrap();
    let answer = read(&mut stream).await;
    ended(&mut stream).await;
    answer
}

#[tokio::test]
async fn a_request_under_way_ends_and_new_ones_are_refused() {
    let folder = Folder::new();
    let config = folder.config("", &[RULES, NO_LIMITS].concat());
    for signal in ["-TERM", "-INT"] {
        let program = Program::start(&config);
        let (stream, body) = under_way(program.address).await;
        let mut idle = TcpStream::connect(program.address).await.unwrap();
        program.signal(signal);
        refused(program.address).await;
        ended(&mut idle).await;
        let answer = finished(stream, &body).await;
        assert_eq!(answer.claims().identity(), Some("susan"));
        assert_eq!(answer.header("connection"), Some("close"));
        let (status, log) = program.end().await;
        assert!(status.success(), "{status:?}");
        assert!(log.iter().all(|line| line["level"] == "INFO"), "{log:?}");
    }
}

#[tokio::test]
async fn what_does_not_end_in_time_is_cut_off() {
    let folder = Folder::new();
    let short = "[timeouts]\nshutdown = \"300ms\"\n";
    let program = Program::start(&folder.config("", &[RULES, NO_LIMITS, short].concat()));
    let (mut stream, _) = under_way(program.address).await;
    program.signal("-TERM");
    let (status, log) = program.end().await;
    assert!(status.success(), "{status:?}");
    let cut = log.iter().find(|line| line["level"] == "WARN").expect("a warning");
    assert_eq!(cut["message"], "shutdown timeout: requests in flight were aborted");
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest).await;
    assert_eq!(rest, b"", "no answer");
}

#[tokio::test]
async fn in_process_nothing_is_left_behind() {
    let folder = Folder::new();
    let short = "[timeouts]\nshutdown = \"300ms\"\n";
    let server = Server::start(&folder, "", &[RULES, NO_LIMITS, short].concat()).await;
    let address = server.address;
    let (mut stream, body) = under_way(address).await;
    server.stop().await;
    refused(address).await;
    // The connection has ended with the server.
    let _ = stream.write_all(&body).await;
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest).await;
    assert_eq!(rest, b"");
}
