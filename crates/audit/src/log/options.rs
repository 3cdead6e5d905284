use std::path::{Path, PathBuf};
use std::time::Duration;

use super::AuditLog;
use crate::AuditError;

/// The policy of syncing records to disk, so that they survive a crash of the machine and not only of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncPolicy {
    /// Before [`record`](crate::AuditSink::record) returns. The default.
    EveryRecord,
    /// With the first record after this interval, by [`AuditLog::flush`], and when the log is dropped.
    ///
    /// A crash of the machine loses the records since the last sync. If it leaves a head that does not match the records,
    /// the log is not written to any more, and has to be moved away.
    Interval(Duration),
}

/// Settings of an [`AuditLog`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditLogOptions {
    pub(super) path: PathBuf,
    pub(super) max_file_bytes: u64,
    pub(super) sync_policy: SyncPolicy,
    pub(super) lock_timeout: Duration,
    pub(super) allow_unprotected_files: bool,
}

impl AuditLogOptions {
    /// The size in bytes at which a file is rotated: 16 MiB.
    pub const DEFAULT_MAX_FILE_BYTES: u64 = 16 << 20;

    /// Creates the default settings, which each method names.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            max_file_bytes: Self::DEFAULT_MAX_FILE_BYTES,
            sync_policy: SyncPolicy::EveryRecord,
            lock_timeout: Duration::from_secs(10),
            allow_unprotected_files: false,
        }
    }

    /// Returns the path of the log's current file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Sets the size at which a file is rotated. A record that would exceed it starts the next file. Default: 16 MiB.
    pub fn max_file_bytes(mut self, bytes: u64) -> Self {
        self.max_file_bytes = bytes;
        self
    }

    /// Sets when records are synced to disk. Default: [`SyncPolicy::EveryRecord`].
    pub fn sync_policy(mut self, policy: SyncPolicy) -> Self {
        self.sync_policy = policy;
        self
    }

    /// Sets how long to wait for the lock of another process that writes. Default: 10 s.
    pub fn lock_timeout(mut self, timeout: Duration) -> Self {
        self.lock_timeout = timeout;
        self
    }

    /// Accepts platforms without file modes, such as Windows, where other users may read the log. Default: `false`, which
    /// makes [`open`](Self::open) an error there. On Unix it changes nothing.
    pub fn allow_unprotected_files(mut self, accept: bool) -> Self {
        self.allow_unprotected_files = accept;
        self
    }

    /// Opens the log, creating it if it is missing.
    ///
    /// # Errors
    ///
    /// The same errors as [`AuditLog::open`].
    pub fn open(self) -> Result<AuditLog, AuditError> {
        AuditLog::with(self)
    }
}
