use std::path::{Path, PathBuf};
use std::time::Duration;

use super::AuditLog;
use crate::audit::AuditError;

/// When lines are made to survive the machine's failing, and not only the program's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fsync {
    /// Before [`record`](crate::audit::Audit::record) returns: what is recorded is on disk. The default.
    EachLine,
    /// With the first line that comes when so much time has passed since the last time, and by
    /// [`AuditLog::flush`] and at the log's end. A machine that fails takes the lines since with it; where it leaves a
    /// head that does not fit the lines, the log is not written to any more, and has to be put aside.
    Interval(Duration),
}

/// How a log is kept.
#[derive(Clone, Debug)]
pub struct AuditLogOptions {
    pub(super) path: PathBuf,
    pub(super) most_bytes: u64,
    pub(super) fsync: Fsync,
    pub(super) lock_timeout: Duration,
}

impl AuditLogOptions {
    /// The largest file before the next one is begun: 16 MiB.
    pub const DEFAULT_MOST_BYTES: u64 = 16 << 20;

    /// The defaults, which each method names.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            most_bytes: Self::DEFAULT_MOST_BYTES,
            fsync: Fsync::EachLine,
            lock_timeout: Duration::from_secs(10),
        }
    }

    /// Where the log is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How many bytes a file may have; a line that would pass it begins the next file. 16 MiB unless set.
    pub fn most_bytes(mut self, bytes: u64) -> Self {
        self.most_bytes = bytes;
        self
    }

    /// When lines are made to survive the machine's failing; each at once unless set.
    pub fn fsync(mut self, fsync: Fsync) -> Self {
        self.fsync = fsync;
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
