use std::collections::BTreeMap;

use time::OffsetDateTime;

use super::KeyHash;

/// A user, as a store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserRecord {
    /// The name, which no other user has.
    pub name: String,
    /// The name of the role.
    pub role: String,
    /// Since when there is the user, to the millisecond.
    pub created_at: OffsetDateTime,
}

/// A key, as a store keeps it: everything but the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRecord {
    /// The id, which no other key has.
    pub id: String,
    /// The name of the user whose key it is.
    pub user: String,
    /// The hash of the key.
    pub hash: KeyHash,
    /// Since when there is the key. Times are to the millisecond.
    pub created_at: OffsetDateTime,
    /// From when on it is not accepted.
    pub expires_at: Option<OffsetDateTime>,
    /// When it was revoked.
    pub revoked_at: Option<OffsetDateTime>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<OffsetDateTime>,
}

impl KeyRecord {
    pub(super) fn is_in_use(&self, now: OffsetDateTime) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

/// Everything that a store keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Records {
    /// The users by name.
    pub users: BTreeMap<String, UserRecord>,
    /// The keys by id. Each is that of a user who is there.
    pub keys: BTreeMap<String, KeyRecord>,
}

impl Records {
    /// Makes a change.
    pub fn apply(&mut self, write: &Write) {
        match write {
            Write::PutUser(user) => drop(self.users.insert(user.name.clone(), user.clone())),
            Write::RemoveUser(name) => {
                self.users.remove(name);
                self.keys.retain(|_, key| key.user != *name);
            }
            Write::PutKey(key) => drop(self.keys.insert(key.id.clone(), key.clone())),
        }
    }
}

/// A change of one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    /// Puts a user in, in place of one of the same name.
    PutUser(UserRecord),
    /// Takes a user out, with all keys of that user.
    RemoveUser(String),
    /// Puts a key in, in place of one of the same id.
    PutKey(KeyRecord),
}

/// The current moment, as exactly as stores keep it.
pub(super) fn now() -> OffsetDateTime {
    to_millisecond(OffsetDateTime::now_utc())
}

pub(super) fn to_millisecond(moment: OffsetDateTime) -> OffsetDateTime {
    moment.replace_millisecond(moment.millisecond()).unwrap_or(moment).to_offset(time::UtcOffset::UTC)
}
