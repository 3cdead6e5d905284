//! Configuration that names entries of a vault in place of secrets.

use std::sync::Arc;

use rcgen::{CertificateParams, KeyPair};
use serde_json::json;
use time::OffsetDateTime;
use twilio_sdk::{ConfigFormat, ConfigLoader, MemorySecretSource, SecretError, SecretSource};

use crate::create;
use crate::folder::Folder;

const AUTH: &str = "auth = { account_sid = 'AC1', api_key = 'SK1', api_secret = 'secret://twilio' }\n";

/// The credentials of each kind, up to their secret.
const EVERYWHERE: &[&str] = &[
    "account_sid = 'AC1', api_key = 'SK1', api_secret",
    "account_sid = 'AC1', auth_token",
    "account_sid = 'AC1', client_id = 'OQ1', client_secret",
];

fn message(loader: &ConfigLoader, text: &str) -> String {
    loader.load_str(text, ConfigFormat::Toml).unwrap_err().to_string()
}

#[test]
fn an_entry_stands_for_a_secret_wherever_one_may_stand() {
    let folder = Folder::new();
    let vault = Arc::new(create(&folder));
    vault.set("twilio", "s3cret", None).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(["client".to_owned()]).unwrap().self_signed(&key).unwrap();
    vault.set("tls", json!({"key": key.serialize_pem(), "n": 1}), None).unwrap();
    let loader = ConfigLoader::new().secret_source(Arc::clone(&vault));
    for fields in EVERYWHERE {
        let text = format!("auth = {{ {fields} = 'secret://twilio' }}");
        if let Err(error) = loader.load_str(&text, ConfigFormat::Toml) {
            panic!("{text}: {error}");
        }
    }
    let text = format!(
        "{AUTH}proxy = {{ url = 'http://127.0.0.1:1', username = 'u', password = 'secret://twilio' }}\n\
         [tls]\nclient_certificate = '''{}'''\nclient_key = 'secret://tls#key'\n",
        certificate.pem()
    );
    loader.load_str(&text, ConfigFormat::Toml).unwrap();
    let json = r#"{"auth": {"account_sid": "AC1", "auth_token": "secret://twilio"}}"#;
    loader.load_str(json, ConfigFormat::Json).unwrap();
}

#[cfg(all(feature = "api-v2010", feature = "emulator"))]
#[tokio::test]
async fn the_secret_of_the_vault_is_what_requests_carry() {
    let folder = Folder::new();
    let vault = create(&folder);
    let account = format!("AC{:032}", 1);
    vault.set("key", json!({"account": account, "sid": "SK1", "secret": "the-right-one"}), None).unwrap();
    let builder = twilio_emulator::Emulator::builder().accept_basic("SK1", "the-right-one");
    let mock = builder.start().await.unwrap();
    let vault = Arc::new(vault);
    // The names that go with the secret may be kept beside it.
    for (account_sid, api_key) in [(account.as_str(), "SK1"), ("secret://key#account", "secret://key#sid")] {
        let text = format!(
            "base_url = '{}'\n[auth]\naccount_sid = '{account_sid}'\napi_key = '{api_key}'\n\
             api_secret = 'secret://key#secret'",
            mock.base_url(),
        );
        let config = ConfigLoader::new()
            .secret_source(Arc::clone(&vault))
            .load_str(&text, ConfigFormat::Toml)
            .unwrap();
        let twilio = twilio_sdk::Client::new(config).unwrap();
        assert_eq!(twilio.account_sid().map(|sid| sid.as_str()), Some(account.as_str()));
        twilio.api_v2010().list_message().send().await.unwrap();
    }
}

/// Weakness 33 of the systems this replaces: a secret that was not there was replaced by its placeholder.
#[test]
fn weakness_33_a_name_without_a_secret_is_an_error_at_its_place_that_shows_no_name() {
    let folder = Folder::new();
    let vault = Arc::new(create(&folder));
    vault.set("old", "s3cret", Some(OffsetDateTime::UNIX_EPOCH)).unwrap();
    vault.set("json", json!({"n": 1}), None).unwrap();
    vault.set("text", "no PEM", None).unwrap();
    let loader = ConfigLoader::new()
        .secret_source(Arc::clone(&vault))
        .env_source(|name| (name == "X").then(|| "secret://text".into()));
    let cases = [
        ("secret://nobody-s3cret", "the secret source has no secret of this name"),
        ("secret://old", "the secret of this name has expired"),
        (
            "secret://json",
            "the secret of this name is not a string; select one of its fields, as in `NAME#FIELD`",
        ),
        (
            "secret://json#n",
            "the secret of this name is not a string; select one of its fields, as in `NAME#FIELD`",
        ),
        ("secret://json#m", "the secret source has no secret of this name"),
        (
            "secret://text#m",
            "the secret of this name is not a string; select one of its fields, as in `NAME#FIELD`",
        ),
        ("secret://", "`secret://` must be followed by the name of a secret"),
    ];
    for (name, expected) in cases {
        let text = format!("auth = {{ account_sid = 'AC1', auth_token = '{name}' }}");
        assert_eq!(message(&loader, &text), format!("configuration:1:44: auth.auth_token: {expected}"));
    }
    let text = "auth = { account_sid = 'AC1', auth_token = 'secret://text' }";
    assert!(message(&ConfigLoader::new(), text).ends_with("set one with `secret_source`"));
    // What a vault holds is no path.
    let text =
        format!("{}\ntls = {{ client_certificate = 'secret://text', client_key = 'secret://text' }}", text);
    let error = message(&loader, &text);
    assert!(error.contains("tls.client_key: the secret of this name is not PEM"), "{error}");
    // Neither do variables name secrets, nor texts that are none.
    assert!(
        loader.load_str("auth = { account_sid = 'AC1', auth_token = '${X}' }", ConfigFormat::Toml).is_ok()
    );
    std::fs::write(vault.path(), "broken").unwrap();
    let error = message(&loader, "auth = { account_sid = 'AC1', auth_token = 'secret://text' }");
    assert!(error.contains("is unavailable: vault: the file cannot be read: it is not a vault"), "{error}");
}

#[test]
fn the_names_that_a_file_needs_are_told_before_it_is_read() {
    let folder = Folder::new();
    let path = folder.file("twilio.toml");
    let profile = "[profiles.eu]\nauth = { account_sid = 'AC1', auth_token = 'secret://eu#token' }\n";
    std::fs::write(&path, format!("{AUTH}{profile}")).unwrap();
    let loader = ConfigLoader::new().env_source(|_| None);
    assert_eq!(loader.secret_names(&path).unwrap(), ["twilio"]);
    assert_eq!(loader.clone().profile("eu").secret_names(&path).unwrap(), ["eu#token"]);
    let secrets = MemorySecretSource::from_iter([("eu#token", "s3cret")]);
    loader.clone().profile("eu").secret_source(secrets.clone()).load_file(&path).unwrap();
    assert!(loader.clone().secret_source(secrets.clone()).load_file(&path).is_err());
    assert_eq!((&secrets as &dyn SecretSource).resolve("twilio").unwrap_err(), SecretError::NotFound);
    assert!(!format!("{secrets:?} {loader:?}").contains("s3cret"));
    std::fs::write(&path, "auth = 5").unwrap();
    assert!(loader.secret_names(&path).unwrap_err().is_config());
    std::fs::write(&path, "auth = { account_sid = 'AC1', auth_token = 't' }").unwrap();
    assert!(loader.secret_names(&path).unwrap().is_empty());
}
