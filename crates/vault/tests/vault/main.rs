//! The vault: entries, rejected files and passphrases, crashes, concurrent processes, and audit events.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod audit;
mod crash;
mod documentation;
mod entries;
mod file;
mod folder;
#[cfg(feature = "import-apilinker")]
mod import;
#[cfg(feature = "keyring")]
mod keyring;
mod passphrase;
mod properties;

use std::path::Path;

use twilio_sdk_types::SecretString;
use twilio_sdk_vault::{Argon2Params, Vault, VaultError, VaultOptions};

use folder::Folder;

/// The cheapest parameters: these tests are not about guessing passphrases.
fn cheap() -> Argon2Params {
    Argon2Params::new(8, 1, 1).unwrap()
}

fn passphrase() -> SecretString {
    "correct horse battery staple".into()
}

fn create(folder: &Folder) -> Vault {
    VaultOptions::new(folder.file("secrets.vault")).argon2_params(cheap()).create(&passphrase()).unwrap()
}

fn open(path: &Path) -> Result<Vault, VaultError> {
    Vault::open(path, &passphrase())
}

/// Returns the string of an entry.
fn text(vault: &Vault, name: &str) -> String {
    vault.get(name).unwrap().string().unwrap().expose_secret().to_owned()
}
