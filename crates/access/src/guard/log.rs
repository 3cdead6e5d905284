use std::path::PathBuf;

use twilio_sdk_audit::{
    AuditError, AuditRecord, ChainHead, RecordFilter, RecordIter, VerifiedLog, VerifyError,
};

/// Read access to an audit log. The methods block on files.
#[derive(Debug)]
pub struct LogView {
    path: PathBuf,
}

impl LogView {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Reads the last records, oldest first.
    ///
    /// # Errors
    ///
    /// The same errors as [`read_tail`](twilio_sdk_audit::read_tail).
    pub fn tail(&self, count: usize) -> Result<Vec<AuditRecord>, AuditError> {
        twilio_sdk_audit::read_tail(&self.path, count)
    }

    /// Searches the records, oldest first.
    ///
    /// # Errors
    ///
    /// The same errors as [`search_log`](twilio_sdk_audit::search_log).
    pub fn search(&self, filter: RecordFilter) -> Result<RecordIter, AuditError> {
        twilio_sdk_audit::search_log(&self.path, filter)
    }

    /// Verifies the hash chain.
    ///
    /// # Errors
    ///
    /// The same errors as [`verify_log`](twilio_sdk_audit::verify_log).
    pub fn verify(&self, kept: Option<&ChainHead>) -> Result<VerifiedLog, VerifyError> {
        twilio_sdk_audit::verify_log(&self.path, kept)
    }
}
