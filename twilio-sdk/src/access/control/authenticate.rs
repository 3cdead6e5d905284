use std::time::Duration;

use super::{AccessControl, ended};
use crate::access::error::shown;
use crate::access::key::ParsedKey;
use crate::access::record::now;
use crate::access::{AccessError, KeyHash, KeyRecord, Principal, UserRecord};
use crate::audit::{AuditEvent, AuditEventKind, EventOutcome};
use crate::types::SecretString;

/// How long a use of a key counts as its last one, so that not every use is a write.
const USED_LATELY: Duration = Duration::from_secs(60);

impl AccessControl {
    /// Whose key it is.
    ///
    /// # Errors
    ///
    /// [`AccessError::Rejected`] for every key that is not in use, and for one whose user has a role that there is not;
    /// [`AccessError::Locked`], [`AccessError::Store`], [`AccessError::InsecurePermissions`] and [`AccessError::Audit`] where
    /// nobody can tell.
    pub async fn authenticate(&self, key: &SecretString) -> Result<Principal, AccessError> {
        self.authenticate_as(key, None, None).await
    }

    /// The same, of a key that was shown from somewhere: an address, the name of a program. The record of this and of
    /// everything that the principal does names it.
    ///
    /// # Errors
    ///
    /// As of [`authenticate`](Self::authenticate).
    pub async fn authenticate_from(
        &self,
        key: &SecretString,
        source: impl Into<String>,
    ) -> Result<Principal, AccessError> {
        self.authenticate_as(key, Some(source.into()), None).await
    }

    /// The same; where a name is given, the key must be that user's.
    pub(in crate::access) async fn authenticate_as(
        &self,
        key: &SecretString,
        source: Option<String>,
        name: Option<&str>,
    ) -> Result<Principal, AccessError> {
        let mut event = AuditEvent::new(AuditEventKind::Authentication, EventOutcome::Ok);
        let source = source.as_deref().map(shown);
        if let Some(source) = &source {
            event = event.source(source);
        }
        let parsed = ParsedKey::parse(key);
        let found = match &parsed {
            Some(key) => self.0.store.find_key(&key.id).await,
            None => Ok(None),
        };
        let found = match found {
            Ok(found) => found,
            Err(error) => {
                self.record(ended(event, &error)).await?;
                return Err(error);
            }
        };
        // The hash of a key that is not there is checked too, so that time tells nothing.
        let nobody = KeyHash::from_bytes([0; 32]);
        let hash = found.as_ref().map_or(&nobody, |(key, _)| &key.hash);
        let right = parsed.as_ref().is_some_and(|key| hash.is_of(key));
        if let Some(key) = &parsed {
            event = event.resource(&key.id);
        }
        let refused = match (&parsed, &found) {
            (None, _) => Some("it is no key"),
            (_, None) => Some("there is no such key"),
            (_, Some(_)) if !right => Some("the key is wrong"),
            (_, Some((key, user))) => {
                event = event.actor(&user.name).role(&user.role);
                self.unusable(key, user, name)
            }
        };
        let (key, user) = match (refused, found) {
            (None, Some(found)) => found,
            (refused, _) => {
                let event = event.with_outcome(EventOutcome::Denied);
                self.record(event.reason(refused.unwrap_or("there is no such key"))).await?;
                return Err(AccessError::Rejected);
            }
        };
        if let Err(error) = self.touch(&key).await {
            self.record(ended(event, &error)).await?;
            return Err(error);
        }
        self.record(event).await?;
        Ok(Principal { name: user.name, role: user.role, key: key.id, source })
    }

    /// Why a key that is right lets nobody in.
    fn unusable(&self, key: &KeyRecord, user: &UserRecord, name: Option<&str>) -> Option<&'static str> {
        if key.revoked_at.is_some() {
            Some("the key is revoked")
        } else if !key.is_active(now()) {
            Some("the key has expired")
        } else if name.is_some_and(|name| name != user.name) {
            Some("the key is another user's")
        } else if self.0.roles.get(&user.role).is_err() {
            Some("there is no such role")
        } else {
            None
        }
    }

    async fn touch(&self, key: &KeyRecord) -> Result<(), AccessError> {
        let now = now();
        let lately = now.checked_sub(USED_LATELY.try_into().unwrap_or(time::Duration::ZERO)).unwrap_or(now);
        match key.last_used_at {
            Some(last) if last > lately => Ok(()),
            // Who may log in does not depend on a note: the next use writes it.
            _ => match self.0.store.record_key_use(&key.id, now, lately).await {
                Err(AccessError::Locked) => Ok(()),
                touched => touched,
            },
        }
    }
}
