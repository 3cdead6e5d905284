use serde_json::Value;
use time::OffsetDateTime;

use crate::VaultError;
use twilio_sdk_types::{SecretString, SecretValue};

/// Value of an entry.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum EntryValue {
    /// A string, such as the secret of an API key.
    String(SecretString),
    /// JSON, such as a key with its account, or tokens.
    Json(SecretValue),
}

impl From<&str> for EntryValue {
    fn from(text: &str) -> Self {
        Self::String(text.into())
    }
}

impl From<String> for EntryValue {
    fn from(text: String) -> Self {
        Self::String(text.into())
    }
}

impl From<SecretString> for EntryValue {
    fn from(text: SecretString) -> Self {
        Self::String(text)
    }
}

impl From<SecretValue> for EntryValue {
    fn from(json: SecretValue) -> Self {
        Self::Json(json)
    }
}

impl From<Value> for EntryValue {
    fn from(json: Value) -> Self {
        Self::Json(json.into())
    }
}

/// An entry of a vault.
#[derive(Clone, Debug)]
pub struct Entry {
    pub(super) info: EntryInfo,
    pub(super) value: EntryValue,
}

impl Entry {
    /// Returns the name and the times, without the secret.
    pub fn info(&self) -> &EntryInfo {
        &self.info
    }

    /// Returns the value.
    pub fn value(&self) -> &EntryValue {
        &self.value
    }

    /// Returns the string.
    ///
    /// # Errors
    ///
    /// [`VaultError::NotString`]: the value is JSON.
    pub fn string(&self) -> Result<&SecretString, VaultError> {
        match &self.value {
            EntryValue::String(text) => Ok(text),
            EntryValue::Json(_) => Err(VaultError::NotString(self.info.name.clone())),
        }
    }

    /// Returns the JSON; `None` if the value is a string.
    pub fn json(&self) -> Option<&SecretValue> {
        match &self.value {
            EntryValue::String(_) => None,
            EntryValue::Json(json) => Some(json),
        }
    }

    /// Returns the string at a JSON pointer (RFC 6901) such as `/api_secret`.
    ///
    /// # Errors
    ///
    /// [`VaultError::NotString`]: there is no string at the pointer.
    pub fn string_at(&self, pointer: &str) -> Result<SecretString, VaultError> {
        let json = self.json().and_then(|json| json.expose_secret().pointer(pointer)?.as_str());
        json.map(Into::into).ok_or_else(|| VaultError::NotString(self.info.name.clone()))
    }
}

/// Name and times of an entry, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryInfo {
    pub(super) name: String,
    pub(super) created_at: i64,
    pub(super) updated_at: i64,
    pub(super) expires_at: Option<i64>,
}

impl EntryInfo {
    /// Returns the name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns when the entry was first set, to the second.
    pub fn created_at(&self) -> OffsetDateTime {
        timestamp(self.created_at)
    }

    /// Returns when the entry was last set, to the second.
    pub fn updated_at(&self) -> OffsetDateTime {
        timestamp(self.updated_at)
    }

    /// Returns when the entry expires, to the second; `None` if it does not.
    pub fn expires_at(&self) -> Option<OffsetDateTime> {
        self.expires_at.map(timestamp)
    }

    /// Returns whether the entry has expired, so that [`Vault::get`](crate::Vault::get) rejects it.
    pub fn is_expired(&self) -> bool {
        self.expires_at.is_some_and(|end| OffsetDateTime::now_utc().unix_timestamp() >= end)
    }
}

/// Converts seconds since 1970. Seconds outside of the range of dates saturate.
fn timestamp(seconds: i64) -> OffsetDateTime {
    let end = if seconds < 0 { OffsetDateTime::UNIX_EPOCH } else { time::UtcDateTime::MAX.into() };
    OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(end)
}

#[cfg(feature = "serialize")]
impl serde::Serialize for EntryInfo {
    /// Serializes the times as RFC 3339 strings.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::{Error as _, SerializeStruct as _};
        let rfc3339 = |time: OffsetDateTime| {
            time.format(&time::format_description::well_known::Rfc3339).map_err(S::Error::custom)
        };
        let mut info = serializer.serialize_struct("EntryInfo", 4)?;
        info.serialize_field("name", &self.name)?;
        info.serialize_field("created_at", &rfc3339(self.created_at())?)?;
        info.serialize_field("updated_at", &rfc3339(self.updated_at())?)?;
        info.serialize_field("expires_at", &self.expires_at().map(rfc3339).transpose()?)?;
        info.end()
    }
}
