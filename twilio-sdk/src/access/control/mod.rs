//! Who may do what: asked of the store, and told to the record.

mod change;
mod keys;
mod people;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use time::OffsetDateTime;

use super::error::shown;
use super::key::ParsedKey;
use super::record::now;
use super::store::blocking;
use super::{
    AccessError, AccessStore, Actor, KeyHash, KeyRecord, Permission, Permissions, Records, Role, Roles,
    UserRecord,
};
use crate::audit::{Audit, Event, EventKind, Outcome};
use crate::types::SecretString;

pub use keys::{IssuedKey, KeyInfo};

/// How long a use of a key counts as its last one, so that not every use is a write.
const USED_LATELY: Duration = Duration::from_secs(60);

/// People, their roles and their keys, see the [module](crate::access). Clones share everything.
#[derive(Clone)]
pub struct AccessControl(Arc<Inner>);

struct Inner {
    store: Arc<dyn AccessStore>,
    roles: Roles,
    audit: Arc<dyn Audit>,
    /// How many changes were made through this value, for those who remember answers.
    generation: AtomicU64,
}

impl fmt::Debug for AccessControl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessControl")
            .field("store", &self.0.store)
            .field("roles", &self.0.roles)
            .finish_non_exhaustive()
    }
}

impl AccessControl {
    /// People of a store, with these roles; what happens is recorded by `audit`
    /// ([`NoAudit`](crate::audit::NoAudit) records nothing).
    pub fn new(store: impl AccessStore + 'static, roles: Roles, audit: impl Audit + 'static) -> Self {
        let (store, audit) = (Arc::new(store), Arc::new(audit));
        Self(Arc::new(Inner { store, roles, audit, generation: AtomicU64::new(0) }))
    }

    /// The roles that there are.
    pub fn roles(&self) -> &Roles {
        &self.0.roles
    }

    /// Whose key it is.
    ///
    /// # Errors
    ///
    /// [`AccessError::Rejected`] for every key that is not in use, and for one whose user has a role that there is not;
    /// [`AccessError::Busy`], [`AccessError::Store`], [`AccessError::OpenToOthers`] and [`AccessError::Audit`] where
    /// nobody can tell.
    pub async fn authenticate(&self, key: &SecretString) -> Result<Actor, AccessError> {
        self.authenticate_as(key, None, None).await
    }

    /// The same, of a key that was shown from somewhere: an address, the name of a program. The record of this and of
    /// everything that the actor does names it.
    ///
    /// # Errors
    ///
    /// As of [`authenticate`](Self::authenticate).
    pub async fn authenticate_from(
        &self,
        key: &SecretString,
        source: impl Into<String>,
    ) -> Result<Actor, AccessError> {
        self.authenticate_as(key, Some(source.into()), None).await
    }

