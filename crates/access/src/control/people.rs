use super::AccessControl;
use super::change::{Decision, Facts, event};
use crate::error::shown;
use crate::key::PREFIX;
use crate::{AccessError, Change, Permission, Principal, UserRecord};
use twilio_sdk_audit::AuditEventKind;
use twilio_sdk_types::internal::user_name;

impl AccessControl {
    /// Adds a user, who has no key yet ([`issue_key`](Self::issue_key)). The principal needs `manage_users`, and a role with all
    /// permissions of the new user's role.
    ///
    /// The name has 1 to 128 ASCII letters, digits and `.`, `_`, `-`, `@`, `+`. It is compared exactly, and no two users have names
    /// that differ in letter case only.
    ///
    /// # Errors
    ///
    /// [`AccessError::Denied`], [`AccessError::PrivilegeEscalation`], [`AccessError::InvalidName`], [`AccessError::UserExists`],
    /// [`AccessError::UnknownRole`]; the store or the audit log cannot be used.
    pub async fn add_user(
        &self,
        principal: &Principal,
        name: &str,
        role: &str,
    ) -> Result<UserRecord, AccessError> {
        let event = event(Some(principal), AuditEventKind::UserAdd, name).action(shown(role));
        let (name, role) = (name.to_owned(), role.to_owned());
        let rule = move |facts: &Facts<'_>, event| {
            let user = new_user(facts, &name, &role)?;
            Ok(Decision { writes: vec![Change::PutUser(user.clone())], value: user, event })
        };
        self.change(Some(principal), event, rule).await
    }

    /// Changes a user's role, from the next check on. The principal needs `manage_users`, and a role with all permissions of the
    /// user's old and new role.
    ///
    /// # Errors
    ///
    /// [`AccessError::Denied`], [`AccessError::PrivilegeEscalation`], [`AccessError::UnknownUser`], [`AccessError::UnknownRole`],
    /// [`AccessError::LastAdmin`]; the store or the audit log cannot be used.
    pub async fn set_role(
        &self,
        principal: &Principal,
        name: &str,
        role: &str,
    ) -> Result<UserRecord, AccessError> {
        let event = event(Some(principal), AuditEventKind::UserRole, name).action(shown(role));
        let (name, role) = (name.to_owned(), role.to_owned());
        let rule = move |facts: &Facts<'_>, event| {
            let user = user(facts, &name)?;
            facts.roles.get(&role)?;
            facts.check_escalation(&user.role)?;
            facts.check_escalation(&role)?;
            let user = UserRecord { role, ..user.clone() };
            Ok(Decision { writes: vec![Change::PutUser(user.clone())], value: user, event })
        };
        self.change(Some(principal), event, rule).await
    }

    /// Removes a user and all keys of that user. The principal needs `manage_users`, and a role with all permissions of the user's
    /// role.
    ///
    /// # Errors
    ///
    /// [`AccessError::Denied`], [`AccessError::PrivilegeEscalation`], [`AccessError::UnknownUser`], [`AccessError::LastAdmin`]; the store or the audit log cannot be used.
    pub async fn remove_user(&self, principal: &Principal, name: &str) -> Result<(), AccessError> {
        let event = event(Some(principal), AuditEventKind::UserRemove, name);
        let name = name.to_owned();
        let rule = move |facts: &Facts<'_>, event| {
            facts.check_escalation(&user(facts, &name)?.role)?;
            Ok(Decision { writes: vec![Change::RemoveUser(name)], value: (), event })
        };
        self.change(Some(principal), event, rule).await
    }

    /// Lists the users by name. The principal needs `manage_users`.
    ///
    /// # Errors
    ///
    /// [`AccessError::Denied`]; the store or the audit log cannot be used.
    pub async fn list_users(&self, principal: &Principal) -> Result<Vec<UserRecord>, AccessError> {
        self.require_for(principal, Permission::ManageUsers, "users").await?;
        Ok(self.0.store.snapshot().await?.users.into_values().collect())
    }
}

pub(super) fn user<'a>(facts: &Facts<'a>, name: &str) -> Result<&'a UserRecord, AccessError> {
    facts.records.users.get(name).ok_or_else(|| AccessError::UnknownUser(shown(name)))
}

/// Checks a new user's name and role.
pub(super) fn new_user(facts: &Facts<'_>, name: &str, role: &str) -> Result<UserRecord, AccessError> {
    user_name::check(name).map_err(AccessError::InvalidName)?;
    if name.contains(PREFIX) {
        return Err(AccessError::InvalidName("it looks like a key; choose another"));
    }
    facts.roles.get(role)?;
    facts.check_escalation(role)?;
    let folded = user_name::folded(name);
    match facts.records.users.keys().find(|other| user_name::folded(other) == folded) {
        Some(other) => Err(AccessError::UserExists(other.clone())),
        None => Ok(UserRecord { name: name.to_owned(), role: role.to_owned(), created_at: facts.now }),
    }
}
