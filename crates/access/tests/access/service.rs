//! An axum service on localhost, and requests to it.

use axum::Router;
use axum::routing::get;
use base64::Engine as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use twilio_sdk_inbound_auth::{AuthLayer, UserDetails};

/// A service, which ends when dropped.
pub(crate) struct Service {
    address: std::net::SocketAddr,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Service {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Service {
    /// Sends a request with an `Authorization` header.
    pub(crate) async fn get(&self, path: &str, authorization: Option<&str>) -> Response {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let mut text = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
        if let Some(value) = authorization {
            text += &format!("Authorization: {value}\r\n");
        }
        stream.write_all(format!("{text}\r\n").as_bytes()).await.unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).await.unwrap();
        let (head, body) = response.split_once("\r\n\r\n").unwrap();
        Response { status: head.split(' ').nth(1).unwrap().parse().unwrap(), body: body.to_owned() }
    }
}

impl Service {
    /// Returns the status of a request to `/`.
    pub(crate) async fn status(&self, authorization: Option<&str>) -> u16 {
        self.get("/", authorization).await.status
    }
}

/// A service with one resource, `/`, that returns the user and its scopes.
pub(crate) async fn behind(layer: AuthLayer) -> Service {
    let whoami = |user: UserDetails| async move { format!("{}:{}", user.username, user.scopes.join(" ")) };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = Router::new().route("/", get(whoami)).layer(layer);
    let task = tokio::spawn(async move {
        axum::serve(listener, app).await.unwrap();
    });
    Service { address, task }
}

pub(crate) fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}")))
}
