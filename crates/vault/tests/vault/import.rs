//! APILinker's store, taken over.

use std::path::PathBuf;

use serde_json::json;
use time::{Duration, OffsetDateTime};
use twilio_sdk_types::SecretString;
use twilio_sdk_vault::{ApiLinkerStore, ConflictPolicy, VaultError};

use crate::folder::Folder;
use crate::{create, text};

const SALT: &str = "AAECAwQFBgcICQoLDA0ODw==";
const DATA: &str = "Z0FBQUFBQmxVX0VBRUJFU0V4UVZGaGNZR1JvYkhCMGVIMWp0a3NFblFtRHRPZUJmNWt3dmFkc1JMQWtkdENIRTM4QVZGcDRmLWktRHN1TTU1Y1NPZnRMb1EzbUJPT1VEYl9lVi1QQ3FhdGYydF90a2ptV0ZMeWc2UDd2ZG9KbGtmdUFiVi1hQ3FWd2hXX1dsWU9LN0JyZ2xfampmZDQzX0tnPT0=";

fn password() -> SecretString {
    "test-master-password".into()
}

fn version_1(folder: &Folder, salt: &str, data: &str, version: u64) -> PathBuf {
    let path = folder.file("credentials.enc");
    std::fs::write(&path, json!({"salt": salt, "data": data, "version": version}).to_string()).unwrap();
    path
}

fn decoded(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE.decode(text).unwrap()
}

#[test]
fn a_store_of_version_1_is_read_and_its_expiry_is_kept() {
    let folder = Folder::new();
    let store = ApiLinkerStore::from_file(version_1(&folder, SALT, DATA, 1), &password()).unwrap();
    assert_eq!(store.names().collect::<Vec<_>>(), ["github_api"]);
    assert!(!format!("{store:?}").contains("ghp_x"));
    let vault = create(&folder);
    let imported = vault.import(store, ConflictPolicy::Keep).unwrap();
    assert_eq!((imported.imported, imported.skipped), (vec!["github_api".to_owned()], vec![]));
    let info = vault.list().unwrap().remove(0);
    assert_eq!(info.expires_at().unwrap().unix_timestamp(), 1_735_689_600);
    assert!(matches!(vault.get("github_api"), Err(VaultError::Expired(_))));
}

#[test]
fn review_11_what_cannot_be_recorded_takes_nothing_over() {
    let folder = Folder::new();
    let read = || ApiLinkerStore::from_file(version_1(&folder, SALT, DATA, 1), &password()).unwrap();
    let vault = create(&folder);
    let full = std::sync::Arc::new(crate::audit::Full::default());
    let options = twilio_sdk_vault::VaultOptions::new(vault.path()).audit(std::sync::Arc::clone(&full));
    let opened = options.open(&crate::passphrase()).unwrap();
    let before = std::fs::read(vault.path()).unwrap();
    full.0.store(true, std::sync::atomic::Ordering::Relaxed);
    assert!(matches!(opened.import(read(), ConflictPolicy::Replace), Err(VaultError::Audit(_))));
    assert!(std::fs::read(vault.path()).unwrap() == before);
    full.0.store(false, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(opened.import(read(), ConflictPolicy::Replace).unwrap().imported, ["github_api"]);
}

#[test]
fn the_form_before_it_is_read_too() {
    let folder = Folder::new();
    let path = folder.file("credentials.enc");
    std::fs::write(&path, decoded(DATA)).unwrap();
    assert!(matches!(ApiLinkerStore::from_file(&path, &password()), Err(VaultError::Corrupt(_))));
    std::fs::write(folder.file("credentials.enc.salt"), decoded(SALT)).unwrap();
    let store = ApiLinkerStore::from_file(&path, &password()).unwrap();
    assert_eq!(store.len(), 1);
    assert!(matches!(ApiLinkerStore::from_file(&path, &"other".into()), Err(VaultError::WrongPassphrase)));
}

/// A token as the original makes it, with the key of the vectors.
fn token(plain: &str) -> Vec<u8> {
    use aes::cipher::block_padding::Pkcs7;
    use base64::Engine as _;
    use cbc::cipher::{BlockModeEncrypt, KeyIvInit};
    let key = decoded("6fARIwdOne-osumuYTnNqldhvpsqilwcrXV1bF-DTPs=");
    let mut body = plain.as_bytes().to_vec();
    body.resize(plain.len() + 16, 0);
    let cipher = cbc::Encryptor::<aes::Aes128>::new_from_slices(&key[16..], &[7; 16]).unwrap();
    let body = cipher.encrypt_padded::<Pkcs7>(&mut body, plain.len()).unwrap();
    let mut token = [&[0x80][..], &[0; 8], &[7; 16], body].concat();
    let tag = ring::hmac::sign(&ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &key[..16]), &token);
    token.extend_from_slice(tag.as_ref());
    base64::engine::general_purpose::URL_SAFE.encode(token).into_bytes()
}