    /// The same; where a name is given, the key must be that user's.
    pub(super) async fn authenticate_as(
        &self,
        key: &SecretString,
        source: Option<String>,
        name: Option<&str>,
    ) -> Result<Actor, AccessError> {
        let mut event = Event::new(EventKind::Authentication, Outcome::Ok);
        let source = source.as_deref().map(shown);
        if let Some(source) = &source {
            event = event.source(source);
        }
        let parsed = ParsedKey::parse(key);
        let found = match &parsed {
            Some(key) => self.0.store.find(&key.id).await,
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
                let event = event.with_outcome(Outcome::Denied);
                self.record(event.reason(refused.unwrap_or("there is no such key"))).await?;
                return Err(AccessError::Rejected);
            }
        };
        if let Err(error) = self.touch(&key).await {
            self.record(ended(event, &error)).await?;
            return Err(error);
        }
        self.record(event).await?;
        Ok(Actor { name: user.name, role: user.role, key: key.id, source })
    }

    /// Why a key that is right lets nobody in.
    fn unusable(&self, key: &KeyRecord, user: &UserRecord, name: Option<&str>) -> Option<&'static str> {
        if key.revoked_at.is_some() {
            Some("the key is revoked")
        } else if !key.is_in_use(now()) {
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
            _ => self.0.store.touch(&key.id, now, lately).await,
        }
    }

    /// What the person may do at this moment: nothing where the key is not in use any more, or the user is not there.
    /// It is not recorded that this was asked.
    ///
    /// # Errors
    ///
    /// The store cannot be used.
    pub async fn permissions(&self, actor: &Actor) -> Result<Permissions, AccessError> {
        Ok(self.standing(actor).await?.permissions)
    }

    /// Whether the person may do it at this moment; that somebody may not is recorded as `authz`, `denied`.
    ///
    /// # Errors
    ///
    /// [`AccessError::Denied`]; [`AccessError::Audit`] where that could not be recorded; the store cannot be used.
    pub async fn require(&self, actor: &Actor, permission: Permission) -> Result<(), AccessError> {
        self.check(actor, permission, None).await
    }

    /// The same for something whose name the record is to tell.
    ///
    /// # Errors
    ///
    /// As of [`require`](Self::require).
    pub async fn require_for(
        &self,
        actor: &Actor,
        permission: Permission,
        resource: &str,
    ) -> Result<(), AccessError> {
        self.check(actor, permission, Some(resource)).await
    }

    async fn check(
        &self,
        actor: &Actor,
        permission: Permission,
        resource: Option<&str>,
    ) -> Result<(), AccessError> {
        let mut event = event_of(actor, EventKind::Authorization).action(permission.as_str());
        if let Some(resource) = resource {
            event = event.resource(shown(resource));
        }
        let standing = match self.standing(actor).await {
            Ok(standing) => standing,
            Err(error) => {
                self.record(ended(event, &error)).await?;
                return Err(error);
            }
        };
        if standing.permissions.contains(permission) {
            return Ok(());
        }
        let event = event.with_outcome(Outcome::Denied).reason(standing.why_not());
        let event = match standing.role {
            Some(role) => event.role(role),
            None => event,
        };
        self.record(event).await?;
        Err(AccessError::Denied(permission))
    }

    async fn standing(&self, actor: &Actor) -> Result<Standing, AccessError> {
        let found = self.0.store.find(&actor.key).await?;
        Ok(self.0.standing(actor, found.as_ref().map(|(key, user)| (key, user)), now()))
    }

    async fn record(&self, event: Event) -> Result<(), AccessError> {
        let audit = Arc::clone(&self.0.audit);
        blocking(move || Ok(audit.record(&event)?)).await
    }

    /// Records what was done with a permission.
    pub(super) async fn record_of(
        &self,
        actor: &Actor,
        kind: EventKind,
        resource: &str,
    ) -> Result<(), AccessError> {
        self.record(event_of(actor, kind).resource(resource)).await
    }

    /// A number that changes with every change that is made through this value or a clone of it.
    #[cfg(feature = "listener")]
    pub(super) fn generation(&self) -> u64 {
        self.0.generation.load(Ordering::Acquire)
    }
}

/// What somebody is at a moment.
struct Standing {
    /// `None` where the key or the user is not there any more.
    role: Option<String>,
    permissions: Permissions,
}

impl Standing {
    fn why_not(&self) -> &'static str {
        match self.role {
            Some(_) => "the role lacks the permission",
            None => "the key is not in use any more",
        }
    }
}

impl Inner {
    fn standing(
        &self,
        actor: &Actor,
        found: Option<(&KeyRecord, &UserRecord)>,
        now: OffsetDateTime,
    ) -> Standing {
        match found {
            Some((key, user)) if key.is_in_use(now) && user.name == actor.name => {
                Standing { role: Some(user.role.clone()), permissions: self.roles.permissions(&user.role) }
            }
            _ => Standing { role: None, permissions: Permissions::NONE },
        }
    }
}

fn event_of(actor: &Actor, kind: EventKind) -> Event {
    let event = Event::new(kind, Outcome::Ok).actor(&actor.name).role(&actor.role);
    match &actor.source {
        Some(source) => event.source(source),
        None => event,
    }
}

/// The event of something that ended with an error.
fn ended(event: Event, error: &AccessError) -> Event {
    let outcome = match error {
        AccessError::Denied(_) | AccessError::AboveOwnRole | AccessError::Rejected => Outcome::Denied,
        _ => Outcome::Failed,
    };
    event.with_outcome(outcome).reason(error.to_string())
}

/// Whether there is a user with the role `admin`, and whether one of them has a key that is in use.
fn admins(records: &Records, now: OffsetDateTime) -> (bool, bool) {
    let is_admin = |name: &str| records.users.get(name).is_some_and(|user| user.role == Role::ADMIN);
    let there = records.users.keys().any(|name| is_admin(name));
    let able = records.keys.values().any(|key| key.is_in_use(now) && is_admin(&key.user));
    (there, able)
}
