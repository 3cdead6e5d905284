use std::sync::Arc;
use std::sync::atomic::Ordering;

use time::OffsetDateTime;
use tokio::sync::oneshot;

use super::{AccessControl, Inner, admins, ended, event_of};
use crate::error::shown;
use crate::record::now;
use crate::store::ChangeFn;
use crate::{AccessError, Change, Permission, Permissions, Principal, Role, Roles, StoreSnapshot};
use twilio_sdk_audit::internal::PendingChange;
use twilio_sdk_audit::{AuditEvent, AuditEventKind, EventOutcome};

/// What a rule decides by.
pub(super) struct Facts<'a> {
    pub(super) records: &'a StoreSnapshot,
    pub(super) roles: &'a Roles,
    /// The permissions of the principal who requests the change.
    pub(super) own: Permissions,
    pub(super) now: OffsetDateTime,
}

impl Facts<'_> {
    /// Rejects a role with permissions that the principal's own role lacks: with `manage_users` alone one could become an admin. An
    /// undefined role may have all permissions in another program.
    pub(super) fn check_escalation(&self, role: &str) -> Result<(), AccessError> {
        let permissions = self.roles.get(role).map_or(Permissions::ALL, Role::permissions);
        match self.own.contains_all(permissions) {
            true => Ok(()),
            false => Err(AccessError::PrivilegeEscalation),
        }
    }
}

/// The decision of a rule.
pub(super) struct Decision<T> {
    pub(super) writes: Vec<Change>,
    pub(super) value: T,
    /// The event to record, with what the rule adds to it.
    pub(super) event: AuditEvent,
}

/// Hands over the result of a change before the change is final. If it fails, the change is not made.
pub type Deliver<T> = Box<dyn FnOnce(&T) -> Result<(), String> + Send>;

impl AccessControl {
    /// Makes a change for a principal with `manage_users`, or without one where no admin exists.
    pub(super) async fn change<T: Send + 'static>(
        &self,
        principal: Option<&Principal>,
        event: AuditEvent,
        rule: impl FnOnce(&Facts<'_>, AuditEvent) -> Result<Decision<T>, AccessError> + Send + 'static,
    ) -> Result<T, AccessError> {
        self.change_and(principal, event, rule, Box::new(|_| Ok(()))).await
    }

    /// Like [`change`](Self::change), with the result handed over before the change is final.
    ///
    /// The start of the change is recorded once it is decided, and its end once that is known. If the start cannot be recorded,
    /// the change is not made. Dropping the future does not interrupt it.
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
            // If the response was lost, the change may have been made.
            if matches!(changed, Ok(()) | Err(AccessError::Store(_))) {
                inner.version.fetch_add(1, Ordering::AcqRel);
            }
            let changed = match changed {
                Ok(()) => result
                    .await
                    .map_err(|_| AccessError::Store("the store did not call the change function".to_owned())),
                Err(error) => Err(error),
            };
            let (begun, audit) = (has_begun.try_recv().ok(), Arc::clone(&inner.audit));
            let failed = changed.as_ref().err().map(|error| (ended(event, error), error.to_string()));
            let unrecorded = matches!(changed, Err(AccessError::Audit(_)));
            let recorded = crate::store::blocking(move || {
                match (begun, failed) {
                    (Some(begun), None) => begun.end(&*audit, EventOutcome::Ok, None),
                    (Some(begun), Some((_, why))) => begun.end(&*audit, EventOutcome::Failed, Some(why)),
                    (None, Some((event, _))) if !unrecorded => audit.record(&event)?,
                    (None, _) => {}
                }
                Ok(())
            });
            match changed {
                // The change is made, even if its end cannot be recorded.
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
        task.await.unwrap_or_else(|_| Err(AccessError::Store("the change panicked".to_owned())))
    }
}

impl Inner {
    /// Decides on a change under the store's lock, and records its start.
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

/// Rejects a change after which no admin is left, if there was one before.
fn keeps_an_admin(before: &StoreSnapshot, writes: &[Change], now: OffsetDateTime) -> Result<(), AccessError> {
    let mut after = before.clone();
    writes.iter().for_each(|write| after.apply(write));
    let (before, after) = (admins(before, now), admins(&after, now));
    match (before.there && !after.there) || (before.able && !after.able) {
        true => Err(AccessError::LastAdmin),
        false => Ok(()),
    }
}

/// Creates the event of a change to a user or key.
pub(super) fn event(principal: Option<&Principal>, kind: AuditEventKind, resource: &str) -> AuditEvent {
    let event = match principal {
        Some(principal) => event_of(principal, kind),
        None => AuditEvent::new(kind, EventOutcome::Ok),
    };
    event.resource(shown(resource))
}
