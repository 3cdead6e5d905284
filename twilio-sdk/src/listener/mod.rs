//! Inbound authentication: who sends requests to a service, and what they may do.
//!
//! * A [`UserStore`] knows users: [`MemoryUserStore`], [`FileUserStore`], `LdapUserStore` (feature `ldap`), several [`Stores`], or one's own.
//! * [`CachedStore`] remembers for a short time what a store has found right.
//! * [`BasicHandler`] asks it in a request's handler.
//!
//! An unknown user and a wrong password are one and the same answer, in the same time. Where a rule leaves a choice, the
//! strict one is taken: see [`Credential::decode`].
//!
//! Bodies are not encrypted on top of TLS: that would protect nothing that TLS does not.

mod cache;
mod credential;
mod error;
mod file;
mod handler;
#[cfg(feature = "ldap")]
mod ldap;
mod memory;
mod password;
mod store;

pub use cache::CachedStore;
pub use credential::Credential;
pub use error::{AuthError, Challenge};
pub use file::FileUserStore;
pub use handler::{Authorization, BasicHandler};
#[cfg(feature = "ldap")]
#[cfg_attr(docsrs, doc(cfg(feature = "ldap")))]
pub use ldap::{LdapConfig, LdapUserStore, escape_filter};
pub use memory::{InvalidUsers, MemoryUserStore};
pub use password::{InvalidHash, PasswordHash};
pub use store::{Authentication, Stores, UserDetails, UserStore};
