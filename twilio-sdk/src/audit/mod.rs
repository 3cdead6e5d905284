//! Who did what: events for the record, the trait [`Audit`] that takes them, and with feature `audit` a log of them.
//!
//! The parts of the SDK that authenticate, decide and keep secrets take an `Arc<dyn Audit>` and record what they do:
//! [`NoAudit`], which keeps nothing, unless a program gives them another. `AuditLog` is the one for use:
//! JSON lines in a file, each of which holds the hash of the one before, so that a line that was changed, removed, put in
//! or moved is found by `verify`.
//!
//! # Events
//!
//! | `event` | recorded by what | `outcome` |
//! |---|---|---|
//! | `authn` | a user, key or token was checked | `ok`, `denied` |
//! | `authz` | a user asked for what needs a permission or scope | `denied` |
//! | `user.add`, `user.remove`, `user.role` | users were changed | `ok`, `denied`, `failed` |
//! | `key.issue`, `key.rotate`, `key.revoke` | keys were changed | `ok`, `denied`, `failed` |
//! | `credential.store`, `credential.read`, `credential.delete` | a vault's entry was used | `ok`, `denied`, `failed` |
//! | `credential.unlock` | a vault was opened | `ok`, `denied`, `failed` |
//! | `credential.rekey`, `credential.import` | a vault as a whole was changed | `ok`, `denied`, `failed` |
//! | `token.issue`, `token.refresh` | a token was made or fetched | `ok`, `denied`, `failed` |
//! | `config.change` | settings were changed | `ok`, `denied`, `failed` |
//!
//! # What to do when recording fails
//!
//! [`Audit::record`] returns an error, and whoever calls it fails closed: what is not recorded is not done, or, where it
//! was done already, is reported as an error.

mod error;
mod event;
#[cfg(feature = "audit")]
mod log;

pub use error::AuditError;
pub use event::{Audit, Event, EventKind, NoAudit, Outcome};
#[cfg(feature = "audit")]
#[cfg_attr(docsrs, doc(cfg(feature = "audit")))]
pub use log::{
    AuditLog, AuditLogOptions, Fault, Filter, Fsync, Head, Record, Search, Verified, VerifyError, search,
    tail, verify,
};
