//! TLS, with either version of HTTP.

use std::sync::Arc;

use http::{Method, Request};
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use twilio_sdk_access_token::AccessToken;

use crate::client::{JSON, credentials, ended, read, request};
use crate::fixture::{Folder, NO_LIMITS, RULES, Server};
use crate::program::{Program, command, run};
use crate::{PASSWORD, SECRET};

/// A folder with a certificate for this machine, and what trusts it.
fn folder() -> (Folder, CertificateDer<'static>) {
    let folder = Folder::new();
    let signed = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    folder.write("cert.pem", &signed.cert.pem());
    folder.write("key.pem", &signed.signing_key.serialize_pem());
    (folder, signed.cert.der().clone())
}

fn tables() -> String {
    [RULES, NO_LIMITS, "[tls]\ncertificate = \"cert.pem\"\nkey = \"key.pem\"\n"].concat()
}

async fn connect(
    address: std::net::SocketAddr,
    trusted: &CertificateDer<'static>,
    alpn: &[&str],
) -> TlsStream<TcpStream> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let mut config = builder.unwrap().with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
    let stream = TcpStream::connect(address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap()
}

#[tokio::test]
async fn tokens_are_given_over_tls_with_http_1() {
    let (folder, trusted) = folder();
    let program = Program::start(&folder.config("", &tables()));
    for alpn in [&["http/1.1"][..], &[]] {
        let mut stream = connect(program.address, &trusted, alpn).await;
        let bytes = request("POST", "/token", &[JSON], &credentials("susan", PASSWORD));
        tokio::io::AsyncWriteExt::write_all(&mut stream, &bytes).await.unwrap();
        assert_eq!(read(&mut stream).await.claims().identity(), Some("susan"));
    }
    // Nothing is said in clear.
    let mut plain = TcpStream::connect(program.address).await.unwrap();
    let bytes = request("POST", "/token", &[JSON], &credentials("susan", PASSWORD));
    tokio::io::AsyncWriteExt::write_all(&mut plain, &bytes).await.unwrap();
    ended(&mut plain).await;
    assert!(program.log().iter().filter(|line| line["event"] == "token_issue").count() == 2);
}

/// Asks over HTTP/2: the status, the headers and the body.
async fn ask(
    sender: &mut h2::client::SendRequest<bytes::Bytes>,
    method: Method,
    origin: Option<&str>,
    body: Vec<u8>,
) -> (u16, http::HeaderMap, serde_json::Value) {
    ask_at("https://localhost:3000/token", sender, method, origin, body).await
}

async fn ask_at(
    target: &str,
    sender: &mut h2::client::SendRequest<bytes::Bytes>,
    method: Method,
    origin: Option<&str>,
    body: Vec<u8>,
) -> (u16, http::HeaderMap, serde_json::Value) {
    let mut request = Request::builder().method(method).uri(target);
    request = request.header("content-type", "application/json");
    if let Some(origin) = origin {
        request = request.header("origin", origin);
    }
    let mut ready = sender.clone().ready().await.unwrap();
    let (answer, mut sending) = ready.send_request(request.body(()).unwrap(), body.is_empty()).unwrap();
    if !body.is_empty() {
        sending.send_data(body.into(), true).unwrap();
    }
    let (parts, mut body) = answer.await.unwrap().into_parts();
    let mut bytes = Vec::new();
    while let Some(data) = body.data().await {
        bytes.extend_from_slice(&data.unwrap());
    }
    (parts.status.as_u16(), parts.headers, serde_json::from_slice(&bytes).unwrap())
}

