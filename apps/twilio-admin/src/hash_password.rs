//! `hash-password`: hashes of passwords for users files.

use clap::Args;
use serde_json::json;
use twilio_sdk::inbound_auth::PasswordHash;

use crate::exit::{Done, Failure};
use crate::session::Session;

/// Prints the Argon2id hash of a password, for `password_hash` in a users file; needs no permission
///
/// JSON: {"hash": STRING}
#[derive(Args, Debug)]
pub(crate) struct HashPassword {}

impl HashPassword {
    pub(crate) fn run(&self, session: &Session) -> Done {
        let password = session.input.prompt_new("Password")?;
        let hash = PasswordHash::hash(&password).map_err(|error| Failure::failed(error.to_string()))?;
        session.output.line(&json!({"hash": hash.as_str()}), hash.as_str())
    }
}
