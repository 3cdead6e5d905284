use std::borrow::Cow;
use std::fmt;

/// The error of a token that cannot be created or is not valid.
///
/// The message ends with the error code with which Twilio rejects the same token, see [`code`](Self::code). It never holds
/// a secret or the token.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AccessTokenError {
    /// The SID of the account or the key is malformed (20103).
    Credentials(Cow<'static, str>),
    /// The secret is empty or too short (20107).
    Secret(&'static str),
    /// Twilio rejects the identity (51003 if it is too long, otherwise 20106).
    Identity(Cow<'static, str>, u32),
    /// Twilio rejects a value of a grant (51004 for an endpoint that is too long, otherwise 20106).
    Grant(Cow<'static, str>, u32),
    /// The lifetime is less than a second or more than a day (20104).
    Lifetime(Cow<'static, str>),
    /// The header is invalid (20102).
    InvalidHeader(&'static str),
    /// The string is not a token (20160).
    Malformed(&'static str),
    /// The token is signed with another algorithm than `HS256` (20102).
    Algorithm(String),
    /// The signature was not made with this secret (20107).
    Signature,
    /// The token has expired (20104).
    Expired,
    /// The token is not valid yet (20105).
    NotYetValid,
    /// A claim is missing or has the wrong type (20101).
    Claim(&'static str),
    /// A private key is not usable.
    Key(&'static str),
    /// The operating system's random number generator failed.
    Rng,
    /// The clock is before 1970, so expiry cannot be checked.
    Clock,
    /// Serializing a value as JSON failed.
    Serialize(String),
}

impl AccessTokenError {
    /// Returns the [error code](https://www.twilio.com/docs/api/errors) with which Twilio rejects such a token. `None` for
    /// errors that occur before Twilio could see one.
    pub fn code(&self) -> Option<u32> {
        Some(match self {
            Self::Credentials(_) => 20103,
            Self::Secret(_) | Self::Signature => 20107,
            Self::Identity(_, code) | Self::Grant(_, code) => *code,
            Self::Lifetime(_) | Self::Expired => 20104,
            Self::InvalidHeader(_) | Self::Algorithm(_) => 20102,
            Self::Malformed(_) => 20160,
            Self::NotYetValid => 20105,
            Self::Claim(_) => 20101,
            Self::Key(_) | Self::Rng | Self::Clock | Self::Serialize(_) => return None,
        })
    }

    pub(crate) fn serialize(error: serde_json::Error) -> Self {
        Self::Serialize(error.to_string())
    }

    pub(crate) fn grant(message: impl Into<Cow<'static, str>>) -> Self {
        Self::Grant(message.into(), 20106)
    }
}

impl fmt::Display for AccessTokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Credentials(message) | Self::Lifetime(message) => f.write_str(message),
            Self::Identity(message, _) | Self::Grant(message, _) => f.write_str(message),
            Self::Secret(message) => f.write_str(message),
            Self::InvalidHeader(message) => write!(f, "token header: {message}"),
            Self::Malformed(message) => write!(f, "token: {message}"),
            Self::Algorithm(name) => write!(f, "token header: signed with {name:?}; only HS256 is accepted"),
            Self::Signature => f.write_str("token: the signature was not made with this secret"),
            Self::Expired => f.write_str("token: it has expired"),
            Self::NotYetValid => f.write_str("token: it is not valid yet"),
            Self::Claim(name) => write!(f, "token: the claim {name} is missing or has the wrong type"),
            Self::Key(message) => write!(f, "private key: {message}"),
            Self::Clock => f.write_str("system clock: it is before 1970; set it"),
            Self::Rng => f.write_str("the operating system's random number generator failed"),
            Self::Serialize(message) => write!(f, "JSON: {message}"),
        }?;
        match self.code() {
            Some(code) => write!(f, " (Twilio error {code})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for AccessTokenError {}
