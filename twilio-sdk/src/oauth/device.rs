use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Utc};
use oauth2::{DeviceAuthorizationUrl, StandardDeviceAuthorizationResponse};
use tokio::time::Instant;

use super::{Provider, Tokens};
use crate::audit::AuditEventKind;
use crate::error::{OAuthError, OAuthErrorCode, TokenResult};
use crate::types::SecretString;
use crate::{Error, Result};

/// No login takes longer, whatever the server says.
pub(super) const LONGEST: Duration = Duration::from_secs(60 * 60 * 24);

/// A login on another device that has begun (RFC 8628).
pub struct DeviceLogin {
    provider: Provider,
    details: StandardDeviceAuthorizationResponse,
    expires_at: Instant,
}

impl Provider {
    /// Begins a login on another device.
    ///
    /// # Errors
    ///
    /// [`is_config`](Error::is_config): there is no device authorization URL. [`is_oauth`](Error::is_oauth): the
    /// server refuses.
    pub async fn device(&self) -> Result<DeviceLogin> {
        let url = self.config().device_authorization_url.as_ref();
        let url = url.ok_or_else(|| Error::config("a login by device needs `device_authorization_url`"))?;
        let url = DeviceAuthorizationUrl::new(url.clone())
            .map_err(|_| Error::config("device_authorization_url is not a URL"))?;
        let client = self.client()?.set_device_authorization_url(url);
        let begun = Instant::now();
        let wire = self.wire();
        let mut request = client.exchange_device_code().add_scopes(self.scopes());
        for (name, value) in &self.config().parameters {
            request = request.add_extra_param(name, value);
        }
        let details: StandardDeviceAuthorizationResponse = request
            .request_async(&wire)
            .await
            .map_err(|e| Error::token(None, wire.problem(e, &self.secrets(&[]))))?;
        let expires_at = begun + details.expires_in().min(LONGEST);
        Ok(DeviceLogin { provider: self.clone(), details, expires_at })
    }
}

impl DeviceLogin {
    /// What the user enters.
    pub fn user_code(&self) -> &str {
        self.details.user_code().secret()
    }

    /// Where the user enters it.
    pub fn verification_uri(&self) -> &str {
        self.details.verification_uri()
    }

    /// The same with the code in it, for a QR code, where the server gives one.
    pub fn verification_uri_complete(&self) -> Option<&str> {
        self.details.verification_uri_complete().map(|uri| uri.secret().as_str())
    }

    /// How long the code is still good.
    pub fn expires_in(&self) -> Duration {
        self.expires_at.saturating_duration_since(Instant::now())
    }

    /// Asks the server until the user has decided, as often as it allows: every 5 s unless it says otherwise, 5 s
    /// more after each `slow_down`, and twice the wait after a failed connection. It never asks after the code has
    /// expired. Dropping the future ends it.
    ///
    /// # Errors
    ///
    /// [`is_oauth`](Error::is_oauth), with [`AccessDenied`](crate::OAuthErrorCode::AccessDenied) where the user said
    /// no, and [`ExpiredToken`](crate::OAuthErrorCode::ExpiredToken) where nobody did anything.
    pub async fn wait(self) -> Result<Tokens> {
        let provider = self.provider.clone();
        let outcome = provider.recorded(AuditEventKind::TokenIssue, self.poll().await).await;
        outcome.map_err(|problem| Error::token(None, problem))
    }

    async fn poll(self) -> TokenResult<Tokens> {
        let client = self.provider.client().map_err(|e| OAuthError::new(e.to_string()))?;
        let wire = self.provider.wire();
        // The crate asks at the very moment of the end too, when the code is no longer good.
        let left = self.expires_in();
        let timeout = left.saturating_sub(Duration::from_millis(1));
        if timeout.is_zero() {
            return Err(expired());
        }
        let start = Instant::now();
        let code = SecretString::from(self.details.device_code().secret().as_str());
        let granted = client
            .exchange_device_access_token(&self.details)
            // A moment of the clock that also drives the waits, which is not set back.
            .set_time_fn(move || DateTime::<Utc>::UNIX_EPOCH + start.elapsed())
            // The wait after a failed connection must not become shorter than what the server asked for.
            .set_max_backoff_interval(LONGEST)
            // A wait beyond the end would only put off saying so.
            .request_async(&wire, |wait| tokio::time::sleep(wait.min(self.expires_in())), Some(timeout))
            .await
            .map_err(|e| match wire.problem(e, &self.provider.secrets(&[&code])) {
                // The last that the server said, when time ran out.
                problem if is_pending(&problem) => expired(),
                problem => problem,
            })?;
        wire.tokens(&granted)
    }
}

pub(super) fn expired() -> Box<OAuthError> {
    let mut problem = OAuthError::new("the device code has expired");
    problem.code = Some(OAuthErrorCode::ExpiredToken);
    problem
}

fn is_pending(problem: &OAuthError) -> bool {
    matches!(&problem.code, Some(OAuthErrorCode::Other(code)) if code == "authorization_pending" || code == "slow_down")
}

/// Without the device code.
impl fmt::Debug for DeviceLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceLogin")
            .field("user_code", &self.user_code())
            .field("verification_uri", &self.verification_uri())
            .finish_non_exhaustive()
    }
}
