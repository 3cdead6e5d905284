//! Secrets in one encrypted file, in the system's keyring, and from HashiCorp Vault.
//!
//! ```
//! use twilio_sdk_types::SecretString;
//! use twilio_sdk_vault::{Vault, VaultError};
//!
//! # let folder = std::env::temp_dir().join(format!("twilio-sdk-vault-doc-{}", std::process::id()));
//! # let path = folder.join("secrets.vault");
//! let passphrase = SecretString::from("correct horse battery staple");
//! let vault = Vault::create(&path, &passphrase)?;
//! vault.set("twilio", "the secret of an API key", None)?;
//!
//! let vault = Vault::open(&path, &passphrase)?;
//! assert_eq!(vault.get("twilio")?.string()?.expose_secret(), "the secret of an API key");
//! assert!(matches!(Vault::open(&path, &"wrong".into()), Err(VaultError::WrongPassphrase)));
//! # std::fs::remove_dir_all(folder)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A [`Vault`] is a [`SecretSource`](twilio_sdk_config::SecretSource): in configuration files, `secret://twilio` names the
//! secret. [`VaultTokenStore`] keeps OAuth tokens in a vault.
//!
//! # Features
//!
//! * `file` (default) adds [`Vault`].
//! * `keyring` adds `Keyring`, the passphrase in the system's keyring.
//! * `import-apilinker` adds `ApiLinkerStore`, the import of APILinker's credentials.
//! * `hashicorp` adds the module `hashicorp`, secrets from HashiCorp Vault; `blocking` adds requests without an async runtime.
//! * `serialize` adds `Serialize` for [`EntryInfo`].
//!
//! # Errors
//!
//! Every error is a [`VaultError`]. After an error the file is unchanged. What the audit sink cannot record is not done.
//!
//! # The file
//!
//! Everything but the parameters of the key is encrypted, including names. An attacker who can read the file learns its
//! size, rounded up to 1,024 bytes. An attacker who can write it can replace it with an older version without detection.
//!
//! | bytes | contents |
//! |---|---|
//! | 8 | `twvault` and a zero byte |
//! | 1 | version, 1 |
//! | 1 | key derivation, 1: Argon2id, version 1.3 (RFC 9106) |
//! | 12 | its memory in KiB, passes and lanes, 4 bytes each, big-endian |
//! | 16 | its salt, new with every passphrase |
//! | 16 | a part of Argon2id's output that distinguishes a wrong passphrase from a damaged file |
//! | 24 | the nonce, new with every change |
//! | the rest | XChaCha20-Poly1305 of the entries as JSON, with all bytes above as additional data |
//!
//! `age` is not used because a file with a passphrase would need a new key derivation for every change. Here
//! [`open`](Vault::open) derives the key once, which takes 64 MiB and some tenths of a second; see [`Argon2Params`].
//!
//! # Platforms
//!
//! On Unix the file has mode 0600 in a directory of mode 0700, and is rejected if other users have any permission on either.
//! **Windows has no file modes.** There, and on other platforms without them, a vault is rejected with
//! [`VaultError::Unprotected`], unless you accept with
//! [`allow_unprotected_files`](VaultOptions::allow_unprotected_files) that only encryption protects the file.
//!
//! # Debug builds
//!
//! Without optimization [`Vault::open`] takes seconds. These lines in the `Cargo.toml` of your workspace speed up
//! `cargo build`, `cargo run` and `cargo test`:
//!
//! ```toml
//! [profile.dev.package.argon2]
//! opt-level = 3
//!
//! [profile.dev.package.blake2]
//! opt-level = 3
//! ```
//!
//! # Crashes and concurrent processes
//!
//! A change is written to a new file, synced, and renamed over the old one. A crash leaves either the old or the new
//! entries. Changes by several processes of one machine wait for each other.
//!
//! # Limits
//!
//! Single fields of requests and responses are not encrypted: TLS protects them in transit, and a key that both ends hold
//! would protect them from no one else. If secrets of many machines are kept in one place, feature `hashicorp` reads them
//! from there.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "file")]
mod content;
#[cfg(feature = "file")]
mod entry;
#[cfg(feature = "file")]
mod error;
#[cfg(feature = "hashicorp")]
#[cfg_attr(docsrs, doc(cfg(feature = "hashicorp")))]
pub mod hashicorp;
#[cfg(feature = "import-apilinker")]
mod import;
#[cfg(feature = "keyring")]
mod keyring;
#[cfg(feature = "file")]
mod options;
#[cfg(feature = "file")]
mod seal;
#[cfg(feature = "file")]
mod source;
#[cfg(feature = "file")]
mod store;
#[cfg(feature = "file")]
mod tokens;

#[cfg(feature = "keyring")]
#[cfg_attr(docsrs, doc(cfg(feature = "keyring")))]
pub use crate::keyring::Keyring;
#[cfg(feature = "file")]
pub use entry::{Entry, EntryInfo, EntryValue};
#[cfg(feature = "file")]
pub use error::VaultError;
#[cfg(feature = "import-apilinker")]
#[cfg_attr(docsrs, doc(cfg(feature = "import-apilinker")))]
pub use import::{ApiLinkerStore, ConflictPolicy, ImportSummary};
#[cfg(feature = "file")]
pub use options::VaultOptions;
#[cfg(feature = "file")]
pub use seal::Argon2Params;
#[cfg(feature = "file")]
pub use store::Vault;
#[cfg(feature = "file")]
pub use tokens::VaultTokenStore;

#[cfg(all(doctest, feature = "file"))]
#[doc = include_str!("../README.md")]
struct Readme;

#[cfg(all(test, feature = "file"))]
mod tests {
    fn assert_send_sync<T: Send + Sync>() {}

    #[test]
    fn public_types_are_send_and_sync() {
        assert_send_sync::<super::Vault>();
        assert_send_sync::<super::VaultError>();
        assert_send_sync::<super::VaultTokenStore>();
        #[cfg(feature = "hashicorp")]
        assert_send_sync::<super::hashicorp::HashicorpVault>();
    }
}
