//! The audit log: files, lines, their chain, and what reads them.

mod append;
mod clean;
mod digest;
mod files;
mod head;
mod options;
mod read;
mod record;
mod recorded;
mod verify;

pub use append::AuditLog;
pub use files::all as files_of;
pub use head::{ChainHead, InvalidChainHead};
pub use options::{AuditLogOptions, SyncPolicy};
pub use read::{RecordFilter, RecordIter, read_tail, search_log};
pub use record::AuditRecord;
pub use recorded::Recorded;
pub use verify::{Tampering, VerifiedLog, VerifyError, verify_log};

use crate::AuditError;

/// Adds to an I/O error what failed.
fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> AuditError {
    let what = what.into();
    move |source| AuditError::Io { what, source }
}
