use std::path::{Path, PathBuf};
use std::time::Duration;

use super::AuditLog;
use crate::audit::AuditError;

/// When lines are made to survive the machine's failing, and not only the program's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncPolicy {
    /// Before [`record`](crate::audit::AuditSink::record) returns: what is recorded is on disk. The default.
    EveryRecord,
    /// With the first line that comes when so much time has passed since the last time, and by
    /// [`AuditLog::flush`] and at the log's end. A machine that fails takes the lines since with it; where it leaves a
    /// head that does not fit the lines, the log is not written to any more, and has to be put aside.
    Interval(Duration),
}

/// How a log is kept.
#[derive(Clone, Debug)]
pub struct AuditLogOptions {
    pub(super) path: PathBuf,
    pub(super) max_file_bytes: u64,
    pub(super) sync_policy: SyncPolicy,
    pub(super) lock_timeout: Duration,
}

impl AuditLogOptions {
    /// The largest file before the next one is begun: 16 MiB.
    pub const DEFAULT_MAX_FILE_BYTES: u64 = 16 << 20;

    /// The defaults, which each method names.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            max_file_bytes: Self::DEFAULT_MAX_FILE_BYTES,
            sync_policy: SyncPolicy::EveryRecord,
            lock_timeout: Duration::from_secs(10),
        }
    }

    /// Where the log is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How many bytes a file may have; a line that would pass it begins the next file. 16 MiB unless set.
    pub fn max_file_bytes(mut self, bytes: u64) -> Self {
        self.max_file_bytes = bytes;
        self
    }

    /// When lines are made to survive the machine's failing; each at once unless set.
    pub fn sync_policy(mut self, policy: SyncPolicy) -> Self {
        self.sync_policy = policy;
        self
    }

    /// How long to wait for another process that writes; 10 s unless set.
    pub fn lock_timeout(mut self, timeout: Duration) -> Self {
        self.lock_timeout = timeout;
        self
    }

    /// Opens the log, or begins it.
    ///
    /// # Errors
    ///
    /// As of [`AuditLog::open`].
    pub fn open(self) -> Result<AuditLog, AuditError> {
        AuditLog::with(self)
    }
}
