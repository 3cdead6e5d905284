use keyring::{Entry, Error};

use super::VaultError;
use crate::types::SecretString;

/// The passphrase of a vault in the system's key ring: the Keychain of macOS, the Credential Manager of Windows, the
/// Secret Service elsewhere, such as GNOME's or KDE's.
///
/// Servers usually have none; then every call is [`VaultError::NoKeyRing`], and the passphrase has to come from
/// elsewhere. Nothing is ever made up in its place. Calls block, and may wait for a user who is asked to unlock the ring.
///
/// ```no_run
/// # fn example() -> Result<(), twilio_sdk::vault::VaultError> {
/// use twilio_sdk::vault::{Keyring, Vault};
///
/// let ring = Keyring::new("my-service", "vault");
/// let vault = Vault::open("secrets.vault", &ring.passphrase()?)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Keyring {
    service: String,
    account: String,
}

impl Keyring {
    /// The place of a passphrase: a program and a name below it.
    pub fn new(service: impl Into<String>, account: impl Into<String>) -> Self {
        Self { service: service.into(), account: account.into() }
    }

    /// The passphrase.
    ///
    /// # Errors
    ///
    /// [`VaultError::NoKeyRing`], [`VaultError::NotInKeyRing`], and [`VaultError::Keyring`] where the ring refuses.
    pub fn passphrase(&self) -> Result<SecretString, VaultError> {
        self.entry()?.get_password().map(Into::into).map_err(failed)
    }

    /// Puts a passphrase in, in place of the one before.
    ///
    /// # Errors
    ///
    /// As of [`passphrase`](Self::passphrase); an empty one is refused.
    pub fn store(&self, passphrase: &SecretString) -> Result<(), VaultError> {
        if passphrase.is_empty() {
            return Err(VaultError::EmptyPassphrase);
        }
        self.entry()?.set_password(passphrase.expose_secret()).map_err(failed)
    }

    /// Takes the passphrase out.
    ///
    /// # Errors
    ///
    /// As of [`passphrase`](Self::passphrase).
    pub fn remove(&self) -> Result<(), VaultError> {
        self.entry()?.delete_credential().map_err(failed)
    }

    fn entry(&self) -> Result<Entry, VaultError> {
        if let Err(error) = Entry::store_status() {
            return Err(VaultError::NoKeyRing(error.to_string()));
        }
        Entry::new(&self.service, &self.account).map_err(failed)
    }
}

/// Some of these errors hold the secret, so their own texts are not all shown.
fn failed(error: Error) -> VaultError {
    match error {
        Error::NoEntry => VaultError::NotInKeyRing,
        Error::NoDefaultStore => VaultError::NoKeyRing("there is none".to_owned()),
        Error::BadEncoding(_) | Error::BadDataFormat(..) => {
            VaultError::Keyring("what it holds is no passphrase".to_owned())
        }
        Error::Ambiguous(_) => VaultError::Keyring("it holds several of this name".to_owned()),
        Error::PlatformFailure(why) | Error::NoStorageAccess(why) => VaultError::Keyring(why.to_string()),
        Error::TooLong(what, most) => VaultError::Keyring(format!("{what} is longer than {most} characters")),
        Error::Invalid(what, why) => VaultError::Keyring(format!("{what} cannot be used: {why}")),
        _ => VaultError::Keyring("it does not do what is asked for".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_error_shows_what_the_ring_holds() {
        let broken = || Error::BadDataFormat(b"s3cret".to_vec(), "s3cret".into());
        for error in [Error::BadEncoding(b"s3cret".to_vec()), broken()] {
            let error = failed(error);
            assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
        }
        assert!(matches!(failed(Error::NoEntry), VaultError::NotInKeyRing));
        assert!(matches!(failed(Error::NoDefaultStore), VaultError::NoKeyRing(_)));
        assert!(matches!(failed(Error::NoStorageAccess("locked".into())), VaultError::Keyring(_)));
    }
}
