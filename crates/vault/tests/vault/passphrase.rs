//! Right, wrong, empty and changed passphrases.

use std::time::Instant;

use twilio_sdk_types::SecretString;
use twilio_sdk_vault::{Argon2Params, Vault, VaultError, VaultOptions};

use crate::folder::{Folder, holds};
use crate::{cheap, create, open, passphrase, text};

/// Weakness 25 of the systems this replaces: a wrong password, and then the next change, destroyed everything.
#[test]
fn weakness_25_a_wrong_passphrase_is_an_error_and_changes_nothing() {
    let folder = Folder::new();
    let vault = create(&folder);
    vault.set("a", "s3cret", None).unwrap();
    let before = std::fs::read(vault.path()).unwrap();
    for wrong in ["Correct horse battery staple", "x", "correct horse battery staple "] {
        assert!(matches!(Vault::open(vault.path(), &wrong.into()), Err(VaultError::WrongPassphrase)));
        let again = VaultOptions::new(vault.path()).argon2_params(cheap()).create(&wrong.into());
        assert!(matches!(again, Err(VaultError::AlreadyExists)));
    }
    assert_eq!(std::fs::read(vault.path()).unwrap(), before);
    assert_eq!(text(&open(vault.path()).unwrap(), "a"), "s3cret");
}

/// Weakness 28 of the systems this replaces: without a password, secrets were kept in memory only, and nobody was told.
#[test]
fn weakness_28_without_a_passphrase_or_a_file_there_is_an_error_and_no_vault() {
    let folder = Folder::new();
    let path = folder.file("secrets.vault");
    let empty = SecretString::from("");
    assert!(matches!(Vault::create(&path, &empty), Err(VaultError::EmptyPassphrase)));
    assert!(matches!(Vault::open(&path, &passphrase()), Err(VaultError::FileNotFound)));
    assert!(!path.exists());
    let vault = create(&folder);
    assert!(matches!(Vault::open(vault.path(), &empty), Err(VaultError::EmptyPassphrase)));
    std::fs::remove_file(vault.path()).unwrap();
    assert!(matches!(vault.set("a", "s3cret", None), Err(VaultError::FileNotFound)));
    assert!(matches!(vault.get("a"), Err(VaultError::FileNotFound)));
    assert!(!vault.path().exists());
}

#[test]
fn another_passphrase_takes_the_place_of_the_first_and_keeps_all_entries() {
    let folder = Folder::new();
    let vault = create(&folder);
    vault.set("a", "s3cret", None).unwrap();
    let other = open(vault.path()).unwrap();
    let salt = |file: &[u8]| file[22..38].to_vec();
    let before = salt(&std::fs::read(vault.path()).unwrap());
    vault.rekey(&"another one".into(), Argon2Params::new(16, 2, 1).unwrap()).unwrap();
    assert_ne!(salt(&std::fs::read(vault.path()).unwrap()), before);
    assert_eq!(text(&vault, "a"), "s3cret");
    vault.set("b", "more", None).unwrap();
    assert!(matches!(open(vault.path()), Err(VaultError::WrongPassphrase)));
    let again = Vault::open(vault.path(), &"another one".into()).unwrap();
    assert_eq!(text(&again, "b"), "more");
    // Whoever holds the old key can neither read nor write over what is new.
    assert!(matches!(other.get("a"), Err(VaultError::Rekeyed)));
    assert!(matches!(other.set("c", "x", None), Err(VaultError::Rekeyed)));
    assert!(matches!(vault.rekey(&"".into(), cheap()), Err(VaultError::EmptyPassphrase)));
    assert_eq!(text(&again, "a"), "s3cret");
}

/// Weakness 27 of the systems this replaces: a weak, fixed derivation of the key, and names in clear.
#[test]
fn weakness_27_the_key_is_argon2id_with_its_parameters_in_the_file_and_names_are_encrypted() {
    let folder = Folder::new();
    let path = folder.file("secrets.vault");
    let vault = Vault::create(&path, &passphrase()).unwrap();
    vault.set("name-of-the-entry", "s3cret-text", None).unwrap();
    let started = Instant::now();
    let vault = open(&path).unwrap();
    println!("opened in {:?}", started.elapsed());
    assert_eq!(text(&vault, "name-of-the-entry"), "s3cret-text");
    let file = std::fs::read(&path).unwrap();
    assert_eq!(file[..10], *b"twvault\0\x01\x01");
    let number = |at: usize| u32::from_be_bytes(file[at..at + 4].try_into().unwrap());
    assert_eq!((number(10), number(14), number(18)), (64 << 10, 3, 4));
    for word in ["name-of-the-entry", "s3cret-text", "horse", "entries"] {
        assert!(!holds(&folder.everything(), word), "{word}");
    }
    // An attacker who lowers the work for the key has not made it the key.
    for (at, number) in [(10, 8_u32 * 4), (14, 1), (18, 1)] {
        let mut weak = file.clone();
        weak[at..at + 4].copy_from_slice(&number.to_be_bytes());
        std::fs::write(&path, weak).unwrap();
        assert!(matches!(open(&path), Err(VaultError::WrongPassphrase)), "{at}");
        assert!(matches!(vault.get("name-of-the-entry"), Err(VaultError::Rekeyed)));
    }
    std::fs::write(&path, file).unwrap();
    for (memory, passes, lanes) in
        [(7, 1, 1), (15, 1, 2), ((1 << 20) + 1, 1, 1), (64, 0, 1), (64, 65, 1), (64, 1, 0), (1024, 1, 17)]
    {
        assert!(matches!(Argon2Params::new(memory, passes, lanes), Err(VaultError::InvalidArgon2Params)));
    }
}

#[test]
fn every_change_has_a_nonce_of_its_own_and_short_secrets_have_one_length() {
    let folder = Folder::new();
    let vault = create(&folder);
    let (mut nonces, mut lengths) = (std::collections::HashSet::new(), std::collections::HashSet::new());
    for round in 0..50 {
        vault.set("a", "x".repeat(round * 4), None).unwrap();
        let file = std::fs::read(vault.path()).unwrap();
        assert!(nonces.insert(file[54..78].to_vec()));
        lengths.insert(file.len());
    }
    assert_eq!(lengths.len(), 1);
}
