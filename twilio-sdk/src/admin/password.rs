//! Hashes of passwords for files of users.

use clap::{Args, Subcommand};
use serde_json::json;

use super::exit::{Done, Failure};
use super::session::Session;
use crate::inbound_auth::PasswordHash;

/// Hashes of passwords; no permission is needed
#[derive(Args, Debug)]
pub(super) struct Password {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Prints the Argon2id hash of a password, for `password_hash` in a file of users
    ///
    /// JSON: {"hash": TEXT}
    Hash,
}

impl Password {
    pub(super) fn run(&self, session: &Session) -> Done {
        let Action::Hash = self.action;
        let password = session.input.ask_new("Password")?;
        let hash = PasswordHash::hash(&password).map_err(|error| Failure::failed(error.to_string()))?;
        session.output.line(&json!({"hash": hash.as_str()}), hash.as_str())
    }
}
