//! The SDK and its dependencies trace and log no secret, whatever happens to a request.

use std::sync::Arc;

use crate::capture::Capture;
use crate::common::loopback::{Loopback, Reply};
use crate::common::{ACCOUNT, KEY};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use twilio_emulator::{Emulator, RecordedRequest};
use twilio_sdk::api_v2010::builder::CreateSipCredentialParams;
use twilio_sdk::verify_v2::builder::CreateNewFactorParams;
use twilio_sdk::{
    ApiKeyConfig, Auth, AuthTokenConfig, BasicConfig, BearerConfig, Client, ConnectionConfig,
    CustomKeyConfig, HttpVersion, LoggingConfig, OAuthConfig, ProxyServer, TlsConfig,
};

const SERVICE: &str = "VA00000000000000000000000000000003";
const APP: &str = "OQ00000000000000000000000000000005";

/// One kind of credentials.
struct Kind {
    auth: Auth,
    /// The secrets of the requests, which shows that there was something to hide.
    carried: fn(&RecordedRequest) -> Option<&str>,
    /// The outcome.
    end: String,
    /// `true` if the emulator accepts it.
    accepted: bool,
}

fn kinds() -> [Kind; 7] {
    let basic = |user: &str, password: &str| STANDARD.encode(format!("{user}:{password}"));
    let authorization = RecordedRequest::authorization;
    let of = |auth: Auth, end: String| Kind { auth, carried: authorization, end, accepted: true };
    [
        of(AuthTokenConfig::new(ACCOUNT, "secret-Token").into(), basic(ACCOUNT, "secret-Token")),
        of(ApiKeyConfig::new(ACCOUNT, KEY, "secret-Key").into(), basic(KEY, "secret-Key")),
        of(
            BasicConfig::new("me", "secret-Basic").account_sid(ACCOUNT).into(),
            STANDARD.encode("me:secret-Basic"),
        ),
        of(BearerConfig::new("secret-Bearer").account_sid(ACCOUNT).into(), "Bearer secret-Bearer".into()),
        Kind {
            carried: |sent| sent.form_value("client_secret"),
            ..of(OAuthConfig::new(APP, "secret-App").account_sid(ACCOUNT).into(), "secret-App".into())
        },
        Kind {
            carried: |sent| sent.header("x-mine"),
            accepted: false,
            ..of(
                CustomKeyConfig::header("X-Mine", "secret-Header-Key").account_sid(ACCOUNT).into(),
                "secret-Header-Key".into(),
            )
        },
        Kind {
            carried: |sent| sent.query_value("mine"),
            accepted: false,
            ..of(
                CustomKeyConfig::query("mine", "secret-Query-Key").account_sid(ACCOUNT).into(),
                "secret-Query-Key".into(),
            )
        },
    ]
}

async fn mock() -> Emulator {
    let builder = Emulator::builder()
        .accept_basic(ACCOUNT, "secret-Token")
        .accept_basic(KEY, "secret-Key")
        .accept_basic("me", "secret-Basic")
        .accept_bearer("secret-Bearer")
        .accept_oauth_client(APP, "secret-App");
    builder.start().await.unwrap()
}

/// Terminates TLS and passes connections on to the emulator. Returns the port and the certificate with its key in PEM.
async fn tls_before(mock: &Emulator) -> (u16, String, String) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let chain = vec![made.cert.der().clone()];
    let mut config = builder.unwrap().with_no_client_auth().with_single_cert(chain, key.into()).unwrap();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (port, address) = (listener.local_addr().unwrap().port(), mock.local_addr());
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

