//! The arguments.

use std::path::PathBuf;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, CommandFactory as _, Parser, Subcommand};

use super::exit::CODES;
use super::{audit, config, generate, key, login, password, roles, user, vault};

/// People, keys, secrets, the audit log and logins, from the command line.
///
/// Secrets are never arguments, which every user of the machine can see: they are asked for without echo, or read from
/// standard input with --stdin.
#[derive(Debug, Parser)]
#[command(name = "twilio-admin", version, after_help = CODES, arg_required_else_help = true)]
#[command(max_term_width = 100, infer_subcommands = false)]
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) everywhere: Everywhere,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// What goes for every command.
#[derive(Args, Debug)]
#[command(next_help_heading = "Options of every command")]
pub(super) struct Everywhere {
    /// The folder of people.db, access.toml, secrets.vault and audit.log [default: twilio-admin below the user's settings]
    #[arg(long, global = true, value_name = "DIR", env = "TWILIO_ADMIN_HOME", hide_env_values = true)]
    pub(super) home: Option<PathBuf>,
    /// The database of people [default: people.db in --home]
    #[arg(long, global = true, value_name = "FILE", env = "TWILIO_ADMIN_PEOPLE", hide_env_values = true)]
    pub(super) people: Option<PathBuf>,
    /// The file of roles that the people have; another one is refused [default: the one that the database of people names]
    #[arg(long, global = true, value_name = "FILE", env = "TWILIO_ADMIN_ROLES", hide_env_values = true)]
    pub(super) roles: Option<PathBuf>,
    /// Works without a database of people, where there is none: files' permissions and passphrases then decide
    #[arg(long, global = true, conflicts_with = "people")]
    pub(super) without_people: bool,
    /// The audit log of a new database of people or without people; where there are people, theirs, and another one is refused
    /// [default: the one that the database of people names, or audit.log in --home]
    #[arg(long, global = true, value_name = "FILE", env = "TWILIO_ADMIN_AUDIT", hide_env_values = true)]
    pub(super) audit: Option<PathBuf>,
    /// A file with your API key, of mode 0600 [default: the variable TWILIO_ADMIN_KEY; else it is asked for]
    #[arg(long, global = true, value_name = "FILE", env = "TWILIO_ADMIN_KEY_FILE", hide_env_values = true)]
    pub(super) key_file: Option<PathBuf>,
    /// Reads secrets from standard input instead of asking: one a line, in the order in which they are asked for
    #[arg(long, global = true)]
    pub(super) stdin: bool,
    /// Prints JSON
    #[arg(long, global = true)]
    pub(super) json: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    User(user::User),
    Key(key::Key),
    Roles(roles::RolesArgs),
    Vault(vault::Vault),
    Password(password::Password),
    Audit(audit::Audit),
    Config(config::Config),
    Login(login::Login),
    Completions(generate::Completions),
    Man(generate::Man),
}

/// The arguments of this process; the error, help texts among them, is printed, and the code to end with returned.
pub(super) fn parse() -> Result<Cli, u8> {
    Cli::try_parse().map_err(|error| {
        let code = match error.exit_code() {
            0 => 0,
            _ => super::exit::Code::Usage as u8,
        };
        // Nobody may be reading any more.
        let _ = without_arguments(error).print();
        code
    })
}

/// Says that arguments do not fit without repeating them: any of them may be a secret, and standard error may be anybody's
/// log. What is similar to one and known is still told.
fn without_arguments(mut error: clap::Error) -> clap::Error {
    let given = match error.kind() {
        ErrorKind::UnknownArgument => ContextKind::InvalidArg,
        ErrorKind::InvalidSubcommand => ContextKind::InvalidSubcommand,
        _ => ContextKind::InvalidValue,
    };
    if error.get(given).is_some() {
        error.insert(given, ContextValue::String("(not shown, as it may be a secret)".to_owned()));
        // Advice that repeats it.
        error.remove(ContextKind::Suggested);
    }
    error
}

/// The commands, for completions and manual pages.
pub(super) fn command() -> clap::Command {
    Cli::command()
}
