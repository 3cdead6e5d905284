use std::path::PathBuf;

use crate::audit::{AuditError, AuditRecord, ChainHead, RecordFilter, RecordIter, VerifiedLog, VerifyError};

/// The records of an audit log, to be read. The methods block for as long as the files take.
#[derive(Debug)]
pub struct LogView {
    path: PathBuf,
}

impl LogView {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// The last records, the oldest of them first.
    ///
    /// # Errors
    ///
    /// As of [`audit::read_tail`](crate::audit::read_tail).
    pub fn tail(&self, count: usize) -> Result<Vec<AuditRecord>, AuditError> {
        crate::audit::read_tail(&self.path, count)
    }

    /// The records that a filter lets through, the oldest first.
    ///
    /// # Errors
    ///
    /// As of [`audit::search_log`](crate::audit::search_log).
    pub fn search(&self, filter: RecordFilter) -> Result<RecordIter, AuditError> {
        crate::audit::search_log(&self.path, filter)
    }

    /// Checks the chain.
    ///
    /// # Errors
    ///
    /// As of [`audit::verify_log`](crate::audit::verify_log).
    pub fn verify(&self, kept: Option<&ChainHead>) -> Result<VerifiedLog, VerifyError> {
        crate::audit::verify_log(&self.path, kept)
    }
}
