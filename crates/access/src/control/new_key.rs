use time::OffsetDateTime;

use super::AccessControl;
use super::change::Facts;
use crate::error::shown;
use crate::key::make;
use crate::record::{now, to_millisecond};
use crate::{AccessError, KeyRecord};
use twilio_sdk_types::SecretString;

/// Information about a key, without the key itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serialize", derive(serde::Serialize))]
#[non_exhaustive]
pub struct KeyInfo {
    /// The ID: the second part of the key.
    pub id: String,
    /// The name of the key's user.
    pub user: String,
    /// When it was issued.
    #[cfg_attr(feature = "serialize", serde(serialize_with = "crate::serialize::time"))]
    pub created_at: OffsetDateTime,
    /// When it expires, or `None` if it does not.
    #[cfg_attr(feature = "serialize", serde(serialize_with = "crate::serialize::optional"))]
    pub expires_at: Option<OffsetDateTime>,
    /// When it was revoked.
    #[cfg_attr(feature = "serialize", serde(serialize_with = "crate::serialize::optional"))]
    pub revoked_at: Option<OffsetDateTime>,
    /// When it was last used, to the minute.
    #[cfg_attr(feature = "serialize", serde(serialize_with = "crate::serialize::optional"))]
    pub last_used_at: Option<OffsetDateTime>,
}

impl KeyInfo {
    /// Returns whether the key is neither revoked nor expired.
    pub fn is_active(&self) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now() < end)
    }
}

impl From<KeyRecord> for KeyInfo {
    fn from(key: KeyRecord) -> Self {
        let KeyRecord { id, user, hash: _, created_at, expires_at, revoked_at, last_used_at } = key;
        Self { id, user, created_at, expires_at, revoked_at, last_used_at }
    }
}

/// A new key. It cannot be shown again.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct IssuedKey {
    /// The key itself.
    pub key: SecretString,
    /// Information about the key.
    pub info: KeyInfo,
}

/// A key to be stored: the key and its record, without what the rule adds.
pub(super) struct NewKey {
    key: SecretString,
    pub(super) record: KeyRecord,
}

impl NewKey {
    pub(super) fn issued(self) -> IssuedKey {
        IssuedKey { key: self.key, info: self.record.into() }
    }
}

impl AccessControl {
    /// Creates a key for a user, and names it to the audit sink to be redacted.
    pub(super) fn new_key(
        &self,
        name: &str,
        expires_at: Option<OffsetDateTime>,
    ) -> Result<NewKey, AccessError> {
        let (id, key, hash) = make()?;
        self.0.audit.redact_secret(&key);
        let record = KeyRecord {
            id,
            user: name.to_owned(),
            hash,
            created_at: now(),
            expires_at: expires_at.map(to_millisecond),
            revoked_at: None,
            last_used_at: None,
        };
        Ok(NewKey { key, record })
    }
}

impl NewKey {
    /// Checks that the user can have the key.
    pub(super) fn check(&mut self, facts: &Facts<'_>) -> Result<(), AccessError> {
        if self.record.expires_at.is_some_and(|end| end <= facts.now) {
            return Err(AccessError::InvalidTime("the expiry time has passed; give a later one"));
        }
        self.record.created_at = facts.now;
        match facts.records.users.get(&self.record.user) {
            // The first user is inserted together with the key.
            None if facts.records.users.is_empty() => Ok(()),
            None => Err(AccessError::UnknownUser(shown(&self.record.user))),
            Some(user) => {
                facts.roles.get(&user.role)?;
                facts.check_escalation(&user.role)
            }
        }
    }
}
