use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use crate::caller::Caller;
use crate::exit::{Done, Failure};
use crate::secret_input;
use crate::session::Session;
use twilio_sdk::types::SecretString;
use twilio_sdk::vault::{Vault, VaultOptions};

/// The least number of characters of a new passphrase (NIST SP 800-63B-4, section 3.1.1.2): an attacker with the file can guess
/// without limit.
const MIN_CHARS: usize = 15;

/// The vault and the source of its passphrase.
#[derive(Args, Debug)]
#[command(next_help_heading = "Options of the vault")]
pub(crate) struct VaultArgs {
    /// The vault [default: secrets.vault in --home]
    #[arg(long, global = true, value_name = "FILE", env = "TWILIO_ADMIN_VAULT", hide_env_values = true)]
    vault: Option<PathBuf>,
    /// A file of mode 0600 with the vault's passphrase [default: a prompt]
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
        session.check_owner(&path)?;
        Ok(path)
    }

    /// Returns the error of a missing vault, if it is missing.
    pub(crate) fn missing(&self, session: &Session) -> Done<Option<Failure>> {
        let path = self.path(session)?;
        let none = || Failure::name("no vault; twilio-admin vault init creates one").at(path.display());
        Ok((!path.try_exists().unwrap_or(true)).then(none))
    }

    /// Opens the vault, with its passphrase.
    pub(crate) fn open(&self, session: &Session, caller: &Caller) -> Done<Vault> {
        let path = self.path(session)?;
        // Checked before the prompt.
        if let Some(none) = self.missing(session)? {
            return Err(none);
        }
        let passphrase = match &self.passphrase_file {
            Some(file) => secret_input::from_file(file, "--passphrase-file")?,
            None => session.input.prompt("Passphrase of the vault")?,
        };
        options(&path, caller).open(&passphrase).map_err(|error| Failure::from(error).at(path.display()))
    }

    /// Reads the passphrase of a new vault.
    pub(super) fn new_passphrase(&self, session: &Session) -> Done<SecretString> {
        let passphrase = match &self.passphrase_file {
            Some(file) => secret_input::from_file(file, "--passphrase-file")?,
            None => session.input.prompt_new("New passphrase of the vault")?,
        };
        long_enough(passphrase)
    }
}

pub(super) fn options(path: &Path, caller: &Caller) -> VaultOptions {
    VaultOptions::new(path).audit(Arc::clone(&caller.audit)).actor(caller.name.clone())
}

pub(super) fn long_enough(passphrase: SecretString) -> Done<SecretString> {
    match passphrase.expose_secret().chars().count() >= MIN_CHARS {
        true => Ok(passphrase),
        false => Err(Failure::usage(format!(
            "the new passphrase has fewer than {MIN_CHARS} characters; give a longer one. Nothing was changed"
        ))),
    }
}
