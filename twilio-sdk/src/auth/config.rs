use serde::de::{Deserialize, Deserializer, Error as _};

use super::check::{account, basic, bearer, custom_key, plain, required};
use super::oauth::OAuthConfig;
use crate::types::internal::CredentialShape;
use crate::types::{AccountSid, ApiKeyConfig, AuthTokenConfig, BasicConfig, BearerConfig, CustomKeyConfig};
use crate::{Error, Result};

/// Credentials that a [`Client`](crate::Client) authenticates with.
///
/// Deserialized by their fields, each with an optional `account_sid`, which the first two require:
///
/// | fields | kind |
/// |---|---|
/// | `auth_token` | [`AuthToken`](Self::AuthToken) |
/// | `api_key`, `api_secret` | [`ApiKey`](Self::ApiKey) |
/// | `client_id`, `client_secret`, optionally `token_url`, `scope` | [`OAuth`](Self::OAuth) |
/// | `bearer_token` | [`Bearer`](Self::Bearer) |
/// | `username`, `password` | [`Basic`](Self::Basic) |
/// | `custom_key`, and `custom_key_header` or `custom_key_query` | [`CustomKey`](Self::CustomKey) |
///
/// Fields of two kinds, of none, or an unknown field are an error that names the field.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Auth {
    /// The account's auth token.
    AuthToken(AuthTokenConfig),
    /// An API key.
    ApiKey(ApiKeyConfig),
    /// An OAuth app of Twilio. The client fetches and refreshes its tokens.
    OAuth(OAuthConfig),
    /// A bearer token that is never renewed.
    Bearer(BearerConfig),
    /// A username and password for HTTP Basic. Requires a custom `base_url`.
    Basic(BasicConfig),
    /// A key in a header or query parameter. Requires a custom `base_url`.
    CustomKey(CustomKeyConfig),
    /// Tokens of any authorization server, refreshed before they expire. Not read from files.
    #[cfg(feature = "oauth")]
    #[cfg_attr(docsrs, doc(cfg(feature = "oauth")))]
    TokenSource(crate::oauth::TokenSource),
}

macro_rules! from {
    ($($config:ident => $variant:ident),*) => {
        $(
            impl From<$config> for Auth {
                fn from(config: $config) -> Self {
                    Self::$variant(config)
                }
            }

            impl From<&$config> for Auth {
                fn from(config: &$config) -> Self {
                    config.clone().into()
                }
            }
        )*
    };
}
from!(
    AuthTokenConfig => AuthToken, ApiKeyConfig => ApiKey, OAuthConfig => OAuth, BearerConfig => Bearer,
    BasicConfig => Basic, CustomKeyConfig => CustomKey
);

#[cfg(feature = "oauth")]
impl From<crate::oauth::TokenSource> for Auth {
    fn from(source: crate::oauth::TokenSource) -> Self {
        Self::TokenSource(source)
    }
}

impl Auth {
    /// Returns the account of the credentials, the default account in paths of the 2010 API.
    pub fn account_sid(&self) -> Option<&AccountSid> {
        match self {
            Self::AuthToken(config) => Some(&config.account_sid),
            Self::ApiKey(config) => Some(&config.account_sid),
            Self::OAuth(config) => config.account_sid.as_ref(),
            Self::Bearer(config) => config.account_sid.as_ref(),
            Self::Basic(config) => config.account_sid.as_ref(),
            Self::CustomKey(config) => config.account_sid.as_ref(),
            #[cfg(feature = "oauth")]
            Self::TokenSource(source) => source.account(),
        }
    }

    /// Rejects credentials that cannot work, with a message that says what would.
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
            Self::CustomKey(config) => custom_key(config),
            #[cfg(feature = "oauth")]
            Self::TokenSource(_) => Ok(()),
        }
    }

    /// Returns a description of credentials that operations with OAuth do not accept.
    pub(crate) fn not_oauth(&self) -> Option<&'static str> {
        match self {
            Self::AuthToken(_) => Some("an auth token"),
            Self::ApiKey(_) => Some("an API key"),
            _ => None,
        }
    }

    /// Returns a description of credentials that must not be sent to Twilio.
    pub(crate) fn only_for_own_endpoints(&self) -> Option<&'static str> {
        match self {
            Self::Basic(_) => Some("a username and a password"),
            Self::CustomKey(_) => Some("a custom key"),
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
