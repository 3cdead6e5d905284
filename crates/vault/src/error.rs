use std::fmt;
use std::io;

use twilio_sdk_audit::AuditError;

/// Error of a vault. After an error the file is unchanged.
#[derive(Debug)]
#[non_exhaustive]
pub enum VaultError {
    /// The file does not exist.
    FileNotFound,
    /// A file of this name already exists. It is left unchanged.
    AlreadyExists,
    /// The passphrase is empty.
    EmptyPassphrase,
    /// The passphrase is wrong.
    WrongPassphrase,
    /// The passphrase of the file was changed since it was opened.
    Rekeyed,
    /// The file is not a vault, was changed by another program, or has a newer version. It is never overwritten.
    Corrupt(&'static str),
    /// Other users have permissions on the file or its directory.
    InsecurePermissions(&'static str),
    /// The platform has no file modes; see [`allow_unprotected_files`](crate::VaultOptions::allow_unprotected_files).
    Unprotected,
    /// Another process kept the file locked until the timeout.
    Locked,
    /// The vault has no entry of this name.
    NotFound(String),
    /// The entry has expired.
    Expired(String),
    /// The requested value of the entry is not a string.
    NotString(String),
    /// A name is empty, longer than 256 bytes, or contains control characters.
    InvalidName,
    /// The entries together would exceed 16 MiB.
    TooLarge,
    /// The JSON is nested in more than about 120 levels.
    TooDeep,
    /// The [`Argon2Params`](crate::Argon2Params) are out of bounds.
    InvalidArgon2Params,
    /// The system's random generator or the key derivation failed.
    Crypto,
    /// The system has no keyring, or none is reachable. The string says why.
    KeyringUnavailable(String),
    /// The system's keyring has no passphrase of this name.
    KeyringEntryNotFound,
    /// The system's keyring failed. The string says why.
    Keyring(String),
    /// The file cannot be read or written.
    Io(io::Error),
    /// The audit event could not be written, so nothing was done: the secret is not returned, the change not made.
    Audit(AuditError),
}

impl VaultError {
    /// Returns whether the file or the entry does not exist.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::FileNotFound | Self::NotFound(_) | Self::KeyringEntryNotFound)
    }

    /// Returns whether the passphrase is wrong, empty, or was changed.
    pub fn is_passphrase(&self) -> bool {
        matches!(self, Self::WrongPassphrase | Self::EmptyPassphrase | Self::Rekeyed)
    }

    /// Returns whether another process kept the file locked, so that a retry may succeed.
    pub fn is_locked(&self) -> bool {
        matches!(self, Self::Locked)
    }

    /// Returns whether the file is not a vault or was damaged.
    pub fn is_corrupt(&self) -> bool {
        matches!(self, Self::Corrupt(_))
    }
}

impl fmt::Display for VaultError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("vault: ")?;
        match self {
            Self::FileNotFound => f.write_str("the file does not exist"),
            Self::AlreadyExists => f.write_str("a file of this name already exists"),
            Self::EmptyPassphrase => f.write_str("the passphrase is empty"),
            Self::WrongPassphrase => f.write_str("the passphrase is wrong"),
            Self::Rekeyed => f.write_str("the passphrase of the file was changed; open it again"),
            Self::Corrupt(why) => write!(f, "the file cannot be read: {why}"),
            Self::InsecurePermissions("directory") => {
                f.write_str("the directory of the file is accessible to other users; run `chmod 700` on it")
            }
            Self::InsecurePermissions(what) => {
                write!(f, "the {what} is accessible to other users; run `chmod 600` on it")
            }
            Self::Unprotected => f.write_str(
                "this platform has no file modes that keep other users from the file; accept that with \
                 `allow_unprotected_files`",
            ),
            Self::Locked => f.write_str("another process keeps the file locked; try again later"),
            Self::NotFound(name) => write!(f, "no entry {name:?}"),
            Self::Expired(name) => write!(f, "the entry {name:?} has expired"),
            Self::NotString(name) => write!(f, "the requested value of the entry {name:?} is not a string"),
            Self::InvalidName => {
                f.write_str("the name of an entry must have 1 to 256 bytes and no control characters")
            }
            Self::TooLarge => f.write_str("the entries together would exceed 16 MiB"),
            Self::TooDeep => f.write_str("the JSON is nested too deeply"),
            Self::InvalidArgon2Params => f.write_str(
                "the Argon2 parameters must be 8 KiB to 1 GiB of memory for each of 1 to 16 lanes, and 1 to 64 passes",
            ),
            Self::Crypto => {
                f.write_str("the key derivation failed; the system's random generator may be unavailable")
            }
            Self::KeyringUnavailable(why) => write!(f, "the system's keyring is unavailable: {why}"),
            Self::KeyringEntryNotFound => f.write_str("the system's keyring has no passphrase of this name"),
            Self::Keyring(why) => write!(f, "the system's keyring: {why}"),
            Self::Io(error) => write!(f, "{error}"),
            Self::Audit(error) => write!(f, "the audit event could not be written: {error}"),
        }
    }
}

impl std::error::Error for VaultError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            Self::Audit(error) => Some(error),
            _ => None,
        }
    }
}

impl From<io::Error> for VaultError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::FileNotFound,
            _ => Self::Io(error),
        }
    }
}

impl From<AuditError> for VaultError {
    fn from(error: AuditError) -> Self {
        Self::Audit(error)
    }
}
