//! Checks that several kinds of credentials share.

use crate::types::SecretString;
use crate::{Error, Result};

/// An account's SID.
pub(super) fn account(sid: &str) -> Result<()> {
    if sid.is_empty() {
        return Err(Error::config("account_sid is empty; it is the AC... identifier of the account"));
    }
    if sid.starts_with("SK") {
        return Err(Error::config(
            "account_sid must start with AC; the given SID starts with SK, which is an API key: give it as \
             `api_key` with its `api_secret`, and the account it belongs to as `account_sid`",
        ));
    }
    if !sid.starts_with("AC") {
        return Err(Error::config("account_sid must start with AC"));
    }
    plain("account_sid", sid)
}

/// Letters and digits only, as in every SID.
pub(super) fn plain(field: &str, sid: &str) -> Result<()> {
    match sid.bytes().all(|b| b.is_ascii_alphanumeric()) {
        true => Ok(()),
        false => Err(Error::config(format!("{field} holds something else than letters and digits"))),
    }
}

/// A secret that is there.
pub(super) fn required(field: &str, value: &SecretString) -> Result<()> {
    if value.is_empty() {
        return Err(Error::config(format!("{field} is empty")));
    }
    no_control(field, value.expose_secret())
}

/// No control characters.
pub(super) fn no_control(field: &str, value: &str) -> Result<()> {
    match value.chars().any(char::is_control) {
        false => Ok(()),
        true => Err(Error::config(format!(
            "{field} holds a control character; a line end copied along is the usual reason"
        ))),
    }
}
