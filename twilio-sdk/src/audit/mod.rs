//! Who did what: events for the record, the trait [`Audit`] that takes them, and with feature `audit` a log of them.
//!
//! Parts of the SDK record what they do where they are given an [`Audit`], and nothing otherwise ([`NoAudit`]). `AuditLog` is
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
//! | `user.add`, `user.remove`, `user.role` | users were changed | `access` | `ok`, `denied`, `failed` |
//! | `key.issue`, `key.rotate`, `key.revoke` | keys were changed | `access` | `ok`, `denied`, `failed` |
//! | `credential.store`, `credential.read`, `credential.delete` | a vault's entry was used | the vault | `ok`, `denied`, `failed` |
//! | `credential.unlock` | a vault was made, or was to be opened | the vault | `ok`, `denied`, `failed` |
//! | `credential.rekey`, `credential.import` | a vault as a whole was changed | the vault | `ok`, `denied`, `failed` |
//! | `token.issue` | a token was asked for | the token server, `oauth`, `OAuthConfig`, `twilio-admin login` | `ok`, `denied`, `failed` |
//! | `token.refresh` | a token was renewed by a refresh token | `oauth` | `ok`, `denied`, `failed` |
//! | `config.change` | a file of users was read again | `listener` | `ok`, `failed` |
//! | | settings were changed | `access` (`GuardedConfig`) | `ok` |
//!
//! That a user has one of the scopes that were asked for is no event of its own: the `authn` of the request names them as
//! its action. A store that records its own checks, as that of `access` does, needs no recorder in the layer around it.
//!
//! # Events of your application
//!
//! [`EventKind::custom`] makes kinds such as `order.refund`. They are in the same chain, and are read, searched and
//! verified like the SDK's own: `twilio-admin audit search --kind order.refund`.
//!
//! # What to do when recording fails
//!
//! [`Audit::record`] returns an error, and whoever calls it fails closed: what is not recorded is not done, or, where it
//! was done already, is reported as an error.

mod error;
mod event;
mod kind;
#[cfg(feature = "audit")]
mod log;
mod recorder;

pub use error::AuditError;
pub use event::{Audit, Event, NoAudit, Outcome};
pub use kind::{CustomKind, EventKind, InvalidEventKind};
#[cfg(feature = "admin")]
pub(crate) use log::all as files_of_log;
#[cfg(feature = "audit")]
#[cfg_attr(docsrs, doc(cfg(feature = "audit")))]
pub use log::{
    AuditLog, AuditLogOptions, Fault, Filter, Fsync, Head, Record, Search, Verified, VerifyError, search,
    tail, verify,
};
pub(crate) use recorder::Recorder;
