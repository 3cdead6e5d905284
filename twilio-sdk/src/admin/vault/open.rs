use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use crate::admin::exit::{Done, Failure};
use crate::admin::person::Person;
use crate::admin::secret_input;
use crate::admin::session::Session;
use crate::types::SecretString;
use crate::vault::{Vault, VaultOptions};

/// A new passphrase has at least so many characters (NIST SP 800-63B-4, section 3.1.1.2): whoever has the file can try
/// as many as they like.
const LEAST: usize = 15;

/// Which vault, and where its passphrase is.
#[derive(Args, Debug)]
#[command(next_help_heading = "Options of the vault")]
pub(in crate::admin) struct VaultArgs {
    /// The vault [default: secrets.vault in --home]
    #[arg(long, global = true, value_name = "FILE", env = "TWILIO_ADMIN_VAULT", hide_env_values = true)]
    vault: Option<PathBuf>,
    /// A file with the vault's passphrase, of mode 0600; it is asked for unless given
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "TWILIO_ADMIN_PASSPHRASE_FILE",
        hide_env_values = true
    )]
    passphrase_file: Option<PathBuf>,
}

impl VaultArgs {
    pub(super) fn path(&self, session: &Session) -> Done<PathBuf> {
        let path = session.places.vault(self.vault.as_ref())?;
        session.nobody_beside(&path)?;
        Ok(path)
    }

    /// Why there is no vault to be opened, where there is none.
    pub(in crate::admin) fn missing(&self, session: &Session) -> Done<Option<Failure>> {
        let path = self.path(session)?;
        let none =
            || Failure::name("there is no vault; twilio-admin vault init makes one").at(path.display());
        Ok((!path.try_exists().unwrap_or(true)).then(none))
    }

    /// Opens the vault, with its passphrase.
    pub(in crate::admin) fn open(&self, session: &Session, person: &Person) -> Done<Vault> {
        let path = self.path(session)?;
        // Nobody should type a passphrase for nothing.
        if let Some(none) = self.missing(session)? {
            return Err(none);
        }
        let passphrase = match &self.passphrase_file {
            Some(file) => secret_input::from_file(file, "--passphrase-file")?,
            None => session.input.ask("Passphrase of the vault")?,
        };
        options(&path, person).open(&passphrase).map_err(|error| Failure::from(error).at(path.display()))
    }

    /// The passphrase of a vault that is to be made.
    pub(super) fn new_passphrase(&self, session: &Session) -> Done<SecretString> {
        let passphrase = match &self.passphrase_file {
            Some(file) => secret_input::from_file(file, "--passphrase-file")?,
            None => session.input.ask_new("New passphrase of the vault")?,
        };
        long_enough(passphrase)
    }
}

pub(super) fn options(path: &Path, person: &Person) -> VaultOptions {
    VaultOptions::new(path).audit(Arc::clone(&person.audit)).actor(person.name.clone())
}

pub(super) fn long_enough(passphrase: SecretString) -> Done<SecretString> {
    match passphrase.expose_secret().chars().count() >= LEAST {
        true => Ok(passphrase),
        false => Err(Failure::usage(format!(
            "the new passphrase has fewer than {LEAST} characters, which are soon guessed by whoever has the file; \
             nothing was changed"
        ))),
    }
}
