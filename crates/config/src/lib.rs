//! Configuration errors, secret sources and checked configuration files for the `twilio-sdk` crates.
//!
//! * [`ConfigError`] lists everything that is wrong with a file or setting at once.
//! * [`SecretSource`] resolves the `secret://NAME` references of configuration files; [`MemorySecretSource`] keeps secrets in
//!   memory.
//! * [`TokenStore`] persists OAuth [`Tokens`]; [`MemoryTokenStore`] keeps them in memory.
//!
//! ```
//! use twilio_sdk_config::{ConfigError, ConfigProblem, MemorySecretSource, SecretError, SecretSource};
//!
//! let secrets = MemorySecretSource::from_iter([("twilio", "the secret of an API key")]);
//! assert_eq!(secrets.resolve("twilio")?.expose_secret(), "the secret of an API key");
//!
//! let problem = ConfigProblem::new("auth.api_secret", "is missing").in_file("twilio.toml").at(4, 1);
//! let error = ConfigError::from(vec![problem]);
//! assert_eq!(error.to_string(), "twilio.toml:4:1: auth.api_secret: is missing");
//! assert_eq!(error.problems()[0].key(), "auth.api_secret");
//! # Ok::<(), SecretError>(())
//! ```
//!
//! Programs usually reach these types as `twilio_sdk::{ConfigError, SecretSource, …}`, with `twilio_sdk::ConfigLoader` for
//! the client's own configuration.
//!
//! # Features
//!
//! * `file` adds [`ConfigFormat`] and, for the sister crates, the reader of TOML and JSON files. It implies `private-file`.
//! * `private-file` adds, for the sister crates, files that only their owner may use, and the checks of owners and modes.
//!
//! # Platforms
//!
//! On Unix, the files that decide about security are rejected where another user could change them. **Windows has no file
//! modes**: nothing is checked there. The crates that write private files (vault, users, audit log) return an error on such
//! platforms, unless you accept that the files are not protected.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod error;
#[cfg(feature = "file")]
mod file;
#[cfg(feature = "private-file")]
#[doc(hidden)]
pub mod file_owner;
#[cfg(feature = "private-file")]
#[doc(hidden)]
pub mod private_file;
mod secret_source;
mod token_store;
mod tokens;

pub use error::{ConfigError, ConfigProblem};
#[cfg(feature = "file")]
#[cfg_attr(docsrs, doc(cfg(feature = "file")))]
pub use file::ConfigFormat;
pub use secret_source::{MemorySecretSource, SecretError, SecretSource};
pub use token_store::{MemoryTokenStore, StoreError, StoreFuture, TokenStore};
pub use tokens::Tokens;

/// Items for the other crates of the family. They change without notice.
#[doc(hidden)]
pub mod internal {
    /// Reading of files.
    #[cfg(feature = "file")]
    pub mod file {
        pub use crate::file::{
            Contents, Keys, Profiled, Reader, escape, missing, nearest, paths, put, read_any_file, read_file,
            read_str,
        };
    }
    #[cfg(feature = "private-file")]
    pub use crate::{file_owner, private_file};
}

#[cfg(test)]
mod tests {
    fn assert_send_sync<T: Send + Sync>() {}

    #[test]
    fn public_types_are_send_and_sync() {
        assert_send_sync::<super::ConfigError>();
        assert_send_sync::<super::MemorySecretSource>();
        assert_send_sync::<super::MemoryTokenStore>();
        assert_send_sync::<super::Tokens>();
        assert_send_sync::<Box<dyn super::SecretSource>>();
    }
}
