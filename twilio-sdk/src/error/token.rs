use std::fmt;
use std::time::Duration;

use http::StatusCode;

/// Why there is no token: what the authorization server answered (RFC 6749, section 5.2), or what kept it from
/// answering. It holds no secret.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct OAuthError {
    /// The server's code, if it gave one.
    pub code: Option<OAuthErrorCode>,
    /// The server's description for developers: at most 300 characters, without the secrets that it was sent.
    pub description: Option<String>,
    /// The server's link to what the code means.
    pub uri: Option<String>,
    /// The HTTP status of its answer, if there was one.
    pub status: Option<StatusCode>,
    /// How long to wait before the next attempt, where `Retry-After` says so.
    pub retry_after: Option<Duration>,
    /// Twilio's own error code, if its token endpoint gave one.
    pub twilio_code: Option<u32>,
    /// What happened, in words.
    pub message: String,
}

/// A token, or why there is none.
pub(crate) type TokenResult<T> = Result<T, Box<OAuthError>>;

impl OAuthError {
    pub(crate) fn new(message: impl Into<String>) -> Box<Self> {
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

/// The codes of RFC 6749 (sections 4.1.2.1 and 5.2) and RFC 8628 (section 3.5).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OAuthErrorCode {
    /// `invalid_request`: a parameter is missing, unknown or there twice.
    InvalidRequest,
    /// `invalid_client`: the client is not known, or its secret is wrong.
    InvalidClient,
    /// `invalid_grant`: the code or the refresh token is wrong, expired or revoked. A user must log in again.
    InvalidGrant,
    /// `unauthorized_client`: the client may not use this grant.
    UnauthorizedClient,
    /// `unsupported_grant_type`: the server does not know this grant.
    UnsupportedGrantType,
    /// `invalid_scope`: a scope is unknown, or more than was granted.
    InvalidScope,
    /// `access_denied`: the user or the server said no.
    AccessDenied,
    /// `expired_token`: the device code has expired before the user agreed; begin anew.
    ExpiredToken,
    /// `unsupported_response_type`: the server hands out no codes this way.
    UnsupportedResponseType,
    /// `server_error`: something unexpected, as a redirect can say it.
    ServerError,
    /// `temporarily_unavailable`: too much work at the moment, as a redirect can say it.
    TemporarilyUnavailable,
    /// Any other code.
    Other(String),
}

macro_rules! codes {
    ($($text:literal = $variant:ident,)*) => {
        impl OAuthErrorCode {
            /// The code as servers write it.
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
