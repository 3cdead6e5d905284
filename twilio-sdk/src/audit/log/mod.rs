//! The audit log: files, lines, their chain, and what reads them.

mod append;
mod clean;
mod files;
mod head;
mod options;
mod read;
mod record;
mod verify;

pub use append::AuditLog;
#[cfg(feature = "admin")]
pub(crate) use files::all;
pub use head::Head;
pub use options::{AuditLogOptions, Fsync};
pub use read::{Filter, Search, search, tail};
pub use record::Record;
pub use verify::{Fault, Verified, VerifyError, verify};

use super::AuditError;

/// An error of a file, with what was tried.
fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> AuditError {
    let what = what.into();
    move |source| AuditError::Io { what, source }
}
