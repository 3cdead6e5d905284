//! `vault`: secrets in an encrypted file.

mod entries;
mod open;
mod whole;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::exit::Done;
use super::moments::Expiry;
use super::session::Session;
use crate::access::Permission;

pub(super) use open::VaultArgs;

/// Secrets in an encrypted file; needs the permission manage_credentials
#[derive(Args, Debug)]
pub(super) struct Vault {
    #[command(flatten)]
    file: VaultArgs,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Makes a vault, with a passphrase that is asked for twice
    ///
    /// JSON: {"vault": FILE}
    Init,
    /// Puts an entry in, in place of one of the same name
    ///
    /// The secret is asked for, or read from standard input.
    ///
    /// JSON: {"name": NAME, "replaced": BOOL, "expires_at": MOMENT or null}
    Set(SetArgs),
    /// Prints the secret of an entry, onto a terminal only with --reveal
    ///
    /// What a terminal shows stays in its memory, in screenshots and over shoulders. Give the secret to the program that
    /// needs it instead, as in: twilio-admin vault get NAME | program
    ///
    /// JSON: {"name": NAME, "value": TEXT or JSON, "created_at": MOMENT, "updated_at": MOMENT, "expires_at": MOMENT or
    /// null}
    Get(GetArgs),
    /// Lists the names of all entries, without their secrets
    ///
    /// JSON: {"entries": [{"name": NAME, "created_at": MOMENT, "updated_at": MOMENT, "expires_at": MOMENT or null,
    /// "expired": BOOL}]}
    List,
    /// Takes an entry out
    ///
    /// JSON: {"name": NAME, "deleted": true}
    Delete {
        /// The entry's name
        name: String,
    },
    /// Gives the vault another passphrase, which is asked for twice
    ///
    /// JSON: {"vault": FILE}
    Rekey,
    /// Takes over the credentials of an APILinker store, whose master password is asked for
    ///
    /// JSON: {"taken": [NAME], "kept": [NAME]}
    Import {
        /// The store's file
        file: PathBuf,
        /// Replaces entries of the same names; without it the vault's own stay
        #[arg(long)]
        replace: bool,
    },
}

#[derive(Args, Debug)]
struct SetArgs {
    /// The entry's name, which configuration files know as secret://NAME
    name: String,
    /// Reads the secret from standard input, to its end; other secrets are still asked for
    #[arg(value_name = "-", value_parser = dash)]
    from: Option<()>,
    /// The secret is JSON, such as a key with its account, of which secret://NAME#FIELD is a part
    #[arg(long)]
    as_json: bool,
    #[command(flatten)]
    expiry: Expiry,
}

#[derive(Args, Debug)]
struct GetArgs {
    /// The entry's name
    name: String,
    /// Prints the text of this field alone, of an entry that is JSON
    #[arg(long)]
    field: Option<String>,
    /// Prints the secret though standard output is a terminal
    #[arg(long)]
    reveal: bool,
}

/// Nothing but `-` may stand where others have secrets.
fn dash(text: &str) -> Result<(), &'static str> {
    match text {
        "-" => Ok(()),
        _ => Err(
            "secrets are not taken from arguments, which every user of the machine can see, and if this is one, \
                  it has been seen; it is asked for, or read from standard input, which `-` stands for",
        ),
    }
}

impl Vault {
    pub(super) fn run(&self, session: &Session) -> Done {
        let person = session.allow(Permission::ManageCredentials)?;
        match &self.action {
            Action::Init => whole::init(session, &person, &self.file),
            Action::Set(args) => entries::set(session, &person, &self.file, args),
            Action::Get(args) => entries::get(session, &person, &self.file, args),
            Action::List => entries::list(session, &person, &self.file),
            Action::Delete { name } => entries::delete(session, &person, &self.file, name),
            Action::Rekey => whole::rekey(session, &person, &self.file),
            Action::Import { file, replace } => whole::import(session, &person, &self.file, file, *replace),
        }
    }
}
