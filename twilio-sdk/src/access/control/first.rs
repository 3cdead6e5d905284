use time::OffsetDateTime;

use super::change::{Decision, Deliver, Facts, event};
use super::keys::key_of;
use super::new_key::IssuedKey;
use super::people::{new_user, user};
use super::{AccessControl, admins};
use crate::access::error::shown;
use crate::access::{AccessError, Bindings, Change, KeyRecord, Role};
use crate::audit::{AuditEvent, AuditEventKind};

impl AccessControl {
    /// Adds the first user, with the role `admin` and a key, which is accepted until `expires_at`. Nobody needs to be
    /// authenticated for it, and it works while the store has no users only. Where the key is lost before it was used, see
    /// [`recover_admin`](Self::recover_admin).
    ///
    /// # Errors
    ///
    /// [`AccessError::AlreadyBootstrapped`], [`AccessError::InvalidName`], [`AccessError::InvalidTime`]; the store or the record
    /// cannot be used.
    pub async fn bootstrap_admin(
        &self,
        name: &str,
        expires_at: Option<OffsetDateTime>,
    ) -> Result<IssuedKey, AccessError> {
        self.add_first_admin_and(name, expires_at, Bindings::default(), Box::new(|_| Ok(()))).await
    }

    /// The same, with what the store is bound to, and the key handed over before all of it is final.
    pub(crate) async fn add_first_admin_and(
        &self,
        name: &str,
        expires_at: Option<OffsetDateTime>,
        bindings: Bindings,
        deliver: Deliver<IssuedKey>,
    ) -> Result<IssuedKey, AccessError> {
        let mut new = self.new_key(name, expires_at)?;
        let event = event(None, AuditEventKind::UserAdd, name).action(Role::ADMIN);
        let name = name.to_owned();
        let rule = move |facts: &Facts<'_>, event: AuditEvent| {
            if !facts.records.users.is_empty() {
                return Err(AccessError::AlreadyBootstrapped);
            }
            let user = new_user(facts, &name, Role::ADMIN)?;
            new.check(facts)?;
            let mut writes = vec![Change::PutUser(user), Change::PutKey(new.record.clone())];
            if bindings != Bindings::default() {
                writes.push(Change::Bind(bindings));
            }
            let event = event.reason(format!("the first user, with the key {}", new.record.id));
            Ok(Decision { writes, value: new.issued(), event })
        };
        self.change_and(None, event, rule, deliver).await
    }

    /// Gives an admin a key where no admin has one that is in use and was used before: all have expired, or the only ones
    /// were lost before anybody used them. Nobody needs to be authenticated for it: it is for the owner of the machine, and
    /// recorded. Keys of this admin that were never used end with it.
    ///
    /// # Errors
    ///
    /// [`AccessError::AdminAvailable`] while an admin has a key that is in use and was used, [`AccessError::UnknownUser`] where
    /// the user is not there or no admin, [`AccessError::InvalidTime`]; the store or the record cannot be used.
    pub async fn recover_admin(
        &self,
        name: &str,
        expires_at: Option<OffsetDateTime>,
    ) -> Result<IssuedKey, AccessError> {
        self.recover_admin_and(name, expires_at, Box::new(|_| Ok(()))).await
    }

    /// The same, with the key handed over before it is final.
    pub(crate) async fn recover_admin_and(
        &self,
        name: &str,
        expires_at: Option<OffsetDateTime>,
        deliver: Deliver<IssuedKey>,
    ) -> Result<IssuedKey, AccessError> {
        let mut new = self.new_key(name, expires_at)?;
        let event = event(None, AuditEventKind::KeyIssue, &new.record.id).action(key_of(name));
        let name = name.to_owned();
        let rule = move |facts: &Facts<'_>, event: AuditEvent| {
            if admins(facts.records, facts.now).proven {
                return Err(AccessError::AdminAvailable);
            }
            if user(facts, &name)?.role != Role::ADMIN {
                return Err(AccessError::UnknownUser(shown(&name)));
            }
            new.check(facts)?;
            let unused =
                |key: &&KeyRecord| key.user == name && key.is_active(facts.now) && key.last_used_at.is_none();
            let ended =
                |key: &KeyRecord| Change::PutKey(KeyRecord { revoked_at: Some(facts.now), ..key.clone() });
            let mut writes: Vec<_> = facts.records.keys.values().filter(unused).map(ended).collect();
            let event = event.reason(match writes.len() {
                0 => "no admin had a key that was in use".to_owned(),
                many => format!("no admin had a key that was in use and was used; {many} unused ones end"),
            });
            writes.push(Change::PutKey(new.record.clone()));
            Ok(Decision { writes, value: new.issued(), event })
        };
        self.change_and(None, event, rule, deliver).await
    }
}
