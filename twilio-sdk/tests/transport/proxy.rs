//! Proxies.

use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;
use twilio_sdk::{Proxy, ProxyServer, RetryConfig, TlsConfig};

use crate::certificates::{Authority, Tls};
use crate::server::Server;
use crate::wire::{Request, read};
use crate::{build, config};

/// A proxy that leads every tunnel to one server, whatever host it is asked for, if the credentials are right.
pub struct Tunnel {
    address: SocketAddr,
    scheme: &'static str,
    asked: Arc<Mutex<Vec<Request>>>,
    task: JoinHandle<()>,
}

impl Tunnel {
    pub async fn to(server: SocketAddr) -> Self {
        Self::launch(server, None, None).await
    }

    async fn launch(server: SocketAddr, tls: Option<TlsAcceptor>, expected: Option<&'static str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let asked: Arc<Mutex<Vec<Request>>> = Arc::default();
        let record = Arc::clone(&asked);
        let task = tokio::spawn(async move {
            let mut tunnels = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (tls, record) = (tls.clone(), Arc::clone(&record));
                tunnels.spawn(async move {
                    match tls {
                        None => tunnel(stream, server, expected, &record).await,
                        Some(tls) => tunnel(tls.accept(stream).await.ok()?, server, expected, &record).await,
                    }
                });
            }
        });
        Self { address, scheme, asked, task }
    }

    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    /// What was asked of the proxy.
    pub fn asked(&self) -> Vec<Request> {
        self.asked.lock().unwrap().clone()
    }
}

impl Drop for Tunnel {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn tunnel<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    server: SocketAddr,
    expected: Option<&str>,
    record: &Mutex<Vec<Request>>,
) -> Option<()> {
    let request = read(&mut stream).await?;
    record.lock().unwrap().push(request.clone());
    if request.header("proxy-authorization") != expected {
        let refusal = b"HTTP/1.1 407 Who\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        stream.write_all(refusal).await.ok()?;
        return stream.shutdown().await.ok();
    }
    let mut onward = TcpStream::connect(server).await.ok()?;
    stream.write_all(b"HTTP/1.1 200 Through\r\n\r\n").await.ok()?;
    copy_bidirectional(&mut stream, &mut onward).await.ok()?;
    Some(())
}

/// `user:pass word`
const EXPECTED: &str = "Basic dXNlcjpwYXNzIHdvcmQ=";

/// A server behind TLS, and the configuration of a client that trusts it.
async fn secured() -> (Server, Authority, TlsConfig) {
    let authority = Authority::new("root");
    let server = Server::tls(Tls::new(authority.sign(&["127.0.0.1"])).config(), []).await;
    let trust = TlsConfig::new().extra_roots(authority.pem()).only_extra_roots(true);
    (server, authority, trust)
}

#[tokio::test]
async fn https_goes_through_a_tunnel_and_only_the_proxy_sees_its_credentials() {
    let (server, _, trust) = secured().await;
    let proxy = Tunnel::launch(server.address, None, Some(EXPECTED)).await;
    let through = ProxyServer::new(proxy.url()).credentials("user", "pass word");
    let twilio = build(config(&server.url()).tls(trust).proxy(through));
    twilio.api_v2010().fetch_balance().send().await.unwrap();
    let asked = proxy.asked();
    assert_eq!((asked.len(), asked[0].method.as_str()), (1, "CONNECT"));
    assert_eq!(asked[0].target, server.address.to_string());
    assert_eq!(asked[0].header("authorization"), None);
    let requests = server.requests();
    assert!(requests[0].header("authorization").is_some());
    assert_eq!(requests[0].header("proxy-authorization"), None);
}

