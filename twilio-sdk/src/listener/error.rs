use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode};

/// Why a request is not let in.
///
/// What the caller is told is the same for an unknown user and a wrong password, here and in
/// [`headers`](Self::headers).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthError {
    /// There is no `Authorization`.
    Missing,
    /// The scheme is none that is accepted.
    Scheme,
    /// The header or the credential does not have its form.
    Malformed(&'static str),
    /// The user is not known, or the password or token is wrong.
    Rejected,
    /// The user is known, and has none of the scopes.
    Forbidden,
    /// Too many wrong passwords were given for the name; for so long none is looked at.
    TooMany(Duration),
    /// Too many passwords or tokens are being checked; the request may be repeated after a second.
    Overloaded,
    /// The store or the server that would know cannot be asked. The reason is for the log.
    Unavailable(Cow<'static, str>),
    /// What was found cannot be recorded, so nobody is let in. The reason is for the log.
    Unrecorded(Cow<'static, str>),
}

impl AuthError {
    /// The status of the answer: 401, 403, 429, or 503 where nobody can be asked or nothing can be recorded.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Overloaded | Self::Unavailable(_) | Self::Unrecorded(_) => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::UNAUTHORIZED,
        }
    }

    /// The headers of the answer: `WWW-Authenticate` with 401 (RFC 9110, section 11.6.1), `Retry-After` with 429 and 503.
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
        if let Self::TooMany(wait) = self {
            headers.insert(RETRY_AFTER, HeaderValue::from(wait.as_secs().saturating_add(1)));
        }
        headers
    }
}

impl fmt::Display for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("there is no Authorization header"),
            Self::Scheme => f.write_str("the Authorization header has another scheme than those accepted"),
            Self::Malformed(what) => write!(f, "the credentials cannot be read: {what}"),
            Self::Rejected => f.write_str("the credentials are wrong"),
            Self::TooMany(_) => f.write_str("too many wrong passwords were given for the name"),
            Self::Overloaded => f.write_str("too many credentials are being checked; try again in a second"),
            Self::Forbidden => f.write_str("the user lacks the scope"),
            Self::Unrecorded(why) => write!(f, "nobody is let in without a record: {why}"),
            Self::Unavailable(why) => write!(f, "nobody can say whether the credentials are right: {why}"),
        }
    }
}

impl std::error::Error for AuthError {}

/// What a 401 asks for.
#[derive(Clone, Debug)]
pub struct Challenge {
    pub(super) value: HeaderValue,
}

impl Challenge {
    /// Basic credentials in UTF-8 for a realm (RFC 7617, section 2.1). What a quoted text cannot hold becomes `?`.
    pub fn basic(realm: &str) -> Self {
        Self::of(&format!("Basic realm=\"{}\", charset=\"UTF-8\"", quoted(realm)))
    }

    /// A bearer token for a realm (RFC 6750, section 3).
    pub fn bearer(realm: &str) -> Self {
        Self::of(&format!("Bearer realm=\"{}\"", quoted(realm)))
    }

    /// Either of the two.
    pub fn basic_or_bearer(realm: &str) -> Self {
        let realm = quoted(realm);
        Self::of(&format!("Basic realm=\"{realm}\", charset=\"UTF-8\", Bearer realm=\"{realm}\""))
    }

    /// A bearer token for a realm, and what is wrong with the one that was given (RFC 6750, section 3.1).
    #[cfg(feature = "auth-layer")]
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
