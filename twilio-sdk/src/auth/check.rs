//! Checks that several kinds of credentials share.

use http::HeaderName;

use twilio_sdk_http::internal::header::is_bearer_token;

use crate::types::{BasicConfig, BearerConfig, CustomKeyConfig, KeyLocation, SecretString};
use crate::{Error, Result};

/// Checks the SID of an account.
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

/// Allows letters and digits only, as in every SID.
pub(super) fn plain(field: &str, sid: &str) -> Result<()> {
    match sid.bytes().all(|b| b.is_ascii_alphanumeric()) {
        true => Ok(()),
        false => Err(Error::config(format!("{field} contains a character that is not a letter or digit"))),
    }
}

/// Checks that a secret is set.
pub(super) fn required(field: &str, value: &SecretString) -> Result<()> {
    if value.is_empty() {
        return Err(Error::config(format!("{field} is empty")));
    }
    no_control(field, value.expose_secret())
}

/// Rejects control characters.
pub(super) fn no_control(field: &str, value: &str) -> Result<()> {
    match value.chars().any(char::is_control) {
        false => Ok(()),
        true => Err(Error::config(format!(
            "{field} contains a control character, usually a line break that was copied along; remove it"
        ))),
    }
}

/// Checks a bearer token.
pub(super) fn bearer(config: &BearerConfig) -> Result<()> {
    match is_bearer_token(config.token.expose_secret()) {
        true => Ok(()),
        false => Err(Error::config(
            "the bearer token is empty or contains a character that is not visible ASCII; give it without `Bearer `",
        )),
    }
}

/// Checks a username and a password.
pub(super) fn basic(config: &BasicConfig) -> Result<()> {
    if config.username.contains(':') {
        return Err(Error::config("username contains a `:`, where the receiver would end it; remove it"));
    }
    no_control("username", &config.username)?;
    no_control("password", config.password.expose_secret())
}

/// Checks a custom key.
pub(super) fn custom_key(config: &CustomKeyConfig) -> Result<()> {
    required("key", &config.key)?;
    match &config.location {
        KeyLocation::Header(name) => {
            header_name(name)?;
            match config.key.expose_secret().bytes().all(|b| (b' '..0x7f).contains(&b)) {
                true => Ok(()),
                false => Err(Error::config("custom_key contains a character that is not printable ASCII")),
            }
        }
        KeyLocation::Query(name) if name.is_empty() => {
            Err(Error::config("custom_key: the query parameter has no name"))
        }
        KeyLocation::Query(name) => no_control("custom_key: the name of the query parameter", name),
    }
}

/// Parses the name of a header for a key. Headers that HTTP or the client itself sets are rejected.
pub(super) fn header_name(name: &str) -> Result<HeaderName> {
    const RESERVED: [&str; 15] = [
        "accept",
        "accept-encoding",
        "connection",
        "content-length",
        "content-type",
        "expect",
        "host",
        "keep-alive",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "x-forwarded-host",
    ];
    let parsed = HeaderName::from_bytes(name.as_bytes())
        .map_err(|_| Error::config("custom_key: the header has an invalid name"))?;
    match RESERVED.contains(&parsed.as_str()) || parsed.as_str().starts_with("x-twilio-sdk-") {
        false => Ok(parsed),
        true => Err(Error::config("custom_key: the header is one that the client itself sets; use another")),
    }
}
