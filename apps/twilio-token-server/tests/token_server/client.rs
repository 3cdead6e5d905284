//! HTTP/1.1 by hand, so that every byte is the test's own.

use std::net::SocketAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use twilio_sdk_access_token::{AccessToken, Claims};

use crate::{PASSWORD, SECRET};

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Names in lower case, without `date`.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut values =
            self.headers.iter().filter(|(have, _)| have == name).map(|(_, value)| value.as_str());
        let value = values.next();
        assert_eq!(values.next(), None, "{name} is there twice");
        value
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// What the token says, verified.
    pub(crate) fn claims(&self) -> Claims {
        assert_eq!(self.status, 200, "{self:?}");
        AccessToken::verify(self.json()["token"].as_str().unwrap(), &SECRET.into()).unwrap()
    }
}

/// A request's bytes.
pub(crate) fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut request = format!("{method} {path} HTTP/1.1\r\n");
    for (name, value) in headers {
        request += &format!("{name}: {value}\r\n");
    }
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
        request += "Host: localhost\r\n";
    }
    if !body.is_empty() {
        request += &format!("Content-Length: {}\r\n", body.len());
    }
    [format!("{request}\r\n").as_bytes(), body].concat()
}

pub(crate) fn credentials(username: &str, password: &str) -> Vec<u8> {
    json!({ "username": username, "password": password }).to_string().into_bytes()
}

pub(crate) fn basic(username: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{username}:{password}")))
}

pub(crate) const JSON: (&str, &str) = ("Content-Type", "application/json");

/// Sends bytes over a new connection and reads the answer to them.
pub(crate) async fn send(address: SocketAddr, request: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request).await.unwrap();
    read(&mut stream).await
}

/// The same from another address of this machine, which counts as another network.
pub(crate) async fn send_from(local: &str, address: SocketAddr, request: &[u8]) -> Answer {
    let mut stream = connect_from(local, address).await;
    stream.write_all(request).await.unwrap();
    read(&mut stream).await
}

pub(crate) async fn connect_from(local: &str, address: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::new(local.parse().unwrap(), 0)).unwrap();
    socket.connect(address).await.unwrap()
}

/// The bytes of a request for a token.
pub(crate) fn token_request(username: &str, password: &str) -> Vec<u8> {
    request("POST", "/token", &[JSON], &credentials(username, password))
}

/// Asks for a token as JSON.
pub(crate) async fn log_in(address: SocketAddr, username: &str, password: &str) -> Answer {
    send(address, &request("POST", "/token", &[JSON], &credentials(username, password))).await
}

/// Asks for susan's token from an address that a proxy tells.
pub(crate) async fn log_in_from(address: SocketAddr, forwarded: &str, username: &str) -> Answer {
    let headers = [JSON, ("X-Forwarded-For", forwarded)];
    send(address, &request("POST", "/token", &headers, &credentials(username, PASSWORD))).await
}

/// Reads one answer, whatever `100 Continue` comes before it.
pub(crate) async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Answer {
    loop {
        let answer = read_any(stream).await.expect("an answer");
        if answer.status != 100 {
            return answer;
        }
    }
}

/// Reads one answer; none where the connection ends first.
pub(crate) async fn read_any(stream: &mut (impl AsyncRead + Unpin)) -> Option<Answer> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        // One byte at a time leaves what follows in the stream.
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).unwrap();
    let mut lines = head.trim_end().split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers: Vec<(String, String)> = lines
        .map(|line| line.split_once(": ").unwrap())
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .filter(|(name, _)| name != "date")
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let mut body = vec![0; length.map_or(0, |(_, length)| length.parse().unwrap())];
    stream.read_exact(&mut body).await.ok()?;
    Some(Answer { status, headers, body: String::from_utf8(body).unwrap() })
}

/// Whether the other side has ended the connection, once it has sent what it had to.
pub(crate) async fn ended(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) {
    let mut rest = Vec::new();
    // A reset is an end too.
    let _ = stream.read_to_end(&mut rest).await;
}
