//! Decisions about access, and their events.

mod authenticate;
mod bind;
mod change;
mod first;
mod keys;
mod new_key;
mod people;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use time::OffsetDateTime;

use super::error::shown;
use super::record::now;
use super::store::blocking;
use super::{
    AccessError, AccessStore, KeyRecord, Permission, Permissions, Principal, Role, Roles, StoreSnapshot,
    UserRecord,
};
use twilio_sdk_audit::{AuditEvent, AuditEventKind, AuditSink, EventOutcome};

#[doc(hidden)]
pub use change::Deliver;
pub use new_key::{IssuedKey, KeyInfo};

/// Users, their roles and their keys, see the [crate](crate). Clones share everything.
#[derive(Clone)]
pub struct AccessControl(Arc<Inner>);

struct Inner {
    store: Arc<dyn AccessStore>,
    roles: Roles,
    audit: Arc<dyn AuditSink>,
    /// The number of changes through this value, for caches.
    version: AtomicU64,
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
    /// Creates access control for the users of a store, with these roles. `audit` receives its events
    /// ([`NoopAuditSink`](twilio_sdk_audit::NoopAuditSink) discards them).
    pub fn new(store: impl AccessStore + 'static, roles: Roles, audit: impl AuditSink + 'static) -> Self {
        let (store, audit) = (Arc::new(store), Arc::new(audit));
        Self(Arc::new(Inner { store, roles, audit, version: AtomicU64::new(0) }))
    }

    /// Returns the roles.
    pub fn roles(&self) -> &Roles {
        &self.0.roles
    }

    /// Returns the principal's current permissions: none if the key is not active any more or the user is removed. Not recorded.
    ///
    /// # Errors
    ///
    /// The store cannot be used.
    pub async fn permissions(&self, principal: &Principal) -> Result<Permissions, AccessError> {
        Ok(self.standing(principal).await?.permissions)
    }

    /// Requires a permission of the principal now. A rejection is recorded as `authz`, `denied`.
    ///
    /// # Errors
    ///
    /// [`AccessError::Denied`]; [`AccessError::Audit`] if the rejection cannot be recorded; the store cannot be used.
    pub async fn require(&self, principal: &Principal, permission: Permission) -> Result<(), AccessError> {
        self.check(principal, permission, None).await
    }

    /// Like [`require`](Self::require), with the name of a resource for the event.
    ///
    /// # Errors
    ///
    /// The same errors as [`require`](Self::require).
    pub async fn require_for(
        &self,
        principal: &Principal,
        permission: Permission,
        resource: &str,
    ) -> Result<(), AccessError> {
        self.check(principal, permission, Some(resource)).await
    }

    async fn check(
        &self,
        principal: &Principal,
        permission: Permission,
        resource: Option<&str>,
    ) -> Result<(), AccessError> {
        let mut event = event_of(principal, AuditEventKind::Authorization).action(permission.as_str());
        if let Some(resource) = resource {
            event = event.resource(shown(resource));
        }
        let standing = match self.standing(principal).await {
            Ok(standing) => standing,
            Err(error) => {
                self.record(ended(event, &error)).await?;
                return Err(error);
            }
        };
        if standing.permissions.contains(permission) {
            return Ok(());
        }
        let event = event.with_outcome(EventOutcome::Denied).reason(standing.why_not());
        let event = match standing.role {
            Some(role) => event.role(role),
            None => event,
        };
        self.record(event).await?;
        Err(AccessError::Denied(permission))
    }

    async fn standing(&self, principal: &Principal) -> Result<Standing, AccessError> {
        let found = self.0.store.find_key(&principal.key).await?;
        Ok(self.0.standing(principal, found.as_ref().map(|(key, user)| (key, user)), now()))
    }

    async fn record(&self, event: AuditEvent) -> Result<(), AccessError> {
        let audit = Arc::clone(&self.0.audit);
        blocking(move || Ok(audit.record(&event)?)).await
    }

    /// Records what was done with a permission.
    pub(super) async fn record_of(
        &self,
        principal: &Principal,
        kind: AuditEventKind,
        resource: &str,
    ) -> Result<(), AccessError> {
        self.record(event_of(principal, kind).resource(resource)).await
    }

    /// Returns a number that differs after every change through this value or a clone of it.
    #[doc(hidden)]
    pub fn version(&self) -> u64 {
        self.0.version.load(std::sync::atomic::Ordering::Acquire)
    }
}

/// The role and permissions of a principal at one time.
struct Standing {
    /// `None` if the key or user does not exist any more.
    role: Option<String>,
    permissions: Permissions,
}

impl Standing {
    fn why_not(&self) -> &'static str {
        match self.role {
            Some(_) => "the role lacks the permission",
            None => "the key is not active any more",
        }
    }
}

impl Inner {
    fn standing(
        &self,
        principal: &Principal,
        found: Option<(&KeyRecord, &UserRecord)>,
        now: OffsetDateTime,
    ) -> Standing {
        match found {
            Some((key, user)) if key.is_active(now) && user.name == principal.name => {
                Standing { role: Some(user.role.clone()), permissions: self.roles.permissions(&user.role) }
            }
            _ => Standing { role: None, permissions: Permissions::NONE },
        }
    }
}

fn event_of(principal: &Principal, kind: AuditEventKind) -> AuditEvent {
    let event = AuditEvent::new(kind, EventOutcome::Ok).actor(&principal.name).role(&principal.role);
    match &principal.source {
        Some(source) => event.source(source),
        None => event,
    }
}

/// Returns the event of an operation that failed.
fn ended(event: AuditEvent, error: &AccessError) -> AuditEvent {
    let outcome = match error {
        AccessError::Denied(_) | AccessError::PrivilegeEscalation | AccessError::Rejected => {
            EventOutcome::Denied
        }
        _ => EventOutcome::Failed,
    };
    event.with_outcome(outcome).reason(error.to_string())
}

/// What the users with the role `admin` can do.
struct Admins {
    /// One exists.
    there: bool,
    /// One has an active key.
    able: bool,
    /// One has an active key that was used before, so that it has reached its user.
    proven: bool,
}

fn admins(records: &StoreSnapshot, now: OffsetDateTime) -> Admins {
    let is_admin = |name: &str| records.users.get(name).is_some_and(|user| user.role == Role::ADMIN);
    let mut admins = Admins { there: false, able: false, proven: false };
    admins.there = records.users.keys().any(|name| is_admin(name));
    for key in records.keys.values().filter(|key| key.is_active(now) && is_admin(&key.user)) {
        admins.able = true;
        admins.proven |= key.last_used_at.is_some();
    }
    admins
}
