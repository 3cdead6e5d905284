use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::types::SecretString;

/// Where secrets that configuration names come from: what `secret://NAME` stands for.
///
/// A vault is one (feature `vault`), [`Secrets`] that were fetched before are one (from HashiCorp's Vault with feature
/// `hashicorp-vault`), and a program's own type may be one. Configuration is read without waiting for anything, so a
/// source on another server is asked before: `ConfigLoader::secret_names` (feature `config-file`) lists the names.
pub trait SecretSource: Send + Sync {
    /// The secret of a name.
    ///
    /// # Errors
    ///
    /// [`SecretError`] says why there is none.
    fn resolve(&self, name: &str) -> Result<SecretString, SecretError>;
}

impl<S: SecretSource + ?Sized> SecretSource for Arc<S> {
    fn resolve(&self, name: &str) -> Result<SecretString, SecretError> {
        (**self).resolve(name)
    }
}

impl<S: SecretSource + ?Sized> SecretSource for &S {
    fn resolve(&self, name: &str) -> Result<SecretString, SecretError> {
        (**self).resolve(name)
    }
}

/// Why there is no secret of a name. It shows no name, which may be a secret that was put in the wrong place.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecretError {
    /// The source has none of this name.
    NotFound,
    /// Its time is over.
    Expired,
    /// What is there is no text, and the name says no field of it that is one.
    NotText,
    /// The source cannot be asked; the text says why, and must hold no secret.
    Unavailable(String),
}

impl fmt::Display for SecretError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("the source of secrets has none of this name"),
            Self::Expired => f.write_str("the secret of this name has expired"),
            Self::NotText => {
                f.write_str("the secret of this name is no text; name one of its fields, as in `NAME#FIELD`")
            }
            Self::Unavailable(why) => write!(f, "the source of secrets cannot be asked: {why}"),
        }
    }
}

impl std::error::Error for SecretError {}

/// Secrets in memory, by name, wiped when they are dropped.
///
/// ```
/// use twilio_sdk::{SecretError, SecretSource, Secrets};
///
/// let secrets = Secrets::from_iter([("twilio", "the secret of an API key")]);
/// assert_eq!(secrets.resolve("twilio")?.expose_secret(), "the secret of an API key");
/// assert_eq!(secrets.resolve("other").unwrap_err(), SecretError::NotFound);
/// # Ok::<(), SecretError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Secrets(BTreeMap<String, SecretString>);

impl Secrets {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts one in.
    pub fn insert(&mut self, name: impl Into<String>, secret: impl Into<SecretString>) {
        self.0.insert(name.into(), secret.into());
    }
}

impl<N: Into<String>, S: Into<SecretString>> FromIterator<(N, S)> for Secrets {
    fn from_iter<I: IntoIterator<Item = (N, S)>>(secrets: I) -> Self {
        Self(secrets.into_iter().map(|(name, secret)| (name.into(), secret.into())).collect())
    }
}

impl SecretSource for Secrets {
    fn resolve(&self, name: &str) -> Result<SecretString, SecretError> {
        self.0.get(name).cloned().ok_or(SecretError::NotFound)
    }
}

/// What a configuration names without having it: finds out which names there are.
#[cfg(feature = "config-file")]
#[derive(Default)]
pub(super) struct Asked(std::sync::Mutex<std::collections::BTreeSet<String>>);

#[cfg(feature = "config-file")]
impl Asked {
    pub(super) fn names(&self) -> Vec<String> {
        let names = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        names.iter().cloned().collect()
    }
}

#[cfg(feature = "config-file")]
impl SecretSource for Asked {
    fn resolve(&self, name: &str) -> Result<SecretString, SecretError> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(name.to_owned());
        Err(SecretError::NotFound)
    }
}
