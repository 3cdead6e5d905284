use std::collections::BTreeMap;
use std::collections::btree_map;
use std::fmt;
use std::sync::Arc;

use twilio_sdk_types::SecretString;

/// Resolves `secret://NAME` references in configuration files.
///
/// `Vault` of `twilio-sdk-vault` is a source, [`MemorySecretSource`] is one (for example filled from HashiCorp Vault), and
/// your own type may be one. Configuration files are read without awaiting anything: fetch secrets from another server
/// first. `ConfigLoader::secret_names` of `twilio-sdk` lists the names that a file needs.
pub trait SecretSource: Send + Sync {
    /// Returns the secret of this name.
    ///
    /// # Errors
    ///
    /// [`SecretError`] says why the source has no such secret.
    fn resolve(&self, name: &str) -> Result<SecretString, SecretError>;
}

impl<S: SecretSource + ?Sized> SecretSource for Arc<S> {
    fn resolve(&self, name: &str) -> Result<SecretString, SecretError> {
        (**self).resolve(name)
    }
}

impl<S: SecretSource + ?Sized> SecretSource for Box<S> {
    fn resolve(&self, name: &str) -> Result<SecretString, SecretError> {
        (**self).resolve(name)
    }
}

impl<S: SecretSource + ?Sized> SecretSource for &S {
    fn resolve(&self, name: &str) -> Result<SecretString, SecretError> {
        (**self).resolve(name)
    }
}

/// Reason why a secret could not be resolved.
///
/// It does not contain the name, which may be a secret that was written in the wrong place.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecretError {
    /// The source has no secret of this name.
    NotFound,
    /// The secret has expired.
    Expired,
    /// The value is not a string, and the name selects no field that is one.
    NotString,
    /// The source is unavailable. The string says why, and must not contain a secret.
    Unavailable(String),
}

impl fmt::Display for SecretError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("the secret source has no secret of this name"),
            Self::Expired => f.write_str("the secret of this name has expired"),
            Self::NotString => f.write_str(
                "the secret of this name is not a string; select one of its fields, as in `NAME#FIELD`",
            ),
            Self::Unavailable(why) => write!(f, "the secret source is unavailable: {why}"),
        }
    }
}

impl std::error::Error for SecretError {}

/// Secrets in memory, by name. They are zeroized on drop.
///
/// ```
/// use twilio_sdk_config::{MemorySecretSource, SecretError, SecretSource};
///
/// let secrets = MemorySecretSource::from_iter([("twilio", "the secret of an API key")]);
/// assert_eq!(secrets.resolve("twilio")?.expose_secret(), "the secret of an API key");
/// assert_eq!(secrets.resolve("other").unwrap_err(), SecretError::NotFound);
/// # Ok::<(), SecretError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct MemorySecretSource(BTreeMap<String, SecretString>);

impl MemorySecretSource {
    /// Creates an empty source.
    pub fn new() -> Self {
        Self::default()
    }

    /// Inserts a secret, replacing one of the same name.
    pub fn insert(&mut self, name: impl Into<String>, secret: impl Into<SecretString>) {
        self.0.insert(name.into(), secret.into());
    }
}

impl<N: Into<String>, S: Into<SecretString>> FromIterator<(N, S)> for MemorySecretSource {
    fn from_iter<I: IntoIterator<Item = (N, S)>>(secrets: I) -> Self {
        let mut source = Self::new();
        source.extend(secrets);
        source
    }
}

impl<N: Into<String>, S: Into<SecretString>> Extend<(N, S)> for MemorySecretSource {
    fn extend<I: IntoIterator<Item = (N, S)>>(&mut self, secrets: I) {
        self.0.extend(secrets.into_iter().map(|(name, secret)| (name.into(), secret.into())));
    }
}

impl IntoIterator for MemorySecretSource {
    type Item = (String, SecretString);
    type IntoIter = btree_map::IntoIter<String, SecretString>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'s> IntoIterator for &'s MemorySecretSource {
    type Item = (&'s String, &'s SecretString);
    type IntoIter = btree_map::Iter<'s, String, SecretString>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl SecretSource for MemorySecretSource {
    fn resolve(&self, name: &str) -> Result<SecretString, SecretError> {
        self.0.get(name).cloned().ok_or(SecretError::NotFound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_go_in_and_out_as_a_collection() {
        let mut secrets = MemorySecretSource::from_iter([("a", "1")]);
        secrets.extend([("b", "2")]);
        secrets.insert("a", "3");
        let names: Vec<&str> = (&secrets).into_iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["a", "b"]);
        assert!(!format!("{secrets:?}").contains('3'));
        let values: Vec<String> =
            secrets.into_iter().map(|(_, secret)| secret.expose_secret().to_owned()).collect();
        assert_eq!(values, ["3", "2"]);
    }
}
