use std::fmt;
use std::time::Duration;

use http::StatusCode;

/// Error of a request for an OAuth token: the error response of the authorization server (RFC 6749, section 5.2), or the
/// reason why there is no response. It contains no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OAuthError {
    /// Error code of the server, if the response has one.
    pub code: Option<OAuthErrorCode>,
    /// The server's description for developers: at most 300 characters, with the secrets of the request redacted.
    pub description: Option<String>,
    /// Link to the server's documentation of the code.
    pub uri: Option<String>,
    /// HTTP status of the response, if there was one.
    pub status: Option<StatusCode>,
    /// Time to wait before the next attempt, from `Retry-After`.
    pub retry_after: Option<Duration>,
    /// Twilio's own error code, if the response of its token endpoint has one.
    pub twilio_code: Option<u32>,
    /// A description of the failure.
    pub message: String,
}

/// Result of a request for a token.
pub type TokenResult<T> = Result<T, Box<OAuthError>>;

impl OAuthError {
    /// Creates an error without a response.
    #[doc(hidden)]
    pub fn new(message: impl Into<String>) -> Box<Self> {
        Box::new(Self {
            code: None,
            description: None,
            uri: None,
            status: None,
            retry_after: None,
            twilio_code: None,
            message: message.into(),
        })
    }
}

impl OAuthError {
    /// Returns whether the server rejected the request, in contrast to an outage or a lost connection.
    pub fn is_rejected(&self) -> bool {
        !matches!(
            self.code,
            None | Some(OAuthErrorCode::ServerError | OAuthErrorCode::TemporarilyUnavailable)
        )
    }

    /// Returns the reason for an audit event: without the server's description.
    #[doc(hidden)]
    pub fn audit_reason(&self) -> String {
        match &self.code {
            Some(code) => format!("{}, {code}", self.message),
            None => self.message.clone(),
        }
    }
}

impl std::error::Error for OAuthError {}

impl fmt::Display for OAuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no token: {}", self.message)?;
        if let Some(code) = &self.code {
            write!(f, ", {code}")?;
        }
        match &self.description {
            Some(description) => write!(f, ": {description}"),
            None => Ok(()),
        }
    }
}

/// An OAuth error code of RFC 6749 (sections 4.1.2.1 and 5.2) or RFC 8628 (section 3.5).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OAuthErrorCode {
    /// `invalid_request`: a parameter is missing, unknown or repeated.
    InvalidRequest,
    /// `invalid_client`: the client is unknown, or its secret is wrong.
    InvalidClient,
    /// `invalid_grant`: the code or the refresh token is wrong, expired or revoked. A user must log in again.
    InvalidGrant,
    /// `unauthorized_client`: the client must not use this grant.
    UnauthorizedClient,
    /// `unsupported_grant_type`: the server does not support this grant.
    UnsupportedGrantType,
    /// `invalid_scope`: a scope is unknown, or exceeds what was granted.
    InvalidScope,
    /// `access_denied`: the user or the server denied the request.
    AccessDenied,
    /// `expired_token`: the device code expired before the user agreed. Start a new login.
    ExpiredToken,
    /// `unsupported_response_type`: the server does not issue codes this way.
    UnsupportedResponseType,
    /// `server_error`: an internal error, reported in a redirect.
    ServerError,
    /// `temporarily_unavailable`: the server is overloaded, reported in a redirect.
    TemporarilyUnavailable,
    /// Any other code.
    Other(String),
}

macro_rules! codes {
    ($($text:literal = $variant:ident,)*) => {
        impl OAuthErrorCode {
            /// Returns the code as servers write it.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Other(code) => code,
                }
            }
        }

        impl From<&str> for OAuthErrorCode {
            fn from(code: &str) -> Self {
                match code {
                    $($text => Self::$variant,)*
                    other => Self::Other(other.to_owned()),
                }
            }
        }
    };
}
codes! {
    "invalid_request" = InvalidRequest,
    "invalid_client" = InvalidClient,
    "invalid_grant" = InvalidGrant,
    "unauthorized_client" = UnauthorizedClient,
    "unsupported_grant_type" = UnsupportedGrantType,
    "invalid_scope" = InvalidScope,
    "access_denied" = AccessDenied,
    "expired_token" = ExpiredToken,
    "unsupported_response_type" = UnsupportedResponseType,
    "server_error" = ServerError,
    "temporarily_unavailable" = TemporarilyUnavailable,
}

impl fmt::Display for OAuthErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