#[tokio::test]
async fn tokens_are_given_over_http_2() {
    let (folder, trusted) = folder();
    let server = Server::start(&folder, "", &tables()).await;
    let stream = connect(server.address, &trusted, &["h2", "http/1.1"]).await;
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let (mut sender, connection) = h2::client::handshake(stream).await.unwrap();
    let connection = tokio::spawn(connection);

    // Many at once on one connection.
    let mut asking = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let mut sender = sender.clone();
        asking
            .spawn(async move { ask(&mut sender, Method::POST, None, credentials("susan", PASSWORD)).await });
    }
    while let Some(answer) = asking.join_next().await {
        let (status, headers, json) = answer.unwrap();
        assert_eq!((status, &headers["cache-control"]), (200, &"no-store".parse().unwrap()));
        let claims = AccessToken::verify(json["token"].as_str().unwrap(), &SECRET.into()).unwrap();
        assert_eq!(claims.identity(), Some("susan"));
    }
    let (status, headers, _) = ask(&mut sender, Method::POST, None, credentials("susan", "no")).await;
    assert_eq!(status, 401);
    assert!(headers.contains_key("www-authenticate"));
    let (status, headers, _) = ask(&mut sender, Method::GET, None, Vec::new()).await;
    assert_eq!((status, &headers["allow"]), (405, &"POST, OPTIONS".parse().unwrap()));
    let (status, ..) = ask(&mut sender, Method::POST, None, vec![b' '; 17 << 10]).await;
    assert_eq!(status, 413);

    // The page's own origin is named in the request's target.
    for (origin, expected) in [("https://localhost:3000", 200), ("https://localhost", 403)] {
        let (status, headers, _) =
            ask(&mut sender, Method::POST, Some(origin), credentials("susan", PASSWORD)).await;
        assert_eq!(
            (status, headers.contains_key("access-control-allow-origin")),
            (expected, expected == 200)
        );
    }

    // A page that was not encrypted may be anyone's.
    let own = Some("http://localhost:3000");
    let (status, ..) = ask(&mut sender, Method::POST, own, credentials("susan", PASSWORD)).await;
    assert_eq!(status, 403);
    // Nor is another host served.
    for (target, origin) in [("https://evil.example:3000/token", None), ("https://evil.example/token", own)] {
        let (status, headers, json) =
            ask_at(target, &mut sender, Method::POST, origin, credentials("susan", PASSWORD)).await;
        assert_eq!((status, headers.contains_key("access-control-allow-origin")), (421, false));
        assert!(json["error"].as_str().unwrap().contains("host"), "{json}");
    }

    // The end of the server ends the connection, and the peer is told.
    server.stop().await;
    connection.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_handshake_that_does_not_come_is_not_waited_for() {
    let (folder, trusted) = folder();
    let tables = [tables().as_str(), "[timeouts]\nidle = \"400ms\"\n"].concat();
    let server = Server::start(&folder, "", &tables).await;
    let mut silent = TcpStream::connect(server.address).await.unwrap();
    ended(&mut silent).await;
    // Nor is a connection of HTTP/2 kept on which nobody asks.
    let stream = connect(server.address, &trusted, &["h2"]).await;
    let (_sender, connection) = h2::client::handshake(stream).await.unwrap();
    let _ = connection.await;
    server.stop().await;
}

#[test]
fn certificates_and_keys_that_cannot_be_used_stop_the_program() {
    let (folder, _) = folder();
    let path = folder.config("", &tables());
    let good = run(command().args(["--check", "-c"]).arg(&path));
    assert!(good.0.success(), "{}", good.2);
    let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let secret = other.signing_key.serialize_pem();
    for (name, text) in [("key.pem", secret.as_str()), ("key.pem", "tell-nobody"), ("cert.pem", "no PEM")] {
        folder.write(name, text);
        for arguments in [&["-c"][..], &["--check", "-c"]] {
            let (status, _, errors) = run(command().args(arguments).arg(&path));
            assert!(!status.success() && errors.contains("tls"), "{errors}");
            assert!(!errors.contains("tell-nobody") && !errors.contains("PRIVATE KEY"), "{errors}");
        }
    }
}

/// Whether a new connection is served with this certificate.
async fn serves(address: std::net::SocketAddr, certificate: &CertificateDer<'static>) -> bool {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(certificate.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = builder.unwrap().with_root_certificates(roots).with_no_client_auth();
    let stream = TcpStream::connect(address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.is_ok()
}

#[tokio::test]
async fn review_76_sighup_rereads_certificates_and_keeps_the_old_ones_on_error() {
    let (folder, first) = folder();
    let program = Program::start(&folder.config("", &tables()));
    let mut kept = connect(program.address, &first, &[]).await;
    assert!(serves(program.address, &first).await);

    let renewed = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (second, key) = (renewed.cert.der().clone(), renewed.signing_key.serialize_pem());
    folder.write("cert.pem", &renewed.cert.pem());
    folder.write("key.pem", &key);
    assert!(serves(program.address, &first).await, "not before the signal");
    program.signal("-HUP");
    program.logged("configuration and certificates reloaded", 1).await;
    assert!(serves(program.address, &second).await && !serves(program.address, &first).await);
    // A connection that was open goes on.
    let bytes = request("POST", "/token", &[JSON], &credentials("susan", PASSWORD));
    tokio::io::AsyncWriteExt::write_all(&mut kept, &bytes).await.unwrap();
    assert_eq!(read(&mut kept).await.claims().identity(), Some("susan"));

    let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let unusable = [("key.pem", other.signing_key.serialize_pem()), ("cert.pem", "tell-nobody".to_owned())];
    for (round, (name, text)) in unusable.into_iter().enumerate() {
        folder.write(name, &text);
        program.signal("-HUP");
        let message = "configuration not reloaded; the previous one is kept, including certificates";
        let lines = program.logged(message, round + 1).await;
        let error = lines[round]["error"].as_str().unwrap();
        assert!(
            error.contains("tls") && !error.contains("tell-nobody") && !error.contains("PRIVATE"),
            "{error}"
        );
        assert!(serves(program.address, &second).await);
        folder.write("key.pem", &key);
        folder.write("cert.pem", &renewed.cert.pem());
    }
    std::fs::remove_file(folder.path("cert.pem")).unwrap();
    program.signal("-HUP");
    program.logged("configuration not reloaded; the previous one is kept, including certificates", 3).await;
    assert!(serves(program.address, &second).await);
}
