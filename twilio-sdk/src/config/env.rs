use super::ConnectionConfig;
use crate::auth::{ApiKeyConfig, Auth, AuthTokenConfig};
use crate::{Error, Result};

impl ConnectionConfig {
    /// Reads the environment: `TWILIO_ACCOUNT_SID` with `TWILIO_API_KEY` and `TWILIO_API_SECRET`, or else with
    /// `TWILIO_AUTH_TOKEN`; and, where they are set, `TWILIO_REGION`, `TWILIO_EDGE` and `TWILIO_BASE_URL`.
    ///
    /// An API key wins over an auth token, because it is the narrower of the two.
    pub fn from_env() -> Result<Self> {
        Self::from_lookup(|name| std::env::var(name).ok())
    }

    /// The same from any other source of variables.
    pub(crate) fn from_lookup(get: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let get = |name: &str| get(name).filter(|value| !value.is_empty());
        let missing = |names: &str| Error::config(format!("{names} not set in the environment"));
        let account = get("TWILIO_ACCOUNT_SID");
        let (key, secret, token) =
            (get("TWILIO_API_KEY"), get("TWILIO_API_SECRET"), get("TWILIO_AUTH_TOKEN"));
        let Some(account) = account else { return Err(missing("TWILIO_ACCOUNT_SID is")) };
        let auth: Auth = match (key, secret, token) {
            (Some(key), Some(secret), _) => ApiKeyConfig::new(account.as_str(), key.as_str(), secret).into(),
            (Some(_), None, _) => return Err(missing("TWILIO_API_KEY is set, but TWILIO_API_SECRET is")),
            (None, Some(_), _) => return Err(missing("TWILIO_API_SECRET is set, but TWILIO_API_KEY is")),
            (None, None, Some(token)) => AuthTokenConfig::new(account.as_str(), token).into(),
            (None, None, None) => {
                return Err(missing("TWILIO_API_KEY and TWILIO_API_SECRET, or else TWILIO_AUTH_TOKEN, are"));
            }
        };
        let mut config = Self::new(auth);
        config.region = get("TWILIO_REGION");
        config.edge = get("TWILIO_EDGE");
        config.base_url = get("TWILIO_BASE_URL");
        Ok(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<ConnectionConfig> {
        ConnectionConfig::from_lookup(|name| {
            pairs.iter().find(|(have, _)| *have == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn an_api_key_wins_and_half_of_one_is_an_error() {
        let token = ("TWILIO_AUTH_TOKEN", "t");
        let account = ("TWILIO_ACCOUNT_SID", "AC1");
        let key = ("TWILIO_API_KEY", "SK1");
        let secret = ("TWILIO_API_SECRET", "s");
        assert!(matches!(read(&[account, token]).map(|c| c.auth), Ok(Auth::AuthToken(_))));
        assert!(matches!(read(&[account, token, key, secret]).map(|c| c.auth), Ok(Auth::ApiKey(_))));
        for (pairs, name) in [
            (&[account, key, token][..], "TWILIO_API_SECRET"),
            (&[account, secret], "TWILIO_API_KEY"),
            (&[account], "TWILIO_AUTH_TOKEN"),
            (&[token], "TWILIO_ACCOUNT_SID"),
            (&[("TWILIO_ACCOUNT_SID", ""), token], "TWILIO_ACCOUNT_SID"),
        ] {
            let error = read(pairs).expect_err(name);
            assert!(error.is_config() && error.to_string().contains(name), "{error}");
        }
    }
}
