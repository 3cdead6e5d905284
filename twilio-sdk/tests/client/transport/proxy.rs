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
use crate::transport::{build, config};
use crate::wire::{Request, read};

/// A proxy that connects every tunnel to one server, whatever the host, if the credentials are correct.
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

    /// Returns the requests to the proxy.
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

/// A name that no resolver knows: only a proxy leads there.
const HOST: &str = "twilio.test";

/// A server behind TLS with that name, and the configuration of a client that trusts it.
async fn secured() -> (Server, Authority, TlsConfig) {
    let authority = Authority::new("root");
    let server = Server::tls(Tls::new(authority.sign(&[HOST, "127.0.0.1"])).config(), []).await;
    let trust = TlsConfig::new().extra_root_certificates(authority.pem()).disable_system_roots(true);
    (server, authority, trust)
}

fn elsewhere() -> String {
    format!("https://{HOST}:8443")
}

#[tokio::test]
async fn https_goes_through_a_tunnel_and_only_the_proxy_sees_its_credentials() {
    let (server, _, trust) = secured().await;
    let proxy = Tunnel::launch(server.address, None, Some(EXPECTED)).await;
    let through = ProxyServer::new(proxy.url()).basic_auth("user", "pass word");
    let twilio = build(config(&elsewhere()).tls(trust).proxy(through));
    twilio.api_v2010().fetch_balance().send().await.unwrap();
    let asked = proxy.asked();
    assert_eq!((asked.len(), asked[0].method.as_str()), (1, "CONNECT"));
    assert_eq!(asked[0].target, format!("{HOST}:8443"));
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
        [ProxyServer::new(proxy.url()), ProxyServer::new(proxy.url()).basic_auth("user", "wrong-password")]
    {
        let config = config(&elsewhere()).tls(trust.clone()).proxy(through).retry(RetryConfig::disabled());
        assert!(!format!("{config:?}").contains("wrong-password"));
        let error = build(config).api_v2010().fetch_balance().send().await.unwrap_err();
        assert!(error.is_connect() && !error.may_have_executed(), "{error:?}");
        assert!(!format!("{error:?}").contains("wrong-password"));
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn the_way_to_the_proxy_may_be_tls_too() {
    let (server, authority, trust) = secured().await;
    let tls = TlsAcceptor::from(Arc::new(Tls::new(authority.sign(&["127.0.0.1"])).config()));
    let proxy = Tunnel::launch(server.address, Some(tls), Some(EXPECTED)).await;
    let through = ProxyServer::new(proxy.url()).basic_auth("user", "pass word");
    let twilio = build(config(&elsewhere()).tls(trust).proxy(through));
    twilio.api_v2010().fetch_balance().send().await.unwrap();
    assert_eq!((proxy.asked().len(), server.requests().len()), (1, 1));
}

#[tokio::test]
async fn exceptions_and_direct_go_around_it() {
    let (server, _, trust) = secured().await;
    let proxy = Tunnel::to(server.address).await;
    let through = ProxyServer::new(proxy.url());
    let at = |proxy: Proxy| {
        build(config(&elsewhere()).tls(trust.clone()).proxy(proxy).retry(RetryConfig::disabled()))
    };
    for around in [
        Proxy::from(through.clone().no_proxy([HOST])),
        through.clone().no_proxy(["10.0.0.0/8", "test"]).into(),
        Proxy::Direct,
    ] {
        // Nothing leads there but the proxy.
        assert!(at(around).api_v2010().fetch_balance().send().await.unwrap_err().is_connect());
        assert_eq!((server.requests().len(), proxy.asked().len()), (0, 0));
    }
    let other = through.no_proxy(["10.0.0.0/8", "example.com"]);
    at(other.into()).api_v2010().fetch_balance().send().await.unwrap();
    assert_eq!(proxy.asked().len(), 1);
}

/// Every name of loopback that a client can be given, with the port of a server.
fn names(port: u16) -> [String; 4] {
    [
        format!("http://127.0.0.1:{port}"),
        format!("http://localhost:{port}"),
        format!("http://127.9.8.7:{port}"),
        format!("http://[::ffff:127.0.0.1]:{port}"),
    ]
}

#[tokio::test]
async fn review_08_a_proxy_is_never_asked_for_this_machine() {
    let server = Server::start([]).await;
    let proxy = Tunnel::to(server.address).await;
    let through = || ProxyServer::new(proxy.url()).basic_auth("user", "pass word");
    for (index, url) in names(server.address.port()).iter().enumerate() {
        // Not every loopback address reaches the server; what counts is whether the proxy gets a request.
        let _ = build(config(url).proxy(through()).retry(RetryConfig::disabled()))
            .api_v2010()
            .fetch_balance()
            .send()
            .await;
        assert!(proxy.asked().is_empty(), "{url}");
        assert!(index > 0 || server.requests().len() == 1, "{url}");
    }
    let (secured, _, trust) = secured().await;
    let there = build(config(&secured.url()).tls(trust.clone()).proxy(through()));
    there.api_v2010().fetch_balance().send().await.unwrap();
    // A loopback name that resolvers need not know is not sent to the proxy either.
    let named = config("https://api.localhost:9").tls(trust).proxy(through()).retry(RetryConfig::disabled());
    assert!(build(named).api_v2010().fetch_balance().send().await.unwrap_err().is_connect());
    assert!(proxy.asked().is_empty());
}

#[cfg(feature = "blocking")]
#[tokio::test]
async fn review_08_a_proxy_is_never_asked_for_this_machine_in_blocking_programs() {
    let server = Server::start([]).await;
    let proxy = Tunnel::to(server.address).await;
    let twilio = build(config(&server.url()).proxy(ProxyServer::new(proxy.url())));
    let sent = tokio::task::spawn_blocking(move || twilio.api_v2010().fetch_balance().send_blocking());
    sent.await.unwrap().unwrap();
    assert_eq!((server.requests().len(), proxy.asked().len()), (1, 0));
}

/// Runs in the second process of the test below. It ends without a panic if each request got its response.
async fn as_client(mode: &str) {
    let var = |name: &str| std::env::var(name).unwrap();
    match mode {
        "here" => {
            let client = build(config(&var("HERE")).proxy(Proxy::Environment));
            client.verify_v2().fetch_service("VA1").send().await.unwrap();
            others(&var("HERE")).await;
        }
        _ => {
            let proxy = if mode == "direct" { Proxy::Direct } else { Proxy::Environment };
            let trust = TlsConfig::new().extra_root_certificates(var("ROOT")).disable_system_roots(true);
            let client = build(config(&elsewhere()).tls(trust).proxy(proxy).retry(RetryConfig::disabled()));
            let sent = client.verify_v2().fetch_service("VA1").send().await;
            assert_eq!(sent.is_ok(), mode == "environment", "{sent:?}");
        }
    }
}

/// Servers other than Twilio's. Requests to them carry secrets as well.
async fn others(url: &str) {
    let _ = url;
    #[cfg(feature = "oauth")]
    {
        use twilio_sdk::oauth::{OAuthClient, OAuthClientConfig};
        let config =
            OAuthClientConfig::new("client", format!("{url}/token")).client_secret("secret-of-client");
        let _ = OAuthClient::new(config).unwrap().client_credentials().await;
    }
    #[cfg(feature = "hashicorp-vault")]
    {
        use twilio_sdk::hashicorp_vault::{HashicorpVault, HashicorpVaultConfig};
        let vault = HashicorpVault::new(HashicorpVaultConfig::new(url, "secret-of-vault")).unwrap();
        let _ = vault.fetch_secrets(["twilio#api_secret"]).await;
    }
    let app = twilio_sdk::OAuthConfig::new("OQ1", "secret-of-app");
    let twilio = twilio_sdk::Client::new(
        twilio_sdk::ConnectionConfig::new(app).base_url(url).retry(RetryConfig::disabled()),
    );
    let _ = twilio.unwrap().verify_v2().fetch_service("VA1").send().await;
}

#[tokio::test]
async fn review_08_the_environments_proxy_is_used_for_other_machines_only() {
    const MODE: &str = "TWILIO_SDK_TEST_PROXY";
    // The environment belongs to a process, so a second one runs this test as a client.
    if let Ok(mode) = std::env::var(MODE) {
        return as_client(&mode).await;
    }
    let (secured, authority, _) = secured().await;
    for (mode, variable, exceptions, tunnels) in [
        ("environment", "HTTPS_PROXY", "", 1),
        ("environment", "all_proxy", "10.0.0.0/8,example.com", 1),
        ("except", "HTTPS_PROXY", HOST, 0),
        ("direct", "HTTPS_PROXY", "", 0),
        ("here", "HTTP_PROXY", "", 0),
        ("here", "ALL_PROXY", "", 0),
        ("here", "http_proxy", "", 0),
    ] {
        let (here, proxy) =
            (Server::start([]).await, Tunnel::launch(secured.address, None, Some(EXPECTED)).await);
        let mut command = tokio::process::Command::new(std::env::current_exe().unwrap());
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"] {
            command.env_remove(name).env_remove(name.to_lowercase());
        }
        let output = command
            .args([
                "--exact",
                "transport::proxy::review_08_the_environments_proxy_is_used_for_other_machines_only",
            ])
            .envs([(MODE, mode), ("HERE", &here.url()), ("NO_PROXY", exceptions)])
            .env("ROOT", authority.pem())
            .env(variable, proxy.url().replace("http://", "http://user:pass%20word@"))
            .stdin(Stdio::null())
            .output()
            .await
            .unwrap();
        assert!(output.status.success(), "{mode} {variable}: {}", String::from_utf8_lossy(&output.stdout));
        assert_eq!(proxy.asked().len(), tunnels, "{mode} {variable} {exceptions:?}: {:?}", proxy.asked());
        assert!(mode != "here" || here.requests().len() >= 2, "{variable}");
    }
}

#[test]
fn proxies_that_cannot_be_used_are_refused() {
    let url = "http://127.0.0.1:9";
    for (proxy, word) in [
        (ProxyServer::new("proxy"), "is not a URL"),
        (ProxyServer::new("socks5://127.0.0.1:1080"), "http://"),
        (ProxyServer::new("http://user:tell-nobody@127.0.0.1:1"), "credentials"),
        (ProxyServer::new("http://127.0.0.1:1\n"), "remove it"),
        (ProxyServer::new("http://127.0.0.1:1").basic_auth("a:b", "c"), "character"),
    ] {
        let error = twilio_sdk::Client::new(config(url).proxy(proxy)).expect_err(word);
        assert!(error.is_config() && error.to_string().contains(word), "{error}");
        assert!(!error.to_string().contains("tell-nobody"), "{error}");
    }
}
