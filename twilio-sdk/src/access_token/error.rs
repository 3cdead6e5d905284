use std::borrow::Cow;
use std::fmt;

/// Why a token cannot be made, or is not to be believed.
///
/// The message names the error with which Twilio refuses the same token, see [`code`](Self::code). It never holds a
/// secret or the token.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenError {
    /// The account's or the key's SID does not have its form (20103).
    Credentials(Cow<'static, str>),
    /// The secret is empty or too short to be one (20107).
    Secret(&'static str),
    /// The identity is one that Twilio refuses (51003 where it is too long, 20106 otherwise).
    Identity(Cow<'static, str>, u32),
    /// A grant holds what Twilio refuses (51004 where an endpoint is too long, 20106 otherwise).
    Grant(Cow<'static, str>, u32),
    /// The token would live for no time or for more than a day (20104).
    Lifetime(Cow<'static, str>),
    /// The header cannot be used (20102).
    Header(&'static str),
    /// It is no token (20160).
    Malformed(&'static str),
    /// It is signed by another algorithm than `HS256` (20102).
    Algorithm(String),
    /// The signature is another's (20107).
    Signature,
    /// Its time is over (20104).
    Expired,
    /// Its time has not come (20105).
    NotYetValid,
    /// A claim is missing or has not its type (20101).
    Claim(&'static str),
    /// A private key cannot be used.
    Key(&'static str),
    /// The system's random generator fails.
    Random,
    /// The time is before 1970, so no token's life can be judged.
    Clock,
    /// A value cannot be written as JSON.
    Unwritable(String),
}

impl TokenError {
    /// The [error](https://www.twilio.com/docs/api/errors) with which Twilio refuses such a token; none where
    /// Twilio would never see it.
    pub fn code(&self) -> Option<u32> {
        Some(match self {
            Self::Credentials(_) => 20103,
            Self::Secret(_) | Self::Signature => 20107,
            Self::Identity(_, code) | Self::Grant(_, code) => *code,
            Self::Lifetime(_) | Self::Expired => 20104,
            Self::Header(_) | Self::Algorithm(_) => 20102,
            Self::Malformed(_) => 20160,
            Self::NotYetValid => 20105,
            Self::Claim(_) => 20101,
            Self::Key(_) | Self::Random | Self::Clock | Self::Unwritable(_) => return None,
        })
    }

    pub(super) fn unwritable(error: serde_json::Error) -> Self {
        Self::Unwritable(error.to_string())
    }

    pub(super) fn grant(message: impl Into<Cow<'static, str>>) -> Self {
        Self::Grant(message.into(), 20106)
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Credentials(message) | Self::Lifetime(message) => f.write_str(message),
            Self::Identity(message, _) | Self::Grant(message, _) => f.write_str(message),
            Self::Secret(message) => f.write_str(message),
            Self::Header(message) => write!(f, "the token's header is refused: {message}"),
            Self::Malformed(message) => write!(f, "this is no token: {message}"),
            Self::Algorithm(name) => write!(f, "the token is signed with {name:?}; only HS256 is accepted"),
            Self::Signature => f.write_str("the token's signature is not of this secret"),
            Self::Expired => f.write_str("the token has expired"),
            Self::NotYetValid => f.write_str("the token is not valid yet"),
            Self::Claim(name) => write!(f, "the token's claim {name} is missing or has another type"),
            Self::Key(message) => write!(f, "the private key cannot be used: {message}"),
            Self::Clock => f.write_str("the system's clock is before 1970; set it"),
            Self::Random => f.write_str("the system's random generator fails"),
            Self::Unwritable(message) => write!(f, "a value cannot be written as JSON: {message}"),
        }?;
        match self.code() {
            Some(code) => write!(f, " (Twilio error {code})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for TokenError {}
