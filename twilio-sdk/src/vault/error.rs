use std::fmt;
use std::io;

use crate::audit::AuditError;

/// Why a vault does not do what it is asked for. The file is as it was, whatever the error is.
#[derive(Debug)]
#[non_exhaustive]
pub enum VaultError {
    /// There is no file of this name.
    NoVault,
    /// There is a file of this name, and it is not touched.
    AlreadyThere,
    /// The passphrase is empty.
    EmptyPassphrase,
    /// The passphrase is not the file's.
    WrongPassphrase,
    /// The file was given another passphrase since it was opened.
    Rekeyed,
    /// The file is no vault, was changed by something else than a vault, or is of a newer version. It is never written
    /// over.
    Unreadable(&'static str),
    /// Others than its owner may use the file or its folder.
    OpenToOthers(&'static str),
    /// Another process kept the file locked until the time-out.
    Busy,
    /// There is no entry of this name.
    NotFound(String),
    /// The entry's time is over.
    Expired(String),
    /// The entry holds something else than a text where one is asked for, or nothing.
    NotText(String),
    /// A name is empty, longer than 256 bytes, or holds control characters.
    InvalidName,
    /// The entries together would be more than 16 MiB.
    TooLarge,
    /// The JSON is nested in more than about 120 levels.
    TooDeep,
    /// The parameters of [`Argon2Params`](super::Argon2Params) cannot be used.
    Argon2Params,
    /// The system's random generator, or the making of the key, failed.
    Crypto,
    /// The system has no key ring, or none that answers; the text says why.
    NoKeyRing(String),
    /// The system's key ring has no passphrase of this name.
    NotInKeyRing,
    /// The system's key ring does not hand the passphrase out, or does not take it; the text says why.
    Keyring(String),
    /// A file cannot be read or written.
    Io(io::Error),
    /// It could not be recorded, and was not done: a secret that was asked for is not handed out, and a change is not made.
    Audit(AuditError),
}

impl fmt::Display for VaultError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("vault: ")?;
        match self {
            Self::NoVault => f.write_str("the file is not there"),
            Self::AlreadyThere => f.write_str("there is a file of this name already"),
            Self::EmptyPassphrase => f.write_str("the passphrase is empty"),
            Self::WrongPassphrase => f.write_str("the passphrase is wrong"),
            Self::Rekeyed => f.write_str("the file was given another passphrase; open it again"),
            Self::Unreadable(why) => write!(f, "the file cannot be read: {why}"),
            Self::OpenToOthers("folder") => {
                f.write_str("others than its owner may use the folder of the file; give it the mode 0700")
            }
            Self::OpenToOthers(what) => {
                write!(f, "others than its owner may use the {what}; give it the mode 0600")
            }
            Self::Busy => f.write_str("another process keeps the file locked"),
            Self::NotFound(name) => write!(f, "there is no entry {name:?}"),
            Self::Expired(name) => write!(f, "the entry {name:?} has expired"),
            Self::NotText(name) => write!(f, "what is asked for of the entry {name:?} is no text"),
            Self::InvalidName => {
                f.write_str("the name of an entry has 1 to 256 bytes and no control characters")
            }
            Self::TooLarge => f.write_str("the entries together would be more than 16 MiB"),
            Self::TooDeep => f.write_str("the JSON is nested too deeply"),
            Self::Argon2Params => f.write_str(
                "the work factor must have 8 KiB to 1 GiB of memory for each of 1 to 16 lanes, and 1 to 64 passes",
            ),
            Self::Crypto => f.write_str("the key cannot be made; the system's random generator may fail"),
            Self::NoKeyRing(why) => write!(f, "the system has no key ring that can be used: {why}"),
            Self::NotInKeyRing => f.write_str("the system's key ring has no passphrase of this name"),
            Self::Keyring(why) => write!(f, "the system's key ring: {why}"),
            Self::Io(error) => write!(f, "{error}"),
            Self::Audit(error) => write!(f, "it cannot be recorded: {error}"),
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
            io::ErrorKind::NotFound => Self::NoVault,
            _ => Self::Io(error),
        }
    }
}

impl From<AuditError> for VaultError {
    fn from(error: AuditError) -> Self {
        Self::Audit(error)
    }
}
