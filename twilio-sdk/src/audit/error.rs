use std::fmt;

/// Why an event could not be recorded, or a log not be read.
#[derive(Debug)]
#[non_exhaustive]
pub enum AuditError {
    /// A file or folder cannot be used; the text says which.
    Io {
        /// What was tried.
        what: String,
        /// Why it failed.
        source: std::io::Error,
    },
    /// Users other than this program's own can use a file or the folder of the log; the text says which, and the command
    /// to run.
    OpenToOthers(String),
    /// Another process kept the log locked until the time-out.
    Busy,
    /// The log is not as it was left: lines are missing or were changed. Nothing is appended to it.
    Broken(String),
    /// A recorder of one's own failed.
    Other(String),
}

#[cfg(feature = "audit")]
impl AuditError {
    /// The same, with the log whose file it was.
    pub(super) fn at(self, log: &std::path::Path) -> Self {
        let path = log.display().to_string();
        match self {
            Self::Io { what, source } if !what.contains(&path) => {
                Self::Io { what: format!("{path}: {what}"), source }
            }
            other => other,
        }
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
            Self::OpenToOthers(what) => write!(f, "audit: {what}"),
            Self::Busy => f.write_str("audit: another process keeps the log locked"),
            Self::Broken(what) => write!(f, "audit: the log is not as it was left: {what}"),
            Self::Other(what) => write!(f, "audit: {what}"),
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
