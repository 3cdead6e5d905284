//! Inbound authentication: who sends requests to a service, and what they may do.
//!
//! * A [`UserStore`] knows users: [`MemoryUserStore`], [`FileUserStore`], `LdapUserStore` (feature `ldap`), several [`UserStoreChain`], or one's own.
//! * [`CachedUserStore`] remembers for a short time what a store has found right.
//! * [`ThrottledUserStore`] stops the guessing of passwords.
//! * [`BasicHandler`] asks it in a request's handler.
//! * `AuthLayer` (feature `auth-layer`) asks before a handler is reached, by rules from code or from a file, for users and
//!   for bearer tokens.
//!
//! An unknown user and a wrong password are one and the same answer, in the same time. Where a rule leaves a choice, the
//! strict one is taken: see [`Credential::decode`].
//!
//! # Debug builds
//!
//! Without optimization each check of a password takes about half a second. These lines in the `Cargo.toml` of your
//! workspace mend it for `cargo build`, `cargo run` and `cargo test`:
//!
//! ```toml
//! [profile.dev.package.argon2]
//! opt-level = 3
//!
//! [profile.dev.package.blake2]
//! opt-level = 3
//! ```
//!
//! # Recording
//!
//! What is found can be recorded: [`BasicHandler::audit`], `AuthLayer::audit`, [`FileUserStore::audit`]. A request whose
//! event cannot be recorded is not let in: 503.
//!
//! Bodies are not encrypted on top of TLS: that would protect nothing that TLS does not.

#[cfg(feature = "auth-layer")]
mod bearer;
mod cache;
mod credential;
mod error;
mod facts;
mod file;
mod flights;
mod handler;
#[cfg(feature = "auth-layer")]
mod layer;
#[cfg(feature = "ldap")]
mod ldap;
mod limit;
mod memory;
mod password;
mod prepare;
mod record;
mod remembered;
mod store;
mod turns;

#[cfg(feature = "auth-layer")]
#[cfg_attr(docsrs, doc(cfg(feature = "auth-layer")))]
pub use bearer::{
    IntrospectionConfig, IntrospectionVerifier, JwksSource, JwtConfig, JwtVerifier, TokenVerifier,
    bearer_token,
};
pub use cache::CachedUserStore;
pub use credential::Credential;
pub use error::{AuthError, Challenge};
pub use facts::RequestContext;
#[cfg(feature = "token-server")]
pub(crate) use facts::{forwarded, id as request_id};
pub use file::FileUserStore;
#[cfg(fuzzing)]
pub(crate) use file::users_of;
pub use handler::{BasicHandler, CredentialSource};
#[cfg(feature = "auth-layer")]
#[cfg_attr(docsrs, doc(cfg(feature = "auth-layer")))]
pub use layer::{AuthLayer, AuthMethod, AuthRules, AuthRulesError, AuthService, ResourcePolicy};
#[cfg(all(fuzzing, feature = "ldap"))]
pub(crate) use ldap::filter_of;
#[cfg(feature = "ldap")]
#[cfg_attr(docsrs, doc(cfg(feature = "ldap")))]
pub use ldap::{LdapConfig, LdapUserStore, escape_filter};
pub use limit::ThrottledUserStore;
pub use memory::{InvalidUsers, MemoryUserStore};
pub use password::{InvalidPasswordHash, PasswordHash};
#[cfg(feature = "token-server")]
pub(crate) use prepare::prepared as counted_name;
#[cfg(feature = "token-server")]
pub(crate) use record::authentication_event;
pub use store::{AuthFuture, UserDetails, UserStore, UserStoreChain};
