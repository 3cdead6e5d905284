use time::OffsetDateTime;

use super::change::{Decision, Deliver, Facts, event};
use super::keys::key_of;
use super::new_key::IssuedKey;
use super::people::{new_user, user};
use super::{AccessControl, admins};
use crate::error::shown;
use crate::{AccessError, Bindings, Change, KeyRecord, Role};
use twilio_sdk_audit::{AuditEvent, AuditEventKind};

impl AccessControl {
    /// Adds the first user, with the role `admin` and a key that expires at `expires_at`. It needs no principal, and works only while
    /// the store has no users. If the key is lost before its first use, see [`recover_admin`](Self::recover_admin).
    ///
    /// # Errors
    ///
    /// [`AccessError::AlreadyBootstrapped`], [`AccessError::InvalidName`], [`AccessError::InvalidTime`]; the store or the audit log cannot be used.
    pub async fn bootstrap_admin(
        &self,
        name: &str,
        expires_at: Option<OffsetDateTime>,
    ) -> Result<IssuedKey, AccessError> {
        self.bootstrap_admin_with_delivery(name, expires_at, Bindings::default(), Box::new(|_| Ok(()))).await
    }

    /// Like `bootstrap_admin`, with bindings, and with the key handed over before the change is final.
    #[doc(hidden)]
    pub async fn bootstrap_admin_with_delivery(
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

    /// Issues a key to an admin if no admin has an active key that was used before: all have expired, or the only ones were lost
    /// before their first use. It needs no principal: it is for the owner of the machine, and recorded. Unused keys of this admin
    /// are revoked.
    ///
    /// # Errors
    ///
    /// [`AccessError::AdminAvailable`] while an admin has an active key that was used, [`AccessError::UnknownUser`] if the user does
    /// not exist or is no admin, [`AccessError::InvalidTime`]; the store or the audit log cannot be used.
    pub async fn recover_admin(
        &self,
        name: &str,
        expires_at: Option<OffsetDateTime>,
    ) -> Result<IssuedKey, AccessError> {
        self.recover_admin_with_delivery(name, expires_at, Box::new(|_| Ok(()))).await
    }

    /// Like `recover_admin`, with the key handed over before the change is final.
    #[doc(hidden)]
    pub async fn recover_admin_with_delivery(
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
                0 => "no admin had an active key".to_owned(),
                many => format!("no admin had an active key that was used; {many} unused revoked"),
            });
            writes.push(Change::PutKey(new.record.clone()));
            Ok(Decision { writes, value: new.issued(), event })
        };
        self.change_and(None, event, rule, deliver).await
    }
}
