use std::fmt;

use twilio_sdk_config::ConfigError;
use twilio_sdk_http::OAuthError;

/// Error of an OAuth client: invalid settings, or a token request that failed.
#[derive(Debug)]
pub struct OAuthClientError(Kind);

#[derive(Debug)]
enum Kind {
    Config(ConfigError),
    OAuth(Box<OAuthError>),
}

impl OAuthClientError {
    /// Returns whether the settings are invalid. Nothing was sent.
    pub fn is_config(&self) -> bool {
        matches!(self.0, Kind::Config(_))
    }

    /// Returns whether there is no token: the server rejected the request, there was no response, or the tokens could not be
    /// loaded, saved or recorded. [`oauth_error`](Self::oauth_error) says why.
    pub fn is_oauth(&self) -> bool {
        matches!(self.0, Kind::OAuth(_))
    }

    /// Returns the error of the token request.
    pub fn oauth_error(&self) -> Option<&OAuthError> {
        match &self.0 {
            Kind::Config(_) => None,
            Kind::OAuth(error) => Some(error),
        }
    }

    /// Returns the error of the settings, or the error of the token request.
    pub fn into_inner(self) -> Result<ConfigError, Box<OAuthError>> {
        match self.0 {
            Kind::Config(error) => Ok(error),
            Kind::OAuth(error) => Err(error),
        }
    }
}

impl From<ConfigError> for OAuthClientError {
    fn from(error: ConfigError) -> Self {
        Self(Kind::Config(error))
    }
}

impl From<Box<OAuthError>> for OAuthClientError {
    fn from(error: Box<OAuthError>) -> Self {
        Self(Kind::OAuth(error))
    }
}

impl fmt::Display for OAuthClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Config(error) => error.fmt(f),
            Kind::OAuth(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for OAuthClientError {}
