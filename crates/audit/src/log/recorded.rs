use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A value that a record names, such as its kind of event.
///
/// ```
/// use twilio_sdk_audit::{EventOutcome, Recorded};
///
/// let outcome: Recorded<EventOutcome> = "denied".into();
/// assert_eq!(outcome, EventOutcome::Denied);
/// let newer: Recorded<EventOutcome> = "postponed".into();
/// assert_eq!((newer.known(), newer.as_str()), (None, "postponed"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Recorded<T> {
    /// A value that this version knows.
    Known(T),
    /// A value that only a newer version knows.
    Other(String),
}

impl<T: Copy> Recorded<T> {
    /// Returns the value, or `None` if only a newer version knows it.
    pub fn known(&self) -> Option<T> {
        match self {
            Self::Known(value) => Some(*value),
            Self::Other(_) => None,
        }
    }
}

impl<T: AsRef<str>> Recorded<T> {
    /// Returns the name in the record.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(value) => value.as_ref(),
            Self::Other(name) => name,
        }
    }
}

impl<T: AsRef<str>> AsRef<str> for Recorded<T> {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

/// Escapes control characters: a record may come from a damaged file.
impl<T: AsRef<str>> fmt::Display for Recorded<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.as_str().escape_debug())
    }
}

impl<T: PartialEq> PartialEq<T> for Recorded<T> {
    fn eq(&self, other: &T) -> bool {
        matches!(self, Self::Known(value) if value == other)
    }
}

impl<T: FromStr> From<&str> for Recorded<T> {
    fn from(name: &str) -> Self {
        name.parse().map_or_else(|_| Self::Other(name.to_owned()), Self::Known)
    }
}

impl<T: FromStr> From<String> for Recorded<T> {
    fn from(name: String) -> Self {
        match name.parse() {
            Ok(value) => Self::Known(value),
            Err(_) => Self::Other(name),
        }
    }
}

impl<T: AsRef<str>> Serialize for Recorded<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de, T: FromStr> Deserialize<'de> for Recorded<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Into::into)
    }
}
