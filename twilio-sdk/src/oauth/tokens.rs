use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Deserialize;
use twilio_sdk_http::internal::token::Lifetime;

use crate::types::SecretString;
use crate::{Error, Result};

/// What a login or a refresh gave.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Tokens {
    /// What requests carry.
    pub access_token: SecretString,
    /// With what the next access token is had; not every server gives one.
    pub refresh_token: Option<SecretString>,
    /// The scopes that were granted, separated by spaces, where the server says.
    pub scope: Option<String>,
    /// When it was asked for.
    pub issued_at: SystemTime,
    /// When the access token expires: an hour after it was issued where nothing says otherwise.
    pub expires_at: SystemTime,
}

impl Tokens {
    /// Tokens that were had elsewhere; the access token serves for so long from now.
    pub fn new(
        access_token: impl Into<SecretString>,
        refresh_token: Option<SecretString>,
        expires_in: Duration,
    ) -> Self {
        let now = SystemTime::now();
        let expires_at = now.checked_add(expires_in).unwrap_or(now);
        Self { access_token: access_token.into(), refresh_token, scope: None, issued_at: now, expires_at }
    }

    /// Whether the access token has expired.
    pub fn is_expired(&self) -> bool {
        self.expires_at <= SystemTime::now()
    }

    /// How long the access token still serves, and when to have the next one.
    pub(super) fn life(&self) -> Lifetime {
        let whole = self.expires_at.duration_since(self.issued_at).unwrap_or_default();
        let left = self.expires_at.duration_since(SystemTime::now()).unwrap_or_default();
        Lifetime::new(left, whole)
    }

    /// The tokens as JSON, to be kept in a safe place.
    pub fn to_json(&self) -> SecretString {
        let seconds =
            |moment: SystemTime| moment.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
        let value = serde_json::json!({
            "access_token": self.access_token.expose_secret(),
            "refresh_token": self.refresh_token.as_ref().map(SecretString::expose_secret),
            "scope": self.scope,
            "issued_at": seconds(self.issued_at),
            "expires_at": seconds(self.expires_at),
        });
        let text = value.to_string().into();
        drop(crate::types::SecretValue::from(value));
        text
    }

    /// Reads what [`to_json`](Self::to_json) wrote.
    ///
    /// # Errors
    ///
    /// [`is_config`](Error::is_config): it is not that.
    pub fn from_json(text: &str) -> Result<Self> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Kept {
            access_token: SecretString,
            refresh_token: Option<SecretString>,
            scope: Option<String>,
            issued_at: f64,
            expires_at: f64,
        }
        let broken = || Error::config("the text holds no tokens");
        let kept: Kept = serde_json::from_str(text).map_err(|_| broken())?;
        let moment = |seconds: f64| {
            let since = Duration::try_from_secs_f64(seconds).ok()?;
            UNIX_EPOCH.checked_add(since)
        };
        Ok(Self {
            access_token: kept.access_token,
            refresh_token: kept.refresh_token,
            scope: kept.scope,
            issued_at: moment(kept.issued_at).ok_or_else(broken)?,
            expires_at: moment(kept.expires_at).ok_or_else(broken)?,
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