#[tokio::test]
async fn a_proxy_that_refuses_is_no_connection_and_its_password_is_not_told() {
    let (server, _, trust) = secured().await;
    let proxy = Tunnel::launch(server.address, None, Some(EXPECTED)).await;
    for through in
        [ProxyServer::new(proxy.url()), ProxyServer::new(proxy.url()).credentials("user", "wrong-password")]
    {
        let config = config(&server.url()).tls(trust.clone()).proxy(through).retry(RetryConfig::none());
        assert!(!format!("{config:?}").contains("wrong-password"));
        let error = build(config).api_v2010().fetch_balance().send().await.unwrap_err();
        assert!(error.is_connect() && !error.may_have_been_carried_out(), "{error:?}");
        assert!(!format!("{error:?}").contains("wrong-password"));
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn the_way_to_the_proxy_may_be_tls_too() {
    let (server, authority, trust) = secured().await;
    let tls = TlsAcceptor::from(Arc::new(Tls::new(authority.sign(&["127.0.0.1"])).config()));
    let proxy = Tunnel::launch(server.address, Some(tls), Some(EXPECTED)).await;
    let through = ProxyServer::new(proxy.url()).credentials("user", "pass word");
    let twilio = build(config(&server.url()).tls(trust).proxy(through));
    twilio.api_v2010().fetch_balance().send().await.unwrap();
    assert_eq!((proxy.asked().len(), server.requests().len()), (1, 1));
}

#[tokio::test]
async fn without_tls_the_proxy_is_given_the_whole_url() {
    let proxy = Server::start([]).await;
    let through = ProxyServer::new(proxy.url()).credentials("user", "pass word");
    let twilio = build(config("http://127.0.0.1:9").proxy(through));
    twilio.verify_v2().fetch_service("VA1").send().await.unwrap();
    let requests = proxy.requests();
    assert_eq!(requests[0].target, "http://127.0.0.1:9/v2/Services/VA1");
    assert_eq!(requests[0].header("proxy-authorization"), Some(EXPECTED));
}

#[tokio::test]
async fn exceptions_and_direct_go_around_it() {
    let (server, proxy) = (Server::start([]).await, Server::start([]).await);
    let through = ProxyServer::new(proxy.url());
    for (index, around) in [
        Proxy::from(through.clone().except(["127.0.0.1"])),
        through.clone().except(["10.0.0.0/8", "127.0.0.0/8"]).into(),
        Proxy::Direct,
    ]
    .into_iter()
    .enumerate()
    {
        build(config(&server.url()).proxy(around)).api_v2010().fetch_balance().send().await.unwrap();
        assert_eq!((server.requests().len(), proxy.requests().len()), (index + 1, 0));
    }
    let other = through.except(["10.0.0.0/8", "example.com"]);
    build(config(&server.url()).proxy(other)).api_v2010().fetch_balance().send().await.unwrap();
    assert_eq!(proxy.requests().len(), 1);
}

#[tokio::test]
async fn the_environments_proxy_is_used_unless_told_otherwise() {
    const MODE: &str = "TWILIO_SDK_TEST_PROXY";
    // The environment belongs to a process, so a second one runs this test as a client.
    if let (Ok(mode), Ok(url)) = (std::env::var(MODE), std::env::var("TWILIO_BASE_URL")) {
        let config = if mode == "direct" { config(&url) } else { config(&url).proxy(Proxy::Environment) };
        build(config).verify_v2().fetch_service("VA1").send().await.unwrap();
        return;
    }
    for (mode, exceptions, by_proxy) in
        [("environment", "", 1), ("environment", "127.0.0.1", 0), ("direct", "", 0)]
    {
        let (server, proxy) = (Server::start([]).await, Server::start([]).await);
        let output = tokio::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "proxy::the_environments_proxy_is_used_unless_told_otherwise"])
            .envs([(MODE, mode), ("TWILIO_BASE_URL", &server.url()), ("NO_PROXY", exceptions)])
            .envs([("HTTP_PROXY", proxy.url())])
            .env_remove("http_proxy")
            .env_remove("no_proxy")
            .stdin(Stdio::null())
            .output()
            .await
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        let seen = (proxy.requests().len(), server.requests().len());
        assert_eq!(seen, (by_proxy, 1 - by_proxy), "{mode} {exceptions:?}");
    }
}

#[test]
fn proxies_that_cannot_be_used_are_refused() {
    let url = "http://127.0.0.1:9";
    for (proxy, word) in [
        (ProxyServer::new("proxy"), "is none"),
        (ProxyServer::new("socks5://127.0.0.1:1080"), "http://"),
        (ProxyServer::new("http://user:tell-nobody@127.0.0.1:1"), "credentials"),
        (ProxyServer::new("http://127.0.0.1:1").credentials("a:b", "c"), "character"),
    ] {
        let error = twilio_sdk::Client::new(config(url).proxy(proxy)).expect_err(word);
        assert!(error.is_config() && error.to_string().contains(word), "{error}");
        assert!(!error.to_string().contains("tell-nobody"), "{error}");
    }
}
