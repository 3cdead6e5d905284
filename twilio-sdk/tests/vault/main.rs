//! A vault as the secret source of configuration files and as the token store of OAuth.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod config;
#[path = "../common/folder.rs"]
mod folder;
#[path = "../common/loopback.rs"]
mod loopback;
mod tokens;

use std::path::Path;

use twilio_sdk::types::SecretString;
use twilio_sdk::vault::{Argon2Params, Vault, VaultError, VaultOptions};

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
