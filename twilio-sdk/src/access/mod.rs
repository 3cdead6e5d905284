//! People who use a program: their roles, what these allow, and their API keys.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), twilio_sdk::access::AccessError> {
//! use twilio_sdk::access::{AccessControl, AccessError, MemoryAccessStore, Permission, Roles};
//! use twilio_sdk::audit::NoopAuditSink;
//!
//! let access = AccessControl::new(MemoryAccessStore::new(), Roles::new(), NoopAuditSink);
//! let first = access.bootstrap_admin("ada", None).await?;
//! let ada = access.authenticate(&first.key).await?;
//!
//! access.add_user(&ada, "vera", "viewer").await?;
//! let issued = access.issue_key(&ada, "vera", None).await?;
//! let vera = access.authenticate(&issued.key).await?;
//! let settings = access.guard_config("settings".to_owned());
//! assert_eq!(*settings.view(&vera).await?, "settings");
//! let refused = settings.edit(&vera, |settings| settings.clear()).await;
//! assert!(matches!(refused, Err(AccessError::Denied(Permission::EditConfig))));
//! # Ok(())
//! # }
//! ```
//!
//! * [`AccessControl`] decides. It asks an [`AccessStore`]: [`MemoryAccessStore`], [`SqliteAccessStore`] for the processes
//!   of one machine, `PostgresAccessStore` (feature `access-postgres`) for several machines, or one's own.
//! * [`Roles`] says which roles there are, and which [`Permission`]s each has.
//! * An [`Principal`] is a person who has shown a key. Nothing else stands for one, so nothing is done without.
//! * [`Guarded`] and [`GuardedConfig`] hold what takes a permission: a client, results, settings, a vault, the audit log,
//!   statistics. The methods of `AccessControl` that manage people take `manage_users` themselves.
//! * With feature `listener`, `AccessControl` is a `UserStore`: name and key as Basic credentials, the permissions as
//!   scopes; it is a `TokenVerifier` too.
//!
//! The futures need a `tokio` runtime with its timer.
//!
//! # What is refused
//!
//! Everything that is not allowed: unknown users, keys, roles and permissions, and stored roles that there are not, which
//! are never taken for another. There is no switch that turns access control off. Nobody can give, take or use rights
//! that go beyond the own role. The last user with the role `admin` is not removed and not given another role, and where an
//! admin can log in, no change takes the last admin's last key. Keys expire, and a new key may be lost before it was used:
//! where no admin has a key that is in use and was used before, [`recover_admin`](AccessControl::recover_admin) gives one. It
//! asks for no key, so call it only for the owner of the machine.
//!
//! Names of users are 1 to 128 ASCII letters, digits and `.`, `_`, `-`, `@`, `+`, because letters of other scripts look like
//! these. No two users have names that differ in upper and lower case only.
//!
//! # When changes are seen
//!
//! At once: every check reads the store. What was handed out before is not taken back. That a key was used is noted once a
//! minute; while another program changes the store, the note is left out and written with the next use.
//!
//! # What belongs to the people
//!
//! A store can name the audit log that its people are recorded in and the roles that they have ([`Bindings`]). `twilio-admin`
//! sets these for the first user, and then has no option name others. A program that takes its log or its roles from its own
//! arguments compares them with [`AccessControl::bindings`]; `Roles::fingerprint` tells whether roles are the same.
//!
//! # Keys
//!
//! `twak_0123456789abcdef_` and 72 further digits. All digits are hexadecimal, in lower case; the first 16 are the id, by
//! which a key is looked up and named, the next 64 are 256 random bits of the system's generator, the last 8 are a
//! checksum, which tells a key from a typo and from any other text without asking the store. The checksum is the first
//! four bytes of the SHA-256 of `twilio-sdk access key checksum`, a zero byte, and the key up to there. What searches
//! texts for secrets looks for `twak_[0-9a-f]{16}_[0-9a-f]{72}`. A store keeps the id and a hash ([`KeyHash`]).
//!
//! # The record
//!
//! | event | recorded | `resource` | `action` |
//! |---|---|---|---|
//! | `authn` | for each key that is shown: `ok`, `denied`, and `failed` where the store cannot be asked | the id of the key | |
//! | `authz` | for each permission that is missing: `denied`, and `failed` as above | what was asked for | the permission |
//! | `user.add`, `user.role` | for each change: `begun` and then `ok` or `failed`; `denied`, `failed` where it does not begin | the user's name | the role |
//! | `user.remove` | the same | the user's name | |
//! | `key.issue`, `key.rotate`, `key.revoke` | the same | the id of the key | whose it is, and the id of a new one |
//! | `config.change` | for each change of a [`GuardedConfig`]: `ok` | `configuration` | |
//! | | for each change of what belongs to the people, as `user.add` | `people` | the log and the roles |
//!
//! A permission that was there is not recorded, for what is done with it is. A change has two records with one
//! `correlation_id`: `begun` while it can still be taken back, and `ok` or `failed` once it is final. What cannot be recorded
//! as begun is not done. A program that is killed in between leaves `begun` alone, and the change was made or not;
//! `audit::verify_log` lists these records. Whoever is let in is recorded first, and is not let in where that fails.

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
mod store;

#[cfg(feature = "admin")]
pub(crate) use control::Deliver;
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
#[cfg(feature = "access-postgres")]
#[cfg_attr(docsrs, doc(cfg(feature = "access-postgres")))]
pub use store::postgres::{PostgresAccessStore, PostgresOptions};
pub use store::sqlite::SqliteAccessStore;
pub use store::{AccessStore, ChangeFn, StoreFuture};
