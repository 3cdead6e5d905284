//! Credentials of endpoints that are not Twilio's own.

use http::HeaderName;

use super::check::{no_control, required};
use crate::types::{AccountSid, SecretString};
use crate::{Error, Result};

/// A bearer token that comes from elsewhere (RFC 6750): `Authorization: Bearer TOKEN`. It is never renewed.
#[derive(Clone, Debug)]
pub struct BearerConfig {
    /// The token.
    pub token: SecretString,
    /// The account for paths; none unless set.
    pub account_sid: Option<AccountSid>,
}

/// Any user and password (RFC 7617): `Authorization: Basic BASE64`. Only for a base URL of the user's own.
#[derive(Clone, Debug)]
pub struct BasicConfig {
    /// The user, without `:`; may be empty.
    pub username: String,
    /// The password; may be empty.
    pub password: SecretString,
    /// The account for paths; none unless set.
    pub account_sid: Option<AccountSid>,
}

/// A key in a header or in the query. Only for a base URL of the user's own.
///
/// A key in the query stands in the logs of every proxy and server on the way; prefer a header.
#[derive(Clone, Debug)]
pub struct CustomKeyConfig {
    /// The key.
    pub key: SecretString,
    /// Where it goes.
    pub place: KeyLocation,
    /// The account for paths; none unless set.
    pub account_sid: Option<AccountSid>,
}

/// Where a key goes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyLocation {
    /// The header of this name.
    Header(String),
    /// The query parameter of this name, which no operation in use may have.
    Query(String),
}

impl BearerConfig {
    /// Takes the token; [`Client::new`](crate::Client::new) checks it.
    pub fn new(token: impl Into<SecretString>) -> Self {
        Self { token: token.into(), account_sid: None }
    }

    /// The account for paths.
    pub fn account_sid(mut self, account_sid: impl Into<AccountSid>) -> Self {
        self.account_sid = Some(account_sid.into());
        self
    }

    pub(super) fn check(&self) -> Result<()> {
        match is_token(self.token.expose_secret()) {
            true => Ok(()),
            false => Err(Error::config(
                "the bearer token is empty, or holds something else than visible ASCII; give it without `Bearer `",
            )),
        }
    }
}

impl BasicConfig {
    /// Takes both values; [`Client::new`](crate::Client::new) checks them.
    pub fn new(username: impl Into<String>, password: impl Into<SecretString>) -> Self {
        Self { username: username.into(), password: password.into(), account_sid: None }
    }

    /// The account for paths.
    pub fn account_sid(mut self, account_sid: impl Into<AccountSid>) -> Self {
        self.account_sid = Some(account_sid.into());
        self
    }

    pub(super) fn check(&self) -> Result<()> {
        if self.username.contains(':') {
            return Err(Error::config("username holds a `:`, where the receiver would end it"));
        }
        no_control("username", &self.username)?;
        no_control("password", self.password.expose_secret())
    }
}

impl CustomKeyConfig {
    /// A key in the header of this name, such as `X-API-Key`.
    pub fn header(name: impl Into<String>, key: impl Into<SecretString>) -> Self {
        Self { key: key.into(), place: KeyLocation::Header(name.into()), account_sid: None }
    }

    /// A key in the query parameter of this name, such as `api_key`.
    pub fn query(name: impl Into<String>, key: impl Into<SecretString>) -> Self {
        Self { key: key.into(), place: KeyLocation::Query(name.into()), account_sid: None }
    }

    /// The account for paths.
    pub fn account_sid(mut self, account_sid: impl Into<AccountSid>) -> Self {
        self.account_sid = Some(account_sid.into());
        self
    }

    pub(super) fn check(&self) -> Result<()> {
        required("key", &self.key)?;
        match &self.place {
            KeyLocation::Header(name) => {
                header_name(name)?;
                match self.key.expose_secret().bytes().all(|b| (b' '..0x7f).contains(&b)) {
                    true => Ok(()),
                    false => Err(Error::config("key holds something else than printable ASCII")),
                }
            }
            KeyLocation::Query(name) if name.is_empty() => {
                Err(Error::config("the key's query parameter has no name"))
            }
            KeyLocation::Query(name) => no_control("the name of the key's query parameter", name),
        }
    }
}

/// A header that may carry a key: none that HTTP or the client itself sets.
pub(super) fn header_name(name: &str) -> Result<HeaderName> {
    const OWN: [&str; 15] = [
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
        .map_err(|_| Error::config("the key's header has a name that no header can have"))?;
    match OWN.contains(&parsed.as_str()) || parsed.as_str().starts_with("x-twilio-sdk-") {
        false => Ok(parsed),
        true => Err(Error::config("the key's header is one that the client itself sets")),
    }
}

/// Whether text can stand behind `Bearer `: visible ASCII, which is wider than RFC 6750's `b64token`, because
/// servers hand out other characters.
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic())
}
