use serde_json::Value;
use time::OffsetDateTime;

use super::VaultError;
use crate::types::{SecretString, SecretValue};

/// What an entry holds.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum EntryValue {
    /// A text, such as the secret of an API key.
    Text(SecretString),
    /// JSON, such as a key with its account, or tokens.
    Json(SecretValue),
}

impl From<&str> for EntryValue {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for EntryValue {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<SecretString> for EntryValue {
    fn from(text: SecretString) -> Self {
        Self::Text(text)
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
    /// Everything about it but its secret.
    pub fn info(&self) -> &EntryInfo {
        &self.info
    }

    /// What it holds.
    pub fn value(&self) -> &EntryValue {
        &self.value
    }

    /// The text that it holds.
    ///
    /// # Errors
    ///
    /// [`VaultError::NotText`]: it holds JSON.
    pub fn text(&self) -> Result<&SecretString, VaultError> {
        match &self.value {
            EntryValue::Text(text) => Ok(text),
            EntryValue::Json(_) => Err(VaultError::NotText(self.info.name.clone())),
        }
    }

    /// The JSON that it holds; `None` where it holds a text.
    pub fn json(&self) -> Option<&SecretValue> {
        match &self.value {
            EntryValue::Text(_) => None,
            EntryValue::Json(json) => Some(json),
        }
    }

    /// The text at a JSON pointer (RFC 6901) of the JSON that it holds, such as `/api_secret`.
    ///
    /// # Errors
    ///
    /// [`VaultError::NotText`]: there is none.
    pub fn text_at(&self, pointer: &str) -> Result<SecretString, VaultError> {
        let json = self.json().and_then(|json| json.expose_secret().pointer(pointer)?.as_str());
        json.map(Into::into).ok_or_else(|| VaultError::NotText(self.info.name.clone()))
    }
}

/// What is known of an entry without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryInfo {
    pub(super) name: String,
    pub(super) created_at: i64,
    pub(super) updated_at: i64,
    pub(super) expires_at: Option<i64>,
}

impl EntryInfo {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// When it was first put in, to the second.
    pub fn created_at(&self) -> OffsetDateTime {
        moment(self.created_at)
    }

    /// When it was put in last, to the second.
    pub fn updated_at(&self) -> OffsetDateTime {
        moment(self.updated_at)
    }

    /// From when on it is not handed out, to the second.
    pub fn expires_at(&self) -> Option<OffsetDateTime> {
        self.expires_at.map(moment)
    }

    /// Whether it is not handed out any more.
    pub fn is_expired(&self) -> bool {
        self.expires_at.is_some_and(|end| OffsetDateTime::now_utc().unix_timestamp() >= end)
    }
}

/// A moment that cannot be told apart from never, where the seconds are no date.
fn moment(seconds: i64) -> OffsetDateTime {
    let end = if seconds < 0 { OffsetDateTime::UNIX_EPOCH } else { time::UtcDateTime::MAX.into() };
    OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(end)
}
