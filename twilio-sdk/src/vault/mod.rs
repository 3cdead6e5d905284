//! Secrets in one encrypted file.
//!
//! ```
//! use twilio_sdk::types::SecretString;
//! use twilio_sdk::vault::{Vault, VaultError};
//!
//! # let folder = std::env::temp_dir().join(format!("twilio-sdk-vault-doc-{}", std::process::id()));
//! # let path = folder.join("secrets.vault");
//! let passphrase = SecretString::from("correct horse battery staple");
//! let vault = Vault::create(&path, &passphrase)?;
//! vault.set("twilio", "the secret of an API key", None)?;
//!
//! let vault = Vault::open(&path, &passphrase)?;
//! assert_eq!(vault.get("twilio")?.text()?.expose_secret(), "the secret of an API key");
//! assert!(matches!(Vault::open(&path, &"wrong".into()), Err(VaultError::WrongPassphrase)));
//! # std::fs::remove_dir_all(folder)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! In configuration files `secret://twilio` then stands for the secret, see
//! [`SecretSource`](crate::SecretSource), which [`Vault`] is.
//!
//! # The file
//!
//! Everything but the parameters of the key is encrypted, names too. Whoever can read the file learns how much there is
//! in it (to the next 1,024 bytes), and can put an older version in its place, which is not noticed.
//!
//! | bytes | what |
//! |---|---|
//! | 8 | `twvault` and a zero |
//! | 1 | version, 1 |
//! | 1 | how the key is made, 1: Argon2id, version 1.3 (RFC 9106) |
//! | 12 | its memory in KiB, passes and lanes, 4 bytes each, the highest first |
//! | 16 | its salt, new with every passphrase |
//! | 16 | a part of Argon2id's output that tells a wrong passphrase from a damaged file |
//! | 24 | the nonce, new with every change |
//! | the rest | XChaCha20-Poly1305 of the entries as JSON, with all bytes above as additional data |
//!
//! `age` was weighed and is not used: a file with a passphrase needs its slow key anew for every change, which here is
//! made once for each [`open`](Vault::open); it takes 64 MiB and some tenths of a second, see [`Argon2Params`].
//!
//! # Debug builds
//!
//! Without optimization [`Vault::open`] takes seconds. These lines in the `Cargo.toml` of your workspace mend it for
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
//! # What survives
//!
//! A change is written to a new file, which goes to disk and then takes the old one's place by renaming. A crash at any
//! point leaves the old entries or the new ones. Changes of several processes of one machine wait for each other.
//!
//! # What it does not do
//!
//! Single fields of requests and answers are not encrypted anywhere in the SDK: TLS protects them on the way, and
//! whoever holds the key at both ends would protect them against nobody. Where secrets of many machines are kept in one
//! place, feature `hashicorp-vault` reads them from there.

mod content;
mod entry;
mod error;
#[cfg(feature = "vault-import")]
mod import;
#[cfg(feature = "keyring")]
mod key_ring;
mod options;
mod seal;
mod source;
mod store;
#[cfg(feature = "oauth")]
mod tokens;

pub use entry::{Entry, EntryInfo, EntryValue};
pub use error::VaultError;
#[cfg(feature = "vault-import")]
#[cfg_attr(docsrs, doc(cfg(feature = "vault-import")))]
pub use import::{ApiLinkerStore, ConflictPolicy, Imported};
#[cfg(feature = "keyring")]
#[cfg_attr(docsrs, doc(cfg(feature = "keyring")))]
pub use key_ring::Keyring;
pub use options::VaultOptions;
pub use seal::Argon2Params;
pub use store::Vault;
#[cfg(feature = "oauth")]
#[cfg_attr(docsrs, doc(cfg(feature = "oauth")))]
pub use tokens::VaultTokenStore;
