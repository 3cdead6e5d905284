//! Whatever is put in comes out, and whatever is read does not panic.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::Value;
use twilio_sdk_types::SecretString;
use twilio_sdk_vault::{EntryValue, Vault, VaultError};

use crate::folder::Folder;
use crate::{create, open};

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_filter("JSON has no such number", |n| n.is_finite()).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn values() -> impl Strategy<Value = BTreeMap<String, Result<String, Value>>> {
    let value = prop_oneof![any::<String>().prop_map(Ok), json().prop_map(Err)];
    prop::collection::btree_map("[^\\x00-\\x1f\\x7f-\\u{9f}]{1,20}", value, 0..8)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_lost(values in values()) {
        let folder = Folder::new();
        let vault = create(&folder);
        for (name, value) in &values {
            let value: EntryValue = match value {
                Ok(text) => text.clone().into(),
                Err(json) => json.clone().into(),
            };
            vault.set(name, value, None).unwrap();
        }
        let vault = open(vault.path()).unwrap();
        let names: Vec<String> = vault.list().unwrap().iter().map(|info| info.name().to_owned()).collect();
        prop_assert_eq!(names, values.keys().cloned().collect::<Vec<_>>());
        for (name, value) in &values {
            let entry = vault.get(name).unwrap();
            match value {
                Ok(text) => prop_assert_eq!(entry.string().unwrap().expose_secret(), text),
                Err(json) => prop_assert_eq!(entry.json().unwrap().expose_secret(), json),
            }
        }
    }

    #[test]
    fn any_passphrase_opens_what_it_made_and_no_other_does(right in ".{1,40}", wrong in ".{1,40}") {
        let folder = Folder::new();
        let path = folder.file("v");
        let options = twilio_sdk_vault::VaultOptions::new(&path).argon2_params(crate::cheap());
        options.create(&right.as_str().into()).unwrap();
        Vault::open(&path, &right.as_str().into()).unwrap();
        if wrong != right {
            let refused = matches!(Vault::open(&path, &wrong.as_str().into()), Err(VaultError::WrongPassphrase));
            prop_assert!(refused);
        }
    }

    #[test]
    fn any_bytes_are_a_vault_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..300), magic in any::<bool>()) {
        let folder = Folder::new();
        let vault = create(&folder);
        let mut file = if magic { b"twvault\0\x01\x01".to_vec() } else { Vec::new() };
        file.extend(bytes);
        // Parameters within bounds may ask for much work, which is not what is tested.
        if file.len() > 22 {
            file[10..22].copy_from_slice(&[0, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0, 1]);
        }
        std::fs::write(vault.path(), &file).unwrap();
        prop_assert!(open(vault.path()).is_err());
        prop_assert!(vault.get("a").is_err());
        prop_assert!(vault.set("a", "x", None).is_err());
        prop_assert_eq!(std::fs::read(vault.path()).unwrap(), file);
    }

    #[test]
    fn every_changed_byte_is_noticed(at in any::<prop::sample::Index>(), bit in 0..8_u8) {
        let folder = Folder::new();
        let vault = create(&folder);
        vault.set("a", "s3cret", None).unwrap();
        let mut file = std::fs::read(vault.path()).unwrap();
        let at = at.index(file.len());
        file[at] ^= 1 << bit;
        std::fs::write(vault.path(), &file).unwrap();
        prop_assert!(vault.get("a").is_err());
        prop_assert!(vault.set("a", "x", None).is_err());
        // A changed work factor within bounds may ask for a gigabyte, which is not what is tested.
        if !(10..22).contains(&at) {
            prop_assert!(Vault::open(vault.path(), &SecretString::from("correct horse battery staple")).is_err());
        }
    }
}
