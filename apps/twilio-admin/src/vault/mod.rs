//! `vault`: secrets in an encrypted file.

mod args;
mod entries;
mod open;
mod whole;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::exit::Done;
use crate::session::Session;
use args::{GetArgs, SetArgs};
use twilio_sdk::access_control::Permission;

pub(crate) use open::VaultArgs;

/// Secrets in an encrypted file; needs the permission manage_credentials
#[derive(Args, Debug)]
pub(crate) struct Vault {
    #[command(flatten)]
    file: VaultArgs,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Creates a vault. Prompts twice for its passphrase
    ///
    /// JSON: {"vault": FILE}
    Init,
    /// Inserts an entry, replacing one of the same name
    ///
    /// Prompts for the secret, or reads it from standard input.
    ///
    /// JSON: {"name": NAME, "replaced": BOOL, "expires_at": TIMESTAMP or null}
    Set(SetArgs),
    /// Prints the secret of an entry, to a terminal only with --reveal
    ///
    /// A terminal's scrollback keeps what it shows. Pipe the secret to the program that needs it instead, as in:
    /// twilio-admin vault get NAME | program
    ///
    /// JSON: {"name": NAME, "value": STRING or JSON, "created_at": TIMESTAMP, "updated_at": TIMESTAMP, "expires_at": TIMESTAMP or
    /// null}
    Get(GetArgs),
    /// Lists the names of all entries, without their secrets
    ///
    /// JSON: {"entries": [{"name": NAME, "created_at": TIMESTAMP, "updated_at": TIMESTAMP, "expires_at": TIMESTAMP or null,
    /// "expired": BOOL}]}
    List,
    /// Deletes an entry
    ///
    /// JSON: {"name": NAME, "deleted": true}
    Delete {
        /// The entry's name
        name: String,
    },
    /// Changes the vault's passphrase. Prompts twice for the new one
    ///
    /// JSON: {"vault": FILE}
    Rekey,
    /// Imports the credentials of an APILinker store. Prompts for its master password
    ///
    /// JSON: {"imported": [NAME], "skipped": [NAME]}
    Import {
        /// The store's file
        file: PathBuf,
        /// Replaces entries of the same names; without it they are skipped
        #[arg(long)]
        replace: bool,
    },
}

impl Vault {
    pub(crate) fn run(&self, session: &Session) -> Done {
        let caller = session.allow(Permission::ManageCredentials)?;
        match &self.action {
            Action::Init => whole::init(session, &caller, &self.file),
            Action::Set(args) => entries::set(session, &caller, &self.file, args),
            Action::Get(args) => entries::get(session, &caller, &self.file, args),
            Action::List => entries::list(session, &caller, &self.file),
            Action::Delete { name } => entries::delete(session, &caller, &self.file, name),
            Action::Rekey => whole::rekey(session, &caller, &self.file),
            Action::Import { file, replace } => whole::import(session, &caller, &self.file, file, *replace),
        }
    }
}
