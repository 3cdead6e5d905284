//! Audit events: who did what, the trait [`AuditSink`] that receives them, and a tamper-evident log of them.
//!
//! ```
//! use twilio_sdk_audit::{AuditEvent, AuditEventKind, AuditSink, EventOutcome, NoopAuditSink};
//!
//! /// Does something that must leave a record.
//! fn refund(order: u32, sink: &dyn AuditSink) -> Result<(), Box<dyn std::error::Error>> {
//!     let kind = AuditEventKind::custom("order.refund")?;
//!     sink.record(&AuditEvent::new(kind, EventOutcome::Ok).actor("alice").resource(format!("order {order}")))?;
//!     Ok(())
//! }
//!
//! refund(4711, &NoopAuditSink)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The crates of this family record what they do wherever you give them an [`AuditSink`], and nothing by default
//! ([`NoopAuditSink`]). With feature `log`, `AuditLog` is a sink that writes JSON lines to a file. Each line holds the hash of
//! the one before, so that `verify_log` finds lines that were changed, removed, inserted or moved.
//!
//! # Features
//!
//! * `log` adds `AuditLog`.
//! * `serialize` adds `Serialize` for events and their names.
//!
//! # Events
//!
//! | `event` | recorded when | by | `outcome` |
//! |---|---|---|---|
//! | `authn` | a user, key or token was verified | `inbound_auth`, `access_control`, the token server | `ok`, `denied`, `failed` |
//! | `authz` | a required scope was missing | `inbound_auth` | `denied` |
//! | | a permission was required | `access_control` | `denied`, `failed` |
//! | `user.add`, `user.remove`, `user.role` | users were changed | `access_control` | `begun`, `ok`, `denied`, `failed` |
//! | `key.issue`, `key.rotate`, `key.revoke` | keys were changed | `access_control` | `begun`, `ok`, `denied`, `failed` |
//! | `credential.store`, `credential.delete` | an entry was changed | `vault` | `begun`, `ok`, `failed` |
//! | `credential.read` | an entry was read | `vault` | `ok`, `denied`, `failed` |
//! | `credential.unlock` | a vault was created or opened | `vault` | `begun` (created), `ok`, `denied`, `failed` |
//! | `credential.rekey`, `credential.import` | a vault as a whole was changed | `vault` | `begun`, `ok`, `denied`, `failed` |
//! | `token.issue` | a token was requested | the token server, `oauth`, `OAuthConfig`, `twilio-admin login` | `ok`, `denied`, `failed` |
//! | `token.refresh` | a token was refreshed | `oauth` | `ok`, `denied`, `failed` |
//! | `config.change` | a users file was reloaded | `inbound_auth` | `ok`, `failed` |
//! | | settings were changed | `access_control` (`GuardedConfig`) | `ok` |
//! | | the audit log or the roles of a users database were changed | `access_control` | `begun`, `ok`, `denied`, `failed` |
//!
//! A user who has one of the required scopes causes no `authz` event: the `authn` event of the request has the scopes as its
//! action. A store that records its own verifications, as `access_control` does, needs no sink in the layer around it.
//!
//! # Events of your application
//!
//! [`AuditEventKind::custom`] creates kinds such as `order.refund`. They are in the same hash chain, and are searched and
//! verified like all others: `twilio-admin audit search --kind order.refund`.
//!
//! # Changes have two records
//!
//! Each change of users, keys and vault entries is recorded as `begun` before it is made, and as `ok` or `failed` after it.
//! Both records have the same `correlation_id`. A rejected change has one record, `denied` or `failed`. If the program is
//! killed between the two, only `begun` exists: the change may or may not have been made. `verify_log` lists these records
//! (`VerifiedLog::open`), and so does `twilio-admin audit verify`, along with changes in progress.
//!
//! # Errors
//!
//! [`AuditSink::record`] returns an error, and callers fail closed: what is not recorded is not done. If only the second
//! record of a change cannot be written, the change stays and no error is returned; its first record stays open.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod change;
mod error;
mod event;
#[doc(hidden)]
pub mod internal;
mod kind;
#[cfg(feature = "log")]
mod log;
mod names;
mod sink;

#[cfg(all(doctest, feature = "log"))]
#[doc = include_str!("../README.md")]
struct Readme;

pub use error::AuditError;
pub use event::{AuditEvent, EventOutcome, InvalidEventOutcome};
pub use kind::{AuditEventKind, CustomKind, InvalidEventKind};
#[cfg(feature = "log")]
#[cfg_attr(docsrs, doc(cfg(feature = "log")))]
pub use log::{
    AuditLog, AuditLogOptions, AuditRecord, ChainHead, InvalidChainHead, RecordFilter, RecordIter, Recorded,
    SyncPolicy, Tampering, VerifiedLog, VerifyError, read_tail, search_log, verify_log,
};
pub use sink::{AuditSink, NoopAuditSink};
