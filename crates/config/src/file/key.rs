//! Requested keys.

/// A requested key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) path: String,
    pub(crate) kind: Kind,
}

/// Says whether a value is a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Open,
    Secret,
    /// A secret if it is PEM, and none if it is the path of a file.
    SecretPem,
}