/// Sends requests that contain and return every kind of secret. Returns the number of attempts.
async fn secretive_calls(twilio: &Client, kind: &Kind, mock: &Emulator) -> usize {
    let (api, verify) = (twilio.api_v2010(), twilio.verify_v2());
    let credential = api
        .create_sip_credential(CreateSipCredentialParams {
            credential_list_sid: "CL00000000000000000000000000000004",
            username: "who",
            password: "secret-sip-Password1",
        })
        .send()
        .await;
    assert_eq!(credential.is_ok(), kind.accepted);
    let factor = verify.create_new_factor(CreateNewFactorParams {
        service_sid: SERVICE,
        identity: "secret-less",
        friendly_name: "name",
        factor_type: "totp",
    });
    let factor = factor.binding_secret("secret-Binding");
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
    mock.stub_next(200, &headers, body.as_str());
    api.fetch_account(ACCOUNT).send().await.unwrap();
    mock.stub_next(401, &headers, body.as_str());
    // An app fetches a new token and sends the request once more.
    let renews = matches!(kind.auth, Auth::OAuth(_));
    assert_eq!(api.fetch_account(ACCOUNT).send().await.is_ok(), renews);
    mock.stub_next(200, &headers, r#"{"auth_token":"secret-Broken"#);
    api.fetch_account(ACCOUNT).send().await.unwrap_err();
    7 + usize::from(renews)
}

#[tokio::test]
async fn no_secret_is_in_anything_that_is_traced_or_logged_by_anybody() {
    let mock = mock().await;
    let (port, certificate, key) = tls_before(&mock).await;
    let mut speakers = Vec::new();
    for kind in kinds() {
        for way in ["http1", "http2", "tls", "proxy"] {
            let logging =
                LoggingConfig::new().log_bodies(true).log_personal_data(true).max_body_chars(usize::MAX);
            let config = ConnectionConfig::new(kind.auth.clone()).logging(logging).base_url(mock.base_url());
            let config = match way {
                "http1" => config.http_version(HttpVersion::Http1),
                "http2" => config.http_version(HttpVersion::Http2),
                "tls" => config.base_url(format!("https://localhost:{port}")).tls(
                    TlsConfig::new()
                        .extra_root_certificates(certificate.as_str())
                        .disable_system_roots(true)
                        .client_identity(certificate.as_str(), key.as_str()),
                ),
                // No proxy is used for loopback, and this one connects to nothing else.
                _ => config
                    .base_url("https://twilio.test")
                    .tls(
                        TlsConfig::new()
                            .extra_root_certificates(certificate.as_str())
                            .disable_system_roots(true),
                    )
                    .proxy(ProxyServer::new(mock.base_url()).basic_auth("me", "secret-Proxy")),
            };
            let capture = Capture::start();
            let twilio = Client::new(config).unwrap();
            if way == "proxy" {
                let _ = twilio.api_v2010().fetch_balance().send().await;
            } else {
                let again = twilio.with_auth(kind.auth.clone()).unwrap();
                let attempts = secretive_calls(&twilio, &kind, &mock).await
                    + secretive_calls(&again, &kind, &mock).await;
                assert_eq!(capture.spans("twilio.attempt").len(), attempts, "{way}");
                assert_eq!(capture.events("response").len(), attempts, "{way}");
            }
            let (all, sent) = (capture.all(), mock.requests());
            let proxy = STANDARD.encode("me:secret-Proxy");
            // The first lines of a key are alike for all keys.
            let key_line = key.lines().nth(2).unwrap();
            // Of a token that was fetched too, whatever it is.
            let carried = sent.iter().filter_map(|sent| sent.authorization()?.split(' ').next_back());
            for hidden in carried.chain([proxy.as_str(), key_line, kind.end.as_str()]) {
                assert!(!all.contains(hidden), "{hidden} by {way}");
            }
            for (at, _) in all.match_indices("secret-") {
                let word: String =
                    all[at..].chars().take_while(|c| c.is_alphanumeric() || *c == '-').collect();
                assert_eq!(word, "secret-less", "by {way}");
            }
            let ends = |value: Option<&str>, end: &str| value.is_some_and(|value| value.ends_with(end));
            let carried = sent.iter().any(|sent| ends((kind.carried)(sent), &kind.end));
            assert_eq!(carried, way != "proxy", "{way}");
            if way == "proxy" {
                assert!(sent.iter().any(|sent| ends(sent.header("proxy-authorization"), &proxy)));
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

#[tokio::test]
async fn a_key_that_the_server_repeats_under_its_name_is_not_shown() {
    let server = Loopback::start(|seen, _| {
        let next = format!("{}?Page=1&{}", seen.path, seen.query);
        let headers = serde_json::json!({ "X-Mine": seen.header("x-mine") });
        let body = serde_json::json!({ "messages": [], "next_page_uri": next, "sent": headers });
        Reply::json(&body).header("X-Mine", seen.header("x-mine").unwrap_or_default())
    })
    .await;
    let long = "secret-Key/+ %with=more&";
    for key in [CustomKeyConfig::query("m.i-ne", long), CustomKeyConfig::header("X-Mine", long)] {
        let logging = LoggingConfig::new().log_bodies(true).log_personal_data(true);
        let config = ConnectionConfig::new(key.account_sid(ACCOUNT)).logging(logging).base_url(&server.url);
        let capture = Capture::start();
        let twilio = Client::new(config).unwrap();
        let mut pages = twilio.api_v2010().list_message().pages();
        for _ in 0..2 {
            pages.next().await.unwrap().unwrap();
        }
        assert_eq!(capture.events("response").len(), 2);
        assert!(!capture.all().contains("secret-"), "{}", capture.all());
    }
    assert!(server.seen().iter().all(|seen| seen.everything().contains("secret-Key")));
}
