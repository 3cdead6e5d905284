use super::ConnectionConfig;
use crate::auth::{ApiKeyConfig, Auth, AuthTokenConfig, OAuthConfig};
use crate::{Error, Result};

impl ConnectionConfig {
    /// Reads the environment: `TWILIO_ACCOUNT_SID` with `TWILIO_API_KEY` and `TWILIO_API_SECRET`, or with
    /// `TWILIO_CLIENT_ID` and `TWILIO_CLIENT_SECRET` (OAuth, for which the account is optional), or else with
    /// `TWILIO_AUTH_TOKEN`; and, where they are set, `TWILIO_REGION`, `TWILIO_EDGE` and `TWILIO_BASE_URL`.
    ///
    /// An API key or an OAuth app wins over an auth token, because it is the narrower of the two, and because the
    /// token has other uses, such as the check of webhooks. A variable that is empty counts as not set.
    ///
    /// # Errors
    ///
    /// [`is_config`](crate::Error::is_config): there are no credentials, half of a pair is missing, or there are a key
    /// and an app; the message names the variables.
    pub fn from_env() -> Result<Self> {
        Self::from_lookup(|name| std::env::var(name).ok())
    }

    /// The same from any other source of variables.
    pub(crate) fn from_lookup(get: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let get = |name: &str| get(name).filter(|value| !value.is_empty());
        let missing = |names: &str| Error::config(format!("{names} not set in the environment"));
        let account = get("TWILIO_ACCOUNT_SID");
        let pair = |first: &str, second: &str| match (get(first), get(second)) {
            (Some(a), Some(b)) => Ok(Some((a, b))),
            (None, None) => Ok(None),
            (Some(_), None) => Err(missing(&format!("{first} is set, but {second} is"))),
            (None, Some(_)) => Err(missing(&format!("{second} is set, but {first} is"))),
        };
        let key = pair("TWILIO_API_KEY", "TWILIO_API_SECRET")?;
        let app = pair("TWILIO_CLIENT_ID", "TWILIO_CLIENT_SECRET")?;
        let auth: Auth = match (account, key, app, get("TWILIO_AUTH_TOKEN")) {
            (_, Some(_), Some(_), _) => {
                return Err(Error::config(
                    "TWILIO_API_KEY and TWILIO_CLIENT_ID are both set in the environment: which of the two is meant?",
                ));
            }
            (account, None, Some((id, secret)), _) => {
                let config = OAuthConfig::new(id, secret);
                match account {
                    Some(account) => config.account_sid(account.as_str()).into(),
                    None => config.into(),
                }
            }
            (None, ..) => return Err(missing("TWILIO_ACCOUNT_SID is")),
            (Some(account), Some((key, secret)), None, _) => {
                ApiKeyConfig::new(account.as_str(), key.as_str(), secret).into()
            }
            (Some(account), None, None, Some(token)) => AuthTokenConfig::new(account.as_str(), token).into(),
            (Some(_), None, None, None) => {
                return Err(missing(
                    "TWILIO_API_KEY and TWILIO_API_SECRET, or TWILIO_CLIENT_ID and TWILIO_CLIENT_SECRET, or else \
                     TWILIO_AUTH_TOKEN, are",
                ));
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

    #[test]
    fn review_21_regions_and_edges_of_the_environment_are_judged_like_any() {
        let account = [("TWILIO_ACCOUNT_SID", "AC1"), ("TWILIO_AUTH_TOKEN", "t")];
        for (location, host) in [
            (vec![("TWILIO_REGION", "ie1")], Some("https://api.dublin.ie1.twilio.com")),
            (
                vec![("TWILIO_REGION", "au1"), ("TWILIO_EDGE", "sydney")],
                Some("https://api.sydney.au1.twilio.com"),
            ),
            (vec![("TWILIO_REGION", "us1")], Some("https://api.twilio.com")),
            (vec![("TWILIO_REGION", ""), ("TWILIO_EDGE", "")], Some("https://api.twilio.com")),
            (vec![("TWILIO_EDGE", "ashburn")], Some("https://api.ashburn.us1.twilio.com")),
            (vec![("TWILIO_REGION", "jp1")], None),
            (vec![("TWILIO_REGION", "us2"), ("TWILIO_EDGE", "umatilla")], None),
            (vec![("TWILIO_EDGE", "frankfurt")], None),
            (vec![("TWILIO_EDGE", "dublin")], None),
        ] {
            let variables: Vec<_> = account.iter().chain(&location).copied().collect();
            let config = read(&variables).expect("credentials");
            let endpoint = crate::endpoint::Endpoint::new(
                config.base_url.as_deref(),
                config.region.as_deref(),
                config.edge.as_deref(),
            );
            match (endpoint, host) {
                (Ok(endpoint), Some(host)) => assert_eq!(endpoint.base_url("api.twilio.com"), host),
                (Err(error), None) => assert!(error.to_string().contains("twilio.com"), "{error}"),
                (endpoint, _) => panic!("{location:?}: {endpoint:?}"),
            }
        }
    }

    #[test]
    fn an_oauth_app_needs_no_account_and_a_key_beside_it_is_an_error() {
        let app = [("TWILIO_CLIENT_ID", "OQ1"), ("TWILIO_CLIENT_SECRET", "s3cret")];
        let account = ("TWILIO_ACCOUNT_SID", "AC1");
        for (pairs, sid) in [
            (vec![app[0], app[1]], None),
            (vec![app[0], app[1], account], Some("AC1")),
            (vec![app[0], app[1], account, ("TWILIO_AUTH_TOKEN", "t")], Some("AC1")),
        ] {
            let auth = read(&pairs).expect("good variables").auth;
            assert!(matches!(auth, Auth::OAuth(_)));
            assert_eq!(auth.account_sid().map(crate::types::AccountSid::as_str), sid);
        }
        let key = [("TWILIO_API_KEY", "SK1"), ("TWILIO_API_SECRET", "s3cret")];
        for (pairs, name) in [
            (vec![app[0], account], "TWILIO_CLIENT_SECRET"),
            (vec![app[1], account], "TWILIO_CLIENT_ID"),
            (vec![app[0], app[1], key[0], key[1], account], "TWILIO_API_KEY"),
        ] {
            let error = read(&pairs).expect_err(name);
            assert!(error.is_config() && error.to_string().contains(name), "{error}");
            assert!(!error.to_string().contains("s3cret"));
        }
    }
}
