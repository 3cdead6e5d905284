//! TLS: trusted roots, client identity and accepted versions.

use twilio_sdk::{Error, TlsBackend, TlsConfig, TlsVersion};

use crate::certificates::{Authority, Tls};
use crate::server::Server;
use crate::transport::{build, config};

#[cfg(not(feature = "native-tls"))]
const BACKENDS: [TlsBackend; 1] = [TlsBackend::Rustls];
#[cfg(feature = "native-tls")]
const BACKENDS: [TlsBackend; 2] = [TlsBackend::Rustls, TlsBackend::Native];

const HERE: &[&str] = &["127.0.0.1", "localhost"];
const OLD: &[&rustls::SupportedProtocolVersion] = &[&rustls::version::TLS12];
const NEW: &[&rustls::SupportedProtocolVersion] = &[&rustls::version::TLS13];

/// A request with retries: what TLS rejects must not be retried.
async fn call(server: &Server, tls: TlsConfig) -> Result<(), Error> {
    build(config(&server.url()).tls(tls)).api_v2010().fetch_balance().send().await.map(drop)
}

/// A call whose client certificate the server refuses. With TLS 1.3 it does so after the handshake, which the
/// system's own TLS does not tell from a lost connection; no request is seen either way.
async fn refused_as_client(server: &Server, tls: TlsConfig, backend: TlsBackend, new: bool) {
    if backend == TlsBackend::Rustls || !new {
        return refused(server, tls).await;
    }
    let before = server.requests().len();
    let error = call(server, tls).await.unwrap_err();
    assert!(error.is_transport() || error.is_tls(), "{error:?}");
    assert_eq!(server.requests().len(), before);
}

/// Returns whether TLS rejected a request, at once and before the server saw it.
async fn refused(server: &Server, tls: TlsConfig) {
    let before = (server.accepted(), server.requests().len());
    let error = call(server, tls).await.unwrap_err();
    assert!(error.is_tls() && error.is_connect() && !error.may_have_executed(), "{error:?}");
    assert_eq!(error.attempts(), 1, "{error:?}");
    assert_eq!((server.accepted() - before.0, server.requests().len() - before.1), (1, 0), "{error:?}");
    assert!(std::error::Error::source(&error).is_some());
}

fn trust(backend: TlsBackend, authority: &Authority) -> TlsConfig {
    TlsConfig::new().backend(backend).extra_root_certificates(authority.pem())
}

#[tokio::test]
async fn an_extra_root_is_trusted_and_an_unknown_authority_is_not() {
    for backend in BACKENDS {
        let (known, unknown) = (Authority::new("known"), Authority::new("unknown"));
        let server = Server::tls(Tls::new(known.sign(HERE)).config(), []).await;
        call(&server, trust(backend, &known)).await.unwrap();
        call(&server, trust(backend, &known).disable_system_roots(true)).await.unwrap();
        // Several roots, in one text and one after the other.
        let both = [unknown.pem(), known.pem()].concat();
        call(&server, TlsConfig::new().backend(backend).extra_root_certificates(both)).await.unwrap();
        call(&server, trust(backend, &unknown).extra_root_certificates(known.pem())).await.unwrap();
        refused(&server, TlsConfig::new().backend(backend)).await;
        refused(&server, trust(backend, &unknown)).await;
        refused(&server, trust(backend, &unknown).disable_system_roots(true)).await;
    }
}

