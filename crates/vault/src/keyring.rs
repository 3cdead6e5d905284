use ::keyring::{Entry, Error};

use crate::VaultError;
use twilio_sdk_types::SecretString;

/// Stores the passphrase of a vault in the system's keyring: the Keychain of macOS, the Credential Manager of Windows, or
/// the Secret Service elsewhere, such as GNOME's or KDE's.
///
/// Servers usually have no keyring. Every method then returns [`VaultError::KeyringUnavailable`], and the passphrase must come
/// from elsewhere; there is no fallback. Methods block, and may wait for a user to unlock the keyring.
///
/// ```no_run
/// # fn example() -> Result<(), twilio_sdk_vault::VaultError> {
/// use twilio_sdk_vault::{Keyring, Vault};
///
/// let keyring = Keyring::new("my-service", "vault");
/// let vault = Vault::open("secrets.vault", &keyring.passphrase()?)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Keyring {
    service: String,
    account: String,
}

impl Keyring {
    /// Selects a passphrase by the name of the program and an account.
    pub fn new(service: impl Into<String>, account: impl Into<String>) -> Self {
        Self { service: service.into(), account: account.into() }
    }

    /// Returns the passphrase.
    ///
    /// # Errors
    ///
    /// [`VaultError::KeyringUnavailable`], [`VaultError::KeyringEntryNotFound`], and [`VaultError::Keyring`] if the keyring fails.
    pub fn passphrase(&self) -> Result<SecretString, VaultError> {
        self.entry()?.get_password().map(Into::into).map_err(failed)
    }

    /// Stores a passphrase, replacing an earlier one.
    ///
    /// # Errors
    ///
    /// The same errors as [`passphrase`](Self::passphrase), and [`VaultError::EmptyPassphrase`].
    pub fn store(&self, passphrase: &SecretString) -> Result<(), VaultError> {
        if passphrase.is_empty() {
            return Err(VaultError::EmptyPassphrase);
        }
        self.entry()?.set_password(passphrase.expose_secret()).map_err(failed)
    }

    /// Deletes the passphrase.
    ///
    /// # Errors
    ///
    /// The same errors as [`passphrase`](Self::passphrase).
    pub fn remove(&self) -> Result<(), VaultError> {
        self.entry()?.delete_credential().map_err(failed)
    }

    fn entry(&self) -> Result<Entry, VaultError> {
        if let Err(error) = Entry::store_status() {
            return Err(VaultError::KeyringUnavailable(error.to_string()));
        }
        Entry::new(&self.service, &self.account).map_err(failed)
    }
}

/// Converts an error. Some of them contain the secret, so their own messages are not shown.
fn failed(error: Error) -> VaultError {
    match error {
        Error::NoEntry => VaultError::KeyringEntryNotFound,
        Error::NoDefaultStore => VaultError::KeyringUnavailable("there is no keyring".to_owned()),
        Error::BadEncoding(_) | Error::BadDataFormat(..) => {
            VaultError::Keyring("the stored value is not a passphrase".to_owned())
        }
        Error::Ambiguous(_) => VaultError::Keyring("there are several entries of this name".to_owned()),
        Error::PlatformFailure(why) | Error::NoStorageAccess(why) => VaultError::Keyring(why.to_string()),
        Error::TooLong(what, most) => VaultError::Keyring(format!("{what} is longer than {most} characters")),
        Error::Invalid(what, why) => VaultError::Keyring(format!("{what} is invalid: {why}")),
        _ => VaultError::Keyring("the operation failed".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_error_shows_the_stored_value() {
        let broken = || Error::BadDataFormat(b"s3cret".to_vec(), "s3cret".into());
        for error in [Error::BadEncoding(b"s3cret".to_vec()), broken()] {
            let error = failed(error);
            assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
        }
        assert!(matches!(failed(Error::NoEntry), VaultError::KeyringEntryNotFound));
        assert!(matches!(failed(Error::NoDefaultStore), VaultError::KeyringUnavailable(_)));
        assert!(matches!(failed(Error::NoStorageAccess("locked".into())), VaultError::Keyring(_)));
    }
}
