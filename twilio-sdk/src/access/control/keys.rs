use std::time::Duration;

use time::OffsetDateTime;

use super::change::{Decision, Facts, event};
use super::people::{new_user, user};
use super::{AccessControl, admins};
use crate::access::error::shown;
use crate::access::key::{is_id, make};
use crate::access::record::{now, to_millisecond};
use crate::access::{AccessError, Actor, KeyRecord, Permission, Role, Write};
use crate::audit::{Event, EventKind};
use crate::types::SecretString;

/// The longest time for which a key stays good beside the one that replaces it.
const LONGEST_OVERLAP: Duration = Duration::from_secs(365 * 24 * 60 * 60);

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
    pub fn is_in_use(&self) -> bool {
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
struct NewKey {
    key: SecretString,
    record: KeyRecord,
}

impl NewKey {
    fn issued(self) -> IssuedKey {
        IssuedKey { key: self.key, info: self.record.into() }
    }
}

impl AccessControl {
    /// Adds the first user, with the role `admin` and a key, which is accepted until `expires_at`. Nobody needs to be
    /// authenticated for it, and it works while the store has no users only.
    ///
    /// # Errors
    ///
    /// [`AccessError::NotEmpty`], [`AccessError::InvalidName`], [`AccessError::InvalidTime`]; the store or the record
    /// cannot be used.
    pub async fn add_first_admin(
        &self,
        name: &str,
        expires_at: Option<OffsetDateTime>,
    ) -> Result<IssuedKey, AccessError> {
        let mut new = self.new_key(name, expires_at)?;
        let event = event(None, EventKind::UserAdd, name).action(Role::ADMIN);
        let name = name.to_owned();
        let rule = move |facts: &Facts<'_>, event: Event| {
            if !facts.records.users.is_empty() {
                return Err(AccessError::NotEmpty);
            }
            let user = new_user(facts, &name, Role::ADMIN)?;
            new.check(facts)?;
            let writes = vec![Write::PutUser(user), Write::PutKey(new.record.clone())];
            let event = event.reason(format!("the first user, with the key {}", new.record.id));
            Ok(Decision { writes, value: new.issued(), event })
        };
        self.change(None, event, rule).await
    }

    /// Gives an admin a key where no admin has one that is in use, because all have expired: nobody could log in to issue
    /// another. Nobody needs to be authenticated for it.
    ///
    /// # Errors
    ///
    /// [`AccessError::NotEmpty`] while an admin has a key that is in use, [`AccessError::UnknownUser`] where the user is
    /// not there or no admin, [`AccessError::InvalidTime`]; the store or the record cannot be used.
    pub async fn recover_admin(
        &self,
        name: &str,
        expires_at: Option<OffsetDateTime>,
    ) -> Result<IssuedKey, AccessError> {
        let mut new = self.new_key(name, expires_at)?;
        let event = event(None, EventKind::KeyIssue, &new.record.id).action(key_of(name));
        let name = name.to_owned();
        let rule = move |facts: &Facts<'_>, event: Event| {
            let (_, able) = admins(facts.records, facts.now);
            if able {
                return Err(AccessError::NotEmpty);
            }
            if user(facts, &name)?.role != Role::ADMIN {
                return Err(AccessError::UnknownUser(shown(&name)));
            }
            new.check(facts)?;
            let event = event.reason("no admin had a key that was in use");
            Ok(Decision { writes: vec![Write::PutKey(new.record.clone())], value: new.issued(), event })
        };
        self.change(None, event, rule).await
    }

    /// Gives a user a further key, which is accepted until `expires_at`. The actor needs `manage_users`, and a role that
    /// allows all that the user's does.
    ///
    /// # Errors
    ///
    /// [`AccessError::Denied`], [`AccessError::AboveOwnRole`], [`AccessError::UnknownUser`],
    /// [`AccessError::UnknownRole`] where the user has a role that there is not, [`AccessError::InvalidTime`] for a time
    /// that is not to come; the store or the record cannot be used.
    pub async fn issue_key(
        &self,
        actor: &Actor,
        name: &str,
        expires_at: Option<OffsetDateTime>,
    ) -> Result<IssuedKey, AccessError> {
        let mut new = self.new_key(name, expires_at)?;
        let event = event(Some(actor), EventKind::KeyIssue, &new.record.id).action(key_of(name));
        let rule = move |facts: &Facts<'_>, event| {
            new.check(facts)?;
            Ok(Decision { writes: vec![Write::PutKey(new.record.clone())], value: new.issued(), event })
        };
        self.change(Some(actor), event, rule).await
    }

    /// Replaces a key by a new one of the same user, which is accepted until `expires_at`. The old key stays good for the
    /// overlap, and not beyond its own end; with an overlap of 0 it ends at once. The actor needs what
    /// [`issue_key`](Self::issue_key) asks for.
    ///
    /// # Errors
    ///
    /// [`AccessError::Denied`], [`AccessError::AboveOwnRole`], [`AccessError::UnknownKey`],
    /// [`AccessError::NotAKeyId`], [`AccessError::KeyEnded`], [`AccessError::UnknownRole`], [`AccessError::InvalidTime`] for an overlap of more than
    /// 365 days or a time that is not to come; the store or the record cannot be used.
    pub async fn rotate_key(
        &self,
        actor: &Actor,
        id: &str,
        overlap: Duration,
        expires_at: Option<OffsetDateTime>,
    ) -> Result<IssuedKey, AccessError> {
        let mut new = self.new_key("", expires_at)?;
        let event = event(Some(actor), EventKind::KeyRotate, id);
        let id = id.to_owned();
        let rule = move |facts: &Facts<'_>, event: Event| {
            let old = key(facts, &id)?;
            if !old.is_in_use(facts.now) {
                return Err(AccessError::KeyEnded(id));
            }
            let overlap =
                (overlap <= LONGEST_OVERLAP).then(|| time::Duration::try_from(overlap).ok()).flatten();
            let end = overlap.and_then(|overlap| facts.now.checked_add(overlap)).map(to_millisecond);
            let end = end.ok_or(AccessError::InvalidTime("the overlap of two keys is at most 365 days"))?;
            new.record.user.clone_from(&old.user);
            new.check(facts)?;
            let expires_at = Some(old.expires_at.map_or(end, |own| own.min(end)));
            let old = KeyRecord { expires_at, ..old.clone() };
            let event = event.action(format!("{}, now {}", key_of(&old.user), new.record.id));
            let writes = vec![Write::PutKey(old), Write::PutKey(new.record.clone())];
            Ok(Decision { writes, value: new.issued(), event })
        };
        self.change(Some(actor), event, rule).await
    }

    /// Ends a key, from the next check on. The actor needs `manage_users`, and a role that allows all that the user's
    /// does.
    ///
    /// # Errors
    ///
    /// [`AccessError::Denied`], [`AccessError::AboveOwnRole`], [`AccessError::UnknownKey`],
    /// [`AccessError::NotAKeyId`], [`AccessError::KeyEnded`] where it is revoked already, [`AccessError::LastAdmin`] for the only key that an admin
    /// can log in with, which can be [rotated](Self::rotate_key) without overlap; the store or the record cannot be used.
    pub async fn revoke_key(&self, actor: &Actor, id: &str) -> Result<KeyInfo, AccessError> {
        let event = event(Some(actor), EventKind::KeyRevoke, id);
        let id = id.to_owned();
        let rule = move |facts: &Facts<'_>, event: Event| {
            let old = key(facts, &id)?;
            facts.within_own_role(&user(facts, &old.user)?.role)?;
            if old.revoked_at.is_some() {
                return Err(AccessError::KeyEnded(id));
            }
            let event = event.action(key_of(&old.user));
            let revoked = KeyRecord { revoked_at: Some(facts.now), ..old.clone() };
            Ok(Decision { writes: vec![Write::PutKey(revoked.clone())], value: revoked.into(), event })
        };
        self.change(Some(actor), event, rule).await
    }

    /// The keys of a user, or of all, by id; those that have ended too. The actor needs `manage_users`.
    ///
    /// # Errors
    ///
    /// [`AccessError::Denied`], [`AccessError::UnknownUser`]; the store or the record cannot be used.
    pub async fn keys(&self, actor: &Actor, name: Option<&str>) -> Result<Vec<KeyInfo>, AccessError> {
        self.require_for(actor, Permission::ManageUsers, "keys").await?;
        let records = self.0.store.records().await?;
        if let Some(name) = name.filter(|name| !records.users.contains_key(*name)) {
            return Err(AccessError::UnknownUser(shown(name)));
        }
        let keys = records.keys.into_values().filter(|key| name.is_none_or(|name| key.user == name));
        Ok(keys.map(KeyInfo::from).collect())
    }

    /// A key for a user. The recorder is told of it, so that it can refuse to show it.
    fn new_key(&self, name: &str, expires_at: Option<OffsetDateTime>) -> Result<NewKey, AccessError> {
        let (id, key, hash) = make()?;
        self.0.audit.guard(&key);
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
    fn check(&mut self, facts: &Facts<'_>) -> Result<(), AccessError> {
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

fn key<'a>(facts: &Facts<'a>, id: &str) -> Result<&'a KeyRecord, AccessError> {
    facts.records.keys.get(id).ok_or_else(|| match is_id(id) {
        true => AccessError::UnknownKey(id.to_owned()),
        false => AccessError::NotAKeyId,
    })
}

/// What the record says of whose key it is.
fn key_of(name: &str) -> String {
    format!("key of {}", shown(name))
}
