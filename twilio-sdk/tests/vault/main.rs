//! The vault: what it keeps, what it refuses, what crashes and other processes do to it, what reads from it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../common/folder.rs"]
mod folder;

mod audit;
mod config;
mod crash;
mod documentation;
mod entries;
mod file;
#[cfg(feature = "vault-import")]
mod import;
#[cfg(feature = "keyring")]
mod key_ring;
#[cfg(feature = "oauth")]
#[path = "../common/loopback.rs"]
mod loopback;
mod passphrase;
mod properties;
#[cfg(feature = "oauth")]
mod tokens;

use std::path::Path;

use twilio_sdk::types::SecretString;
use twilio_sdk::vault::{Argon2Params, Vault, VaultError, VaultOptions};

use folder::Folder;

/// As little work as there can be: these tests are not about guessing passphrases.
fn cheap() -> Argon2Params {
    Argon2Params::new(8, 1, 1).unwrap()
}

fn passphrase() -> SecretString {
    "correct horse battery staple".into()
}

fn create(folder: &Folder) -> Vault {
    VaultOptions::new(folder.file("secrets.vault")).work_factor(cheap()).create(&passphrase()).unwrap()
}

fn open(path: &Path) -> Result<Vault, VaultError> {
    Vault::open(path, &passphrase())
}

/// The text of an entry.
fn text(vault: &Vault, name: &str) -> String {
    vault.get(name).unwrap().text().unwrap().expose_secret().to_owned()
}
