use std::collections::BTreeMap;
use std::fmt;

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
    pub(super) fn is_active(&self, now: OffsetDateTime) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

/// The audit log and the roles that belong to the people of a store, so that no option of a program names others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bindings {
    /// The path of the audit log, from the folder of the store's file where it is not absolute.
    pub audit_log: Option<String>,
    /// The path of the file of roles, likewise.
    pub roles_file: Option<String>,
    /// The [`fingerprint`](super::Roles::fingerprint) of the roles.
    pub roles_hash: Option<String>,
}

impl Bindings {
    /// Each by the name that databases have for it.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&'static str, &str)> {
        [("audit_log", &self.audit_log), ("roles_file", &self.roles_file), ("roles_hash", &self.roles_hash)]
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.as_deref()?)))
    }

    /// Puts in what a database has under a name; one that is not known was written by a newer program.
    pub(super) fn put(&mut self, name: &str, value: String) -> Result<(), super::AccessError> {
        let place = match name {
            "audit_log" => &mut self.audit_log,
            "roles_file" => &mut self.roles_file,
            "roles_hash" => &mut self.roles_hash,
            _ => {
                let what =
                    "the store is bound to something that this program does not know; use a newer program";
                return Err(super::AccessError::Store(what.to_owned()));
            }
        };
        *place = Some(value);
        Ok(())
    }
}

/// For records: `audit log PATH, roles PATH HASH`.
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

/// Everything that a store keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoreSnapshot {
    /// The users by name.
    pub users: BTreeMap<String, UserRecord>,
    /// The keys by id. Each is that of a user who is there.
    pub keys: BTreeMap<String, KeyRecord>,
    /// What belongs to these people.
    pub bindings: Bindings,
}

impl StoreSnapshot {
    /// Makes a change.
    pub fn apply(&mut self, write: &Change) {
        match write {
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
    /// Puts a user in, in place of one of the same name.
    PutUser(UserRecord),
    /// Takes a user out, with all keys of that user.
    RemoveUser(String),
    /// Puts a key in, in place of one of the same id.
    PutKey(KeyRecord),
    /// Puts in what belongs to the people, in place of all of it.
    Bind(Bindings),
}

/// The current moment, as exactly as stores keep it.
pub(super) fn now() -> OffsetDateTime {
    to_millisecond(OffsetDateTime::now_utc())
}

pub(super) fn to_millisecond(moment: OffsetDateTime) -> OffsetDateTime {
    moment.replace_millisecond(moment.millisecond()).unwrap_or(moment).to_offset(time::UtcOffset::UTC)
}
