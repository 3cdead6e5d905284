use time::OffsetDateTime;

use super::AccessControl;
use super::change::Facts;
use crate::access::error::shown;
use crate::access::key::make;
use crate::access::record::{now, to_millisecond};
use crate::access::{AccessError, KeyRecord};
use crate::types::SecretString;

/// What is known of a key: everything but the key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyInfo {
    /// The id: the second part of the key.
    pub id: String,
    /// The name of the user whose key it is.
    pub user: String,
    /// Since when there is the key.
    pub created_at: OffsetDateTime,
    /// From when on it is not accepted; `None` where that never comes.
    pub expires_at: Option<OffsetDateTime>,
    /// When it was revoked.
    pub revoked_at: Option<OffsetDateTime>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<OffsetDateTime>,
}

impl KeyInfo {
    /// Whether it is accepted at this moment, as far as its times go.
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

/// A new key. The text is here and nowhere else: it cannot be shown again.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct IssuedKey {
    /// The key itself.
    pub key: SecretString,
    /// What is known of it from now on.
    pub info: KeyInfo,
}

/// A key that is to be stored: its text, and the record without what only the rule knows.
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
    /// A key for a user. The recorder is told of it, so that it can refuse to show it.
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
    /// Whether the user can have it.
    pub(super) fn check(&mut self, facts: &Facts<'_>) -> Result<(), AccessError> {
        if self.record.expires_at.is_some_and(|end| end <= facts.now) {
            return Err(AccessError::InvalidTime("the time at which a key expires must be to come"));
        }
        self.record.created_at = facts.now;
        match facts.records.users.get(&self.record.user) {
            // The first user is put in together with the key.
            None if facts.records.users.is_empty() => Ok(()),
            None => Err(AccessError::UnknownUser(shown(&self.record.user))),
            Some(user) => {
                facts.roles.get(&user.role)?;
                facts.within_own_role(&user.role)
            }
        }
    }
}
