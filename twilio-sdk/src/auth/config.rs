use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};

use crate::types::{AccountSid, ApiKeySid, SecretString};
use crate::{Error, Result};

/// An account and its auth token: Basic `account_sid:auth_token`.
///
/// The token is account-wide and can do anything; prefer [`ApiKeyConfig`] in production.
#[derive(Clone, Debug)]
pub struct AuthTokenConfig {
    /// The account, `AC` and 32 hexadecimal digits.
    pub account_sid: AccountSid,
    /// Its primary or secondary auth token.
    pub auth_token: SecretString,
}

impl AuthTokenConfig {
    /// Takes both values; [`Client::new`](crate::Client::new) checks them.
    pub fn new(account_sid: impl Into<AccountSid>, auth_token: impl Into<SecretString>) -> Self {
        Self { account_sid: account_sid.into(), auth_token: auth_token.into() }
    }
}

/// An API key of an account: Basic `api_key:api_secret`; the account's SID goes into paths only.
#[derive(Clone, Debug)]
pub struct ApiKeyConfig {
    /// The account that the key belongs to, `AC` and 32 hexadecimal digits.
    pub account_sid: AccountSid,
    /// The key, `SK` and 32 hexadecimal digits.
    pub api_key: ApiKeySid,
    /// The key's secret, which Twilio shows once.
    pub api_secret: SecretString,
}

impl ApiKeyConfig {
    /// Takes the three values; [`Client::new`](crate::Client::new) checks them.
    pub fn new(
        account_sid: impl Into<AccountSid>,
        api_key: impl Into<ApiKeySid>,
        api_secret: impl Into<SecretString>,
    ) -> Self {
        Self { account_sid: account_sid.into(), api_key: api_key.into(), api_secret: api_secret.into() }
    }
}

/// The credentials of a client.
///
/// Deserialized by shape: `account_sid` with `auth_token`, or `account_sid` with `api_key` and `api_secret`.
/// Both shapes at once, neither, or an unknown field is an error that names the field.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Auth {
    /// The account's auth token.
    AuthToken(AuthTokenConfig),
    /// An API key.
    ApiKey(ApiKeyConfig),
}

impl From<AuthTokenConfig> for Auth {
    fn from(config: AuthTokenConfig) -> Self {
        Self::AuthToken(config)
    }
}

impl From<ApiKeyConfig> for Auth {
    fn from(config: ApiKeyConfig) -> Self {
        Self::ApiKey(config)
    }
}

impl Auth {
    /// The account whose resources the paths of the 2010 API name by default.
    pub fn account_sid(&self) -> &AccountSid {
        match self {
            Self::AuthToken(config) => &config.account_sid,
            Self::ApiKey(config) => &config.account_sid,
        }
    }

    /// The user and password of Basic authentication.
    pub(crate) fn user_and_password(&self) -> (&str, &SecretString) {
        match self {
            Self::AuthToken(config) => (config.account_sid.as_str(), &config.auth_token),
            Self::ApiKey(config) => (config.api_key.as_str(), &config.api_secret),
        }
    }

    /// Refuses what is certainly wrong, and says what would be right.
    pub(crate) fn check(&self) -> Result<()> {
        let account = self.account_sid().as_str();
        if account.is_empty() {
            return Err(Error::config("account_sid is empty; it is the AC... identifier of the account"));
        }
        if account.starts_with("SK") {
            return Err(Error::config(
                "account_sid must start with AC; the given SID starts with SK, which is an API key: give it as \
                 `api_key` with its `api_secret`, and the account it belongs to as `account_sid`",
            ));
        }
        if !account.starts_with("AC") {
            return Err(Error::config("account_sid must start with AC"));
        }
        plain("account_sid", account)?;
        match self {
            Self::AuthToken(config) => secret("auth_token", &config.auth_token),
            Self::ApiKey(config) => {
                let key = config.api_key.as_str();
                if key.is_empty() {
                    return Err(Error::config("api_key is empty; it is the SK... identifier of the key"));
                }
                if key.starts_with("AC") {
                    return Err(Error::config(
                        "api_key must start with SK; the given SID starts with AC, which is an account: for an \
                         account and its token use `account_sid` and `auth_token`",
                    ));
                }
                if !key.starts_with("SK") {
                    return Err(Error::config("api_key must start with SK"));
                }
                plain("api_key", key)?;
                secret("api_secret", &config.api_secret)
            }
        }
    }
}

