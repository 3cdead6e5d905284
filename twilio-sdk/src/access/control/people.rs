use super::AccessControl;
use super::change::{Decision, Facts, event};
use crate::access::error::shown;
use crate::access::key::PREFIX;
use crate::access::{AccessError, Change, Permission, Principal, UserRecord};
use crate::audit::AuditEventKind;
use crate::types::internal::user_name;

impl AccessControl {
    /// Adds a user, who has no key yet ([`issue_key`](Self::issue_key)). The principal needs `manage_users`, and a role that
    /// allows all that the new user's does. The name has 1 to 128 ASCII letters, digits and `.`, `_`, `-`, `@`, `+`.
    /// It is kept as it is given, and compared exactly; no two users have names that differ in upper and lower case only.
    ///
    /// # Errors
    ///
    /// [`AccessError::Denied`], [`AccessError::PrivilegeEscalation`], [`AccessError::InvalidName`],
    /// [`AccessError::UserExists`], [`AccessError::UnknownRole`]; the store or the record cannot be used.
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

    /// Gives a user another role, from the next check on. The principal needs `manage_users`, and a role that allows all that
    /// the user's old and new one do.
    ///
    /// # Errors
    ///
    /// [`AccessError::Denied`], [`AccessError::PrivilegeEscalation`], [`AccessError::UnknownUser`],
    /// [`AccessError::UnknownRole`], [`AccessError::LastAdmin`]; the store or the record cannot be used.
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
            facts.within_own_role(&user.role)?;
            facts.within_own_role(&role)?;
            let user = UserRecord { role, ..user.clone() };
            Ok(Decision { writes: vec![Change::PutUser(user.clone())], value: user, event })
        };
        self.change(Some(principal), event, rule).await
    }

    /// Removes a user and all keys of that user. The principal needs `manage_users`, and a role that allows all that the
    /// user's does.
    ///
    /// # Errors
    ///
    /// [`AccessError::Denied`], [`AccessError::PrivilegeEscalation`], [`AccessError::UnknownUser`],
    /// [`AccessError::LastAdmin`]; the store or the record cannot be used.
    pub async fn remove_user(&self, principal: &Principal, name: &str) -> Result<(), AccessError> {
        let event = event(Some(principal), AuditEventKind::UserRemove, name);
        let name = name.to_owned();
        let rule = move |facts: &Facts<'_>, event| {
            facts.within_own_role(&user(facts, &name)?.role)?;
            Ok(Decision { writes: vec![Change::RemoveUser(name)], value: (), event })
        };
        self.change(Some(principal), event, rule).await
    }

    /// The users, by name. The principal needs `manage_users`.
    ///
    /// # Errors
    ///
    /// [`AccessError::Denied`]; the store or the record cannot be used.
    pub async fn list_users(&self, principal: &Principal) -> Result<Vec<UserRecord>, AccessError> {
        self.require_for(principal, Permission::ManageUsers, "users").await?;
        Ok(self.0.store.snapshot().await?.users.into_values().collect())
    }
}

pub(super) fn user<'a>(facts: &Facts<'a>, name: &str) -> Result<&'a UserRecord, AccessError> {
    facts.records.users.get(name).ok_or_else(|| AccessError::UnknownUser(shown(name)))
}

/// A user who is not there yet.
pub(super) fn new_user(facts: &Facts<'_>, name: &str, role: &str) -> Result<UserRecord, AccessError> {
    user_name::check(name).map_err(AccessError::InvalidName)?;
    if name.contains(PREFIX) {
        return Err(AccessError::InvalidName("it looks like a key"));
    }
    facts.roles.get(role)?;
    facts.within_own_role(role)?;
    let folded = user_name::folded(name);
    match facts.records.users.keys().find(|other| user_name::folded(other) == folded) {
        Some(other) => Err(AccessError::UserExists(other.clone())),
        None => Ok(UserRecord { name: name.to_owned(), role: role.to_owned(), created_at: facts.now }),
    }
}
