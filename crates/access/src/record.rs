use std::collections::BTreeMap;
use std::fmt;

use time::{OffsetDateTime, UtcOffset};

use super::KeyHash;

/// A user in a store.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serialize", derive(serde::Serialize))]
pub struct UserRecord {
    /// The username, which is unique.
    pub name: String,
    /// The name of the role.
    pub role: String,
    /// When the user was added, in milliseconds.
    #[cfg_attr(feature = "serialize", serde(serialize_with = "super::serialize::time"))]
    pub created_at: OffsetDateTime,
}

/// A key in a store: everything but the key itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRecord {
    /// The ID, which is unique.
    pub id: String,
    /// The name of the key's user.
    pub user: String,
    /// The hash of the key.
    pub hash: KeyHash,
    /// When it was issued. Times are in milliseconds.
    pub created_at: OffsetDateTime,
    /// When it expires, or `None` if it does not.
    pub expires_at: Option<OffsetDateTime>,
    /// When it was revoked.
    pub revoked_at: Option<OffsetDateTime>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<OffsetDateTime>,
}

impl KeyRecord {
    pub(super) fn is_active(&self, now: OffsetDateTime) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

/// The audit log and the roles that belong to a store, so that no option of a program names others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bindings {
    /// The path of the audit log, relative to the folder of the store's file unless absolute.
    pub audit_log: Option<String>,
    /// The path of the roles file, relative to the folder of the store's file unless absolute.
    pub roles_file: Option<String>,
    /// The [`fingerprint`](super::Roles::fingerprint) of the roles.
    pub roles_hash: Option<String>,
}

#[cfg(any(feature = "postgres", feature = "sqlite"))]
impl Bindings {
    /// Returns the values that are set, by their names in databases.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&'static str, &str)> {
        [("audit_log", &self.audit_log), ("roles_file", &self.roles_file), ("roles_hash", &self.roles_hash)]
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.as_deref()?)))
    }

    /// Sets a value by its name in databases. An unknown name was written by a newer program.
    pub(super) fn put(&mut self, name: &str, value: String) -> Result<(), super::AccessError> {
        let place = match name {
            "audit_log" => &mut self.audit_log,
            "roles_file" => &mut self.roles_file,
            "roles_hash" => &mut self.roles_hash,
            _ => {
                let what = "the store has a binding that this program does not know; use a newer program";
                return Err(super::AccessError::Store(what.to_owned()));
            }
        };
        *place = Some(value);
        Ok(())
    }
}

/// Writes `audit log PATH, roles PATH HASH`.
impl fmt::Display for Bindings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let none = "none";
        write!(
            f,
            "audit log {}, roles {} {}",
            self.audit_log.as_deref().unwrap_or(none),
            self.roles_file.as_deref().unwrap_or(none),
            self.roles_hash.as_deref().unwrap_or_default()
        )
    }
}

/// Everything in a store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoreSnapshot {
    /// The users by name.
    pub users: BTreeMap<String, UserRecord>,
    /// The keys by ID. The user of each exists.
    pub keys: BTreeMap<String, KeyRecord>,
    /// The audit log and roles of the store.
    pub bindings: Bindings,
}

impl StoreSnapshot {
    /// Applies a change.
    pub fn apply(&mut self, change: &Change) {
        match change {
            Change::PutUser(user) => drop(self.users.insert(user.name.clone(), user.clone())),
            Change::RemoveUser(name) => {
                self.users.remove(name);
                self.keys.retain(|_, key| key.user != *name);
            }
            Change::PutKey(key) => drop(self.keys.insert(key.id.clone(), key.clone())),
            Change::Bind(bindings) => self.bindings = bindings.clone(),
        }
    }
}

/// A change of one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Inserts a user, replacing one of the same name.
    PutUser(UserRecord),
    /// Removes a user and all keys of that user.
    RemoveUser(String),
    /// Inserts a key, replacing one of the same ID.
    PutKey(KeyRecord),
    /// Replaces all bindings.
    Bind(Bindings),
}

/// Returns the current time as exactly as stores keep it.
pub(super) fn now() -> OffsetDateTime {
    to_millisecond(OffsetDateTime::now_utc())
}

pub(super) fn to_millisecond(time: OffsetDateTime) -> OffsetDateTime {
    time.replace_millisecond(time.millisecond()).unwrap_or(time).to_offset(UtcOffset::UTC)
}
