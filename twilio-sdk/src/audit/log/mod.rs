//! The audit log: files, lines, their chain, and what reads them.

mod append;
mod clean;
mod files;
mod head;
mod options;
mod read;
mod record;
mod recorded;
mod verify;

pub use append::AuditLog;
#[cfg(feature = "admin")]
pub(crate) use files::all;
pub use head::ChainHead;
pub use options::{AuditLogOptions, SyncPolicy};
pub use read::{RecordFilter, RecordIter, read_tail, search_log};
pub use record::AuditRecord;
pub use recorded::Recorded;
pub use verify::{Tampering, VerifiedLog, VerifyError, verify_log};

use crate::audit::AuditError;

/// An error of a file, with what was tried.
fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> AuditError {
    let what = what.into();
    move |source| AuditError::Io { what, source }
}
