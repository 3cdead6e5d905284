use super::check::{account, plain, required};
use super::custom::{BasicConfig, BearerConfig, CustomKeyConfig};
use super::oauth::OAuthConfig;
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
/// Deserialized by shape, each with an optional `account_sid`, which the first two need:
///
/// | fields | kind |
/// |---|---|
/// | `auth_token` | [`AuthToken`](Self::AuthToken) |
/// | `api_key`, `api_secret` | [`ApiKey`](Self::ApiKey) |
/// | `client_id`, `client_secret`, and if need be `token_url`, `scope` | [`OAuth`](Self::OAuth) |
/// | `bearer_token` | [`Bearer`](Self::Bearer) |
/// | `username`, `password` | [`Basic`](Self::Basic) |
/// | `key`, and `header` or `query` | [`Key`](Self::Key) |
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
            Self::Bearer(config) => config.check(),
            Self::Basic(config) => config.check(),
            Self::Key(config) => config.check(),
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
