use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Deserialize;
use twilio_sdk_types::{SecretString, SecretValue};

use crate::ConfigError;

/// OAuth tokens returned by a login or a refresh.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Tokens {
    /// Token that requests carry.
    pub access_token: SecretString,
    /// Token that refreshes the access token. Not every server returns one.
    pub refresh_token: Option<SecretString>,
    /// Granted scopes, separated by spaces, if the server returned them.
    pub scope: Option<String>,
    /// Time of the token request.
    pub issued_at: SystemTime,
    /// Expiry of the access token. If the server returns none, an hour after it was issued.
    pub expires_at: SystemTime,
}

impl Tokens {
    /// Creates tokens obtained elsewhere. The access token expires after `expires_in` from now.
    pub fn new(
        access_token: impl Into<SecretString>,
        refresh_token: Option<SecretString>,
        expires_in: Duration,
    ) -> Self {
        let now = SystemTime::now();
        let expires_at = now.checked_add(expires_in).unwrap_or(now);
        Self { access_token: access_token.into(), refresh_token, scope: None, issued_at: now, expires_at }
    }

    /// Returns whether the access token has expired.
    pub fn is_expired(&self) -> bool {
        self.expires_at <= SystemTime::now()
    }

    /// Returns the tokens as JSON. Store it in a safe place.
    pub fn to_json(&self) -> SecretString {
        let seconds = |time: SystemTime| time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
        let value = serde_json::json!({
            "access_token": self.access_token.expose_secret(),
            "refresh_token": self.refresh_token.as_ref().map(SecretString::expose_secret),
            "scope": self.scope,
            "issued_at": seconds(self.issued_at),
            "expires_at": seconds(self.expires_at),
        });
        let text = value.to_string().into();
        // Zeroizes the strings.
        drop(SecretValue::from(value));
        text
    }

    /// Parses the output of [`to_json`](Self::to_json).
    ///
    /// # Errors
    ///
    /// The string is not such JSON. The message shows nothing of it.
    pub fn from_json(text: &str) -> Result<Self, ConfigError> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Stored {
            access_token: SecretString,
            refresh_token: Option<SecretString>,
            scope: Option<String>,
            issued_at: f64,
            expires_at: f64,
        }
        let broken = || ConfigError::new("tokens: not the JSON of stored tokens");
        let stored: Stored = serde_json::from_str(text).map_err(|_| broken())?;
        let time = |seconds: f64| {
            let since = Duration::try_from_secs_f64(seconds).ok()?;
            UNIX_EPOCH.checked_add(since)
        };
        Ok(Self {
            access_token: stored.access_token,
            refresh_token: stored.refresh_token,
            scope: stored.scope,
            issued_at: time(stored.issued_at).ok_or_else(broken)?,
            expires_at: time(stored.expires_at).ok_or_else(broken)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_survive_json_and_show_no_secret() {
        let mut tokens = Tokens::new("s3cret-a", Some("s3cret-r".into()), Duration::from_secs(100));
        tokens.scope = Some("a b".to_owned());
        let back = Tokens::from_json(tokens.to_json().expose_secret()).unwrap();
        assert_eq!(back.access_token.expose_secret(), "s3cret-a");
        assert_eq!(back.refresh_token.as_ref().map(SecretString::expose_secret), Some("s3cret-r"));
        assert_eq!(back.scope.as_deref(), Some("a b"));
        let (a, b) = (back.expires_at, tokens.expires_at);
        let apart = a.duration_since(b).or_else(|e| Ok::<_, ()>(e.duration())).unwrap();
        assert!(apart < Duration::from_millis(1), "{apart:?}");
        assert!(!format!("{tokens:?}").contains("s3cret"));
        for bad in ["", "{}", "[]", r#"{"access_token":"s3cret","issued_at":-1,"expires_at":1e300}"#] {
            let error = Tokens::from_json(bad).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("s3cret"));
        }
    }
}
