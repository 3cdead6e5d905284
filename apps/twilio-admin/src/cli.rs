//! The arguments.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory as _, Parser, Subcommand};

use crate::exit::CODES;
use crate::options::GlobalOptions;
use crate::{audit, config, generate, hash_password, key, login, roles, user, vault};

/// Users, API keys, secrets, the audit log and logins from the command line.
///
/// Secrets are never arguments, which every user of the machine can see. The program prompts for them without echo, or reads
/// them from standard input with --stdin.
#[derive(Debug, Parser)]
#[command(name = "twilio-admin", version, after_help = CODES, arg_required_else_help = true)]
#[command(max_term_width = 100, infer_subcommands = false)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: GlobalOptions,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    User(user::User),
    Key(key::Key),
    Roles(roles::RolesArgs),
    Vault(vault::Vault),
    HashPassword(hash_password::HashPassword),
    Audit(audit::Audit),
    Config(config::Config),
    Login(login::Login),
    Completions(generate::Completions),
    Man(generate::Man),
}

/// Parses the arguments of this process. Prints help texts and errors, and returns their exit code.
pub(crate) fn parse() -> Result<Cli, u8> {
    Cli::try_parse().map_err(|error| {
        let code = match error.exit_code() {
            0 => 0,
            _ => crate::exit::Code::Usage as u8,
        };
        // The reader may have closed the pipe.
        let _ = without_arguments(error).print();
        code
    })
}

/// Removes invalid arguments from an error: any of them may be a secret, and standard error may be logged. Similar known
/// arguments stay.
fn without_arguments(mut error: clap::Error) -> clap::Error {
    let given = match error.kind() {
        ErrorKind::UnknownArgument => ContextKind::InvalidArg,
        ErrorKind::InvalidSubcommand => ContextKind::InvalidSubcommand,
        _ => ContextKind::InvalidValue,
    };
    if error.get(given).is_some() {
        error.insert(given, ContextValue::String("(not shown, as it may be a secret)".to_owned()));
        // Advice that repeats the argument.
        error.remove(ContextKind::Suggested);
    }
    error
}

/// Returns the commands, for completions and manual pages.
pub(crate) fn command() -> clap::Command {
    Cli::command()
}
