//! The options of every command.

use std::path::PathBuf;

use clap::Args;

/// The options of every command.
#[derive(Args, Debug)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct GlobalOptions {
    /// The folder of users.db, access.toml, secrets.vault and audit.log [default: twilio-admin in the user's configuration folder]
    #[arg(long, global = true, value_name = "DIR", env = "TWILIO_ADMIN_HOME", hide_env_values = true)]
    pub(crate) home: Option<PathBuf>,
    /// The users database [default: users.db in --home]
    #[arg(long, global = true, value_name = "FILE", env = "TWILIO_ADMIN_USERS_DB", hide_env_values = true)]
    pub(crate) users_db: Option<PathBuf>,
    /// The roles file of the users database; another one is rejected [default: the one that the database names]
    #[arg(long, global = true, value_name = "FILE", env = "TWILIO_ADMIN_ROLES", hide_env_values = true)]
    pub(crate) roles: Option<PathBuf>,
    /// Runs without a users database. File permissions and the vault's passphrase then control access
    #[arg(long, global = true, conflicts_with = "users_db")]
    pub(crate) no_users_db: bool,
    /// The audit log: of `audit`, the log to read; of other commands, the log of a new users database or without one. A log
    /// that is not the users database's own is rejected [default: the database's own, or audit.log in --home]
    #[arg(long, global = true, value_name = "FILE", env = "TWILIO_ADMIN_AUDIT_LOG", hide_env_values = true)]
    pub(crate) audit_log: Option<PathBuf>,
    /// A file of mode 0600 with your API key [default: the variable TWILIO_ADMIN_KEY, or a prompt]
    #[arg(long, global = true, value_name = "FILE", env = "TWILIO_ADMIN_KEY_FILE", hide_env_values = true)]
    pub(crate) key_file: Option<PathBuf>,
    /// Reads secrets from standard input instead of prompting: one per line, in the order of the prompts
    #[arg(long, global = true)]
    pub(crate) stdin: bool,
    /// Prints JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
}
