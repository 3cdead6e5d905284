use std::fmt;

/// Why a secret cannot be had.
#[derive(Debug)]
pub struct HashicorpVaultError {
    name: String,
    kind: HashicorpVaultErrorKind,
}

impl HashicorpVaultError {
    pub(super) fn new(name: &str, kind: HashicorpVaultErrorKind) -> Self {
        Self { name: name.to_owned(), kind }
    }

    /// The name that was asked for.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What is wrong.
    pub fn kind(&self) -> &HashicorpVaultErrorKind {
        &self.kind
    }
}

/// What is wrong. Nothing of the server's answer is shown but its status.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HashicorpVaultErrorKind {
    /// The name is no path with perhaps a version and a field.
    Name,
    /// The path, the version or the field is not there, or was deleted; or the engine is another than version 2.
    NotFound,
    /// The field is no text.
    NotString,
    /// The token is wrong, has expired, or may not read the path.
    Denied,
    /// The server answered with this status: 503 where it is sealed, 307 where it is a standby of another server.
    Status(u16),
    /// The answer is none of the engine's.
    Unreadable,
    /// The server did not answer.
    Unavailable(String),
}

impl fmt::Display for HashicorpVaultErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name => f.write_str("it must be a path, as in PATH, PATH#FIELD or PATH?version=3#FIELD"),
            Self::NotFound => f.write_str("there is no such path, version or field"),
            Self::NotString => f.write_str("the field is no text"),
            Self::Denied => f.write_str("the token is not valid, or may not read it"),
            Self::Status(503) => f.write_str("the server is sealed or under maintenance (503)"),
            Self::Status(307) => {
                f.write_str("the server is a standby; give the address of the active one (307)")
            }
            Self::Status(status) => write!(f, "the server answers with status {status}"),
            Self::Unreadable => f.write_str("the answer is none of a key/value engine of version 2"),
            Self::Unavailable(why) => write!(f, "the server does not answer: {why}"),
        }
    }
}

impl fmt::Display for HashicorpVaultError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "secret {:?} of HashiCorp's Vault: {}", self.name, self.kind)
    }
}

impl std::error::Error for HashicorpVaultError {}
