use std::path::PathBuf;

use crate::audit::{AuditError, Filter, Head, Record, Search, Verified, VerifyError};

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
    /// As of [`audit::tail`](crate::audit::tail).
    pub fn tail(&self, count: usize) -> Result<Vec<Record>, AuditError> {
        crate::audit::tail(&self.path, count)
    }

    /// The records that a filter lets through, the oldest first.
    ///
    /// # Errors
    ///
    /// As of [`audit::search`](crate::audit::search).
    pub fn search(&self, filter: Filter) -> Result<Search, AuditError> {
        crate::audit::search(&self.path, filter)
    }

    /// Checks the chain.
    ///
    /// # Errors
    ///
    /// As of [`audit::verify`](crate::audit::verify).
    pub fn verify(&self, kept: Option<&Head>) -> Result<Verified, VerifyError> {
        crate::audit::verify(&self.path, kept)
    }
}
