use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Utc};
use oauth2::{DeviceAuthorizationUrl, StandardDeviceAuthorizationResponse};
use tokio::time::Instant;
use twilio_sdk_audit::AuditEventKind;
use twilio_sdk_config::ConfigError;
use twilio_sdk_http::internal::TokenResult;
use twilio_sdk_http::{OAuthError, OAuthErrorCode};
use twilio_sdk_types::SecretString;

use crate::{OAuthClient, Result, Tokens};

/// Upper bound of the lifetime of a device code, whatever the server says.
pub(crate) const LONGEST: Duration = Duration::from_secs(60 * 60 * 24);

/// A pending login on another device (RFC 8628).
pub struct DeviceLogin {
    client: OAuthClient,
    details: StandardDeviceAuthorizationResponse,
    expires_at: Instant,
}

impl OAuthClient {
    /// Starts a login on another device.
    ///
    /// # Errors
    ///
    /// - [`is_config`](crate::OAuthClientError::is_config): the configuration has no device authorization URL.
    /// - [`is_oauth`](crate::OAuthClientError::is_oauth): the server rejects the request.
    pub async fn start_device_login(&self) -> Result<DeviceLogin> {
        let url = self.config().device_authorization_url.as_ref();
        let url =
            url.ok_or_else(|| ConfigError::new("a login by device needs `device_authorization_url`"))?;
        let url = DeviceAuthorizationUrl::new(url.clone())
            .map_err(|_| ConfigError::new("device_authorization_url is not a URL"))?;
        let client = self.raw()?.set_device_authorization_url(url);
        let started = Instant::now();
        let wire = self.wire();
        let mut request = client.exchange_device_code().add_scopes(self.scopes());
        for (name, value) in &self.config().parameters {
            request = request.add_extra_param(name, value);
        }
        let details: StandardDeviceAuthorizationResponse =
            request.request_async(&wire).await.map_err(|e| wire.problem(e, &self.secrets(&[])))?;
        let expires_at = started + details.expires_in().min(LONGEST);
        Ok(DeviceLogin { client: self.clone(), details, expires_at })
    }
}

impl DeviceLogin {
    /// Returns the code that the user enters.
    pub fn user_code(&self) -> &str {
        self.details.user_code().secret()
    }

    /// Returns the URL where the user enters it.
    pub fn verification_uri(&self) -> &str {
        self.details.verification_uri()
    }

    /// Returns the URL with the code in it, for a QR code, if the server returned one.
    pub fn verification_uri_complete(&self) -> Option<&str> {
        self.details.verification_uri_complete().map(|uri| uri.secret().as_str())
    }

    /// Returns the remaining lifetime of the code.
    pub fn expires_in(&self) -> Duration {
        self.expires_at.saturating_duration_since(Instant::now())
    }

    /// Polls the server until the user has decided or the code has expired. Dropping the future cancels it.
    ///
    /// The interval is that of the server, 5 s by default. It grows by 5 s with each `slow_down` and doubles with each failed
    /// connection.
    ///
    /// # Errors
    ///
    /// [`is_oauth`](crate::OAuthClientError::is_oauth): the user denied the request
    /// ([`AccessDenied`](OAuthErrorCode::AccessDenied)), the code expired ([`ExpiredToken`](OAuthErrorCode::ExpiredToken)), or
    /// the server returned no token.
    pub async fn wait_for_tokens(self) -> Result<Tokens> {
        let client = self.client.clone();
        Ok(client.recorded(AuditEventKind::TokenIssue, self.poll().await).await?)
    }

    async fn poll(self) -> TokenResult<Tokens> {
        let client = self.client.raw().map_err(|e| OAuthError::new(e.to_string()))?;
        let wire = self.client.wire();
        // oauth2 polls at the very end too, when the code has expired.
        let left = self.expires_in();
        let timeout = left.saturating_sub(Duration::from_millis(1));
        if timeout.is_zero() {
            return Err(expired());
        }
        let start = Instant::now();
        let code = SecretString::from(self.details.device_code().secret().as_str());
        let granted = client
            .exchange_device_access_token(&self.details)
            // The clock of the timers, which is monotonic.
            .set_time_fn(move || DateTime::<Utc>::UNIX_EPOCH + start.elapsed())
            // The wait after a failed connection must not be shorter than the interval of the server.
            .set_max_backoff_interval(LONGEST)
            // A wait beyond the expiry would only delay the error.
            .request_async(&wire, |wait| tokio::time::sleep(wait.min(self.expires_in())), Some(timeout))
            .await
            .map_err(|e| match wire.problem(e, &self.client.secrets(&[&code])) {
                // The last response before the timeout.
                problem if is_pending(&problem) => expired(),
                problem => problem,
            })?;
        wire.tokens(&granted)
    }
}

pub(crate) fn expired() -> Box<OAuthError> {
    let mut problem = OAuthError::new("the device code has expired");
    problem.code = Some(OAuthErrorCode::ExpiredToken);
    problem
}

fn is_pending(problem: &OAuthError) -> bool {
    matches!(&problem.code, Some(OAuthErrorCode::Other(code)) if code == "authorization_pending" || code == "slow_down")
}

/// Omits the device code.
impl fmt::Debug for DeviceLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceLogin")
            .field("user_code", &self.user_code())
            .field("verification_uri", &self.verification_uri())
            .finish_non_exhaustive()
    }
}