fn plain(field: &str, sid: &str) -> Result<()> {
    match sid.bytes().all(|b| b.is_ascii_alphanumeric()) {
        true => Ok(()),
        false => Err(Error::config(format!("{field} holds something else than letters and digits"))),
    }
}

fn secret(field: &str, value: &SecretString) -> Result<()> {
    if value.is_empty() {
        return Err(Error::config(format!("{field} is empty")));
    }
    if value.expose().chars().any(char::is_control) {
        return Err(Error::config(format!(
            "{field} holds a control character; a line end copied along is the usual reason"
        )));
    }
    Ok(())
}

#[derive(Default)]
struct Shape {
    account_sid: Option<AccountSid>,
    auth_token: Option<SecretString>,
    api_key: Option<ApiKeySid>,
    api_secret: Option<SecretString>,
}

const FIELDS: &[&str] = &["account_sid", "auth_token", "api_key", "api_secret"];

impl Shape {
    fn auth<E: serde::de::Error>(self) -> std::result::Result<Auth, E> {
        let both = |key: &str| {
            E::custom(format_args!(
                "`auth_token` and `{key}` exclude each other: give an auth token or an API key, not both"
            ))
        };
        let account_sid = self.account_sid.ok_or_else(|| E::missing_field("account_sid"))?;
        match (self.auth_token, self.api_key, self.api_secret) {
            (Some(_), Some(_), _) => Err(both("api_key")),
            (Some(_), None, Some(_)) => Err(both("api_secret")),
            (Some(auth_token), None, None) => Ok(AuthTokenConfig { account_sid, auth_token }.into()),
            (None, Some(api_key), Some(api_secret)) => {
                Ok(ApiKeyConfig { account_sid, api_key, api_secret }.into())
            }
            (None, Some(_), None) => Err(E::missing_field("api_secret")),
            (None, None, Some(_)) => Err(E::missing_field("api_key")),
            (None, None, None) => Err(E::custom(
                "missing field `auth_token`, or `api_key` and `api_secret`: there are no credentials",
            )),
        }
    }
}

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct ShapeVisitor;

        impl<'de> Visitor<'de> for ShapeVisitor {
            type Value = Shape;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(
                    "credentials: `account_sid` with `auth_token`, or with `api_key` and `api_secret`",
                )
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Shape, A::Error> {
                fn once<T, E: serde::de::Error>(
                    slot: &mut Option<T>,
                    name: &'static str,
                    value: T,
                ) -> std::result::Result<(), E> {
                    match slot.replace(value) {
                        None => Ok(()),
                        Some(_) => Err(E::duplicate_field(name)),
                    }
                }
                let mut shape = Shape::default();
                while let Some(name) = map.next_key::<String>()? {
                    match name.as_str() {
                        "account_sid" => once(&mut shape.account_sid, "account_sid", map.next_value()?)?,
                        "auth_token" => once(&mut shape.auth_token, "auth_token", map.next_value()?)?,
                        "api_key" => once(&mut shape.api_key, "api_key", map.next_value()?)?,
                        "api_secret" => once(&mut shape.api_secret, "api_secret", map.next_value()?)?,
                        other => return Err(A::Error::unknown_field(other, FIELDS)),
                    }
                }
                Ok(shape)
            }
        }

        deserializer.deserialize_map(ShapeVisitor)
    }
}

impl<'de> Deserialize<'de> for Auth {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        Shape::deserialize(deserializer)?.auth()
    }
}

impl<'de> Deserialize<'de> for AuthTokenConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        match Auth::deserialize(deserializer)? {
            Auth::AuthToken(config) => Ok(config),
            Auth::ApiKey(_) => Err(D::Error::custom("an auth token is expected, not an API key")),
        }
    }
}

impl<'de> Deserialize<'de> for ApiKeyConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        match Auth::deserialize(deserializer)? {
            Auth::ApiKey(config) => Ok(config),
            Auth::AuthToken(_) => Err(D::Error::custom("an API key is expected, not an auth token")),
        }
    }
}
