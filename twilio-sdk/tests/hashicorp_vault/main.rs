//! HashiCorp's Vault: the exchanges have the shape that its documentation gives for version 2 of the key/value engine,
//! and come from a server of the tests' own; one test runs a real server where the program `vault` is installed.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../common/certificates.rs"]
mod certificates;
#[path = "../common/loopback.rs"]
mod loopback;
mod real;
#[path = "../common/server.rs"]
mod server;
#[path = "../common/wire.rs"]
mod wire;

use std::time::Duration;

use serde_json::{Value, json};
use twilio_sdk::hashicorp_vault::{HashicorpVault, HashicorpVaultConfig, HashicorpVaultErrorKind};
use twilio_sdk::{ConfigFormat, ConfigLoader, SecretSource as _, TlsConfig};

use certificates::{Authority, Tls};
use loopback::{Loopback, Reply};
use server::{Answer, Server};

const TOKEN: &str = "hvs.s3cret-token";

/// What the server answers for the data of a secret.
fn answer(data: &Value) -> Value {
    json!({
        "request_id": "0b5bd9a4-7ad4-b7d5-4f4d-9a4f6f5b9d61",
        "lease_id": "",
        "renewable": false,
        "lease_duration": 0,
        "data": {
            "data": data,
            "metadata": {
                "created_time": "2026-11-25T10:00:00.000000000Z",
                "custom_metadata": null,
                "deletion_time": "",
                "destroyed": false,
                "version": 1
            }
        },
        "wrap_info": null,
        "warnings": null,
        "auth": null,
        "mount_type": "kv"
    })
}

fn config(url: &str) -> HashicorpVaultConfig {
    HashicorpVaultConfig::new(url, TOKEN).timeout(Duration::from_secs(20))
}

fn vault(server: &Loopback) -> HashicorpVault {
    HashicorpVault::new(config(&server.url)).unwrap()
}

