//! What is put in comes out, as long as it may.

use serde_json::json;
use time::{Duration, OffsetDateTime};
use twilio_sdk_types::SecretValue;
use twilio_sdk_vault::VaultError;

use crate::folder::Folder;
use crate::{create, open, text};

#[test]
fn texts_and_json_are_there_after_opening_again_and_listed_by_name() {
    let folder = Folder::new();
    let vault = create(&folder);
    assert!(!vault.set("twilio", "s3cret", None).unwrap());
    let key = json!({"api_key": "SK1", "api_secret": "s3cret-ü", "n": 0.1, "list": [null, 1e300, -5]});
    vault.set("key", key.clone(), None).unwrap();
    vault.set("nothing", json!(null), None).unwrap();
    vault.set("empty", "", None).unwrap();
    assert!(vault.set("twilio", "s3cret-2", None).unwrap());
    let vault = open(vault.path()).unwrap();
    assert_eq!(text(&vault, "twilio"), "s3cret-2");
    assert_eq!(text(&vault, "empty"), "");
    let entry = vault.get("key").unwrap();
    assert_eq!(entry.json().unwrap().expose_secret(), &key);
    assert_eq!(entry.string_at("/api_secret").unwrap().expose_secret(), "s3cret-ü");
    assert!(matches!(entry.string_at("/n"), Err(VaultError::NotString(_))));
    assert!(matches!(entry.string(), Err(VaultError::NotString(_))));
    assert_eq!(vault.get("nothing").unwrap().json().unwrap().expose_secret(), &json!(null));
    let names: Vec<String> = vault.list().unwrap().iter().map(|info| info.name().to_owned()).collect();
    assert_eq!(names, ["empty", "key", "nothing", "twilio"]);
}

#[test]
fn what_is_deleted_is_gone_and_deleting_nothing_is_told() {
    let folder = Folder::new();
    let vault = create(&folder);
    vault.set("a", "1", None).unwrap();
    vault.set("b", "2", None).unwrap();
    assert!(vault.delete("a").unwrap());
    assert!(!vault.delete("a").unwrap());
    assert!(matches!(vault.get("a"), Err(VaultError::NotFound(name)) if name == "a"));
    assert_eq!(text(&open(vault.path()).unwrap(), "b"), "2");
}

/// Weakness 29 of the systems this replaces: `expires_at` was kept and never looked at.
#[test]
fn weakness_29_an_expired_entry_is_not_handed_out_but_listed() {
    let folder = Folder::new();
    let vault = create(&folder);
    let now = OffsetDateTime::now_utc();
    vault.set("past", "s3cret", Some(now - Duration::seconds(1))).unwrap();
    vault.set("now", "s3cret", Some(now)).unwrap();
    vault.set("later", "s3cret", Some(now + Duration::hours(1))).unwrap();
    vault.set("far", "s3cret", Some(time::UtcDateTime::MAX.into())).unwrap();
    for name in ["past", "now"] {
        let error = vault.get(name).unwrap_err();
        assert!(matches!(&error, VaultError::Expired(found) if found == name), "{error}");
    }
    assert_eq!(text(&vault, "later"), "s3cret");
    assert_eq!(text(&vault, "far"), "s3cret");
    let list = vault.list().unwrap();
    let expired: Vec<&str> = list.iter().filter(|info| info.is_expired()).map(|info| info.name()).collect();
    assert_eq!(expired, ["now", "past"]);
    assert_eq!(list[3].expires_at().unwrap().unix_timestamp(), now.unix_timestamp() - 1);
    vault.set("past", "fresh", None).unwrap();
    assert_eq!(text(&vault, "past"), "fresh");
    let info = vault.get("past").unwrap().info().clone();
    assert!(info.created_at() <= info.updated_at() && info.expires_at().is_none());
}

#[test]
fn names_are_bounded_and_have_no_control_characters() {
    let folder = Folder::new();
    let vault = create(&folder);
    let long = "n".repeat(257);
    for name in ["", "a\nb", "\u{7f}", long.as_str()] {
        assert!(matches!(vault.set(name, "x", None), Err(VaultError::InvalidName)), "{name:?}");
    }
    for name in ["a b", "ü/ß", "\"", &"n".repeat(256)] {
        vault.set(name, "x", None).unwrap();
    }
    assert_eq!(vault.list().unwrap().len(), 4);
}

#[test]
fn what_could_not_be_read_again_is_not_written() {
    let folder = Folder::new();
    let vault = create(&folder);
    vault.set("kept", "s3cret", None).unwrap();
    let deep = (0..200).fold(json!("x"), |inner, _| json!([inner]));
    assert!(matches!(vault.set("deep", deep, None), Err(VaultError::TooDeep)));
    assert!(matches!(vault.set("large", "x".repeat(17 << 20), None), Err(VaultError::TooLarge)));
    assert_eq!(vault.list().unwrap().len(), 1);
    assert_eq!(text(&vault, "kept"), "s3cret");
}

#[test]
fn nothing_shows_a_secret() {
    let folder = Folder::new();
    let vault = create(&folder);
    vault.set("text", "s3cret", None).unwrap();
    vault.set("json", SecretValue::from(json!({"token": "s3cret"})), None).unwrap();
    let shown = format!("{vault:?} {:?} {:?}", vault.get("text").unwrap(), vault.get("json").unwrap());
    assert!(!shown.contains("s3cret") && !shown.contains("horse"), "{shown}");
}
