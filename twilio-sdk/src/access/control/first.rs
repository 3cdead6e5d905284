use time::OffsetDateTime;

use super::change::{Decision, Facts, event};
use super::keys::key_of;
use super::new_key::IssuedKey;
use super::people::{new_user, user};
use super::{AccessControl, admins};
use crate::access::error::shown;
use crate::access::{AccessError, Role, Write};
use crate::audit::{Event, EventKind};

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
}
