use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode};

/// The reason for rejecting a request.
///
/// An unknown user and a wrong password are the same variant and lead to the same status and [`headers`](Self::headers).
///
/// With feature `axum` it is a response: `async fn handler() -> Result<String, AuthError>` works as is. That response has no
/// `WWW-Authenticate` header, which needs a realm; add it with [`headers`](Self::headers).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthError {
    /// The `Authorization` header is missing.
    MissingCredentials,
    /// The scheme of the `Authorization` header is not accepted.
    UnsupportedScheme,
    /// The header or the credential is malformed.
    Malformed(&'static str),
    /// The user is unknown, or the password or token is wrong.
    InvalidCredentials,
    /// The user is authenticated but has none of the required scopes.
    InsufficientScope,
    /// Too many wrong passwords were given for the name. None is checked for this duration.
    TooManyAttempts(Duration),
    /// Too many passwords or tokens are being checked. The request may be retried after a second.
    Overloaded,
    /// The user store or authorization server is unavailable. The string is for the log.
    Unavailable(Cow<'static, str>),
    /// The audit event could not be written, so the request is rejected. The string is for the log.
    AuditFailed(Cow<'static, str>),
}

impl AuthError {
    /// Returns the status of the response: 401, 403, 429, or 503 if a backend or the audit log is unavailable.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::InsufficientScope => StatusCode::FORBIDDEN,
            Self::TooManyAttempts(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Overloaded | Self::Unavailable(_) | Self::AuditFailed(_) => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::UNAUTHORIZED,
        }
    }

    /// Returns the headers of the response: `WWW-Authenticate` with 401 (RFC 9110, section 11.6.1), `Retry-After` with 429
    /// and 503.
    pub fn headers(&self, challenge: &Challenge) -> HeaderMap {
        let mut headers = HeaderMap::new();
        match self.status() {
            StatusCode::UNAUTHORIZED => {
                headers.insert(WWW_AUTHENTICATE, challenge.value.clone());
            }
            StatusCode::SERVICE_UNAVAILABLE => {
                let seconds = if *self == Self::Overloaded { "1" } else { "5" };
                headers.insert(RETRY_AFTER, HeaderValue::from_static(seconds));
            }
            _ => {}
        }
        if let Self::TooManyAttempts(wait) = self {
            headers.insert(RETRY_AFTER, HeaderValue::from(wait.as_secs().saturating_add(1)));
        }
        headers
    }
}

impl fmt::Display for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingCredentials => f.write_str("the Authorization header is missing"),
            Self::UnsupportedScheme => f.write_str("the scheme of the Authorization header is not accepted"),
            Self::Malformed(what) => write!(f, "malformed credentials: {what}"),
            Self::InvalidCredentials => f.write_str("invalid credentials"),
            Self::TooManyAttempts(_) => f.write_str("too many wrong passwords for this username"),
            Self::Overloaded => f.write_str("too many credentials are being checked; retry in a second"),
            Self::InsufficientScope => f.write_str("the user has none of the required scopes"),
            Self::AuditFailed(why) => {
                write!(f, "request denied: the audit event could not be written: {why}")
            }
            Self::Unavailable(why) => write!(f, "authentication backend unavailable: {why}"),
        }
    }
}

impl std::error::Error for AuthError {}

/// Responds with the status, its words and `Retry-After`, but without `WWW-Authenticate`, which needs a realm.
#[cfg(feature = "axum")]
#[cfg_attr(docsrs, doc(cfg(feature = "axum")))]
impl axum_core::response::IntoResponse for AuthError {
    fn into_response(self) -> axum_core::response::Response {
        let status = self.status();
        let mut headers = self.headers(&Challenge::basic(""));
        headers.remove(WWW_AUTHENTICATE);
        headers.insert(http::header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        (status, headers, status.canonical_reason().unwrap_or_default()).into_response()
    }
}

impl From<AuthError> for StatusCode {
    fn from(error: AuthError) -> Self {
        error.status()
    }
}

/// The `WWW-Authenticate` challenge of a 401 response.
#[derive(Clone, Debug)]
pub struct Challenge {
    pub(super) value: HeaderValue,
}

impl Challenge {
    /// Creates a challenge for Basic credentials in UTF-8 (RFC 7617, section 2.1). Characters of the realm that a quoted string
    /// cannot contain become `?`.
    pub fn basic(realm: &str) -> Self {
        Self::of(&format!("Basic realm=\"{}\", charset=\"UTF-8\"", quoted(realm)))
    }

    /// Creates a challenge for a bearer token (RFC 6750, section 3).
    pub fn bearer(realm: &str) -> Self {
        Self::of(&format!("Bearer realm=\"{}\"", quoted(realm)))
    }

    /// Creates a challenge for either of the two.
    pub fn basic_or_bearer(realm: &str) -> Self {
        let realm = quoted(realm);
        Self::of(&format!("Basic realm=\"{realm}\", charset=\"UTF-8\", Bearer realm=\"{realm}\""))
    }

    /// Creates a challenge for a bearer token with an error code (RFC 6750, section 3.1).
    #[cfg(feature = "tower")]
    pub(super) fn bearer_error(realm: &str, error: &str) -> Self {
        Self::of(&format!("Bearer realm=\"{}\", error=\"{error}\"", quoted(realm)))
    }

    fn of(text: &str) -> Self {
        Self { value: HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static("Basic")) }
    }
}

fn quoted(realm: &str) -> String {
    realm
        .chars()
        .map(|character| match character {
            '"' | '\\' => '?',
            ' '..='~' => character,
            _ => '?',
        })
        .collect()
}
