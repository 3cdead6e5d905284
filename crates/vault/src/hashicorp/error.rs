use std::fmt;

/// Error of fetching a secret.
#[derive(Debug)]
pub struct HashicorpVaultError {
    name: String,
    kind: HashicorpVaultErrorKind,
}

impl HashicorpVaultError {
    pub(super) fn new(name: &str, kind: HashicorpVaultErrorKind) -> Self {
        Self { name: name.to_owned(), kind }
    }

    /// Returns the requested name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the kind of error.
    pub fn kind(&self) -> &HashicorpVaultErrorKind {
        &self.kind
    }
}

/// Kind of a [`HashicorpVaultError`]. Shows nothing of the response but its status.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HashicorpVaultErrorKind {
    /// The name is not a path, optionally with a version and a field.
    InvalidName,
    /// The path, the version or the field does not exist or was deleted, or the engine is not of version 2.
    NotFound,
    /// The field is not a string.
    NotString,
    /// The token is wrong, has expired, or lacks the permission to read the path.
    Denied,
    /// The server returned this status: 503 if it is sealed, 307 if it is a standby of another server.
    Status(u16),
    /// The response is not one of a key/value engine of version 2.
    InvalidResponse,
    /// There was no response. The string says why.
    Unavailable(String),
}

impl fmt::Display for HashicorpVaultErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidName => {
                f.write_str("the name must be a path, as in PATH, PATH#FIELD or PATH?version=3#FIELD")
            }
            Self::NotFound => f.write_str("no such path, version or field"),
            Self::NotString => f.write_str("the field is not a string"),
            Self::Denied => f.write_str("the token is invalid, or lacks the permission to read it"),
            Self::Status(503) => f.write_str("the server is sealed or under maintenance (503)"),
            Self::Status(307) => {
                f.write_str("the server is a standby; give the address of the active one (307)")
            }
            Self::Status(status) => write!(f, "the server returned status {status}"),
            Self::InvalidResponse => {
                f.write_str("the response is not one of a key/value engine of version 2")
            }
            Self::Unavailable(why) => write!(f, "no response: {why}"),
        }
    }
}

impl fmt::Display for HashicorpVaultError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HashiCorp Vault: secret {:?}: {}", self.name, self.kind)
    }
}

impl std::error::Error for HashicorpVaultError {}
