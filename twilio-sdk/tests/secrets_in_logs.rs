//! No secret is in what the SDK and the crates beneath it trace and log, whatever way a call goes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "common/capture.rs"]
mod capture;
mod common;

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use capture::Capture;
use common::{ACCOUNT, KEY, mock};
use twilio_sdk::mock::MockTwilio;
use twilio_sdk::{
    ApiKeyConfig, Auth, AuthTokenConfig, Client, ConnectionConfig, HttpVersion, LoggingConfig, ProxyServer,
    TlsConfig,
};

const SERVICE: &str = "VA00000000000000000000000000000003";

/// Takes TLS off connections and passes them on to the mock; gives the port and the certificate with its key in PEM.
async fn tls_before(mock: &MockTwilio) -> (u16, String, String) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let chain = vec![made.cert.der().clone()];
    let mut config = builder.unwrap().with_no_client_auth().with_single_cert(chain, key.into()).unwrap();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (port, address) = (listener.local_addr().unwrap().port(), mock.address());
    // The tasks end with the test's runtime.
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let mut outside = acceptor.accept(stream).await.unwrap();
                let mut inside = tokio::net::TcpStream::connect(address).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut outside, &mut inside).await;
            });
        }
    });
    (port, made.cert.pem(), made.signing_key.serialize_pem())
}

/// Calls that send and receive every kind of secret.
async fn secretive_calls(twilio: &Client, mock: &MockTwilio) {
    let (api, verify) = (twilio.api_v2010(), twilio.verify_v2());
    api.create_sip_credential("CL00000000000000000000000000000004", "who", "secret-sip-Password1")
        .send()
        .await
        .unwrap();
    let factor =
        verify.create_new_factor(SERVICE, "secret-less", "name", "totp").binding_secret("secret-Binding");
    let _ = factor.send().await;
    let check = verify.create_verification_check(SERVICE).to("+15558675310").code("secret-Otp");
    let _ = check.send().await;
    let _ = api
        .create_message("+15558675310")
        .status_callback("https://me:secret-Userinfo@h.example/?token=secret-Query")
        .send()
        .await;
    let body = format!(
        r#"{{"sid":"{ACCOUNT}","auth_token":"secret-Answer1","x":[{{"client_secret":"secret-Answer2"}}],
            "y":"Authorization: Bearer secret-Answer3"}}"#
    );
    let headers = [
        ("Set-Cookie", "s=secret-Cookie"),
        ("X-Auth-Token", "secret-Header"),
        ("Location", "/?sig=1&access_token=secret-Location"),
    ];
    mock.respond_once(200, &headers, body.as_str());
    api.fetch_account(ACCOUNT).send().await.unwrap();
    mock.respond_once(401, &headers, body.as_str());
    api.fetch_account(ACCOUNT).send().await.unwrap_err();
    mock.respond_once(200, &headers, r#"{"auth_token":"secret-Broken"#);
    api.fetch_account(ACCOUNT).send().await.unwrap_err();
}

#[tokio::test]
async fn no_secret_is_in_anything_that_is_traced_or_logged_by_anybody() {
    let mock = mock().await;
    let (port, certificate, key) = tls_before(&mock).await;
    let auths: [(Auth, String); 2] = [
        (AuthTokenConfig::new(ACCOUNT, "secret-Token").into(), format!("{ACCOUNT}:secret-Token")),
        (ApiKeyConfig::new(ACCOUNT, KEY, "secret-Key").into(), format!("{KEY}:secret-Key")),
    ];
    let mut speakers = Vec::new();
    for (auth, pair) in &auths {
        for way in ["http1", "http2", "tls", "proxy"] {
            let logging = LoggingConfig::new().bodies(true).personal(true).body_limit(usize::MAX);
            let config = ConnectionConfig::new(auth.clone()).logging(logging).base_url(mock.base_url());
            let config = match way {
                "http1" => config.http_version(HttpVersion::Http1),
                "http2" => config.http_version(HttpVersion::Http2),
                "tls" => config.base_url(format!("https://localhost:{port}")).tls(
                    TlsConfig::new()
                        .extra_roots(certificate.as_str())
                        .only_extra_roots(true)
                        .identity(certificate.as_str(), key.as_str()),
                ),
                _ => config.proxy(ProxyServer::new(mock.base_url()).credentials("me", "secret-Proxy")),
            };
            let capture = Capture::start();
            let twilio = Client::new(config).unwrap();
            if way == "proxy" {
                let _ = twilio.api_v2010().fetch_balance().send().await;
            } else {
                secretive_calls(&twilio, &mock).await;
                secretive_calls(&twilio.with_auth(auth.clone()).unwrap(), &mock).await;
                assert_eq!(capture.spans("twilio.attempt").len(), 14, "{way}");
                assert_eq!(capture.events("response").len(), 14, "{way}");
            }
            let all = capture.all();
            let encoded = [STANDARD.encode(pair), STANDARD.encode("me:secret-Proxy")];
            // The first lines of a key are alike for all keys.
            let key_line = key.lines().nth(2).unwrap().to_owned();
            for hidden in encoded.iter().chain([&key_line]) {
                assert!(!all.contains(hidden.as_str()), "{hidden} by {way}");
            }
            for (at, _) in all.match_indices("secret-") {
                let word: String =
                    all[at..].chars().take_while(|c| c.is_alphanumeric() || *c == '-').collect();
                assert_eq!(word, "secret-less", "by {way}");
            }
            let sent = mock.requests();
            let ends = |value: Option<&str>, end: &str| value.is_some_and(|value| value.ends_with(end));
            assert!(sent.iter().any(|sent| ends(sent.authorization(), &encoded[0])), "{way}");
            if way == "proxy" {
                assert!(sent.iter().any(|sent| ends(sent.header("proxy-authorization"), &encoded[1])));
            } else {
                assert!(sent.iter().any(|sent| sent.form_value("Code") == Some("secret-Otp")), "{way}");
            }
            mock.clear_requests();
            speakers.extend(capture.targets());
        }
    }
    for speaker in ["twilio_sdk", "reqwest", "hyper_util", "h2", "rustls"] {
        assert!(
            speakers.iter().any(|name| name.split("::").next() == Some(speaker)),
            "{speaker} in {speakers:?}"
        );
    }
}
