//! A service of axum's on this machine, and requests to it.

use std::path::PathBuf;

use axum::Router;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use twilio_sdk_inbound_auth::{AuthLayer, AuthMethod, MemoryUserStore, PasswordHash, UserDetails};

/// A service, which ends with the value.
pub(crate) struct Service {
    pub(crate) address: std::net::SocketAddr,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Service {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub(crate) async fn serve(app: Router) -> Service {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let task = tokio::spawn(async move {
        axum::serve(listener, app).await.unwrap();
    });
    Service { address, task }
}

/// The same, which tells the app who its peers are.
pub(crate) async fn serve_with_peer(app: Router) -> Service {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = app.into_make_service_with_connect_info::<std::net::SocketAddr>();
    let task = tokio::spawn(async move {
        axum::serve(listener, app).await.unwrap();
    });
    Service { address, task }
}

/// What is answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (own, value) = line.split_once(": ")?;
            own.eq_ignore_ascii_case(name).then_some(value)
        })
    }
}

impl Service {
    /// A request with these lines of `Authorization`, as they are.
    pub(crate) async fn get_with(&self, path: &str, authorization: &[&str]) -> Answer {
        let headers: Vec<_> = authorization.iter().map(|&value| ("Authorization", value)).collect();
        self.send(path, &headers).await
    }

    /// A request with these headers.
    pub(crate) async fn send(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let mut text = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
        for (name, value) in headers {
            text += &format!("{name}: {value}\r\n");
        }
        stream.write_all(format!("{text}\r\n").as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, head: head.to_owned(), body: body.to_owned() }
    }

    pub(crate) async fn get(&self, path: &str, authorization: Option<&str>) -> Answer {
        self.get_with(path, authorization.as_slice()).await
    }

    /// The status of a request to `/`.
    pub(crate) async fn status(&self, authorization: Option<&str>) -> u16 {
        self.get("/", authorization).await.status
    }
}

/// A service with one resource, `/`, that tells who asks.
pub(crate) async fn behind(layer: AuthLayer) -> Service {
    let whoami = |user: UserDetails| async move { format!("{}:{}", user.username, user.scopes.join(" ")) };
    serve(Router::new().route("/", get(whoami)).layer(layer)).await
}

pub(crate) fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

pub(crate) fn user(name: &str, password: &str, scopes: &[&str]) -> (String, PasswordHash, Vec<String>) {
    let scopes = scopes.iter().map(|&scope| scope.to_owned()).collect();
    (name.to_owned(), PasswordHash::hash(&password.into()).unwrap(), scopes)
}

pub(crate) fn users() -> AuthMethod {
    let store = MemoryUserStore::new([
        user("alice", "xxx", &["write", "update"]),
        user("bob", "yyy", &["read"]),
        user("eve", "123", &[]),
    ]);
    AuthMethod::basic(store.unwrap())
}

/// A file in a folder of the test's own.
pub(crate) fn file(name: &str, text: &str) -> PathBuf {
    #[cfg(unix)]
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o022));
    let folder = std::env::temp_dir().join(format!("twilio-sdk-layer-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}
