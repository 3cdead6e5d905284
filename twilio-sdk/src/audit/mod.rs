//! Who did what: events for the record, the trait [`Audit`] that takes them, and with feature `audit` a log of them.
//!
//! Parts of the SDK record what they do where they are given an [`Audit`], and nothing otherwise ([`NoopAuditSink`]). `AuditLog` is
//! the recorder for use: JSON lines in a file, each of which holds the hash of the one before, so that a line that was
//! changed, removed, put in or moved is found by `verify`.
//!
//! # Events
//!
//! | `event` | recorded when | by | `outcome` |
//! |---|---|---|---|
//! | `authn` | a user, key or token was checked | `listener`, `access`, the token server | `ok`, `denied`, `failed` |
//! | `authz` | a user asked for what needs a scope | `listener` | `denied` |
//! | | a user asked for what needs a permission | `access` | `denied`, `failed` |
//! | `user.add`, `user.remove`, `user.role` | users were changed | `access` | `begun`, `ok`, `denied`, `failed` |
//! | `key.issue`, `key.rotate`, `key.revoke` | keys were changed | `access` | `begun`, `ok`, `denied`, `failed` |
//! | `credential.store`, `credential.delete` | a vault's entry was changed | the vault | `begun`, `ok`, `failed` |
//! | `credential.read` | a vault's entry was read | the vault | `ok`, `denied`, `failed` |
//! | `credential.unlock` | a vault was made, or was to be opened | the vault | `begun` (made), `ok`, `denied`, `failed` |
//! | `credential.rekey`, `credential.import` | a vault as a whole was changed | the vault | `begun`, `ok`, `denied`, `failed` |
//! | `token.issue` | a token was asked for | the token server, `oauth`, `OAuthConfig`, `twilio-admin login` | `ok`, `denied`, `failed` |
//! | `token.refresh` | a token was renewed by a refresh token | `oauth` | `ok`, `denied`, `failed` |
//! | `config.change` | a file of users was read again | `listener` | `ok`, `failed` |
//! | | settings were changed | `access` (`GuardedConfig`) | `ok` |
//! | | the people's audit log or roles were changed | `access` | `begun`, `ok`, `denied`, `failed` |
//!
//! That a user has one of the scopes that were asked for is no event of its own: the `authn` of the request names them as
//! its action. A store that records its own checks, as that of `access` does, needs no recorder in the layer around it.
//!
//! # Events of your application
//!
//! [`AuditEventKind::custom`] makes kinds such as `order.refund`. They are in the same chain, and are read, searched and
//! verified like the SDK's own: `twilio-admin audit search --kind order.refund`.
//!
//! # Changes have two records
//!
//! Each change of people, keys and a vault's entries is recorded as `begun` before it is made, and as `ok` or `failed`
//! after it. Both records have the same `correlation_id`. A change that was refused has one record, `denied` or `failed`.
//! Where a program is killed between the two, `begun` is all that there is: the change may have been made or not. `verify`
//! lists these records (`Verified::open`), and so does `twilio-admin audit verify`; a change that another program is
//! making at that moment is among them.
//!
//! # What to do when recording fails
//!
//! [`Audit::record`] returns an error, and whoever calls it fails closed: what is not recorded is not done. Where only the
//! second record of a change cannot be written, the change stays and is no error; its first record stays open.

#[cfg(any(feature = "access", feature = "vault"))]
mod change;
mod error;
mod event;
mod kind;
#[cfg(feature = "audit")]
mod log;
mod recorder;

#[cfg(any(feature = "access", feature = "vault"))]
pub(crate) use change::Begun;
pub use error::AuditError;
pub use event::{Audit, Event, NoopAuditSink, Outcome};
pub use kind::{AuditEventKind, CustomKind, InvalidEventKind};
#[cfg(feature = "admin")]
pub(crate) use log::all as files_of_log;
#[cfg(feature = "audit")]
#[cfg_attr(docsrs, doc(cfg(feature = "audit")))]
pub use log::{
    AuditLog, AuditLogOptions, Fault, Filter, Fsync, Head, Record, Search, Verified, VerifyError, search,
    tail, verify,
};
pub(crate) use recorder::Recorder;
