use std::fmt;

/// The error of recording an event, or of reading a log.
#[derive(Debug)]
#[non_exhaustive]
pub enum AuditError {
    /// A file or folder cannot be used.
    Io {
        /// The file or folder, or the operation on it.
        what: String,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// Other users can use a file or the folder of the log. The message names it, and the command that mends it.
    InsecurePermissions(String),
    /// Another process kept the log locked until the timeout.
    Locked,
    /// Lines of the log are missing or were changed. Nothing is appended to it.
    Corrupt(String),
    /// The error of another [`AuditSink`](crate::AuditSink).
    Other(String),
}

impl AuditError {
    /// Returns whether another process kept the log locked until the timeout. Retrying may succeed.
    pub fn is_locked(&self) -> bool {
        matches!(self, Self::Locked)
    }

    /// Returns whether the log's files are accessible to other users.
    pub fn is_insecure_permissions(&self) -> bool {
        matches!(self, Self::InsecurePermissions(_))
    }

    /// Returns whether lines of the log are missing or were changed.
    pub fn is_corrupt(&self) -> bool {
        matches!(self, Self::Corrupt(_))
    }
}

impl fmt::Display for AuditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { what, source } => {
                write!(f, "audit: {what}: {source}")?;
                match source.kind() {
                    std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
                        f.write_str("; the disk is full: free space on it")
                    }
                    _ => Ok(()),
                }
            }
            Self::InsecurePermissions(what) | Self::Other(what) => write!(f, "audit: {what}"),
            Self::Locked => {
                f.write_str("audit: another process keeps the log locked; try again when it has ended")
            }
            Self::Corrupt(what) => {
                write!(f, "audit: the log was changed: {what}; move it away and keep it as evidence")
            }
        }
    }
}

impl std::error::Error for AuditError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}