fn legacy(folder: &Folder, plain: &str) -> Result<ApiLinkerStore, VaultError> {
    let path = folder.file("legacy.enc");
    std::fs::write(&path, token(plain)).unwrap();
    std::fs::write(folder.file("legacy.enc.salt"), decoded(SALT)).unwrap();
    ApiLinkerStore::from_file(&path, &password())
}

#[test]
fn what_the_vault_has_stays_or_is_replaced_as_asked_and_all_or_nothing_is_taken() {
    let folder = Folder::new();
    let vault = create(&folder);
    vault.set("a", "mine", None).unwrap();
    let later = (OffsetDateTime::now_utc() + Duration::hours(1)).unix_timestamp();
    let plain = json!({"a": {"token": "theirs"}, "b": {"token": "t", "expires_at": later}}).to_string();
    let imported = vault.import(legacy(&folder, &plain).unwrap(), ConflictPolicy::Keep).unwrap();
    assert_eq!((imported.imported, imported.skipped), (vec!["b".to_owned()], vec!["a".to_owned()]));
    assert_eq!(text(&vault, "a"), "mine");
    let entry = vault.get("b").unwrap();
    assert_eq!(entry.json().unwrap().expose_secret(), &json!({"token": "t", "expires_at": later}));
    vault.import(legacy(&folder, &plain).unwrap(), ConflictPolicy::Replace).unwrap();
    assert_eq!(vault.get("a").unwrap().string_at("/token").unwrap().expose_secret(), "theirs");
    let bad = legacy(&folder, r#"{"c": {"token": "t"}, "": {"token": "t"}}"#).unwrap();
    assert!(matches!(vault.import(bad, ConflictPolicy::Replace), Err(VaultError::InvalidName)));
    assert_eq!(vault.list().unwrap().len(), 2);
}

/// Weakness 32 of the systems this replaces: what could not be decrypted was handed out as it stood.
#[test]
fn weakness_32_what_is_no_store_is_an_error_that_shows_nothing() {
    let folder = Folder::new();
    let bad_token = decoded(DATA)[..100].to_vec();
    let bad_token = {
        use base64::Engine as _;
        base64::engine::general_purpose::URL_SAFE.encode(bad_token)
    };
    let cases = [
        (version_1(&folder, SALT, DATA, 2), password()),
        (version_1(&folder, "?", DATA, 1), password()),
        (version_1(&folder, SALT, "ghp_x", 1), password()),
        (version_1(&folder, SALT, &bad_token, 1), password()),
    ];
    for (path, password) in cases {
        let error = ApiLinkerStore::from_file(path, &password).unwrap_err();
        assert!(matches!(error, VaultError::Corrupt(_) | VaultError::WrongPassphrase), "{error}");
        assert!(!format!("{error} {error:?}").contains("ghp_x"));
    }
    let wrong = ApiLinkerStore::from_file(version_1(&folder, SALT, DATA, 1), &"wrong".into());
    assert!(matches!(wrong, Err(VaultError::WrongPassphrase)));
    assert!(matches!(
        ApiLinkerStore::from_file(folder.file("none"), &password()),
        Err(VaultError::FileNotFound)
    ));
    for plain in ["[]", "no JSON: ghp_x", "\"ghp_x\""] {
        let error = legacy(&folder, plain).unwrap_err();
        assert!(matches!(error, VaultError::Corrupt(_)), "{plain}");
    }
}
