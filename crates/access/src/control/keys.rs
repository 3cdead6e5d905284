use std::time::Duration;

use time::OffsetDateTime;

use super::AccessControl;
use super::change::{Decision, Deliver, Facts, event};
use super::new_key::{IssuedKey, KeyInfo};
use super::people::user;
use crate::error::shown;
use crate::key::is_id;
use crate::record::to_millisecond;
use crate::{AccessError, Change, KeyRecord, Permission, Principal};
use twilio_sdk_audit::{AuditEvent, AuditEventKind};

/// The longest time for which a key stays active after its rotation.
const MAX_OVERLAP: Duration = Duration::from_secs(365 * 24 * 60 * 60);

impl AccessControl {
    /// Issues another key to a user, which expires at `expires_at`. The principal needs `manage_users`, and a role with all
    /// permissions of the user's role.
    ///
    /// # Errors
    ///
    /// [`AccessError::Denied`], [`AccessError::PrivilegeEscalation`], [`AccessError::UnknownUser`], [`AccessError::UnknownRole`] if the
    /// user's role is undefined, [`AccessError::InvalidTime`] if the time has passed; the store or the audit log cannot be used.
    pub async fn issue_key(
        &self,
        principal: &Principal,
        name: &str,
        expires_at: Option<OffsetDateTime>,
    ) -> Result<IssuedKey, AccessError> {
        self.issue_key_with_delivery(principal, name, expires_at, Box::new(|_| Ok(()))).await
    }

    /// Like `issue_key`, with the key handed over before the change is final.
    #[doc(hidden)]
    pub async fn issue_key_with_delivery(
        &self,
        principal: &Principal,
        name: &str,
        expires_at: Option<OffsetDateTime>,
        deliver: Deliver<IssuedKey>,
    ) -> Result<IssuedKey, AccessError> {
        let mut new = self.new_key(name, expires_at)?;
        let event = event(Some(principal), AuditEventKind::KeyIssue, &new.record.id).action(key_of(name));
        let rule = move |facts: &Facts<'_>, event| {
            new.check(facts)?;
            Ok(Decision { writes: vec![Change::PutKey(new.record.clone())], value: new.issued(), event })
        };
        self.change_and(Some(principal), event, rule, deliver).await
    }

    /// Replaces a key by a new one of the same user, which expires at `expires_at`. The old key stays active for the overlap, but not
    /// after its own expiry; with an overlap of 0 it ends at once. If the new key of the only admin is lost before its first use,
    /// [`recover_admin`](Self::recover_admin) issues another. The principal needs the same as for [`issue_key`](Self::issue_key).
    ///
    /// # Errors
    ///
    /// [`AccessError::Denied`], [`AccessError::PrivilegeEscalation`], [`AccessError::UnknownKey`], [`AccessError::InvalidKeyId`],
    /// [`AccessError::KeyInactive`], [`AccessError::UnknownRole`], [`AccessError::InvalidTime`] for an overlap of more than 365 days or a
    /// time that has passed; the store or the audit log cannot be used.
    pub async fn rotate_key(
        &self,
        principal: &Principal,
        id: &str,
        overlap: Duration,
        expires_at: Option<OffsetDateTime>,
    ) -> Result<IssuedKey, AccessError> {
        self.rotate_key_with_delivery(principal, id, overlap, expires_at, Box::new(|_| Ok(()))).await
    }

    /// Like `rotate_key`, with the new key handed over before the change is final.
    #[doc(hidden)]
    pub async fn rotate_key_with_delivery(
        &self,
        principal: &Principal,
        id: &str,
        overlap: Duration,
        expires_at: Option<OffsetDateTime>,
        deliver: Deliver<IssuedKey>,
    ) -> Result<IssuedKey, AccessError> {
        let mut new = self.new_key("", expires_at)?;
        let event = event(Some(principal), AuditEventKind::KeyRotate, id);
        let id = id.to_owned();
        let rule = move |facts: &Facts<'_>, event: AuditEvent| {
            let old = key(facts, &id)?;
            if !old.is_active(facts.now) {
                return Err(AccessError::KeyInactive(id));
            }
            let overlap = (overlap <= MAX_OVERLAP).then(|| time::Duration::try_from(overlap).ok()).flatten();
            let end = overlap.and_then(|overlap| facts.now.checked_add(overlap)).map(to_millisecond);
            let end = end.ok_or(AccessError::InvalidTime("the overlap is too long; use at most 365 days"))?;
            new.record.user.clone_from(&old.user);
            new.check(facts)?;
            let expires_at = Some(old.expires_at.map_or(end, |own| own.min(end)));
            let old = KeyRecord { expires_at, ..old.clone() };
            let event = event.action(format!("{}, now {}", key_of(&old.user), new.record.id));
            let writes = vec![Change::PutKey(old), Change::PutKey(new.record.clone())];
            Ok(Decision { writes, value: new.issued(), event })
        };
        self.change_and(Some(principal), event, rule, deliver).await
    }

    /// Revokes a key, from the next check on. The principal needs `manage_users`, and a role with all permissions of the user's
    /// role.
    ///
    /// # Errors
    ///
    /// [`AccessError::Denied`], [`AccessError::PrivilegeEscalation`], [`AccessError::UnknownKey`], [`AccessError::InvalidKeyId`],
    /// [`AccessError::KeyInactive`] if it is revoked already, [`AccessError::LastAdmin`] for the only active key of an admin, which can be
    /// [rotated](Self::rotate_key) without overlap; the store or the audit log cannot be used.
    pub async fn revoke_key(&self, principal: &Principal, id: &str) -> Result<KeyInfo, AccessError> {
        let event = event(Some(principal), AuditEventKind::KeyRevoke, id);
        let id = id.to_owned();
        let rule = move |facts: &Facts<'_>, event: AuditEvent| {
            let old = key(facts, &id)?;
            facts.check_escalation(&user(facts, &old.user)?.role)?;
            if old.revoked_at.is_some() {
                return Err(AccessError::KeyInactive(id));
            }
            let event = event.action(key_of(&old.user));
            let revoked = KeyRecord { revoked_at: Some(facts.now), ..old.clone() };
            Ok(Decision { writes: vec![Change::PutKey(revoked.clone())], value: revoked.into(), event })
        };
        self.change(Some(principal), event, rule).await
    }

    /// Lists the keys of a user, or of all users, by ID, including inactive ones. The principal needs `manage_users`.
    ///
    /// # Errors
    ///
    /// [`AccessError::Denied`], [`AccessError::UnknownUser`]; the store or the audit log cannot be used.
    pub async fn list_keys(
        &self,
        principal: &Principal,
        name: Option<&str>,
    ) -> Result<Vec<KeyInfo>, AccessError> {
        self.require_for(principal, Permission::ManageUsers, "keys").await?;
        let records = self.0.store.snapshot().await?;
        if let Some(name) = name.filter(|name| !records.users.contains_key(*name)) {
            return Err(AccessError::UnknownUser(shown(name)));
        }
        let keys = records.keys.into_values().filter(|key| name.is_none_or(|name| key.user == name));
        Ok(keys.map(KeyInfo::from).collect())
    }
}

fn key<'a>(facts: &Facts<'a>, id: &str) -> Result<&'a KeyRecord, AccessError> {
    facts.records.keys.get(id).ok_or_else(|| match is_id(id) {
        true => AccessError::UnknownKey(id.to_owned()),
        false => AccessError::InvalidKeyId,
    })
}

/// Returns the action of key events: whose key it is.
pub(super) fn key_of(name: &str) -> String {
    format!("key of {}", shown(name))
}
