use crate::{AccountSid, ApiKeySid, SecretString};

/// An account and its auth token: HTTP Basic with `account_sid:auth_token`.
///
/// The token grants full access to the account. Prefer [`ApiKeyConfig`] in production: a key can be restricted and
/// revoked.
#[derive(Clone, Debug)]
pub struct AuthTokenConfig {
    /// The account SID: `AC` and 32 hexadecimal digits.
    pub account_sid: AccountSid,
    /// The primary or secondary auth token of the account.
    pub auth_token: SecretString,
}

impl AuthTokenConfig {
    /// Creates credentials from both values. A client checks them when it is created.
    pub fn new(account_sid: impl Into<AccountSid>, auth_token: impl Into<SecretString>) -> Self {
        Self { account_sid: account_sid.into(), auth_token: auth_token.into() }
    }
}

/// An API key of an account: HTTP Basic with `api_key:api_secret`. The account SID is used in paths only.
#[derive(Clone, Debug)]
pub struct ApiKeyConfig {
    /// The SID of the account that owns the key: `AC` and 32 hexadecimal digits.
    pub account_sid: AccountSid,
    /// The SID of the key: `SK` and 32 hexadecimal digits.
    pub api_key: ApiKeySid,
    /// The secret of the key. Twilio shows it once, when the key is created.
    pub api_secret: SecretString,
}

impl ApiKeyConfig {
    /// Creates credentials from the three values. A client checks them when it is created.
    pub fn new(
        account_sid: impl Into<AccountSid>,
        api_key: impl Into<ApiKeySid>,
        api_secret: impl Into<SecretString>,
    ) -> Self {
        Self { account_sid: account_sid.into(), api_key: api_key.into(), api_secret: api_secret.into() }
    }
}
