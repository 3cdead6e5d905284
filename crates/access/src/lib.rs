//! Access control: users, their roles and permissions, and their API keys.
//!
//! ```
//! use twilio_sdk_access::{AccessControl, AccessError, MemoryAccessStore, Permission, Roles};
//! use twilio_sdk_audit::NoopAuditSink;
//!
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() -> Result<(), AccessError> {
//!     let access = AccessControl::new(MemoryAccessStore::new(), Roles::new(), NoopAuditSink);
//!     let first = access.bootstrap_admin("ada", None).await?;
//!     let ada = access.authenticate(&first.key).await?;
//!
//!     access.add_user(&ada, "vera", "viewer").await?;
//!     let issued = access.issue_key(&ada, "vera", None).await?;
//!     let vera = access.authenticate(&issued.key).await?;
//!     let settings = access.guard_config("settings".to_owned());
//!     assert_eq!(*settings.view(&vera).await?, "settings");
//!     let rejected = settings.edit(&vera, |settings| settings.clear()).await;
//!     assert!(matches!(rejected, Err(AccessError::Denied(Permission::EditConfig))));
//!     Ok(())
//! }
//! ```
//!
//! * [`AccessControl`] decides. It reads an [`AccessStore`]: [`MemoryAccessStore`], `SqliteAccessStore` (feature `sqlite`) for
//!   the processes of one machine, `PostgresAccessStore` (feature `postgres`) for several machines, or your own.
//! * [`Roles`] defines the roles, each with its [`Permission`]s.
//! * A [`Principal`] is an authenticated user. Only `authenticate` returns one, so every operation requires an authenticated
//!   user.
//! * [`Guarded`] and [`GuardedConfig`] return a value only to users with a permission: a client, results, settings, a vault,
//!   the audit log, statistics. The methods of `AccessControl` that manage users require `manage_users` themselves.
//!
//! Futures need a `tokio` runtime with its timer.
//!
//! # Features
//!
//! * `sqlite` adds `SqliteAccessStore`, and `postgres` adds `PostgresAccessStore`.
//! * `audit-log` adds `LogView`.
//! * `inbound-auth` makes `AccessControl` a `UserStore` (username and key as Basic credentials) and a `TokenVerifier` of
//!   `twilio-sdk-inbound-auth`, with the permissions as scopes.
//! * `serialize` adds `Serialize` for users, keys, roles and permissions.
//!
//! # What is rejected
//!
//! Everything that is not allowed: unknown users, keys, roles and permissions, and undefined roles in the store. No switch
//! disables access control.
//!
//! * No user can grant, revoke or use permissions that the user's own role lacks.
//! * The last user with the role `admin` can neither be removed nor get another role. If an admin can log in, no change
//!   removes the last admin's last key.
//! * Keys expire, and a new key may be lost before its first use. If no admin has an active key that was used before,
//!   [`recover_admin`](AccessControl::recover_admin) issues one. It requires no key, so offer it only to the owner of the
//!   machine.
//! * Usernames are 1 to 128 ASCII letters, digits and `.`, `_`, `-`, `@`, `+`, because letters of other scripts look like
//!   these. No two users have names that differ in letter case only.
//!
//! # When changes take effect
//!
//! At once: every check reads the store. Values that were returned before stay valid. The use of a key is recorded once a
//! minute; while another program changes the store, it is skipped and recorded at the next use.
//!
//! # Bindings
//!
//! A store can name its audit log and its roles ([`Bindings`]). `twilio-admin` sets these for the first user, and then no
//! option can name others. Programs that take log or roles from arguments compare them with [`AccessControl::bindings`];
//! [`Roles::fingerprint`] is equal for equal roles.
//!
//! # Keys
//!
//! `twak_0123456789abcdef_` and 72 more digits. All digits are hexadecimal, in lower case. The first 16 are the ID, the next
//! 64 are 256 random bits of the operating system, the last 8 are a checksum, which detects typos without reading the store.
//! The checksum is the first four bytes of the SHA-256 of `twilio-sdk access key checksum`, a zero byte, and the key up to
//! there. Secret scanners can look for `twak_[0-9a-f]{16}_[0-9a-f]{72}`. A store has the ID and a hash ([`KeyHash`]).
//!
//! # Events
//!
//! | event | recorded | `resource` | `action` |
//! |---|---|---|---|
//! | `authn` | for each key: `ok`, `denied`, and `failed` if the store cannot be read | the key ID | |
//! | `authz` | for each missing permission: `denied`, and `failed` as above | what was requested | the permission |
//! | `user.add`, `user.role` | for each change: `begun` and then `ok` or `failed`; `denied` or `failed` if it does not start | the username | the role |
//! | `user.remove` | the same | the username | |
//! | `key.issue`, `key.rotate`, `key.revoke` | the same | the key ID | the key's user, and the ID of a new key |
//! | `config.change` | for each change of a [`GuardedConfig`]: `ok` | `configuration` | |
//! | | for each change of bindings, as `user.add` | `users` | log and roles |
//!
//! A permission that exists is not recorded; what is done with it is. A change has two records with one `correlation_id`:
//! `begun` while it can still be rolled back, and `ok` or `failed` once it is final. If the first cannot be recorded, the
//! change is not made. A program that is killed in between leaves only `begun`, and the change may or may not have been made;
//! `verify_log` of `twilio-sdk-audit` lists these records. A successful authentication is recorded first, and rejected if
//! that fails.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod control;
mod error;
mod guard;
#[cfg(feature = "inbound-auth")]
mod inbound;
mod key;
mod permission;
mod principal;
mod record;
mod role;
mod roles_file;
#[cfg(feature = "serialize")]
mod serialize;
mod store;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

#[doc(hidden)]
pub use control::Deliver;
pub use control::{AccessControl, IssuedKey, KeyInfo};
pub use error::AccessError;
#[cfg(feature = "audit-log")]
#[cfg_attr(docsrs, doc(cfg(feature = "audit-log")))]
pub use guard::LogView;
pub use guard::{Guarded, GuardedConfig};
pub use key::KeyHash;
pub use permission::{Permission, Permissions};
pub use principal::Principal;
pub use record::{Bindings, Change, KeyRecord, StoreSnapshot, UserRecord};
pub use role::{Role, Roles};
pub use store::memory::MemoryAccessStore;
#[cfg(feature = "postgres")]
#[cfg_attr(docsrs, doc(cfg(feature = "postgres")))]
pub use store::postgres::{PostgresAccessStore, PostgresOptions};
#[cfg(feature = "sqlite")]
#[cfg_attr(docsrs, doc(cfg(feature = "sqlite")))]
pub use store::sqlite::{SqliteAccessStore, SqliteOptions};
pub use store::{AccessStore, ChangeFn, StoreFuture};