/// Runs in a separate process, whose system trusts one authority.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_systems_roots_are_trusted_unless_only_others_are() {
    const CHILD: &str = "TWILIO_SDK_TEST_ROOTS";
    if let Ok(url) = std::env::var(CHILD) {
        let other = Authority::new("other");
        for backend in BACKENDS {
            let outcome = async |tls| build(config(&url).tls(tls)).api_v2010().fetch_balance().send().await;
            outcome(TlsConfig::new().backend(backend)).await.unwrap();
            outcome(trust(backend, &other)).await.unwrap();
            let error = outcome(trust(backend, &other).disable_system_roots(true)).await.unwrap_err();
            assert!(error.is_tls(), "{backend:?}: {error:?}");
        }
        return;
    }
    let authority = Authority::new("system");
    let server = Server::tls(Tls::new(authority.sign(HERE)).config(), []).await;
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("system-roots.pem");
    std::fs::write(&file, authority.pem()).unwrap();
    let output = tokio::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "transport::tls::the_systems_roots_are_trusted_unless_only_others_are"])
        .env(CHILD, server.url())
        .env("SSL_CERT_FILE", &file)
        .env_remove("SSL_CERT_DIR")
        .output()
        .await
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert_eq!(server.requests().len(), 2 * BACKENDS.len());
}

#[tokio::test]
async fn a_certificate_for_another_host_is_refused() {
    for backend in BACKENDS {
        let authority = Authority::new("root");
        let server = Server::tls(Tls::new(authority.sign(&["api.twilio.com"])).config(), []).await;
        refused(&server, trust(backend, &authority)).await;
    }
}

#[tokio::test]
async fn the_clients_certificate_is_shown_to_a_server_that_asks_for_one() {
    for backend in BACKENDS {
        for (versions, new) in [(OLD, false), (NEW, true)] {
            let (servers, clients, strangers) =
                (Authority::new("servers"), Authority::new("clients"), Authority::new("strangers"));
            let tls = Tls::new(servers.sign(HERE)).clients(&clients).versions(versions);
            let server = Server::tls(tls.config(), []).await;
            let (good, bad) = (clients.sign(&[]), strangers.sign(&[]));
            let trust = || trust(backend, &servers);
            call(&server, trust().client_identity(good.pem(), good.key_pem())).await.unwrap();
            refused_as_client(&server, trust(), backend, new).await;
            let stranger = trust().client_identity(bad.pem(), bad.key_pem());
            refused_as_client(&server, stranger, backend, new).await;
        }
    }
}

#[tokio::test]
async fn a_server_below_the_least_version_is_refused() {
    for backend in BACKENDS {
        let authority = Authority::new("root");
        let old = Server::tls(Tls::new(authority.sign(HERE)).versions(OLD).config(), []).await;
        let new = Server::tls(Tls::new(authority.sign(HERE)).versions(NEW).config(), []).await;
        call(&old, trust(backend, &authority)).await.unwrap();
        call(&new, trust(backend, &authority).min_version(TlsVersion::Tls13)).await.unwrap();
        refused(&old, trust(backend, &authority).min_version(TlsVersion::Tls13)).await;
    }
}

#[tokio::test]
async fn what_is_no_certificate_or_key_is_refused_and_no_key_is_told() {
    let authority = Authority::new("root");
    let (one, other) = (authority.sign(&[]), authority.sign(&[]));
    for backend in BACKENDS {
        let new = || TlsConfig::new().backend(backend);
        for (tls, word) in [
            (new().extra_root_certificates("no PEM"), "extra_root_certificates"),
            (new().extra_root_certificates(""), "extra_root_certificates"),
            (new().disable_system_roots(true), "disable_system_roots"),
            (new().client_identity("no PEM", one.key_pem()), "identity"),
            (new().client_identity(one.pem(), "tell-nobody"), "identity"),
            (new().client_identity(one.pem(), other.key_pem()), "identity"),
        ] {
            let config = config("https://127.0.0.1:9").tls(tls);
            let printed = format!("{config:?}");
            for line in
                [one.key_pem(), other.key_pem()].concat().lines().filter(|line| !line.starts_with('-'))
            {
                assert!(!printed.contains(line));
            }
            let error = twilio_sdk::Client::new(config).expect_err(word);
            assert!(error.is_config() && error.to_string().contains(word), "{backend:?}: {error}");
            assert!(!format!("{error:?}").contains("tell-nobody"), "{error}");
        }
    }
}