#[tokio::test]
async fn a_file_gets_its_secrets_and_each_path_is_asked_for_once() {
    let server = Loopback::start(|seen, _| match (seen.path.as_str(), seen.query.as_str()) {
        ("/v1/secret/data/apps/twilio", "") => Reply::json(&answer(
            &json!({"api_secret": "s3cret-1", "password": "s3cret-2", "value": "s3cret-3"}),
        )),
        ("/v1/secret/data/apps/twilio", "version=2") => Reply::json(&answer(&json!({"value": "s3cret-old"}))),
        _ => Reply::new(404, r#"{"errors":[]}"#),
    })
    .await;
    #[cfg(unix)]
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o022));
    let folder = std::env::temp_dir().join(format!("twilio-sdk-hashicorp-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("twilio.toml");
    let text = "auth = { account_sid = 'AC1', api_key = 'SK1', api_secret = 'secret://apps/twilio#api_secret' }\n\
                proxy = { url = 'http://127.0.0.1:1', username = 'u', password = 'secret://apps/twilio#password' }\n";
    std::fs::write(&path, text).unwrap();
    let loader = ConfigLoader::new().env_source(|_| None);
    let names = loader.secret_names(&path).unwrap();
    assert_eq!(names, ["apps/twilio#api_secret", "apps/twilio#password"]);
    let secrets = vault(&server).fetch_secrets(&names).await.unwrap();
    assert_eq!(server.seen().len(), 1);
    loader.secret_source(secrets.clone()).load_file(&path).unwrap();
    std::fs::remove_dir_all(folder).unwrap();
    assert_eq!(secrets.resolve("apps/twilio#password").unwrap().expose_secret(), "s3cret-2");
    let more = vault(&server).fetch_secrets(["apps/twilio", "apps/twilio?version=2"]).await.unwrap();
    assert_eq!(more.resolve("apps/twilio").unwrap().expose_secret(), "s3cret-3");
    assert_eq!(more.resolve("apps/twilio?version=2").unwrap().expose_secret(), "s3cret-old");
    assert_eq!(server.seen().len(), 3);
    let seen = &server.seen()[0];
    assert_eq!((seen.method.as_str(), seen.header("x-vault-token")), ("GET", Some(TOKEN)));
    assert_eq!((seen.header("x-vault-request"), seen.header("x-vault-namespace")), (Some("true"), None));
    assert_eq!(seen.header("authorization"), None);
}

#[tokio::test]
async fn namespace_mount_and_path_are_where_they_belong() {
    let server = Loopback::start(|_, _| Reply::json(&answer(&json!({"value": "x"})))).await;
    let config = config(&format!("{}/", server.url)).namespace("team/a").mount("/kv two/");
    HashicorpVault::new(config).unwrap().fetch_secrets(["a b/ü#value"]).await.unwrap();
    let seen = server.seen().remove(0);
    assert_eq!(seen.path, "/v1/kv%20two/data/a%20b/%C3%BC");
    assert_eq!(seen.header("x-vault-namespace"), Some("team/a"));
}

#[tokio::test]
async fn each_answer_without_a_secret_has_its_error_and_shows_no_secret() {
    let denied = r#"{"errors":["1 error occurred:\n\t* permission denied s3cret\n\n"]}"#;
    let deleted =
        json!({"data": {"data": null, "metadata": {"deletion_time": "2026-11-25T10:00:00Z", "version": 1}}});
    let cases = [
        (Reply::new(403, denied), HashicorpVaultErrorKind::Denied),
        (Reply::new(404, r#"{"errors":[]}"#), HashicorpVaultErrorKind::NotFound),
        (Reply::new(404, deleted.to_string()), HashicorpVaultErrorKind::NotFound),
        (Reply::new(200, deleted.to_string()), HashicorpVaultErrorKind::NotFound),
        (Reply::json(&answer(&json!({"other": "s3cret"}))), HashicorpVaultErrorKind::NotFound),
        (Reply::json(&answer(&json!({"value": 5}))), HashicorpVaultErrorKind::NotString),
        // Version 1 of the engine has no inner data.
        (Reply::json(&json!({"data": {"value": "s3cret"}})), HashicorpVaultErrorKind::InvalidResponse),
        (Reply::new(200, "s3cret"), HashicorpVaultErrorKind::InvalidResponse),
        (Reply::new(503, r#"{"errors":["Vault is sealed"]}"#), HashicorpVaultErrorKind::Status(503)),
        (
            Reply::new(307, "").header("Location", "http://127.0.0.1:1/s3cret"),
            HashicorpVaultErrorKind::Status(307),
        ),
        (Reply::new(500, "s3cret"), HashicorpVaultErrorKind::Status(500)),
    ];
    for (reply, expected) in cases {
        let server = Loopback::start(move |_, _| reply.clone()).await;
        let error = vault(&server).fetch_secrets(["path"]).await.unwrap_err();
        assert_eq!((error.kind(), error.name()), (&expected, "path"));
        assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
        assert_eq!(server.seen().len(), 1, "{expected:?}");
    }
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_given_up_in_time() {
    let slow =
        Loopback::start(|_, _| Reply::json(&answer(&json!({"value": "x"}))).after(Duration::from_secs(600)))
            .await;
    let config = HashicorpVaultConfig::new(&slow.url, TOKEN).timeout(Duration::from_millis(100));
    let error = HashicorpVault::new(config).unwrap().fetch_secrets(["path"]).await.unwrap_err();
    assert!(
        matches!(error.kind(), HashicorpVaultErrorKind::Unavailable(why) if why.contains("timed out")),
        "{error}"
    );
    let reset = Loopback::start(|_, _| Reply::reset()).await;
    let error = vault(&reset).fetch_secrets(["path"]).await.unwrap_err();
    assert!(matches!(error.kind(), HashicorpVaultErrorKind::Unavailable(_)), "{error}");
}

#[tokio::test]
async fn only_the_authority_that_is_given_is_trusted() {
    let (good, other) = (Authority::new("good"), Authority::new("other"));
    let body = answer(&json!({"value": "s3cret"})).to_string();
    let server = Server::tls(
        Tls::new(good.sign(&["127.0.0.1"])).config(),
        std::iter::repeat_n(Answer::status(200, &[], body), 3),
    )
    .await;
    let with = |authority: &Authority| {
        let tls = TlsConfig::new().extra_root_certificates(authority.pem());
        HashicorpVault::new(config(&server.url()).tls(tls)).unwrap()
    };
    let secrets = with(&good).fetch_secrets(["path"]).await.unwrap();
    assert_eq!(secrets.resolve("path").unwrap().expose_secret(), "s3cret");
    let error = with(&other).fetch_secrets(["path"]).await.unwrap_err();
    assert!(
        matches!(error.kind(), HashicorpVaultErrorKind::Unavailable(why) if why.contains("TLS")),
        "{error}"
    );
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn what_cannot_work_is_refused_before_anything_is_sent() {
    for (address, token) in [
        ("http://vault.example.com:8200", TOKEN),
        ("ftp://127.0.0.1", TOKEN),
        ("https://user:s3cret@vault.example.com", TOKEN),
        ("https://vault.example.com?x=1", TOKEN),
        ("https://vault.example.com#x", TOKEN),
        ("vault.example.com", TOKEN),
        ("https://vault.example.com", ""),
        ("https://vault.example.com", "s3cret\n"),
    ] {
        let error = HashicorpVault::new(HashicorpVaultConfig::new(address, token)).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("s3cret"), "{address}: {error}");
    }
    for config in [config("http://127.0.0.1").mount("a/../b"), config("http://127.0.0.1").namespace("a\n")] {
        assert!(HashicorpVault::new(config).is_err());
    }
    let server = Loopback::start(|_, _| Reply::new(500, "")).await;
    for name in ["", "../sys/seal", "a/./b", "a?list=true", "#x"] {
        let error = vault(&server).fetch_secrets([name]).await.unwrap_err();
        assert_eq!(error.kind(), &HashicorpVaultErrorKind::InvalidName, "{name}");
    }
    assert!(server.seen().is_empty());
    assert!(!format!("{:?}", vault(&server)).contains("s3cret"));
    let text = "auth = { account_sid = 'AC1', auth_token = 'secret://a' }";
    let secrets = vault(&server).fetch_secrets([""; 0]).await.unwrap();
    assert!(ConfigLoader::new().secret_source(secrets).load_str(text, ConfigFormat::Toml).is_err());
}

#[cfg(feature = "blocking")]
#[tokio::test(flavor = "multi_thread")]
async fn programs_without_a_runtime_wait() {
    let server = Loopback::start(|_, _| Reply::json(&answer(&json!({"value": "s3cret"})))).await;
    let vault = vault(&server);
    let secrets =
        tokio::task::spawn_blocking(move || vault.fetch_secrets_blocking(["a"])).await.unwrap().unwrap();
    assert_eq!(secrets.resolve("a").unwrap().expose_secret(), "s3cret");
}
