use std::time::Duration;

use super::{AccessControl, ended};
use crate::error::shown;
use crate::key::ParsedKey;
use crate::record::now;
use crate::{AccessError, KeyHash, KeyRecord, Principal, UserRecord};
use twilio_sdk_audit::{AuditEvent, AuditEventKind, EventOutcome};
use twilio_sdk_types::SecretString;

/// How long the last recorded use of a key is kept, so that not every use is a write.
const USED_LATELY: Duration = Duration::from_secs(60);

impl AccessControl {
    /// Authenticates an API key and returns its principal.
    ///
    /// # Errors
    ///
    /// [`AccessError::Rejected`] for every key that is not active, and for one whose user has an undefined role;
    /// [`AccessError::Locked`], [`AccessError::Store`], [`AccessError::InsecurePermissions`] and [`AccessError::Audit`] if the key
    /// cannot be verified.
    pub async fn authenticate(&self, key: &SecretString) -> Result<Principal, AccessError> {
        self.authenticate_as(key, None, None).await
    }

    /// Like [`authenticate`](Self::authenticate), with the source of the request: an IP address, the name of a program. The events
    /// of this and of everything that the principal does have it.
    ///
    /// # Errors
    ///
    /// The same errors as [`authenticate`](Self::authenticate).
    pub async fn authenticate_from(
        &self,
        key: &SecretString,
        source: impl Into<String>,
    ) -> Result<Principal, AccessError> {
        self.authenticate_as(key, Some(source.into()), None).await
    }

    /// Authenticates. With a name, the key must be that user's.
    #[doc(hidden)]
    pub async fn authenticate_as(
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
        // The hash of an unknown key is compared too, so that timing reveals nothing.
        let no_hash = KeyHash::from_bytes([0; 32]);
        let hash = found.as_ref().map_or(&no_hash, |(key, _)| &key.hash);
        let right = parsed.as_ref().is_some_and(|key| hash.is_of(key));
        if let Some(key) = &parsed {
            event = event.resource(&key.id);
        }
        let rejected = match (&parsed, &found) {
            (None, _) => Some("not a key"),
            (_, None) => Some("unknown key"),
            (_, Some(_)) if !right => Some("wrong key"),
            (_, Some((key, user))) => {
                event = event.actor(&user.name).role(&user.role);
                self.unusable(key, user, name)
            }
        };
        let (key, user) = match (rejected, found) {
            (None, Some(found)) => found,
            (rejected, _) => {
                let event = event.with_outcome(EventOutcome::Denied);
                self.record(event.reason(rejected.unwrap_or("unknown key"))).await?;
                return Err(AccessError::Rejected);
            }
        };
        if let Err(error) = self.record_use(&key).await {
            self.record(ended(event, &error)).await?;
            return Err(error);
        }
        self.record(event).await?;
        Ok(Principal { name: user.name, role: user.role, key: key.id, source })
    }

    /// Returns why a correct key is rejected.
    fn unusable(&self, key: &KeyRecord, user: &UserRecord, name: Option<&str>) -> Option<&'static str> {
        if key.revoked_at.is_some() {
            Some("revoked key")
        } else if !key.is_active(now()) {
            Some("expired key")
        } else if name.is_some_and(|name| name != user.name) {
            Some("key of another user")
        } else if self.0.roles.get(&user.role).is_err() {
            Some("undefined role")
        } else {
            None
        }
    }

    async fn record_use(&self, key: &KeyRecord) -> Result<(), AccessError> {
        let now = now();
        let lately = now.checked_sub(USED_LATELY.try_into().unwrap_or(time::Duration::ZERO)).unwrap_or(now);
        match key.last_used_at {
            Some(last) if last > lately => Ok(()),
            // A locked store does not reject a user: the next use is recorded.
            _ => match self.0.store.record_key_use(&key.id, now, lately).await {
                Err(AccessError::Locked) => Ok(()),
                recorded => recorded,
            },
        }
    }
}
