use std::io::{BufRead as _, IsTerminal as _};

use twilio_sdk::types::SecretString;

use super::Outcome;

/// Reads the passphrase of the vault: from a prompt on a terminal, otherwise from the first line of standard input.
#[allow(dead_code)]
pub fn passphrase() -> Outcome<SecretString> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        return Ok(rpassword::prompt_password("Passphrase of the vault: ")?.into());
    }
    let mut line = String::new();
    stdin.lock().read_line(&mut line)?;
    match line.trim_end_matches(['\r', '\n']) {
        "" => Err("standard input: the vault's passphrase is missing; write it as the first line".into()),
        passphrase => Ok(passphrase.into()),
    }
}
