//! Credentials of endpoints other than Twilio's.

use crate::{AccountSid, SecretString};

/// A bearer token (RFC 6750): `Authorization: Bearer TOKEN`. The client never renews it.
#[derive(Clone, Debug)]
pub struct BearerConfig {
    /// The token.
    pub token: SecretString,
    /// Sets the account for paths. Default: none.
    pub account_sid: Option<AccountSid>,
}

/// A username and password for HTTP Basic (RFC 7617). Requires a custom `base_url`.
#[derive(Clone, Debug)]
pub struct BasicConfig {
    /// The username, without `:`. May be empty.
    pub username: String,
    /// The password. May be empty.
    pub password: SecretString,
    /// Sets the account for paths. Default: none.
    pub account_sid: Option<AccountSid>,
}

/// A key in a header or in the query. Requires a custom `base_url`.
///
/// Proxies and servers log query strings. Prefer a header.
#[derive(Clone, Debug)]
pub struct CustomKeyConfig {
    /// The key.
    pub key: SecretString,
    /// The header or the query parameter that carries the key.
    pub location: KeyLocation,
    /// Sets the account for paths. Default: none.
    pub account_sid: Option<AccountSid>,
}

/// The place of a request that carries a key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum KeyLocation {
    /// A header of this name.
    Header(String),
    /// A query parameter of this name. None of the operations used may have a parameter of that name.
    Query(String),
}

impl BearerConfig {
    /// Creates credentials from a token, without the prefix `Bearer `. A client checks it when it is created.
    pub fn new(token: impl Into<SecretString>) -> Self {
        Self { token: token.into(), account_sid: None }
    }

    /// Sets the account for paths.
    pub fn account_sid(mut self, account_sid: impl Into<AccountSid>) -> Self {
        self.account_sid = Some(account_sid.into());
        self
    }
}

impl BasicConfig {
    /// Creates credentials from both values. A client checks them when it is created.
    pub fn new(username: impl Into<String>, password: impl Into<SecretString>) -> Self {
        Self { username: username.into(), password: password.into(), account_sid: None }
    }

    /// Sets the account for paths.
    pub fn account_sid(mut self, account_sid: impl Into<AccountSid>) -> Self {
        self.account_sid = Some(account_sid.into());
        self
    }
}

impl CustomKeyConfig {
    /// Creates a key that is sent in the header `name`, such as `X-API-Key`.
    pub fn header(name: impl Into<String>, key: impl Into<SecretString>) -> Self {
        Self { key: key.into(), location: KeyLocation::Header(name.into()), account_sid: None }
    }

    /// Creates a key that is sent in the query parameter `name`, such as `api_key`.
    pub fn query(name: impl Into<String>, key: impl Into<SecretString>) -> Self {
        Self { key: key.into(), location: KeyLocation::Query(name.into()), account_sid: None }
    }

    /// Sets the account for paths.
    pub fn account_sid(mut self, account_sid: impl Into<AccountSid>) -> Self {
        self.account_sid = Some(account_sid.into());
        self
    }
}
