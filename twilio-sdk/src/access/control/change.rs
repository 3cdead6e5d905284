use std::sync::Arc;
use std::sync::atomic::Ordering;

use time::OffsetDateTime;
use tokio::sync::oneshot;

use super::{AccessControl, Inner, admins, ended, event_of};
use crate::access::error::shown;
use crate::access::record::now;
use crate::access::store::ChangeFn;
use crate::access::{AccessError, Change, Permission, Permissions, Principal, Role, Roles, StoreSnapshot};
use crate::audit::internal::PendingChange;
use crate::audit::{AuditEvent, AuditEventKind, EventOutcome};

/// What a rule decides by.
pub(super) struct Facts<'a> {
    pub(super) records: &'a StoreSnapshot,
    pub(super) roles: &'a Roles,
    /// What whoever asks for the change may do.
    pub(super) own: Permissions,
    pub(super) now: OffsetDateTime,
}

impl Facts<'_> {
    /// Nobody gives, takes or uses what goes beyond the own role: with `manage_users` alone one could become anything. A
    /// role that there is not may allow everything where another program knows it.
    pub(super) fn within_own_role(&self, role: &str) -> Result<(), AccessError> {
        let permissions = self.roles.get(role).map_or(Permissions::ALL, Role::permissions);
        match self.own.contains_all(permissions) {
            true => Ok(()),
            false => Err(AccessError::PrivilegeEscalation),
        }
    }
}

/// What a rule has decided.
pub(super) struct Decision<T> {
    pub(super) writes: Vec<Change>,
    pub(super) value: T,
    /// What is to be recorded as done, where more is known than before.
    pub(super) event: AuditEvent,
}

/// Hands the result of a change to the user before the change is final; where that fails, the change is not made.
pub(crate) type Deliver<T> = Box<dyn FnOnce(&T) -> Result<(), String> + Send>;

impl AccessControl {
    /// Makes a change, for an principal who may manage users, or for nobody where there is none who could.
    pub(super) async fn change<T: Send + 'static>(
        &self,
        principal: Option<&Principal>,
        event: AuditEvent,
        rule: impl FnOnce(&Facts<'_>, AuditEvent) -> Result<Decision<T>, AccessError> + Send + 'static,
    ) -> Result<T, AccessError> {
        self.change_and(principal, event, rule, Box::new(|_| Ok(()))).await
    }

    /// The same, where the result is handed over before the change is final.
    ///
    /// The change is recorded as begun when all is decided, and how it ended once that is known; what cannot be recorded as
    /// begun is not made. The caller's going away does not stop it halfway.
    pub(super) async fn change_and<T: Send + 'static>(
        &self,
        principal: Option<&Principal>,
        event: AuditEvent,
        rule: impl FnOnce(&Facts<'_>, AuditEvent) -> Result<Decision<T>, AccessError> + Send + 'static,
        deliver: Deliver<T>,
    ) -> Result<T, AccessError> {
        let (inner, principal) = (Arc::clone(&self.0), principal.cloned());
        let task = tokio::spawn(async move {
            let (begun, mut has_begun) = oneshot::channel();
            let (done, result) = oneshot::channel();
            let decide = inner.decide(principal, event.clone(), rule, begun);
            let decide: ChangeFn = Box::new(move |records| {
                let (writes, value) = decide(records)?;
                deliver(&value).map_err(AccessError::NotDelivered)?;
                let _ = done.send(value);
                Ok(writes)
            });
            let changed = inner.store.transact(decide).await;
            // Where the answer was lost, it may have been made.
            if matches!(changed, Ok(()) | Err(AccessError::Store(_))) {
                inner.generation.fetch_add(1, Ordering::AcqRel);
            }
            let changed = match changed {
                Ok(()) => result
                    .await
                    .map_err(|_| AccessError::Store("the store did not ask what to change".to_owned())),
                Err(error) => Err(error),
            };
            let (begun, audit) = (has_begun.try_recv().ok(), Arc::clone(&inner.audit));
            let failed = changed.as_ref().err().map(|error| (ended(event, error), error.to_string()));
            let unrecorded = matches!(changed, Err(AccessError::Audit(_)));
            let recorded = crate::access::store::blocking(move || {
                match (begun, failed) {
                    (Some(begun), None) => begun.end(&*audit, EventOutcome::Ok, None),
                    (Some(begun), Some((_, why))) => begun.end(&*audit, EventOutcome::Failed, Some(why)),
                    (None, Some((event, _))) if !unrecorded => audit.record(&event)?,
                    (None, _) => {}
                }
                Ok(())
            });
            match changed {
                // It is made, whatever becomes of the record of its end.
                Ok(value) => {
                    let _ = recorded.await;
                    Ok(value)
                }
                Err(error) => {
                    recorded.await?;
                    Err(error)
                }
            }
        });
        task.await
            .unwrap_or_else(|_| Err(AccessError::Store("the change did not end as it should".to_owned())))
    }
}

impl Inner {
    /// What decides on a change under the store's lock, and records that it begins.
    #[allow(clippy::type_complexity)]
    fn decide<T: Send + 'static>(
        self: &Arc<Self>,
        principal: Option<Principal>,
        event: AuditEvent,
        rule: impl FnOnce(&Facts<'_>, AuditEvent) -> Result<Decision<T>, AccessError> + Send + 'static,
        begun: oneshot::Sender<PendingChange>,
    ) -> impl FnOnce(&StoreSnapshot) -> Result<(Vec<Change>, T), AccessError> + Send + 'static {
        let inner = Arc::clone(self);
        move |records| {
            let now = now();
            let (own, event) = match &principal {
                None => (Permissions::ALL, event),
                Some(principal) => {
                    let key = records.keys.get(&principal.key);
                    let found = key.and_then(|key| Some((key, records.users.get(&key.user)?)));
                    let standing = inner.standing(principal, found, now);
                    if !standing.permissions.contains(Permission::ManageUsers) {
                        return Err(AccessError::Denied(Permission::ManageUsers));
                    }
                    let role = standing.role.unwrap_or_default();
                    (standing.permissions, event.role(role))
                }
            };
            let facts = Facts { records, roles: &inner.roles, own, now };
            let Decision { writes, value, event } = rule(&facts, event)?;
            keeps_an_admin(records, &writes, now)?;
            let _ = begun.send(PendingChange::begin(&*inner.audit, event)?);
            Ok((writes, value))
        }
    }
}

/// Where somebody could manage everything, somebody can after the change.
fn keeps_an_admin(before: &StoreSnapshot, writes: &[Change], now: OffsetDateTime) -> Result<(), AccessError> {
    let mut after = before.clone();
    writes.iter().for_each(|write| after.apply(write));
    let (before, after) = (admins(before, now), admins(&after, now));
    match (before.there && !after.there) || (before.able && !after.able) {
        true => Err(AccessError::LastAdmin),
        false => Ok(()),
    }
}

/// The event of a change that somebody asks for, to a user or a key.
pub(super) fn event(principal: Option<&Principal>, kind: AuditEventKind, resource: &str) -> AuditEvent {
    let event = match principal {
        Some(principal) => event_of(principal, kind),
        None => AuditEvent::new(kind, EventOutcome::Ok),
    };
    event.resource(shown(resource))
}
