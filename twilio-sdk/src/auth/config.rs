use serde::de::{Deserialize, Deserializer, Error as _};

use super::check::{account, basic, bearer, custom_key, plain, required};
use super::oauth::OAuthConfig;
use crate::types::internal::CredentialShape;
use crate::types::{AccountSid, ApiKeyConfig, AuthTokenConfig, BasicConfig, BearerConfig, CustomKeyConfig};
use crate::{Error, Result};

/// The credentials of a client.
///
/// Deserialized by shape, each with an optional `account_sid`, which the first two need:
///
/// | fields | kind |
/// |---|---|
/// | `auth_token` | [`AuthToken`](Self::AuthToken) |
/// | `api_key`, `api_secret` | [`ApiKey`](Self::ApiKey) |
/// | `client_id`, `client_secret`, and if need be `token_url`, `scope` | [`OAuth`](Self::OAuth) |
/// | `bearer_token` | [`Bearer`](Self::Bearer) |
/// | `username`, `password` | [`Basic`](Self::Basic) |
/// | `custom_key`, and `custom_key_header` or `custom_key_query` | [`Key`](Self::Key) |
///
/// Two shapes at once, none, or an unknown field is an error that names the field.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Auth {
    /// The account's auth token.
    AuthToken(AuthTokenConfig),
    /// An API key.
    ApiKey(ApiKeyConfig),
    /// An OAuth app of Twilio's, with tokens that the client fetches and renews by itself.
    OAuth(OAuthConfig),
    /// A bearer token that comes from elsewhere.
    Bearer(BearerConfig),
    /// Any user and password, for an endpoint of the user's own.
    Basic(BasicConfig),
    /// A key in a header or in the query, for an endpoint of the user's own.
    Key(CustomKeyConfig),
    /// Tokens of any authorization server, which renew themselves. They are not read from a file.
    #[cfg(feature = "oauth")]
    #[cfg_attr(docsrs, doc(cfg(feature = "oauth")))]
    Source(crate::oauth::TokenSource),
}

macro_rules! from {
    ($($config:ident => $variant:ident),*) => {
        $(impl From<$config> for Auth {
            fn from(config: $config) -> Self {
                Self::$variant(config)
            }
        })*
    };
}
from!(
    AuthTokenConfig => AuthToken, ApiKeyConfig => ApiKey, OAuthConfig => OAuth, BearerConfig => Bearer,
    BasicConfig => Basic, CustomKeyConfig => Key
);

impl Auth {
    /// The account whose resources the paths of the 2010 API name by default, if the credentials say which.
    pub fn account_sid(&self) -> Option<&AccountSid> {
        match self {
            Self::AuthToken(config) => Some(&config.account_sid),
            Self::ApiKey(config) => Some(&config.account_sid),
            Self::OAuth(config) => config.account_sid.as_ref(),
            Self::Bearer(config) => config.account_sid.as_ref(),
            Self::Basic(config) => config.account_sid.as_ref(),
            Self::Key(config) => config.account_sid.as_ref(),
            #[cfg(feature = "oauth")]
            Self::Source(source) => source.account(),
        }
    }

    /// Refuses what is certainly wrong, and says what would be right.
    pub(crate) fn check(&self) -> Result<()> {
        if let Some(sid) = self.account_sid() {
            account(sid.as_str())?;
        }
        match self {
            Self::AuthToken(config) => required("auth_token", &config.auth_token),
            Self::ApiKey(config) => {
                api_key(config.api_key.as_str())?;
                required("api_secret", &config.api_secret)
            }
            Self::OAuth(config) => config.check(),
            Self::Bearer(config) => bearer(config),
            Self::Basic(config) => basic(config),
            Self::Key(config) => custom_key(config),
            #[cfg(feature = "oauth")]
            Self::Source(_) => Ok(()),
        }
    }

    /// Why the credentials must not go to Twilio's own hosts, if they must not.
    /// What the credentials are called, if they are none that an operation of OAuth's takes.
    pub(crate) fn not_oauth(&self) -> Option<&'static str> {
        match self {
            Self::AuthToken(_) => Some("an auth token"),
            Self::ApiKey(_) => Some("an API key"),
            _ => None,
        }
    }

    pub(crate) fn only_for_own_endpoints(&self) -> Option<&'static str> {
        match self {
            Self::Basic(_) => Some("a user and a password"),
            Self::Key(_) => Some("a key in a header or in the query"),
            _ => None,
        }
    }
}

fn api_key(key: &str) -> Result<()> {
    if key.is_empty() {
        return Err(Error::config("api_key is empty; it is the SK... identifier of the key"));
    }
    if key.starts_with("AC") {
        return Err(Error::config(
            "api_key must start with SK; the given SID starts with AC, which is an account: for an account and \
             its token use `account_sid` and `auth_token`",
        ));
    }
    if !key.starts_with("SK") {
        return Err(Error::config("api_key must start with SK"));
    }
    plain("api_key", key)
}

impl<'de> Deserialize<'de> for Auth {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        Ok(match CredentialShape::deserialize(deserializer)? {
            CredentialShape::AuthToken(config) => config.into(),
            CredentialShape::ApiKey(config) => config.into(),
            CredentialShape::OAuth(shape) => OAuthConfig::from(shape).into(),
            CredentialShape::Bearer(config) => config.into(),
            CredentialShape::Basic(config) => config.into(),
            CredentialShape::Key(config) => config.into(),
        })
    }
}

impl<'de> Deserialize<'de> for OAuthConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        match CredentialShape::deserialize(deserializer)? {
            CredentialShape::OAuth(shape) => Ok(shape.into()),
            _ => Err(D::Error::custom("expected an OAuth app, not another kind of credentials")),
        }
    }
}
